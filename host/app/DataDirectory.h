#pragma once
// The one folder that the host writes to.

#include "base/Result.h"

#include <filesystem>
#include <memory>
#include <string>

namespace netbit::app {

/// The names in it.
class DataPaths {
public:
    explicit DataPaths(std::filesystem::path root) : _path(std::move(root)) {}

    std::filesystem::path database() const { return _path / "netbit.db"; }
    std::filesystem::path socket() const { return _path / "netbitd.sock"; }
    std::filesystem::path files() const { return _path / "files"; } ///< see services/files/FileStore.h
    std::filesystem::path root() const { return _path; }
    std::filesystem::path backups() const { return _path / "backups"; } ///< unless backup.directory names another place
    std::filesystem::path generations() const { return _path / "generations"; }
    std::filesystem::path plugins() const { return _path / "plugins"; } ///< those of `netbit plugin install`
    std::filesystem::path pluginChoices() const { return _path / "plugins.json"; } ///< see base/PluginChoices.h
    /// What a plugin keeps in files: see netbit/draft/folder.h. The git plugin's has the name that people look for.
    std::filesystem::path folderOf(const std::string& plugin) const
    {
        return plugin == "git" ? _path / "repositories" : _path / "plugin-data" / plugin;
    }
    /// Of a plugin's calls; an absolute name is somewhere else.
    std::filesystem::path recording(const std::filesystem::path& file) const { return _path / file; }
    std::filesystem::path crash() const { return _path / "crash"; } ///< see CrashSentinel.h
    std::filesystem::path firstAdmin() const { return _path / "secrets" / "first-admin.json"; }

protected:
    std::filesystem::path _path;
};

/// Made (0700) when it is not there, and locked for as long as this lives, so that two hosts never share it.
class DataDirectory : public DataPaths {
public:
    /// Error: unavailable / data_directory, in words for the admin.
    static base::Result<std::unique_ptr<DataDirectory>> open(const std::filesystem::path& path);
    ~DataDirectory();

    /// 32 random bytes, made at first use and kept in secrets/NAME (0600).
    base::Result<std::string> secret(std::string_view name);
    /// A file of mode 0600 that is there whole or not at all.
    static base::Result<void> writeFile(const std::filesystem::path& path, std::string_view content);

private:
    DataDirectory(std::filesystem::path path, int lock) : DataPaths(std::move(path)), _lock(lock) {}
    int _lock;
};

} // namespace netbit::app
