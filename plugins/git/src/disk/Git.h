#pragma once
// How git is run here: with a configuration of our own and nothing of the machine's or of a user's.

#include "Settings.h"

#include <netbit/draft/process.hpp>

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::git {

class Git {
public:
    /// `folder`: the plugin's own; what is ours in it begins with a dot.
    explicit Git(std::filesystem::path folder);

    /// [control] Writes the configuration and the hook. `first`: no program of ours can be running, so what one has left is cleared
    /// away. Throws a Failure.
    void prepare(bool first) const;
    void use(Settings settings);                      ///< [any]
    std::shared_ptr<const Settings> settings() const; ///< [any]

    /// A command for clients: limits of a transfer. `protocol`: the request's Git-Protocol, or empty.
    ProcessOptions transfer(std::vector<std::string> arguments, std::string_view protocol) const;
    /// One that we run ourselves.
    ProcessOptions job(std::vector<std::string> arguments) const;

    std::filesystem::path hooks() const { return _ours / "hooks"; }
    std::filesystem::path room() const { return _ours / "tmp"; } ///< for files that live as long as a command; empty at the start

private:
    ProcessOptions command(std::vector<std::string> arguments, std::chrono::seconds time) const;

    const std::filesystem::path _ours;
    mutable std::mutex _mutex; // guards _settings
    std::shared_ptr<const Settings> _settings;
};

} // namespace netbit::git
