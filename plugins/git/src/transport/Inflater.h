#pragma once
// A gzip body (RFC 1952) in pieces of any size, out again in pieces of bounded size.

#include <cstdint>
#include <memory>
#include <string_view>

namespace netbit::git {

class Inflater {
public:
    /// `mostBytes`: what it may become, in all.
    explicit Inflater(std::uint64_t mostBytes);
    ~Inflater();

    enum class State { more, piece, broken, tooMuch };
    /// Takes from the front of `in`. `piece`: `out` is the next bytes, good until the next call, to be called again; `more`: all
    /// of `in` was taken.
    State next(std::string_view& in, std::string_view& out);
    bool complete() const noexcept; ///< the stream has come to its end

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::git
