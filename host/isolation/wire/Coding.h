#pragma once
// From a message's fields to bytes and back. Each message names its fields once, in code(); writing and reading both go
// through it. Reading looks at every length first: nothing that comes in can make it read beyond the frame.

#include "isolation/wire/Arena.h"
#include "isolation/wire/Frame.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <netbit/result.h>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace netbit::isolation::wire {

/// Bytes that may be large, and then go through shared memory.
struct Payload {
    nb_str bytes{nullptr, 0};
    std::span<const nb_str> pieces; ///< written instead of `bytes` where there are any; read: never

    std::size_t size() const noexcept
    {
        if (pieces.empty())
            return bytes.len;
        std::size_t sum = 0;
        for (const auto& piece : pieces)
            sum += piece.len;
        return sum;
    }
};

inline nb_str str(std::string_view text) noexcept { return {text.data(), text.size()}; }
inline std::string_view view(nb_str text) noexcept
{
    return text.ptr ? std::string_view(text.ptr, text.len) : std::string_view();
}

template <class M, class Coder>
concept Coded = requires(Coder& coder, M& message) { M::code(coder, message); };

namespace detail {
inline constexpr std::uint32_t absentText = 0xFFFF'FFFF;
inline constexpr std::uint8_t inSocket = 0;
inline constexpr std::uint8_t inArena = 1;
} // namespace detail

class Writer {
public:
    /// Payloads go into the arena when they are large and it has room; without an arena, never.
    Writer(std::string& out, ArenaWriter* arena) noexcept : _out(out), _arena(arena) {}

    template <class... T>
    void operator()(const T&... fields)
    {
        (put(fields), ...);
    }

    /// A text was left out: no message may be so long.
    bool tooLong() const noexcept { return _tooLong; }

private:
    void raw(const void* bytes, std::size_t length)
    {
        if (length > 0)
            _out.append(static_cast<const char*>(bytes), length);
    }
    bool fits(std::size_t length) noexcept
    {
        _tooLong = _tooLong || length > longestMessage(Side::parent);
        return !_tooLong;
    }

    template <class T>
        requires std::is_arithmetic_v<T>
    void put(T value)
    {
        raw(&value, sizeof value);
    }
    void put(nb_str text)
    {
        if (!text.ptr) {
            put(detail::absentText);
            return;
        }
        if (!fits(text.len))
            return;
        put(static_cast<std::uint32_t>(text.len));
        raw(text.ptr, text.len);
    }
    void put(const Payload& payload)
    {
        const auto length = payload.size();
        if (!fits(length))
            return;
        const std::span<const nb_str> pieces =
            payload.pieces.empty() ? std::span<const nb_str>(&payload.bytes, 1) : payload.pieces;
        if (_arena && length >= sharedFrom)
            if (const auto block = _arena->put(pieces, length)) {
                put(detail::inArena);
                put(*block);
                put(static_cast<std::uint32_t>(length));
                return;
            }
        put(detail::inSocket);
        if (payload.pieces.empty()) {
            put(payload.bytes);
            return;
        }
        put(static_cast<std::uint32_t>(length));
        for (const auto& piece : pieces)
            raw(piece.ptr, piece.len);
    }
    void put(const nb_error& error)
    {
        put(error.status);
        put(fixed(error.code));
        put(fixed(error.pointer));
        put(fixed(error.detail));
    }
    template <std::size_t N>
    static nb_str fixed(const char (&text)[N]) noexcept
    {
        return {text, strnlen(text, N)};
    }
    template <class T, std::size_t N>
        requires std::is_trivially_copyable_v<T>
    void put(const std::array<T, N>& values)
    {
        raw(values.data(), sizeof values);
    }
    template <class T>
    void put(const std::vector<T>& values)
    {
        put(static_cast<std::uint32_t>(values.size()));
        for (const auto& value : values)
            put(value);
    }
    template <class M>
        requires Coded<const M, Writer>
    void put(const M& message)
    {
        M::code(*this, message);
    }

    std::string& _out;
    ArenaWriter* const _arena;
    bool _tooLong = false;
};

class Reader {
public:
    /// What a payload in shared memory is worth: the parent copies it before it looks at it, since the child can change
    /// it at any time; the child reads it where it lies.
    enum class Trust : std::uint8_t { copy, inPlace };

    Reader(std::string_view bytes, Frame* frame, Trust trust) noexcept : _rest(bytes), _frame(frame), _trust(trust) {}

    template <class... T>
    void operator()(T&... fields)
    {
        (get(fields), ...);
    }
    /// Whether everything was there, and nothing beside it.
    bool complete() const noexcept { return _good && _rest.empty(); }
    bool good() const noexcept { return _good; }

private:
    bool take(std::size_t length, const char*& at) noexcept
    {
        if (!_good || _rest.size() < length) {
            _good = false;
            return false;
        }
        at = _rest.data();
        _rest.remove_prefix(length);
        return true;
    }
    template <class T>
        requires std::is_arithmetic_v<T>
    void get(T& value) noexcept
    {
        value = T{};
        if (const char* at = nullptr; take(sizeof value, at))
            std::memcpy(&value, at, sizeof value);
    }
    void get(nb_str& text) noexcept
    {
        text = {nullptr, 0};
        std::uint32_t length = 0;
        get(length);
        if (!_good || length == detail::absentText)
            return;
        if (const char* at = nullptr; take(length, at))
            text = {at, length};
    }
    void get(Payload& payload)
    {
        payload = Payload();
        std::uint8_t where = 0;
        get(where);
        if (where == detail::inSocket) {
            get(payload.bytes);
            return;
        }
        std::uint32_t block = 0;
        std::uint32_t length = 0;
        get(block);
        get(length);
        const auto found = _good && where == detail::inArena && _frame && _frame->arena ? _frame->arena->at(block, length)
                                                                                       : std::nullopt;
        if (!found) {
            _good = false;
            return;
        }
        if (_trust == Trust::inPlace) {
            _frame->blocks.push_back(block);
            payload.bytes = str(*found);
            return;
        }
        payload.bytes = str(_frame->copies.emplace_back(*found));
        _frame->arena->free(block);
    }
    void get(nb_error& error) noexcept
    {
        error = nb_error{};
        error.size = sizeof error;
        get(error.status);
        fixed(error.code);
        fixed(error.pointer);
        fixed(error.detail);
    }
    template <std::size_t N>
    void fixed(char (&out)[N]) noexcept
    {
        nb_str text{};
        get(text);
        const auto length = std::min(text.len, N - 1);
        if (length > 0)
            std::memcpy(out, text.ptr, length);
        out[length] = '\0';
    }
    template <class T, std::size_t N>
        requires std::is_trivially_copyable_v<T>
    void get(std::array<T, N>& values) noexcept
    {
        if (const char* at = nullptr; take(sizeof values, at))
            std::memcpy(values.data(), at, sizeof values);
    }
    template <class T>
    void get(std::vector<T>& values)
    {
        values.clear();
        std::uint32_t count = 0;
        get(count);
        // Every element has a byte at least: a count that cannot be true reserves nothing.
        if (!_good || count > _rest.size()) {
            _good = false;
            return;
        }
        for (std::uint32_t i = 0; i < count && _good; ++i)
            get(values.emplace_back());
    }
    template <class M>
        requires Coded<M, Reader>
    void get(M& message)
    {
        M::code(*this, message);
    }

    std::string_view _rest;
    Frame* const _frame;
    const Trust _trust;
    bool _good = true;
};

/// Reads the frame as that message. False: it is none; the fields mean nothing then.
template <class M>
bool read(Frame& frame, M& message, Reader::Trust trust)
{
    Reader reader({frame.bytes.data(), frame.bytes.size()}, &frame, trust);
    reader(message);
    return reader.complete();
}

} // namespace netbit::isolation::wire
