#pragma once
// What the loader keeps of each plugin; for its own files.

#include "isolation/parent/Isolated.h"
#include "loader/Library.h"
#include "loader/Loader.h"

#include <optional>

namespace netbit::loader {

/// The library, or what stands for it, outlives the generation whose code it is.
struct Loader::Life {
    std::unique_ptr<Library> library; // one of the two
    std::unique_ptr<isolation::Isolated> isolated;
    const nb_plugin_entry& entry() const { return isolated ? isolated->entry() : library->entry(); }

    std::shared_ptr<border::Generation> generation;
};

struct Loader::Plugin {
    std::string id;
    std::filesystem::path library;
    std::optional<Manifest> manifest; // nothing: it was not understood
    std::string state = "found";
    std::string detail;
    border::SettingsPtr settings;
    std::unique_ptr<Life> life;

    bool runs() const { return life && state == "live"; }
};

/// A generation that another one has replaced, and that is not done yet.
struct Loader::Replaced {
    std::unique_ptr<Life> life;
    std::chrono::steady_clock::time_point until; // then what is left is ended
};

} // namespace netbit::loader
