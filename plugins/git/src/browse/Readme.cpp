#include "browse/Readme.h"

#include "browse/Contents.h"

#include <array>

namespace netbit::git {

namespace {

constexpr std::array<std::string_view, 6> names{"readme.md", "readme.markdown", "readme", "readme.txt", "readme.rst", "readme.adoc"};

} // namespace

Answer readme(const Repository& repository, const git_commit* commit, std::string_view folder, const InsideLink& inside,
              const Limits& limits)
{
    const auto tree = repository.treeAt(commit, folder);
    if (!tree)
        throw Failure(pathNotFound());
    const git_tree_entry* found = nullptr;
    std::size_t rank = names.size();
    for (std::size_t i = 0; i < git_tree_entrycount(tree.get()); ++i) {
        const auto* const entry = git_tree_entry_byindex(tree.get(), i);
        const auto mode = git_tree_entry_filemode(entry);
        const std::string_view name = git_tree_entry_name(entry);
        if ((mode != GIT_FILEMODE_BLOB && mode != GIT_FILEMODE_BLOB_EXECUTABLE) || name.size() > 16)
            continue;
        const auto lower = folded(name);
        for (std::size_t r = 0; r < rank; ++r)
            if (lower == names[r]) {
                rank = r;
                found = entry;
            }
    }
    if (!found)
        throw Failure(Error(Status::notFound, "no_readme", "This folder has no README."));
    const std::string_view name = git_tree_entry_name(found);
    const auto blob = repository.blob(*git_tree_entry_id(found), limits.blobBytes);
    const auto bytes = bytesOf(blob.get());
    Answer answer;
    auto& out = answer.body;
    out["commit"] = hexOf(git_commit_id(commit));
    putBytes(out, "path", folder.empty() ? std::string(name) : std::string(folder) + '/' + std::string(name));
    out["id"] = hexOf(git_tree_entry_id(found));
    out["size"] = bytes.size();
    out["html"] = rank < 2 ? markdownHtml(bytes, folder, inside, limits.markdownBytes) : plainHtml(bytes);
    return answer;
}

} // namespace netbit::git
