#include "services/files/MediaType.h"

#include "services/log/Log.h"

#include <algorithm>
#include <array>
#include <magic.h>
#include <memory>
#include <mutex>
#include <type_traits>
#include <unistd.h>

namespace netbit::services::files {

namespace {

constexpr std::size_t headBytes = 64 * 1024;
constexpr std::string_view unknown = "application/octet-stream";

struct CloseMagic {
    void operator()(magic_t cookie) const noexcept { magic_close(cookie); }
};

/// libmagic's own state is for one thread at a time. Loaded when the first file comes: a server without files goes without.
class Magic {
public:
    std::string ask(const char* bytes, std::size_t size)
    {
        const std::lock_guard lock(_mutex); // all of it
        if (!_cookie && !_failed)
            load();
        if (!_cookie)
            return std::string(unknown);
        const char* const answer = magic_buffer(_cookie.get(), bytes, size);
        return answer ? answer : std::string(unknown);
    }

private:
    void load()
    {
        // Nothing that would start a program or take an archive apart.
        _cookie.reset(magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_TAR));
        if (_cookie && magic_load(_cookie.get(), nullptr) == 0)
            return;
        _failed = true;
        log::error("files", "The types of files cannot be told",
                   {{"error", _cookie ? magic_error(_cookie.get()) : "out of memory"}});
        _cookie.reset();
    }

    std::mutex _mutex; // guards what follows
    std::unique_ptr<std::remove_pointer_t<magic_t>, CloseMagic> _cookie;
    bool _failed = false;
};

/// type/subtype in the letters of RFC 6838.
bool wellFormed(std::string_view type) noexcept
{
    return type.size() < 128 && std::count(type.begin(), type.end(), '/') == 1 && type.front() != '/' && type.back() != '/' &&
           std::all_of(type.begin(), type.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' || c == '.' ||
                      c == '+' || c == '-' || c == '_';
           });
}

} // namespace

std::string mediaTypeOf(int descriptor)
{
    static Magic magic;
    std::string head(headBytes, '\0');
    const auto got = ::pread(descriptor, head.data(), head.size(), 0);
    if (got <= 0)
        return std::string(unknown);
    auto type = magic.ask(head.data(), static_cast<std::size_t>(got));
    return type.empty() || !wellFormed(type) ? std::string(unknown) : type;
}

bool isImage(std::string_view mediaType) noexcept
{
    constexpr std::array<std::string_view, 4> known{"image/jpeg", "image/png", "image/gif", "image/webp"};
    return std::find(known.begin(), known.end(), mediaType) != known.end();
}

} // namespace netbit::services::files
