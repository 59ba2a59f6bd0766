#pragma once
// A folder of plugins for a daemon: NetBit's own, and what the test adds.

#include "support/Daemon.h"
#include "support/People.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::test {

class PluginFolder {
public:
    PluginFolder()
    {
        const auto own = std::filesystem::path(netbitdPath()).parent_path() / ".." / "lib" / "netbit" / "plugins";
        for (const auto& entry : std::filesystem::directory_iterator(own))
            std::filesystem::create_symlink(std::filesystem::canonical(entry.path()), path() / entry.path().filename());
    }

    std::filesystem::path path() const { return _folder.path(); }
    std::string setting() const { return "plugins.directory=" + _folder.path(); }
    /// ID.so and ID.json out of a folder.
    void add(const std::filesystem::path& from, const std::string& id) const
    {
        for (const auto& name : {id + ".so", id + ".json"})
            std::filesystem::copy_file(from / name, path() / name);
    }

private:
    TemporaryFolder _folder;
};

/// What netbitd said of a plugin when it was ready: the state, and behind it the sentence if there is one.
inline std::string stateOf(const Daemon& daemon, std::string_view id)
{
    for (const auto& plugin : listAt(daemon.ready(), "/plugins"))
        if (textAt(plugin, "/id") == id)
            return textAt(plugin, "/state") + (textAt(plugin, "/detail").empty() ? "" : ": " + textAt(plugin, "/detail"));
    return "not there";
}

} // namespace netbit::test
