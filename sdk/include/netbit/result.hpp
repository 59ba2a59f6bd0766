#ifndef NETBIT_RESULT_HPP
#define NETBIT_RESULT_HPP
/*
 * Statuses, errors and results as a C++ plugin sees them, and the way to and from netbit/result.h.
 *
 * An expected failure is a value: Result<T> holds a T or an Error. Failure is the exception for what ends the work, such as
 * a start that cannot go on. No exception ever crosses the border: see netbit/plugin.hpp.
 */
#include "netbit/result.h"

#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

/* For what must stay one per library: a variable that is not hidden would be shared by all plugins (STB_GNU_UNIQUE). */
#if defined(__GNUC__)
#define NETBIT_HIDDEN __attribute__((visibility("hidden")))
#else
#define NETBIT_HIDDEN
#endif

namespace netbit {

/* The numbers of result.h. A newer host may say one that is not listed; it is passed on as it is. */
enum class Status : std::int32_t {
    ok = NB_OK,
    malformed = NB_MALFORMED,
    unauthenticated = NB_UNAUTHENTICATED,
    forbidden = NB_FORBIDDEN,
    notFound = NB_NOT_FOUND,
    conflict = NB_CONFLICT,
    tooLarge = NB_TOO_LARGE,
    invalid = NB_INVALID,
    rateLimited = NB_RATE_LIMITED,
    unavailable = NB_UNAVAILABLE,
    storageFull = NB_STORAGE_FULL,
    internal = NB_INTERNAL,
    wouldBlock = NB_WOULD_BLOCK,
    closed = NB_CLOSED,
    unsupported = NB_UNSUPPORTED,
    preconditionFailed = NB_PRECONDITION_FAILED,
    unsupportedType = NB_UNSUPPORTED_TYPE,
};

constexpr std::int32_t toNumber(Status status) noexcept { return static_cast<std::int32_t>(status); }
constexpr Status toStatus(std::int32_t number) noexcept { return static_cast<Status>(number); }

/* Views over the same bytes; nothing is copied. */
constexpr nb_str toStr(std::string_view text) noexcept { return nb_str{text.data(), text.size()}; }
constexpr nb_str absentStr() noexcept { return nb_str{nullptr, 0}; }
constexpr nb_str toStr(std::optional<std::string_view> text) noexcept { return text ? toStr(*text) : absentStr(); }
inline nb_str toStr(const std::string& text) noexcept { return nb_str{text.data(), text.size()}; }
constexpr nb_str toStr(const char* text) noexcept { return toStr(std::string_view(text)); }
constexpr std::string_view toView(nb_str text) noexcept
{
    return text.ptr == nullptr ? std::string_view() : std::string_view(text.ptr, text.len);
}
/* Tells absent from empty. */
constexpr std::optional<std::string_view> toOptional(nb_str text) noexcept
{
    return text.ptr == nullptr ? std::nullopt : std::optional<std::string_view>(std::string_view(text.ptr, text.len));
}

namespace detail {

/* How many bytes of `text` fit into `room`, never ending inside a UTF-8 character (RFC 3629: 10xxxxxx continues one). */
inline std::size_t cutLength(std::string_view text, std::size_t room) noexcept
{
    if (text.size() <= room) {
        return text.size();
    }
    std::size_t length = room;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0u) == 0x80u) {
        --length;
    }
    return length;
}

template <std::size_t capacity> void copyCut(char (&out)[capacity], std::string_view text) noexcept
{
    const std::size_t length = cutLength(text, capacity - 1);
    if (length > 0) {
        std::memcpy(out, text.data(), length);
    }
    out[length] = '\0';
}

template <std::size_t capacity> std::string fixedText(const char (&text)[capacity])
{
    const void* end = std::memchr(text, '\0', capacity);
    const auto length = end == nullptr ? capacity : static_cast<std::size_t>(static_cast<const char*>(end) - text);
    return std::string(text, length);
}

/* Fills what the caller has room for; `out` may be null ("do not tell me"). */
inline void fillError(nb_error* out, std::int32_t status, std::string_view code, std::string_view detail,
                      std::string_view pointer = {}) noexcept
{
    if (out == nullptr || out->size < sizeof(nb_error)) {
        return;
    }
    out->status = status;
    copyCut(out->code, code);
    copyCut(out->pointer, pointer);
    copyCut(out->detail, detail);
}

} // namespace detail

/* What went wrong, as a value. */
struct Error {
    Status status = Status::internal;
    std::string code;    /* stable, snake_case */
    std::string detail;  /* one sentence for a person */
    std::string pointer; /* JSON pointer (RFC 6901) of the member at fault, or empty */

    Error() = default;
    explicit Error(Status what, std::string_view itsCode = {}, std::string_view sentence = {}, std::string_view where = {})
        : status(what)
        , code(itsCode)
        , detail(sentence)
        , pointer(where)
    {
    }
    Error(std::int32_t what, const nb_error& from)
        : status(toStatus(what))
        , code(detail::fixedText(from.code))
        , detail(detail::fixedText(from.detail))
        , pointer(detail::fixedText(from.pointer))
    {
    }

    void fill(nb_error* out) const noexcept { detail::fillError(out, toNumber(status), code, detail, pointer); }
};

/* Room for the error of one call into the host: pass get(), and turn a status other than NB_OK into an Error. */
class ErrorBuffer {
public:
    ErrorBuffer() noexcept
    {
        /* Only the first byte of each text: the whole is 712 bytes, and most calls succeed. */
        _error.size = sizeof _error;
        _error.status = NB_OK;
        _error.code[0] = _error.pointer[0] = _error.detail[0] = '\0';
    }
    nb_error* get() noexcept { return &_error; }
    Error toError(std::int32_t status) const { return Error(status, _error); }

private:
    nb_error _error;
};

/* The exception that carries an Error. In create, configure and start it is what the host reports; in a handler it counts
 * as a fault like any other exception, since a refusal there is a value. */
class Failure : public std::runtime_error {
public:
    explicit Failure(Error error)
        : std::runtime_error(error.detail.empty() ? error.code : error.detail)
        , _error(std::make_shared<const Error>(std::move(error)))
    {
    }
    const Error& error() const noexcept { return *_error; }

private:
    std::shared_ptr<const Error> _error; /* shared, since copying an exception must not throw */
};

/* A value or an Error. */
template <class T> class [[nodiscard]] Result
{
public:
    Result(T value)
        : _state(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Error error)
        : _state(std::in_place_index<1>, std::move(error))
    {
    }

    explicit operator bool() const noexcept { return _state.index() == 0; }
    bool isOk() const noexcept { return _state.index() == 0; }
    Status status() const noexcept { return isOk() ? Status::ok : std::get_if<1>(&_state)->status; }

    /* The value; a Failure when there is none. */
    T& value() & { return checked(), *std::get_if<0>(&_state); }
    const T& value() const& { return checked(), *std::get_if<0>(&_state); }
    T&& value() && { return checked(), std::move(*std::get_if<0>(&_state)); }
    /* The value, where it was asked for before. */
    T& operator*() noexcept { return *std::get_if<0>(&_state); }
    const T& operator*() const noexcept { return *std::get_if<0>(&_state); }
    T* operator->() noexcept { return std::get_if<0>(&_state); }
    const T* operator->() const noexcept { return std::get_if<0>(&_state); }
    /* The error, where there is no value. */
    const Error& error() const { return std::get<1>(_state); }

private:
    void checked() const
    {
        if (!isOk()) {
            throw Failure(*std::get_if<1>(&_state));
        }
    }
    std::variant<T, Error> _state;
};

template <> class [[nodiscard]] Result<void>
{
public:
    Result() = default;
    Result(Error error)
        : _error(std::move(error))
    {
    }
    explicit operator bool() const noexcept { return !_error; }
    bool isOk() const noexcept { return !_error; }
    Status status() const noexcept { return _error ? _error->status : Status::ok; }
    void value() const
    {
        if (_error) {
            throw Failure(*_error);
        }
    }
    const Error& error() const { return _error.value(); }

private:
    std::optional<Error> _error;
};

/* The outcome of a call that fills nothing but an error. */
inline Result<void> toResult(std::int32_t status, const ErrorBuffer& error)
{
    return status == NB_OK ? Result<void>() : Result<void>(error.toError(status));
}

/* The end of a write that went well. */
struct Done {
    std::int64_t id = 0;   /* of what was made or changed */
    std::string_view json; /* as the API shows it; borrowed for the call */
    bool replayed = false; /* an earlier call with the same key had done it */
};

namespace detail {
/* Where an exception that must not cross goes: the log (netbit/host.hpp). */
NETBIT_HIDDEN inline void reportFault(const char* where, const char* what) noexcept;
}

/*
 * A callable for an nb_done_fn. It is called exactly once: by the host when the write has ended, or by settle() when the
 * host refused at once; then it is freed. Moving is enough, so it may own what it answers with.
 *
 *     auto ticket = netbit::done([later = request.defer()](netbit::Result<netbit::Done> result) mutable { … });
 *     netbit::ErrorBuffer error;
 *     ticket.settle(api->send(host, who, &message, ticket.function(), ticket.user(), error.get()), error);
 */
template <class F> class DoneTicket
{
public:
    explicit DoneTicket(F callable)
        : _callable(std::make_unique<F>(std::move(callable)))
    {
    }

    nb_done_fn function() const noexcept { return &DoneTicket::call; }
    void* user() const noexcept { return _callable.get(); }

    /* After NB_OK the callable is the host's, which may have called and freed it already. */
    void settle(std::int32_t status, const ErrorBuffer& error)
    {
        if (status == NB_OK) {
            static_cast<void>(_callable.release());
            return;
        }
        const auto callable = std::move(_callable);
        (*callable)(Result<Done>(error.toError(status)));
    }

private:
    static void call(void* user, std::int32_t status, const nb_error* error, std::int64_t id, nb_str json,
                     std::uint32_t flags) noexcept
    {
        const std::unique_ptr<F> callable(static_cast<F*>(user));
        try {
            if (status == NB_OK) {
                (*callable)(Result<Done>(Done{id, toView(json), (flags & NB_DONE_REPLAYED) != 0}));
            } else if (error != nullptr) {
                (*callable)(Result<Done>(Error(status, *error)));
            } else {
                (*callable)(Result<Done>(Error(toStatus(status))));
            }
        } catch (const std::exception& fault) {
            detail::reportFault("done", fault.what());
        } catch (...) {
            detail::reportFault("done", "an exception of unknown type");
        }
    }

    std::unique_ptr<F> _callable;
};

template <class F> DoneTicket<std::decay_t<F>> done(F&& callable)
{
    return DoneTicket<std::decay_t<F>>(std::forward<F>(callable));
}

/* A decimal integer as the API takes it: digits, a minus sign for negative ones; no plus, no blanks, no leading zeros, all
 * of the text, within the range of T. */
template <class T> std::optional<T> parseInteger(std::string_view text) noexcept
{
    static_assert(std::is_integral_v<T>);
    const bool negative = !text.empty() && text.front() == '-';
    const std::string_view digits = negative ? text.substr(1) : text;
    if (digits.empty() || digits.front() < '0' || digits.front() > '9') {
        return std::nullopt;
    }
    if (digits.front() == '0' && (digits.size() > 1 || negative)) {
        return std::nullopt;
    }
    T value{};
    const char* const end = text.data() + text.size();
    const auto [stopped, failure] = std::from_chars(text.data(), end, value);
    return failure == std::errc() && stopped == end ? std::optional<T>(value) : std::nullopt;
}

} // namespace netbit

/* reportFault is defined in host.hpp, which needs what is above. */
#include "netbit/host.hpp"
#endif
