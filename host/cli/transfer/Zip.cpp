#include "cli/transfer/Zip.h"

#include "base/Json.h"

#include <algorithm>
#include <filesystem>
#include <zip.h>

namespace netbit::cli::transfer
{

using base::fault;
using base::Result;
using base::Status;

namespace
{

constexpr std::size_t maxNameBytes = 1'000;
constexpr std::size_t pieceBytes = 64 * 1024;
constexpr std::uint64_t smallEnough = std::uint64_t{1} << 20; // of whatever ratio

std::string textOf(int code)
{
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    return text;
}

/// Why a name is refused; empty: it is good.
std::string_view badName(std::string_view name)
{
    if (name.empty() || name.size() > maxNameBytes || !base::validUtf8(name))
        return "its name is empty, too long or no UTF-8";
    if (std::any_of(name.begin(), name.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\'; }))
        return "its name holds control characters or backslashes";
    if (name.front() == '/' || (name.size() > 1 && name[1] == ':'))
        return "its name is an absolute path";
    for (std::size_t at = 0; at <= name.size();) {
        const auto end = std::min(name.find('/', at), name.size());
        if (name.substr(at, end - at) == "..")
            return "its name leads out of the archive";
        at = end + 1;
    }
    return {};
}

/// A printable form of any bytes.
std::string shown(std::string_view name)
{
    std::string out(name.substr(0, 200));
    for (auto& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F)
            c = '?';
    return out;
}

class EntryBytes final : public Bytes
{
public:
    EntryBytes(zip_file_t* file, std::string what, std::uint64_t bytes)
        : _file(file)
        , _what(std::move(what))
        , _left(bytes)
    {
    }
    ~EntryBytes() override { zip_fclose(_file); }
    EntryBytes(const EntryBytes&) = delete;
    EntryBytes& operator=(const EntryBytes&) = delete;

    // libzip compares the checksum when it comes to the end of the data, so the end is asked for too.
    Result<std::size_t> read(char* to, std::size_t most) override
    {
        const auto got = zip_fread(_file, to, most);
        if (got < 0)
            return fault(Status::malformed, "zip_damaged",
                         _what + " is damaged: " + zip_error_strerror(zip_file_get_error(_file)) + ".");
        if (static_cast<std::uint64_t>(got) > _left)
            return fault(Status::malformed, "zip_damaged", _what + " is longer than the archive says.");
        _left -= static_cast<std::uint64_t>(got);
        if (got == 0 && _left != 0)
            return fault(Status::malformed, "zip_damaged", _what + " is shorter than the archive says.");
        return static_cast<std::size_t>(got);
    }

private:
    zip_file_t* const _file;
    const std::string _what;
    std::uint64_t _left;
};

} // namespace

struct Zip::Handle {
    explicit Handle(zip_t* opened)
        : zip(opened)
    {
    }
    ~Handle() { zip_discard(zip); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    zip_t* const zip;
};

Zip::Zip(std::string path, std::unique_ptr<Handle> handle, const ZipLimits& limits)
    : _path(std::move(path))
    , _handle(std::move(handle))
    , _limits(limits)
{
}

Zip::~Zip() = default;

base::Error Zip::wrong(std::string_view code, std::string_view entry, std::string_view why) const
{
    return fault(Status::invalid, code, _path + ": " + shown(entry) + " is refused: " + std::string(why) + ".");
}

Result<std::unique_ptr<Zip>> Zip::open(const std::string& path, const ZipLimits& limits)
{
    std::error_code error;
    if (!std::filesystem::exists(path, error))
        return fault(Status::notFound, "unreadable", path + " is not there.");
    const auto opened = [&](int flags) -> Result<std::unique_ptr<Handle>> {
        int code = 0;
        auto* const zip = zip_open(path.c_str(), ZIP_RDONLY | flags, &code);
        if (!zip)
            return fault(Status::invalid, code == ZIP_ER_NOZIP ? "not_a_zip" : "zip_damaged",
                         path + (code == ZIP_ER_NOZIP ? " is no ZIP archive." : " cannot be read: " + textOf(code) + "."));
        return std::make_unique<Handle>(zip);
    };
    // Looked at first, because what is wrong with an entry can be said then; libzip's own check names none.
    auto handle = opened(0);
    if (!handle)
        return handle.error();
    std::unique_ptr<Zip> made(new Zip(path, std::move(*handle), limits));
    if (auto listed = made->list(); !listed)
        return listed.error();
    if (const auto consistent = opened(ZIP_CHECKCONS); !consistent)
        return consistent.error();
    return made;
}

Result<void> Zip::list()
{
    const auto count = static_cast<std::uint64_t>(zip_get_num_entries(_handle->zip, 0));
    if (count > _limits.entries)
        return fault(Status::tooLarge, "zip_too_many_entries",
                     _path + " has " + std::to_string(count) + " entries; " + std::to_string(_limits.entries) + " is the most.");
    std::uint64_t total = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        zip_stat_t stat;
        zip_stat_init(&stat);
        constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD |
            ZIP_STAT_ENCRYPTION_METHOD;
        if (zip_stat_index(_handle->zip, i, ZIP_FL_ENC_GUESS, &stat) != 0 || (stat.valid & needed) != needed)
            return fault(Status::malformed, "zip_damaged", _path + ": entry " + std::to_string(i) + " cannot be read.");
        const std::string_view name = stat.name;
        if (const auto why = badName(name); !why.empty())
            return wrong("zip_bad_name", name, why);
        zip_uint8_t system = 0;
        zip_uint32_t attributes = 0;
        constexpr zip_uint32_t fileType = 0170000;
        constexpr zip_uint32_t link = 0120000;
        if (zip_file_get_external_attributes(_handle->zip, i, 0, &system, &attributes) == 0 && system == ZIP_OPSYS_UNIX &&
            ((attributes >> 16) & fileType) == link)
            return wrong("zip_link", name, "it is a link");
        if (stat.encryption_method != ZIP_EM_NONE)
            return wrong("zip_encrypted", name, "it is encrypted");
        if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE)
            return wrong("zip_method", name, "it is packed neither as it is nor by DEFLATE");
        if (stat.comp_method == ZIP_CM_STORE && stat.size != stat.comp_size)
            return wrong("zip_damaged", name, "it is stored as it is, and yet has two sizes");
        if (stat.size > _limits.totalBytes - total)
            return fault(Status::tooLarge, "zip_too_large",
                         _path + " has more than " + std::to_string(_limits.totalBytes >> 20) + " MiB, unpacked.");
        total += stat.size;
        if (stat.size > smallEnough && stat.size / std::max<std::uint64_t>(stat.comp_size, 1) > _limits.ratio)
            return wrong("zip_bomb", name, "it unpacks to more than " + std::to_string(_limits.ratio) + " times its size");
        if (name.back() == '/')
            continue;
        if (!_entries.emplace(std::string(name), ZipEntry{std::string(name), i, stat.size}).second)
            return wrong("zip_duplicate", name, "the archive has two entries of this name");
    }
    return {};
}

const ZipEntry* Zip::find(std::string_view name) const
{
    const auto found = _entries.find(name);
    return found == _entries.end() ? nullptr : &found->second;
}

Result<std::unique_ptr<Bytes>> Zip::stream(const ZipEntry& entry) const
{
    auto* const file = zip_fopen_index(_handle->zip, entry.index, 0);
    if (!file)
        return fault(Status::malformed, "zip_damaged",
                     _path + ": " + entry.name + " cannot be read: " + zip_strerror(_handle->zip) + ".");
    return std::unique_ptr<Bytes>(std::make_unique<EntryBytes>(file, _path + ": " + entry.name, entry.bytes));
}

Result<std::string> Zip::read(const ZipEntry& entry) const
{
    if (entry.bytes > _limits.wholeBytes)
        return fault(Status::tooLarge, "zip_too_large",
                     _path + ": " + entry.name + " has more than " + std::to_string(_limits.wholeBytes >> 20) + " MiB.");
    auto bytes = stream(entry);
    if (!bytes)
        return bytes.error();
    std::string out;
    for (;;) {
        const auto before = out.size();
        out.resize(before + pieceBytes);
        const auto got = (*bytes)->read(out.data() + before, pieceBytes);
        if (!got)
            return got.error();
        out.resize(before + *got);
        if (*got == 0)
            return out;
    }
}

} // namespace netbit::cli::transfer
