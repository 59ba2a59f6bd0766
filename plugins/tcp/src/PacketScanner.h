#pragma once
// Finds the JSON objects in a stream of bytes.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace netbit::tcp {

struct ScanLimits {
    std::size_t maxPacketBytes = 64 * 1024;
    unsigned maxDepth = 32; ///< 1…64
    std::size_t maxSkippedBytes = 1024 * 1024; ///< skipped since the last good packet; beyond it there is no hope
};

/// How far a scanner came: the numbers with which another one goes on over the same bytes.
struct ScanPlace {
    std::uint64_t inspected = 0;
    std::uint64_t kinds = 0;
    std::uint64_t scanned = 0;
    std::uint64_t dropped = 0;
    std::uint64_t skipped = 0;
    std::uint64_t troubleAt = 0;
    std::uint32_t depth = 0;
    std::uint8_t state = 0;
    std::uint8_t trouble = 0;
    bool inString = false;
    bool escaped = false;
    bool isObject = false;
};

/// Where one object ends, without understanding it: braces, brackets, strings and escapes. Every byte is looked at once,
/// however finely the stream is cut, since the scanner remembers how far it came.
///
/// Rules where the stream is no sequence of objects:
///  - White space between values is nothing.
///  - A value that begins with '[' or '"' is followed to its end and then refused as a whole, once.
///  - A byte that begins neither is garbage: refused once; what follows is skipped to the next '{' or behind the next
///    line feed.
///  - An object over maxPacketBytes is refused once, at its end, having been followed (not kept) until there; so is one
///    that is nested too deep.
///  - An object that cannot go on (a control character in a string, a bracket that closes a brace) is refused there, and
///    what follows is skipped as garbage is. So a client that writes one object a line is never lost for longer.
///  - After maxSkippedBytes without a good packet: hopeless.
class PacketScanner {
public:
    enum class Found : std::uint8_t { more, packet, fault, hopeless };

    struct Step {
        Found found = Found::more;
        std::size_t consumed = 0; ///< of the bytes given; what is left comes again, in front of what is new
        std::string_view packet;  ///< Found::packet: the object; points into the bytes given
        const char* code = "";    ///< Found::fault, hopeless: "not_an_object", "packet_too_large", "too_deep", "invalid_json"
        std::string detail;
    };

    explicit PacketScanner(ScanLimits limits) noexcept : _limits(limits) {}
    PacketScanner(ScanLimits limits, const ScanPlace& place) noexcept;
    ScanPlace place() const noexcept;

    /// `bytes` begins with what an earlier call did not consume. To be called until it finds `more`.
    Step next(std::string_view bytes);

    /// Whether the last byte belongs to a value that has not ended.
    bool insideValue() const noexcept { return _state == State::value; }

    /// Bytes looked at since the beginning; equals the bytes of the stream, which the tests hold against it.
    std::uint64_t inspected() const noexcept { return _inspected; }

private:
    enum class State : std::uint8_t { between, value, resync };
    enum class Trouble : std::uint8_t { none, tooLarge, tooDeep };
    enum class Seen : std::uint8_t { nothing, end, broken };

    std::size_t skipToHope(std::string_view bytes) noexcept;
    Step garbage(std::size_t at);
    Step walk(std::string_view bytes, std::size_t start);
    Seen look(char c) noexcept;
    Step finished(std::string_view value, std::size_t consumed);
    Step refuse(const char* code, std::size_t consumed, std::size_t skipped, std::string detail);

    ScanLimits _limits;
    std::uint64_t _inspected = 0;
    std::uint64_t _kinds = 0;   // one bit per open level: 1 is an array. Levels beyond 64 are counted, not told apart
    std::size_t _scanned = 0;   // bytes of the open value that are kept and were looked at
    std::size_t _dropped = 0;   // bytes of the open value that are no longer kept
    std::size_t _skipped = 0;   // since the last good packet
    std::size_t _troubleAt = 0; // offset in the value
    std::uint32_t _depth = 0;
    State _state = State::between;
    Trouble _trouble = Trouble::none;
    bool _inString = false;
    bool _escaped = false;
    bool _isObject = false;
};

} // namespace netbit::tcp
