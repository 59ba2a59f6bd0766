#include "border/Convert.h"

#include "base/Json.h"

#include <cstddef>
#include <string>

namespace netbit::border {

using base::Status;

static_assert(static_cast<int>(Status::ok) == NB_OK && static_cast<int>(Status::malformed) == NB_MALFORMED &&
              static_cast<int>(Status::unauthenticated) == NB_UNAUTHENTICATED &&
              static_cast<int>(Status::forbidden) == NB_FORBIDDEN && static_cast<int>(Status::notFound) == NB_NOT_FOUND &&
              static_cast<int>(Status::conflict) == NB_CONFLICT && static_cast<int>(Status::tooLarge) == NB_TOO_LARGE &&
              static_cast<int>(Status::invalid) == NB_INVALID &&
              static_cast<int>(Status::rateLimited) == NB_RATE_LIMITED &&
              static_cast<int>(Status::unavailable) == NB_UNAVAILABLE &&
              static_cast<int>(Status::storageFull) == NB_STORAGE_FULL &&
              static_cast<int>(Status::internal) == NB_INTERNAL &&
              static_cast<int>(Status::wouldBlock) == NB_WOULD_BLOCK && static_cast<int>(Status::closed) == NB_CLOSED &&
              static_cast<int>(Status::unsupported) == NB_UNSUPPORTED &&
              static_cast<int>(Status::preconditionFailed) == NB_PRECONDITION_FAILED &&
              static_cast<int>(Status::unsupportedType) == NB_UNSUPPORTED_TYPE);

namespace {

/// Copies what fits, terminated, and never half a character.
void cutTo(char* out, std::size_t capacity, std::string_view text) noexcept
{
    std::size_t length = std::min(text.size(), capacity - 1);
    if (length < text.size())
        while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80)
            --length;
    std::memcpy(out, text.data(), length);
    out[length] = '\0';
}

template <std::size_t N>
std::string upToNul(const char (&field)[N])
{
    return std::string(field, strnlen(field, N));
}

} // namespace

void refuseArgument(std::string_view name, std::string_view why)
{
    throw BadArgument{
        base::fault(Status::invalid, "bad_argument", "The argument " + std::string(name) + ' ' + std::string(why) + '.')};
}

Status statusOf(std::int32_t number) noexcept
{
    return number >= NB_OK && number <= NB_UNSUPPORTED_TYPE ? static_cast<Status>(number) : Status::internal;
}

std::int32_t tell(nb_error* out, const base::Error& error) noexcept
{
    const auto status = number(error.status);
    if (!out)
        return status;
    const auto covers = [out](std::size_t end) { return out->size >= end; };
    if (covers(offsetof(nb_error, code)))
        out->status = status;
    if (covers(offsetof(nb_error, pointer)))
        cutTo(out->code, sizeof out->code, error.code);
    if (covers(offsetof(nb_error, detail)))
        cutTo(out->pointer, sizeof out->pointer, error.pointer);
    if (covers(leastSize<nb_error>))
        cutTo(out->detail, sizeof out->detail, error.detail);
    return status;
}

base::Error errorOf(const nb_error& error, std::int32_t status)
{
    base::Error out{statusOf(status), {}, {}, {}};
    if (error.size >= leastSize<nb_error>) {
        out.code = upToNul(error.code);
        out.pointer = upToNul(error.pointer);
        out.detail = upToNul(error.detail);
    }
    for (auto* text : {&out.code, &out.pointer, &out.detail})
        if (!base::validUtf8(*text))
            text->clear();
    if (out.status == Status::ok)
        out.status = Status::internal;
    if (out.code.empty())
        out.code = "plugin_error";
    return out;
}

std::string_view bytesOf(nb_str text, std::string_view name)
{
    if (!text.ptr && text.len > 0)
        refuseArgument(name, "is null but has a length");
    return text.ptr ? std::string_view(text.ptr, text.len) : std::string_view();
}

std::string_view textOf(nb_str text, std::string_view name)
{
    const auto bytes = bytesOf(text, name);
    if (!base::validUtf8(bytes))
        refuseArgument(name, "is not UTF-8");
    return bytes;
}

} // namespace netbit::border
