#include "tcp/src/PacketScanner.h"

#include <utility>

namespace netbit::tcp {

namespace {

constexpr bool isSpace(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

constexpr unsigned kindLevels = 64;

} // namespace

PacketScanner::PacketScanner(ScanLimits limits, const ScanPlace& place) noexcept
    : _limits(limits), _inspected(place.inspected), _kinds(place.kinds), _scanned(place.scanned), _dropped(place.dropped),
      _skipped(place.skipped), _troubleAt(place.troubleAt), _depth(place.depth), _state(static_cast<State>(place.state)),
      _trouble(static_cast<Trouble>(place.trouble)), _inString(place.inString), _escaped(place.escaped),
      _isObject(place.isObject)
{
}

ScanPlace PacketScanner::place() const noexcept
{
    return {_inspected, _kinds,      _scanned, _dropped, _skipped, _troubleAt,
            _depth,     static_cast<std::uint8_t>(_state), static_cast<std::uint8_t>(_trouble),
            _inString,  _escaped,    _isObject};
}

PacketScanner::Step PacketScanner::next(std::string_view bytes)
{
    if (_state == State::value)
        return walk(bytes, 0);

    std::size_t at = 0;
    if (_state == State::resync) {
        at = skipToHope(bytes);
        if (_skipped > _limits.maxSkippedBytes)
            return refuse("invalid_json", at, 0, "");
    }
    if (_state == State::resync)
        return {Found::more, at, {}, "", {}};

    const auto first = at;
    while (at < bytes.size() && isSpace(bytes[at]))
        ++at;
    _inspected += at - first;
    if (at == bytes.size())
        return {Found::more, at, {}, "", {}};

    const char c = bytes[at];
    if (c != '{' && c != '[' && c != '"')
        return garbage(at);
    _state = State::value;
    _trouble = Trouble::none;
    _scanned = _dropped = 0;
    _kinds = 0;
    _depth = 0;
    _inString = _escaped = false;
    _isObject = c == '{';
    return walk(bytes, at);
}

/// In resync: goes to the next '{', or behind the next line feed.
std::size_t PacketScanner::skipToHope(std::string_view bytes) noexcept
{
    std::size_t at = 0;
    while (at < bytes.size() && bytes[at] != '{' && bytes[at] != '\n')
        ++at;
    if (at < bytes.size()) {
        _state = State::between;
        if (bytes[at] == '\n')
            ++at;
    }
    _inspected += at;
    _skipped += at;
    return at;
}

PacketScanner::Step PacketScanner::garbage(std::size_t at)
{
    ++_inspected;
    _state = State::resync;
    return refuse("not_an_object", at + 1, 1, "A packet is a JSON object: it begins with '{'.");
}

PacketScanner::Step PacketScanner::walk(std::string_view bytes, std::size_t start)
{
    std::size_t at = start + _scanned;
    const auto from = at;
    Seen seen = Seen::nothing;
    while (at < bytes.size() && seen == Seen::nothing) {
        seen = look(bytes[at++]);
        if (_trouble == Trouble::tooDeep && _troubleAt == 0)
            _troubleAt = _dropped + (at - 1 - start);
    }
    _inspected += at - from;
    const auto length = at - start;

    if (seen == Seen::end)
        return finished(bytes.substr(start, length), at);
    if (seen == Seen::broken) {
        _state = bytes[at - 1] == '\n' ? State::between : State::resync;
        const auto offset = std::to_string(_dropped + length - 1);
        const auto* what = _inString ? ": a control character in a string." : ": a bracket that does not match.";
        return refuse("invalid_json", at, length, "The packet is not well-formed at byte " + offset + what);
    }
    if (_trouble == Trouble::none && length > _limits.maxPacketBytes)
        _trouble = Trouble::tooLarge;
    if (_trouble == Trouble::none && _isObject) {
        _scanned = length;
        return {Found::more, start, {}, "", {}};
    }
    // It will be refused whatever follows, so there is no need to keep it.
    _scanned = 0;
    _dropped += length;
    _skipped += length;
    if (_skipped > _limits.maxSkippedBytes)
        return refuse("packet_too_large", at, 0, "");
    return {Found::more, at, {}, "", {}};
}

/// One byte of a value.
PacketScanner::Seen PacketScanner::look(char c) noexcept
{
    if (_inString) {
        if (_escaped) {
            _escaped = false;
        } else if (c == '\\') {
            _escaped = true;
        } else if (c == '"') {
            _inString = false;
            return _depth == 0 ? Seen::end : Seen::nothing;
        }
        return static_cast<unsigned char>(c) < 0x20 ? Seen::broken : Seen::nothing;
    }
    switch (c) {
    case '"':
        _inString = true;
        return Seen::nothing;
    case '{':
    case '[':
        if (_depth < kindLevels) {
            const auto bit = std::uint64_t{1} << _depth;
            _kinds = c == '[' ? _kinds | bit : _kinds & ~bit;
        }
        // Before "too large": how the stream is cut must not decide what is told.
        if (++_depth > _limits.maxDepth && _trouble != Trouble::tooDeep) {
            _trouble = Trouble::tooDeep;
            _troubleAt = 0;
        }
        return Seen::nothing;
    case '}':
    case ']':
        --_depth;
        if (_depth < kindLevels && (_kinds >> _depth & 1) != (c == ']' ? 1u : 0u))
            return Seen::broken;
        return _depth == 0 ? Seen::end : Seen::nothing;
    default:
        return Seen::nothing;
    }
}

PacketScanner::Step PacketScanner::finished(std::string_view value, std::size_t consumed)
{
    _state = State::between;
    _scanned = 0;
    if (_trouble == Trouble::none && value.size() > _limits.maxPacketBytes)
        _trouble = Trouble::tooLarge;
    if (!_isObject)
        return refuse("not_an_object", consumed, value.size(), "A packet is a JSON object, nothing else.");
    switch (_trouble) {
    case Trouble::tooLarge:
        return refuse("packet_too_large", consumed, value.size(),
                      "The packet has " + std::to_string(_dropped + value.size()) + " bytes; at most " +
                          std::to_string(_limits.maxPacketBytes) + " are allowed.");
    case Trouble::tooDeep:
        return refuse("too_deep", consumed, value.size(),
                      "The packet is nested deeper than " + std::to_string(_limits.maxDepth) + " levels at byte " +
                          std::to_string(_troubleAt) + ".");
    case Trouble::none:
        break;
    }
    _skipped = 0;
    return {Found::packet, consumed, value, "", {}};
}

/// A fault, or the end of hope when too much was skipped.
PacketScanner::Step PacketScanner::refuse(const char* code, std::size_t consumed, std::size_t skipped, std::string detail)
{
    _skipped += skipped;
    _scanned = 0;
    if (_skipped > _limits.maxSkippedBytes)
        return {Found::hopeless, consumed, {}, code,
                "No packet was found in the last " + std::to_string(_skipped) + " bytes; the connection is closed."};
    return {Found::fault, consumed, {}, code, std::move(detail)};
}

} // namespace netbit::tcp
