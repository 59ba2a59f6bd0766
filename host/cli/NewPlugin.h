#pragma once
// A plugin project from the template that the SDK installs.

#include "base/Result.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::cli
{

/// How a plugin's name is written where.
struct PluginName {
    std::string id; ///< "org.example.hello": manifest, files, routes
    std::string identifier; ///< "org_example_hello": SQL, targets
    std::string className; ///< "OrgExampleHello"
};

/// Error: invalid / bad_name, one sentence.
base::Result<PluginName> pluginName(std::string_view id);

/// Writes every file of `source` into `target`, which must be new or empty, with the template's name (that of its manifest)
/// replaced in paths and in text. Gives the files, relative to `target`, by name. Error: one sentence.
base::Result<std::vector<std::filesystem::path>> writePlugin(const std::filesystem::path& source,
                                                            const std::filesystem::path& target,
                                                            const PluginName& name);

} // namespace netbit::cli
