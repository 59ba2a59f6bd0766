#include "browse/TreeWalk.h"

#include "browse/Text.h"

#include <algorithm>

namespace netbit::git {

bool isPlainName(std::string_view name)
{
    if (name.empty() || name == "." || name == ".." || name.size() > 4'096)
        return false;
    if (name.find('/') != std::string_view::npos || name.find('\0') != std::string_view::npos)
        return false;
    return folded(name) != ".git";
}

TreeWalk::TreeWalk(const Repository& repository, Owned<git_tree> root, unsigned maxDepth)
    : _repository(repository), _maxDepth(maxDepth)
{
    _levels.push_back({std::move(root), 0, 0, {}});
}

std::optional<TreeWalk::File> TreeWalk::next()
{
    while (!_levels.empty()) {
        auto& level = _levels.back();
        if (level.at == git_tree_entrycount(level.tree.get())) {
            _path.resize(_path.size() - level.pathBytes);
            _levels.pop_back();
            continue;
        }
        const auto* const entry = git_tree_entry_byindex(level.tree.get(), level.at++);
        const std::string name = git_tree_entry_name(entry);
        if (!isPlainName(name) || name == level.before) {
            ++_leftOut;
            continue;
        }
        level.before = name;
        const auto mode = static_cast<std::uint32_t>(git_tree_entry_filemode(entry));
        if (mode != GIT_FILEMODE_TREE)
            return File{_path + name, *git_tree_entry_id(entry), mode};
        if (_levels.size() >= _maxDepth || _path.size() + name.size() > 16'384)
            throw Failure(Error(Status::tooLarge, "tree_too_deep",
                                "Folders lie in folders more than " + std::to_string(_maxDepth) + " deep."));
        auto below = take(&git_tree_lookup, _repository.raw(), git_tree_entry_id(entry));
        _path += name;
        _path += '/';
        _levels.push_back({std::move(below), 0, name.size() + 1, {}});
    }
    return std::nullopt;
}

} // namespace netbit::git
