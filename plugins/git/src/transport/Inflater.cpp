#include "transport/Inflater.h"

#include <array>
#include <limits>
#include <stdexcept>
#include <zlib.h>

namespace netbit::git {

struct Inflater::Impl {
    z_stream stream{};
    std::uint64_t left = 0;
    bool ended = false;
    std::array<unsigned char, 64 * 1024> room;
};

Inflater::Inflater(std::uint64_t mostBytes) : _impl(std::make_unique<Impl>())
{
    constexpr int gzipOnly = 16 + MAX_WBITS;
    _impl->left = mostBytes;
    if (inflateInit2(&_impl->stream, gzipOnly) != Z_OK)
        throw std::bad_alloc();
}

Inflater::~Inflater() { inflateEnd(&_impl->stream); }

bool Inflater::complete() const noexcept { return _impl->ended; }

Inflater::State Inflater::next(std::string_view& in, std::string_view& out)
{
    auto& stream = _impl->stream;
    if (_impl->ended)
        return in.empty() ? State::more : State::broken; // git sends one member
    stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(in.data())); // zlib does not write there
    stream.avail_in = static_cast<uInt>(std::min<std::size_t>(in.size(), std::numeric_limits<uInt>::max()));
    const auto given = stream.avail_in;
    stream.next_out = _impl->room.data();
    stream.avail_out = static_cast<uInt>(_impl->room.size());
    const int status = inflate(&stream, Z_NO_FLUSH);
    in.remove_prefix(given - stream.avail_in);
    const auto made = _impl->room.size() - stream.avail_out;
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return State::broken;
    _impl->ended = status == Z_STREAM_END;
    if (made > _impl->left)
        return State::tooMuch;
    _impl->left -= made;
    out = std::string_view(reinterpret_cast<const char*>(_impl->room.data()), made);
    return made > 0 ? State::piece : State::more;
}

} // namespace netbit::git
