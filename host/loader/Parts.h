#pragma once
// What the loader keeps of each plugin; for its own files.

#include "isolation/parent/Isolated.h"
#include "loader/Library.h"
#include "loader/Loader.h"
#include "loader/Scan.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::loader {

inline bool listed(const std::vector<std::string>& ids, std::string_view id)
{
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// The library, or what stands for it, outlives the generation whose code it is.
struct Loader::Life {
    std::unique_ptr<Library> library; // one of the two
    std::unique_ptr<isolation::Isolated> isolated;
    const nb_plugin_entry& entry() const { return isolated ? isolated->entry() : library->entry(); }

    std::shared_ptr<border::Generation> generation;
    std::filesystem::path copy; // what the library was loaded from
    std::string manifestText;   // that went with it
};

/// What a generation that has still to prove itself would be rolled back to.
struct Loader::Trial {
    std::chrono::steady_clock::time_point until;
    Manifest manifest;
    std::string manifestText;
    std::filesystem::path library; // a link to the copy of the generation before
};

struct Loader::Plugin {
    std::string id;
    std::filesystem::path manifestFile;
    std::filesystem::path library;
    std::optional<Manifest> manifest; // nothing: it was not understood
    std::string digest; // of the library when it was last looked at; empty: never
    std::string state = "found";
    std::string detail;
    std::string history; // the last change that went wrong: an exchange that was refused or rolled back
    border::SettingsPtr settings;
    std::unique_ptr<Life> life;
    std::optional<Trial> trial;

    bool runs() const { return life && state == "live"; }
};

/// A generation that another one has replaced, and that is not done yet.
struct Loader::Replaced {
    std::unique_ptr<Life> life;
    std::chrono::steady_clock::time_point until; // then what is left is ended
};

} // namespace netbit::loader
