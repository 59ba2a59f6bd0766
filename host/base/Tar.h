#pragma once
// Archives that tar(1) reads: the ustar format of POSIX.1-1988, with GNU's long names and sizes. Regular files only.

#include "base/Descriptor.h"
#include "base/Result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::base {

constexpr std::size_t tarBlock = 512;

/// The head of one file; its bytes follow, and tarPadding() of zeros. Seconds of the epoch.
std::string tarHead(std::string_view name, std::uint64_t size, unsigned mode, std::int64_t modified);
constexpr std::size_t tarPadding(std::uint64_t size) noexcept
{
    return static_cast<std::size_t>((tarBlock - size % tarBlock) % tarBlock);
}
std::string tarEnd();

struct TarEntry {
    std::string name;
    std::uint64_t size = 0;
    unsigned mode = 0;
    std::uint64_t at = 0; ///< where its bytes begin in the archive
};

/// Reads an archive that this program wrote. Errors: unavailable / read_failed; malformed / bad_archive, for whatever is no
/// archive, is cut short, or has entries of another kind.
class TarReader {
public:
    static Result<TarReader> open(const std::filesystem::path& file);

    /// The next entry; nothing: the end was reached, as it must be.
    Result<std::optional<TarEntry>> next();
    /// The bytes of an entry, piece by piece; false ends it. In any order, and beside next().
    Result<void> bytes(const TarEntry& entry, const std::function<bool(std::string_view)>& take) const;

private:
    TarReader(Descriptor file, std::string name) : _file(std::move(file)), _name(std::move(name)) {}
    Error bad(std::string_view what) const;
    Result<void> readAt(std::uint64_t at, char* to, std::size_t size) const;
    Result<std::string> longName(std::uint64_t size);

    Descriptor _file;
    std::string _name;
    std::uint64_t _at = 0;
};

} // namespace netbit::base
