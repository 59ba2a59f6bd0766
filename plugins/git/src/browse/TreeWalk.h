#pragma once
// All files below a tree, in order, step by step, without recursion.

#include "browse/Repository.h"

#include <functional>
#include <vector>

namespace netbit::git {

/// A walk that can stop anywhere and go on. Names that no honest git writes, and that would lead somewhere else when they are
/// written to a disk ("..", "a/b", ".git", one that is there twice), are left out and counted.
class TreeWalk {
public:
    TreeWalk(const Repository& repository, Owned<git_tree> root, unsigned maxDepth);

    struct File {
        std::string path;
        git_oid id{};
        std::uint32_t mode = 0;
    };
    /// The next one that is no folder; nothing: that was all. Failure: tooLarge / tree_too_deep.
    std::optional<File> next();
    std::size_t leftOut() const noexcept { return _leftOut; }

private:
    struct Level {
        Owned<git_tree> tree;
        std::size_t at = 0;
        std::size_t pathBytes = 0; // of this folder's name with its slash
        std::string before;        // the name of the last entry
    };

    const Repository& _repository;
    std::vector<Level> _levels;
    std::string _path; // of the folder, with a slash at its end
    const unsigned _maxDepth;
    std::size_t _leftOut = 0;
};

/// Whether a file of that name can be written into a folder without it being another place.
bool isPlainName(std::string_view name);

} // namespace netbit::git
