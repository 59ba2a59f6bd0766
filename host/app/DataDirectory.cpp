#include "app/DataDirectory.h"

#include "base/WholeFile.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace netbit::app {

using base::Result;
using base::Status;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t secretBytes = 32;

base::Error failure(const fs::path& path, std::string_view what)
{
    return base::fault(Status::unavailable, "data_directory",
                       path.string() + ": " + std::string(what) + " (" + std::strerror(errno) + ")");
}

Result<void> makeFolder(const fs::path& path)
{
    std::error_code error;
    if (path.has_parent_path())
        fs::create_directories(path.parent_path(), error);
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return failure(path, "cannot be made");
    return {};
}

} // namespace

Result<std::unique_ptr<DataDirectory>> DataDirectory::open(const fs::path& path)
{
    if (sodium_init() < 0)
        return base::fault(Status::internal, "no_random", "The system gives no random numbers.");
    const auto folder = fs::absolute(path);
    for (const auto& each : {folder, folder / "secrets", folder / "generations", folder / "plugins"})
        if (auto made = makeFolder(each); !made)
            return made.error();
    const auto lockPath = folder / "netbitd.lock";
    const int lock = ::open(lockPath.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0)
        return failure(lockPath, "cannot be opened");
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        close(lock);
        return base::fault(Status::unavailable, "data_directory_in_use",
                           "Another netbitd is using the data directory " + folder.string() + ".");
    }
    return std::unique_ptr<DataDirectory>(new DataDirectory(folder, lock));
}

DataDirectory::~DataDirectory() { close(_lock); }

Result<void> DataDirectory::writeFile(const fs::path& path, std::string_view content)
{
    return base::writeWhole(path, content);
}

Result<std::string> DataDirectory::secret(std::string_view name)
{
    const auto path = _path / "secrets" / name;
    if (fs::exists(path)) {
        auto kept = base::readWhole(path);
        if (kept && kept->size() != secretBytes)
            return base::fault(Status::unavailable, "data_directory", path.string() + ": is not a secret of 32 bytes.");
        return kept;
    }
    std::string bytes(secretBytes, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    if (auto written = writeFile(path, bytes); !written)
        return written.error();
    return bytes;
}

} // namespace netbit::app
