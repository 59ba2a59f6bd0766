#pragma once
// Where repositories lie: by id, so that a new name moves nothing. A repository that has no folder yet is an empty one.

#include <netbit/result.hpp>

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace netbit::git {

class Store {
public:
    explicit Store(std::filesystem::path folder) : _folder(std::move(folder)) {}

    std::filesystem::path pathOf(std::int64_t id) const;
    /// Its folder, made when it is not there: whole or not at all. HEAD names the default branch afterwards.
    Result<std::filesystem::path> ensure(std::int64_t id, std::string_view defaultBranch) const;
    bool exists(std::int64_t id) const;
    /// One that is nobody's and has nothing in it: what one that is not there yet looks like. Nothing is put into it.
    Result<std::filesystem::path> empty() const;
    /// A new empty one beside, to be adopted. Error: as ensure.
    Result<std::filesystem::path> makeBeside(std::string_view branch) const;
    std::vector<std::int64_t> all() const; ///< ids of those that have a folder
    /// Puts a bare repository that was made beside, on the same file system, in its place. Error: conflict / repository_not_empty.
    Result<void> adopt(std::int64_t id, const std::filesystem::path& made) const;
    std::uint64_t sizeOf(std::int64_t id) const; ///< of its objects, bytes
    void remove(std::int64_t id) const;          ///< also what is not there
    std::filesystem::path room() const;          ///< a new name on the same file system, for what is being made

private:
    std::filesystem::path _folder;
};

std::uint64_t objectsSize(const std::filesystem::path& repository); ///< bytes

/// Has HEAD name this branch, whether it is there or not.
Result<void> setHead(const std::filesystem::path& repository, std::string_view branch);

} // namespace netbit::git
