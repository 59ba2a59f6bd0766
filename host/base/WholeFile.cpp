#include "base/WholeFile.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace netbit::base {

namespace fs = std::filesystem;

namespace {

Error failure(const fs::path& path, std::string_view what, std::string_view code)
{
    return fault(Status::unavailable, code,
                 path.string() + ": " + std::string(what) + " (" + std::strerror(errno) + ").");
}

} // namespace

Result<std::string> readWhole(const fs::path& path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return failure(path, "cannot be read", "read_failed");
    struct stat facts{};
    std::string bytes(::fstat(file, &facts) == 0 && facts.st_size > 0 ? static_cast<std::size_t>(facts.st_size) + 1 : 4096, '\0');
    std::size_t length = 0;
    for (;;) {
        if (length == bytes.size())
            bytes.resize(2 * bytes.size());
        const auto taken = ::read(file, bytes.data() + length, bytes.size() - length);
        if (taken < 0 && errno == EINTR)
            continue;
        if (taken <= 0) {
            const int why = taken < 0 ? errno : 0;
            ::close(file);
            errno = why;
            if (why != 0)
                return failure(path, "cannot be read", "read_failed");
            bytes.resize(length);
            return bytes;
        }
        length += static_cast<std::size_t>(taken);
    }
}

Result<void> writeWhole(const fs::path& path, std::string_view bytes, unsigned mode)
{
    const auto temporary = path.string() + ".new";
    const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (file < 0)
        return failure(temporary, "cannot be written", "write_failed");
    bool whole = true;
    while (whole && !bytes.empty()) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        whole = written > 0 || (written < 0 && errno == EINTR);
        if (written > 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    whole = whole && ::fsync(file) == 0;
    const int why = errno;
    ::close(file);
    errno = why;
    if (whole && ::rename(temporary.c_str(), path.c_str()) == 0)
        return {};
    auto error = failure(path, "cannot be written", "write_failed");
    ::unlink(temporary.c_str());
    return error;
}

} // namespace netbit::base
