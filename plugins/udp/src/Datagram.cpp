#include "udp/src/Datagram.h"

#include "support/Fields.h"
#include "support/LiveEvents.h"

#include <boost/json/serialize.hpp>

#include <limits>

namespace netbit::udp {

namespace {

using support::Fields;

constexpr auto most = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t maxDepth = 16;
constexpr std::string_view macBegin = R"(,"mac":")";
constexpr std::string_view macEnd = R"("})";
constexpr std::size_t macDigits = 64;
static_assert(macBegin.size() + macDigits + macEnd.size() == macSuffixBytes);

void readStatus(Fields& fields, SignedPacket& packet)
{
    Status status;
    status.userId = fields.integer("user_id");
    if (const auto* data = fields.any("status_data"))
        status.data = boost::json::serialize(*data);
    else
        fields.missing("status_data");
    if (status.data.size() > support::maxStatusBytes)
        fields.refuse("too_large", "status_data", "It must have at most 1024 bytes as JSON.");
    packet.what = std::move(status);
}

void readTyping(Fields& fields, SignedPacket& packet)
{
    const auto chatId = fields.integer("chat_id", 1, most);
    if (!chatId)
        fields.missing("chat_id");
    packet.what = Typing{chatId.value_or(0), fields.integer("user_id")};
}

/// `bytes` without their last 74, when these have the one form that a MAC may have.
bool splitMac(std::string_view bytes, SignedPacket& packet)
{
    if (bytes.size() < macSuffixBytes)
        return false;
    const auto suffix = bytes.substr(bytes.size() - macSuffixBytes);
    packet.covered = bytes.substr(0, bytes.size() - macSuffixBytes);
    packet.mac = suffix.substr(macBegin.size(), macDigits);
    if (suffix.substr(0, macBegin.size()) != macBegin || suffix.substr(macSuffixBytes - macEnd.size()) != macEnd)
        return false;
    for (const char c : packet.mac)
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    return true;
}

} // namespace

std::variant<Ping, SignedPacket, Refused> readDatagram(support::JsonDocument& document, std::string_view bytes)
{
    if (bytes.size() > maxDatagramBytes)
        return Refused{"too_large"};
    if (const auto fault = document.parse(bytes, maxDepth))
        return Refused{fault->code};
    const auto* object = document.root().if_object();
    if (!object)
        return Refused{"not_an_object"};

    Fields fields(*object);
    // The seed's clients have one struct for all packets, so its members may be in any of them.
    fields.ignore({"message", "chat_id", "page", "per_page", "user_id", "status_data"});
    const auto type = fields.text("packet_type").value_or("");
    const auto session = fields.text("session");
    const auto seq = fields.integer("seq", 0, most);
    const auto mac = fields.text("mac");
    SignedPacket packet;
    bool ping = false;
    if (type == "Ping")
        ping = true;
    else if (type == "Status")
        readStatus(fields, packet);
    else if (type == "Typing")
        readTyping(fields, packet);
    else if (type == "Subscribe")
        packet.what = Subscribe{fields.text("cookie")};
    else if (type == "Unsubscribe")
        packet.what = Unsubscribe{};
    else
        return Refused{"unknown_packet_type"};
    fields.finish();
    if (fields.fault())
        return Refused{fields.fault()->code};
    if (ping)
        return Ping{};

    if (!session || !seq || !mac || !splitMac(bytes, packet) || *mac != packet.mac)
        return Refused{"unsigned"};
    packet.session = *session;
    packet.seq = static_cast<std::uint64_t>(*seq);
    return packet;
}

} // namespace netbit::udp
