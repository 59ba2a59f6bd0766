#pragma once
// What a datagram says.
//
// A packet that acts for a user carries `session`, `seq` and, as its last member, `mac`. It ends in exactly these 74
// bytes: `,"mac":"`, 64 lower-case hex digits, `"}`. The MAC is HMAC-SHA-256 (RFC 2104) under the session's key over the
// bytes of the packet as sent, from its first up to, not including, the comma of `,"mac":`. So a client in any language
// writes its packet without mac, cuts off the closing brace, signs what it has, and appends these 74 bytes.

#include "support/JsonDocument.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace netbit::udp {

constexpr std::size_t maxDatagramBytes = 1200;
constexpr std::size_t macSuffixBytes = 74;

struct Ping {};
struct Status {
    std::optional<std::int64_t> userId; ///< must be the sender's own
    std::string data;                   ///< status_data as JSON text
};
struct Typing {
    std::int64_t chatId = 0;
    std::optional<std::int64_t> userId;
};
struct Subscribe {
    std::optional<std::string_view> cookie; ///< from the Challenge that answered an earlier one
};
struct Unsubscribe {};

/// Not yet proved: that is Auth::verifyMac's.
struct SignedPacket {
    std::string_view session;
    std::string_view mac;     ///< 64 hex digits
    std::string_view covered; ///< what the MAC is over
    std::uint64_t seq = 0;
    std::variant<Status, Typing, Subscribe, Unsubscribe> what;
};

struct Refused {
    std::string reason; ///< for tests and debugging: a client is never told
};

/// The usual spellings of a ping, told apart without a parser. Others are found by readDatagram.
constexpr bool isPlainPing(std::string_view bytes) noexcept
{
    return bytes == R"({"packet_type":"Ping"})" || bytes == R"({"packet_type": "Ping"})";
}

/// Strict: one JSON object, no unknown members, null as absent. The result points into `document` and `bytes`.
std::variant<Ping, SignedPacket, Refused> readDatagram(support::JsonDocument& document, std::string_view bytes);

} // namespace netbit::udp
