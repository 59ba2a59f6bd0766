#pragma once
// A ZIP archive that somebody hands us. Its entries are read, never written to a file, so their names are only names; and all
// that could make the reading grow without end is refused before a byte of it is unpacked.

#include "cli/transfer/Lines.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::cli::transfer
{

struct ZipLimits {
    std::uint64_t entries = 500'000;
    std::uint64_t totalBytes = std::uint64_t{64} << 30; ///< unpacked, of all
    std::uint64_t ratio = 250; ///< unpacked to packed, of an entry of more than a mebibyte: DEFLATE's best is about 1,030
    std::uint64_t wholeBytes = std::uint64_t{64} << 20; ///< of an entry that is read at once
};

struct ZipEntry {
    std::string name;
    std::uint64_t index = 0;
    std::uint64_t bytes = 0; ///< unpacked, as the archive says; reading holds it to that
};

class Zip
{
public:
    /// Error: not_a_zip, zip_damaged (also one whose directory contradicts its entries), zip_too_many_entries, zip_too_large,
    /// zip_bomb, zip_bad_name (a path that leads out, absolute, with backslashes or control characters), zip_duplicate,
    /// zip_link, zip_encrypted, zip_method; each names the entry.
    static base::Result<std::unique_ptr<Zip>> open(const std::string& path, const ZipLimits& limits = {});
    ~Zip();
    Zip(const Zip&) = delete;
    Zip& operator=(const Zip&) = delete;

    /// Files, by name; directories are none.
    const std::map<std::string, ZipEntry, std::less<>>& entries() const noexcept { return _entries; }
    const ZipEntry* find(std::string_view name) const;
    /// The whole entry. Error: zip_damaged (a wrong checksum, another length than it says), zip_too_large.
    base::Result<std::string> read(const ZipEntry& entry) const;
    /// For entries of any size; one at a time, and no longer than this lives.
    base::Result<std::unique_ptr<Bytes>> stream(const ZipEntry& entry) const;

private:
    struct Handle;
    Zip(std::string path, std::unique_ptr<Handle> handle, const ZipLimits& limits);
    base::Result<void> list();
    base::Error wrong(std::string_view code, std::string_view entry, std::string_view why) const;

    const std::string _path;
    const std::unique_ptr<Handle> _handle;
    const ZipLimits _limits;
    std::map<std::string, ZipEntry, std::less<>> _entries;
};

} // namespace netbit::cli::transfer
