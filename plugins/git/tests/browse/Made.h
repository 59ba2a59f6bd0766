#pragma once
// A bare repository in a temporary folder, made object by object.

#include "browse/Repository.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::git::test {

struct Change {
    std::string path;
    std::string content;
    git_filemode_t mode = GIT_FILEMODE_BLOB;
    bool removed = false;
};

class Made {
public:
    Made();
    ~Made();
    Made(const Made&) = delete;
    Made& operator=(const Made&) = delete;

    const std::string& path() const noexcept { return _path; }
    Repository open() const { return Repository::open(_path); }

    git_oid blob(std::string_view content) const;
    /// A commit upon its first parent's tree (or `onto`), which the branch is at then. Each is a second later than the one before.
    git_oid commit(const std::string& branch, const std::vector<Change>& changes, const std::string& message = "a change",
                   std::vector<git_oid> parents = {}, const std::string& author = "Ada");
    git_oid head(const std::string& branch) const;
    void ref(const std::string& fullName, const git_oid& target) const;
    git_oid tag(const std::string& name, const git_oid& target, const std::string& message) const;

    /// A tree as it is given, however wrong: (mode, name, id).
    struct RawEntry {
        std::string mode;
        std::string name;
        git_oid id{};
    };
    git_oid rawTree(const std::vector<RawEntry>& entries) const;
    git_oid commitOf(const git_oid& tree, const std::string& branch) const;

private:
    std::string _path;
    Library _library{false};
    Owned<git_repository> _repository;
    git_time_t _time = 1'700'000'000;
};

/// Expects work to throw a Failure with that code.
std::string codeOf(const std::function<void()>& work);

} // namespace netbit::git::test
