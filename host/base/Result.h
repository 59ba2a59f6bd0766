#pragma once
// Expected failure is a value. Every room of the host returns these; an exception is a bug.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace netbit::base {

/// Why something could not be done. The numbers are those of netbit/result.h (the border asserts it).
enum class Status : std::int32_t {
    ok = 0,
    malformed = 1,       ///< not parseable                    (HTTP 400)
    unauthenticated = 2, ///< who are you                      (401)
    forbidden = 3,       ///< you may not                      (403)
    notFound = 4,        ///< not there, or not yours to know  (404)
    conflict = 5,        ///< clashes with what is there       (409)
    tooLarge = 6,        ///< over a size limit                (413)
    invalid = 7,         ///< parses, but does not make sense  (422)
    rateLimited = 8,     ///< too often                        (429)
    unavailable = 9,     ///< overloaded or not ready          (503)
    storageFull = 10,    ///< disk or quota full               (507)
    internal = 11,       ///< our fault                        (500)
    wouldBlock = 12,     ///< only memory was allowed, and the answer is on disk: call again on a worker
    closed = 13,         ///< the peer or the handle is gone
    unsupported = 14,    ///< this host cannot do that         (501)
    preconditionFailed = 15, ///< If-Match did not match       (412)
    unsupportedType = 16, ///< a content type not taken here  (415)
};

struct Error {
    Status status = Status::internal;
    std::string code;    ///< stable, snake_case; clients match on it
    std::string detail;  ///< one sentence for a person
    std::string pointer; ///< JSON pointer of the member at fault, or empty
};

inline Error fault(Status status, std::string_view code, std::string_view detail, std::string_view pointer = {})
{
    return Error{status, std::string(code), std::string(detail), std::string(pointer)};
}

/// A value or an Error. Test it, then read it; value() of a failed result is a programmer's error.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : _held(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : _held(std::in_place_index<1>, std::move(error)) {}

    bool ok() const noexcept { return _held.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }

    T& value() & { return std::get<0>(_held); }
    const T& value() const& { return std::get<0>(_held); }
    T&& value() && { return std::get<0>(std::move(_held)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const { return std::get<1>(_held); }
    Status status() const noexcept { return ok() ? Status::ok : std::get<1>(_held).status; }

private:
    std::variant<T, Error> _held;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : _error(std::move(error)), _ok(false) {}

    bool ok() const noexcept { return _ok; }
    explicit operator bool() const noexcept { return _ok; }
    const Error& error() const { return _error; }
    Status status() const noexcept { return _ok ? Status::ok : _error.status; }

private:
    Error _error;
    bool _ok = true;
};

} // namespace netbit::base
