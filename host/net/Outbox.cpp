#include "net/Outbox.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/socket.h>
#include <sys/uio.h>

namespace netbit::net {

namespace {

constexpr std::size_t keptBytes = 64 * 1024;
constexpr std::size_t keptParts = 64;
constexpr std::size_t vectorsPerWrite = 128;

bool again(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK; }

} // namespace

void Outbox::add(std::string_view text)
{
    if (text.empty())
        return;
    if (_part == _parts.size() || !_parts.back().body.empty())
        _parts.emplace_back();
    _text.append(text);
    _parts.back().textBytes += text.size();
    _size += text.size();
}

void Outbox::add(base::Body body)
{
    if (body.empty())
        return;
    const auto bytes = body.size();
    if (bytes > copiedBodyBytes || bytes / body.segments().size() >= longSegmentBytes) {
        if (_part == _parts.size() || !_parts.back().body.empty())
            _parts.emplace_back();
        _parts.back().body = std::move(body);
    } else {
        if (_part == _parts.size() || !_parts.back().body.empty())
            _parts.emplace_back();
        if (_text.capacity() - _text.size() < bytes)
            _text.reserve(std::max(_text.size() + bytes, _text.capacity() * 2));
        for (const auto segment : body.segments())
            _text.append(segment);
        _parts.back().textBytes += bytes;
    }
    _size += bytes;
}

Outbox::Progress Outbox::write(int descriptor)
{
    while (_size > 0) {
        const bool onlyText = _part + 1 == _parts.size() && _parts[_part].body.empty();
        const auto progress = onlyText ? writeText(descriptor) : writeParts(descriptor);
        if (progress != Progress::done)
            return progress;
    }
    clear();
    return Progress::done;
}

Outbox::Progress Outbox::writeText(int descriptor)
{
    const auto written =
        ::send(descriptor, _text.data() + _textAt, _text.size() - _textAt, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (written < 0)
        return errno == EINTR ? Progress::done : again(errno) ? Progress::blocked : Progress::failed;
    advance(static_cast<std::size_t>(written));
    return Progress::done;
}

Outbox::Progress Outbox::writeParts(int descriptor)
{
    std::array<iovec, vectorsPerWrite> vectors;
    std::size_t count = 0;
    const auto put = [&](const char* data, std::size_t size) {
        vectors[count++] = iovec{const_cast<char*>(data), size}; // sendmsg does not write to it
    };
    std::size_t textAt = _textAt;
    std::size_t segment = _segment;
    std::size_t segmentAt = _segmentAt;
    for (std::size_t part = _part; part < _parts.size() && count < vectors.size(); ++part) {
        if (_parts[part].textBytes > 0) {
            put(_text.data() + textAt, _parts[part].textBytes);
            textAt += _parts[part].textBytes;
        }
        const auto& segments = _parts[part].body.segments();
        for (; segment < segments.size() && count < vectors.size(); ++segment) {
            put(segments[segment].data() + segmentAt, segments[segment].size() - segmentAt);
            segmentAt = 0;
        }
        segment = 0;
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    const auto written = ::sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (written < 0)
        return errno == EINTR ? Progress::done : again(errno) ? Progress::blocked : Progress::failed;
    advance(static_cast<std::size_t>(written));
    return Progress::done;
}

std::string_view Outbox::front(char* room, std::size_t most) const
{
    std::size_t size = 0;
    std::string_view only;
    // Whether that was enough. A first piece that is itself is not copied.
    const auto put = [&](std::string_view piece) {
        piece = piece.substr(0, most - size);
        if (size == 0 && (piece.size() == most || piece.size() == _size)) {
            only = piece;
            return true;
        }
        size += piece.copy(room + size, piece.size());
        return size == most;
    };
    std::size_t textAt = _textAt;
    std::size_t segment = _segment;
    std::size_t segmentAt = _segmentAt;
    for (std::size_t part = _part; part < _parts.size(); ++part) {
        const auto textBytes = _parts[part].textBytes;
        if (textBytes > 0 && put(std::string_view(_text).substr(textAt, textBytes)))
            return only.empty() ? std::string_view(room, size) : only;
        textAt += textBytes;
        const auto& segments = _parts[part].body.segments();
        for (; segment < segments.size(); ++segment) {
            if (segmentAt < segments[segment].size() && put(segments[segment].substr(segmentAt)))
                return only.empty() ? std::string_view(room, size) : only;
            segmentAt = 0;
        }
        segment = 0;
    }
    return {room, size};
}

void Outbox::advance(std::size_t written) noexcept
{
    _size -= written;
    while (written > 0) {
        Part& part = _parts[_part];
        const auto text = std::min(written, part.textBytes);
        part.textBytes -= text;
        _textAt += text;
        written -= text;
        const auto& segments = part.body.segments();
        while (written > 0 && _segment < segments.size()) {
            const auto step = std::min(written, segments[_segment].size() - _segmentAt);
            written -= step;
            _segmentAt += step;
            if (_segmentAt == segments[_segment].size()) {
                ++_segment;
                _segmentAt = 0;
            }
        }
        if (part.textBytes > 0 || _segment < segments.size())
            break; // not wholly written
        part.body = base::Body(); // its owners are let go as soon as its last byte is out
        ++_part;
        _segment = 0;
    }
    if (_part == _parts.size()) {
        _parts.clear();
        _part = 0;
        _text.clear();
        _textAt = 0;
    }
}

void Outbox::clear() noexcept
{
    _parts.clear();
    if (_parts.capacity() > keptParts)
        _parts = std::vector<Part>();
    _text.clear();
    if (_text.capacity() > keptBytes)
        _text = std::string();
    _textAt = _part = _segment = _segmentAt = _size = 0;
}

} // namespace netbit::net
