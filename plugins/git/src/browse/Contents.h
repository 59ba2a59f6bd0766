#pragma once
// What is at a path of a commit: a folder's entries, a file, where a link points to, which commit a submodule is at.

#include "browse/Answer.h"

namespace netbit::git {

/// `path`: "" is the root. `at`: the first entry of a folder to show.
/// Failure: notFound / path_not_found.
Answer contents(const Repository& repository, const git_commit* commit, std::string_view path, std::uint64_t at,
                std::size_t limit, const Limits& limits);

/// The bytes of a file; of a link: where it points to. Failure: notFound / path_not_found; invalid / not_a_file;
/// tooLarge / file_too_large.
struct RawFile {
    Owned<git_blob> blob;
    std::string name;
    git_oid id{};
};
RawFile rawFile(const Repository& repository, const git_commit* commit, std::string_view path, const Limits& limits);

/// A file in memory that has no name and that nobody can change any more, with these bytes; -1 where the system has no room.
int sealedFile(std::string_view bytes) noexcept;

Error pathNotFound();

} // namespace netbit::git
