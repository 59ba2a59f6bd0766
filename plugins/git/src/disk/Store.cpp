#include "disk/Store.h"

#include "browse/Handles.h"

#include <array>
#include <atomic>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace netbit::git {

namespace {

namespace fs = std::filesystem;

Error unusable(const std::error_code& why)
{
    return Error(why == std::errc::no_space_on_device ? Status::storageFull : Status::unavailable, "repository_unusable",
                 "The repository's folder cannot be made: " + why.message() + '.');
}

/// So that the names in it are on the disk.
void syncFolder(const fs::path& path)
{
    const int open = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (open < 0)
        return;
    static_cast<void>(::fsync(open));
    ::close(open);
}

Result<void> putInPlace(const fs::path& made, const fs::path& place)
{
    std::error_code failed;
    fs::create_directories(place.parent_path(), failed);
    if (failed)
        return unusable(failed);
    fs::rename(made, place, failed);
    if (failed == std::errc::directory_not_empty || failed == std::errc::file_exists)
        return Error(Status::conflict, "repository_not_empty", "The repository is there already.");
    if (failed)
        return unusable(failed);
    syncFolder(place.parent_path());
    return {};
}

} // namespace

fs::path Store::pathOf(std::int64_t id) const
{
    std::array<char, 4> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned>(id & 0xFF));
    return _folder / digits.data() / (std::to_string(id) + ".git");
}

bool Store::exists(std::int64_t id) const
{
    std::error_code ignored;
    return fs::exists(pathOf(id) / "HEAD", ignored);
}

fs::path Store::room() const
{
    static std::atomic<unsigned> count{0};
    const auto folder = _folder / ".netbit" / "tmp";
    return folder / ("made-" + std::to_string(::getpid()) + '-' + std::to_string(++count));
}

Result<fs::path> Store::makeBeside(std::string_view wanted) const
{
    const auto made = room();
    const std::string branch(wanted.empty() ? "main" : wanted);
    git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
    options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH | GIT_REPOSITORY_INIT_NO_REINIT;
    options.initial_head = branch.c_str();
    git_repository* raw = nullptr;
    if (const int status = git_repository_init_ext(&raw, made.c_str(), &options); status < 0)
        return gitError(status);
    Owned<git_repository>(raw).reset();
    return made;
}

std::vector<std::int64_t> Store::all() const
{
    std::vector<std::int64_t> out;
    std::error_code failed;
    for (const auto& group : fs::directory_iterator(_folder, failed)) {
        if (group.path().filename().string().size() != 2)
            continue;
        for (const auto& each : fs::directory_iterator(group.path(), failed))
            if (const auto id = parseInteger<std::int64_t>(each.path().stem().string()); id && each.path().extension() == ".git")
                out.push_back(*id);
    }
    return out;
}

Result<fs::path> Store::ensure(std::int64_t id, std::string_view defaultBranch) const
{
    const auto place = pathOf(id);
    const std::string branch(defaultBranch.empty() ? "main" : defaultBranch);
    if (!exists(id)) {
        const auto made = makeBeside(branch);
        if (!made)
            return made;
        const auto put = putInPlace(*made, place);
        std::error_code ignored;
        if (!put)
            fs::remove_all(*made, ignored);
        if (!put && put.status() != Status::conflict) // else somebody was quicker
            return put.error();
    }
    if (auto headed = setHead(place, branch); !headed)
        return headed.error();
    return place;
}

Result<fs::path> Store::empty() const
{
    const auto place = _folder / ".netbit" / "empty.git";
    std::error_code ignored;
    if (fs::exists(place / "HEAD", ignored))
        return place;
    const auto made = makeBeside({});
    if (!made)
        return made;
    if (const auto put = putInPlace(*made, place); !put)
        return put.error();
    return place;
}

Result<void> Store::adopt(std::int64_t id, const fs::path& made) const
{
    const auto place = pathOf(id);
    if (exists(id)) { // an empty one gives way
        const auto there = asResult([&] { return git_repository_is_empty(take(&git_repository_open_bare, place.c_str()).get()) == 1; });
        if (!there)
            return there.error();
        if (!*there)
            return Error(Status::conflict, "repository_not_empty", "The repository has commits already.");
        remove(id);
    }
    return putInPlace(made, place);
}

std::uint64_t Store::sizeOf(std::int64_t id) const { return objectsSize(pathOf(id)); }

std::uint64_t objectsSize(const fs::path& repository)
{
    std::uint64_t out = 0;
    std::error_code failed;
    for (auto each = fs::recursive_directory_iterator(repository / "objects", failed); !failed && each != fs::recursive_directory_iterator();
         each.increment(failed)) {
        std::error_code gone; // git moves files while we look
        if (each->is_regular_file(gone) && !gone)
            if (const auto size = each->file_size(gone); !gone)
                out += size;
    }
    return out;
}

void Store::remove(std::int64_t id) const
{
    const auto away = room();
    std::error_code failed;
    fs::rename(pathOf(id), away, failed); // at once for whoever looks; what is left of it is removed at the next start
    if (!failed)
        fs::remove_all(away, failed);
}

Result<void> setHead(const fs::path& repository, std::string_view branch)
{
    return asResult([&] {
        const auto open = take(&git_repository_open_bare, repository.c_str());
        const auto wanted = "refs/heads/" + std::string(branch);
        const auto head = find(&git_reference_lookup, open.get(), "HEAD");
        const char* const now = head ? git_reference_symbolic_target(head.get()) : nullptr;
        if (!now || wanted != now)
            take(&git_reference_symbolic_create, open.get(), "HEAD", wanted.c_str(), 1, nullptr);
    }).isOk()
        ? Result<void>()
        : Result<void>(Error(Status::unavailable, "repository_unusable", "The repository's HEAD cannot be written."));
}

} // namespace netbit::git
