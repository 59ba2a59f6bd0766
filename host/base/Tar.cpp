#include "base/Tar.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <vector>

namespace netbit::base {

namespace {

constexpr std::size_t nameBytes = 100;
constexpr std::size_t longestName = 4096;
constexpr std::size_t sumAt = 148;
constexpr std::size_t sizeAt = 124;

void octal(std::string& block, std::size_t at, std::size_t digits, std::uint64_t value)
{
    for (std::size_t i = digits; i-- > 0; value >>= 3)
        block[at + i] = static_cast<char>('0' + (value & 7));
}

std::uint64_t sumOf(std::string_view block)
{
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < tarBlock; ++i)
        sum += i >= sumAt && i < sumAt + 8 ? ' ' : static_cast<unsigned char>(block[i]);
    return sum;
}

std::optional<std::uint64_t> readOctal(std::string_view field)
{
    std::uint64_t value = 0;
    bool any = false;
    for (const char c : field) {
        if (c < '0' || c > '7') {
            if (c != ' ' && c != '\0')
                return std::nullopt;
            break;
        }
        any = true;
        value = value << 3 | static_cast<std::uint64_t>(c - '0');
    }
    return any ? std::optional(value) : std::nullopt;
}

/// Octal, or, where the first bit is set, big-endian binary.
std::optional<std::uint64_t> readSize(std::string_view field)
{
    if ((static_cast<unsigned char>(field[0]) & 0x80) == 0)
        return readOctal(field);
    std::uint64_t value = 0;
    for (const char c : field.substr(4))
        value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

std::string block(std::string_view name, std::uint64_t size, unsigned mode, std::int64_t modified, char type)
{
    std::string out(tarBlock, '\0');
    name.substr(0, nameBytes).copy(out.data(), nameBytes);
    octal(out, 100, 7, mode & 07777);
    octal(out, 108, 7, 0);
    octal(out, 116, 7, 0);
    if (size < (1ULL << 33)) {
        octal(out, sizeAt, 11, size);
    } else {
        out[sizeAt] = '\x80';
        for (std::size_t i = 0; i < 8; ++i)
            out[sizeAt + 4 + i] = static_cast<char>(size >> (8 * (7 - i)));
    }
    octal(out, 136, 11, static_cast<std::uint64_t>(std::max<std::int64_t>(modified, 0)));
    out[156] = type;
    std::memcpy(out.data() + 257, "ustar  ", 8); // GNU's magic, since of its long names
    octal(out, sumAt, 6, sumOf(out));
    out[sumAt + 7] = ' ';
    return out;
}

} // namespace

std::string tarHead(std::string_view name, std::uint64_t size, unsigned mode, std::int64_t modified)
{
    std::string out;
    if (name.size() >= nameBytes) {
        out = block("././@LongLink", name.size() + 1, 0, 0, 'L');
        out += name;
        out.append(1 + tarPadding(name.size() + 1), '\0');
    }
    return out += block(name, size, mode, modified, '0');
}

std::string tarEnd() { return std::string(2 * tarBlock, '\0'); }

Result<TarReader> TarReader::open(const std::filesystem::path& file)
{
    Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened)
        return fault(Status::unavailable, "read_failed", file.string() + ": " + std::strerror(errno) + '.');
    return TarReader(std::move(opened), file.string());
}

Error TarReader::bad(std::string_view what) const
{
    return fault(Status::malformed, "bad_archive", _name + ": " + std::string(what) + " (at byte " + std::to_string(_at) + ").");
}

Result<void> TarReader::readAt(std::uint64_t at, char* to, std::size_t size) const
{
    while (size > 0) {
        const auto got = ::pread(_file.get(), to, size, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault(Status::unavailable, "read_failed", _name + ": " + std::strerror(errno) + '.');
        if (got == 0)
            return bad("it ends too early");
        to += got;
        at += static_cast<std::uint64_t>(got);
        size -= static_cast<std::size_t>(got);
    }
    return {};
}

Result<std::string> TarReader::longName(std::uint64_t size)
{
    if (size == 0 || size > longestName)
        return bad("a name is too long");
    std::string name(static_cast<std::size_t>(size), '\0');
    if (auto read = readAt(_at, name.data(), name.size()); !read)
        return read.error();
    _at += size + tarPadding(size);
    name.resize(std::min(name.find('\0'), name.size()));
    return name;
}

Result<std::optional<TarEntry>> TarReader::next()
{
    std::string name;
    for (;;) {
        std::string head(tarBlock, '\0');
        if (auto read = readAt(_at, head.data(), head.size()); !read)
            return read.error();
        if (std::all_of(head.begin(), head.end(), [](char c) { return c == '\0'; })) {
            if (auto read = readAt(_at + tarBlock, head.data(), head.size()); !read)
                return read.error();
            if (!name.empty() || std::any_of(head.begin(), head.end(), [](char c) { return c != '\0'; }))
                return bad("it ends in the middle of something");
            return std::optional<TarEntry>();
        }
        const auto view = std::string_view(head);
        if (readOctal(view.substr(sumAt, 8)) != sumOf(head) || view[sumAt + 6] != '\0' || view[sumAt + 7] != ' ')
            return bad("the head of an entry is damaged, or this is no archive");
        const auto size = readSize(view.substr(sizeAt, 12));
        const auto mode = readOctal(view.substr(100, 8));
        if (!size || !mode || *size > (1ULL << 50))
            return bad("the head of an entry is damaged");
        _at += tarBlock;
        const char type = head[156];
        if (type == 'L' && name.empty()) {
            auto read = longName(*size);
            if (!read)
                return read.error();
            name = std::move(*read);
            continue;
        }
        if (type != '0' && type != '\0')
            return bad("an entry is no regular file");
        if (name.empty())
            name = std::string(view.substr(0, std::min(view.find('\0'), nameBytes)));
        TarEntry entry{std::move(name), *size, static_cast<unsigned>(*mode), _at};
        _at += *size + tarPadding(*size);
        return std::optional(std::move(entry));
    }
}

Result<void> TarReader::bytes(const TarEntry& entry, const std::function<bool(std::string_view)>& take) const
{
    std::vector<char> piece(64 * 1024);
    for (std::uint64_t done = 0; done < entry.size;) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), entry.size - done));
        if (auto read = readAt(entry.at + done, piece.data(), size); !read)
            return read;
        done += size;
        if (!take({piece.data(), size}))
            return {};
    }
    return {};
}

} // namespace netbit::base
