#pragma once
// What lies in the folders of the plugins, before anything of it is loaded.

#include "loader/Manifest.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace netbit::loader {

struct Found {
    std::string id; ///< the file's name
    std::filesystem::path manifestFile;
    std::filesystem::path library; ///< beside it
    std::optional<Manifest> manifest; ///< nothing: it was not understood
    std::string refused; ///< empty, or why its code may not run: one sentence
};

/// One manifest, and the file beside it: name, ABI, min_host, that there is a library.
Found examine(const std::filesystem::path& manifestFile, const std::string& hostVersion);

/// What speaks against the manifest on this host; empty: nothing.
std::string refusalOf(const Manifest& manifest, const std::string& hostVersion);

/// All of the folders, by name; the first folder to have an id wins. `hidden` gets those that do not count.
/// A folder that is not there holds nothing; one that cannot be read is told to the log.
std::vector<Found> scan(const std::vector<std::filesystem::path>& directories, const std::string& hostVersion,
                        std::vector<std::filesystem::path>* hidden = nullptr);

/// SHA-256 of the library as 64 lower-case hex digits; what the manifest says, where it says so: loading checks that.
base::Result<std::string> digestOf(const Found& found);
/// Of any file.
base::Result<std::string> digestOf(const std::filesystem::path& file);

} // namespace netbit::loader
