#pragma once
// The real git client against a server, and repositories for it.

#include "journey/Stage.h"
#include "support/Process.h"

#include <string>
#include <vector>

namespace netbit::test {

/// A folder with working copies in it, and git as a person who has configured nothing.
class GitClient {
public:
    explicit GitClient(const Daemon& daemon) : _daemon(&daemon) {}

    std::string path(const std::string& name) const { return _folder.path() + "/" + name; }
    /// Runs it in a folder of ours ("": the outermost). More environment: NAME=value.
    Finished run(const std::string& where, std::vector<std::string> words, const std::vector<std::string>& environment = {}) const;
    /// The same; it must end well. Gives what it wrote, without the last newline.
    std::string good(const std::string& where, std::vector<std::string> words) const;

    /// http://NAME:TOKEN@127.0.0.1:PORT/git/PLACE
    std::string url(const std::string& place, const User* user = nullptr) const;
    /// A new working copy with one commit, and "origin" there.
    void begin(const std::string& name, const std::string& url) const;
    /// Writes a file and commits it.
    std::string commit(const std::string& name, const std::string& file, const std::string& content) const;
    std::string head(const std::string& name) const { return good(name, {"rev-parse", "HEAD"}); }

private:
    const Daemon* _daemon;
    TemporaryFolder _folder;
};

struct Repository {
    std::int64_t id = 0;
    std::string place; ///< "ada/name" or "ada/project/name"
};

Repository makeRepository(const Daemon& daemon, const User& owner, const std::string& name, bool isPublic = false);
/// In a project that is made as well.
Repository makeProjectRepository(const Daemon& daemon, const User& owner, const std::string& project, const std::string& name);

/// Bytes that do not pack.
std::string randomBytes(std::size_t count, unsigned seed);

} // namespace netbit::test
