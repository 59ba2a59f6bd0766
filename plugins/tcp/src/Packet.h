#pragma once
// A packet of a client as a typed value, and what is answered to it.

#include "support/JsonDocument.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace netbit::tcp {

struct Authenticate {};
struct SendMessage {
    std::int64_t chatId = 0;
    std::string_view content;
    std::string messageType;              ///< lower case; "text" when absent
    std::optional<std::int64_t> senderId; ///< must be the sender's own
    std::int64_t replyTo = 0;
    std::vector<std::int64_t> attachments; ///< files of the sender
};
struct GetMessages {
    std::int64_t chatId = 0;
    std::uint32_t page = 0; ///< 0: not set, as all of these
    std::uint32_t perPage = 0;
    std::int64_t before = 0;
    std::int64_t after = 0;
    std::uint32_t limit = 0;
};
struct Subscribe {
    std::optional<std::int64_t> after;
    std::vector<std::string_view> topics;
};
struct Unsubscribe {};
struct Confirm { ///< "Ack"
    std::int64_t eventId = 0;
};
struct Ping {};
struct Status {
    std::string data; ///< status_data as JSON text
};
struct Typing {
    std::int64_t chatId = 0;
};

struct Packet {
    std::variant<Ping, Authenticate, SendMessage, GetMessages, Subscribe, Unsubscribe, Confirm, Status, Typing> what;
    std::optional<std::string_view> token;
    std::optional<std::string_view> clientId;
    std::optional<std::int64_t> userId; ///< must be the caller's own
    std::int64_t messageId = 0;         ///< message.id as the client sent it, given back in a NACK
};

/// Why a packet is not done: becomes an AckPacket with success = false.
struct Nack {
    std::string code;
    std::string error;
    std::int64_t messageId = 0;
    std::optional<std::string> clientId;
};

constexpr std::size_t maxClientIdBytes = 128;
constexpr std::size_t maxTopics = 32;
constexpr std::size_t maxAttachments = 20;

/// Reads one object that the scanner found. The packet points into `document`. Strict: members that are not of the
/// protocol are refused by name, and a null is as absent as a member left out.
std::variant<Packet, Nack> readPacket(support::JsonDocument& document, std::string_view text, std::size_t maxDepth);

/// `{"message_id":N,"success":true,"error":null,…}` and a line feed: the first three members in this order, always.
std::string ackText(std::int64_t messageId, const std::optional<std::string>& clientId);
std::string nackText(const Nack& nack);

} // namespace netbit::tcp
