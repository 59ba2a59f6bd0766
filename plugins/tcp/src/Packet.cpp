#include "tcp/src/Packet.h"

#include "support/Fields.h"
#include "support/LiveEvents.h"

#include <boost/json/serialize.hpp>

#include <limits>

namespace netbit::tcp {

namespace {

using support::Fields;

constexpr auto maxId = std::numeric_limits<std::int64_t>::max();

std::string lowered(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

void readMessage(Fields& message, Packet& packet)
{
    packet.messageId = message.integer("id").value_or(0);
    SendMessage send;
    const auto chatId = message.integer("chat_id", 1, maxId);
    const auto content = message.text("content");
    send.attachments = message.ids("attachments", maxAttachments);
    send.senderId = message.integer("sender_id");
    send.replyTo = message.integer("reply_to", 0, maxId).value_or(0);
    send.messageType = lowered(message.text("message_type").value_or("text"));
    if (send.messageType != "text" && send.messageType != "image" && send.messageType != "file" &&
        send.messageType != "system")
        message.refuse("invalid_message_type", "message_type", "It must be Text, Image, File or System.");
    message.ignore({"created_at", "is_edited", "edited_at"}); // the seed's clients send them; the server knows better
    if (!chatId)
        message.missing("chat_id");
    if (!content && send.attachments.empty())
        message.missing("content");
    message.finish();
    send.chatId = chatId.value_or(0);
    send.content = content.value_or("");
    packet.what = std::move(send);
}

void readSendMessage(Fields& fields, Packet& packet)
{
    auto message = fields.object("message");
    if (message) {
        readMessage(*message, packet);
        fields.absorb(*std::move(message));
    } else {
        fields.missing("message");
    }
}

void readGetMessages(Fields& fields, Packet& packet)
{
    const auto small = [&](std::string_view name, std::int64_t most) {
        return static_cast<std::uint32_t>(fields.integer(name, 1, most).value_or(0));
    };
    GetMessages get;
    const auto chatId = fields.integer("chat_id", 1, maxId);
    get.page = small("page", std::numeric_limits<std::uint32_t>::max());
    get.perPage = small("per_page", 200);
    get.before = fields.integer("before", 1, maxId).value_or(0);
    get.after = fields.integer("after", 1, maxId).value_or(0);
    get.limit = small("limit", 200);
    if (get.page == 0 && get.perPage != 0)
        get.page = 1;
    if (!chatId)
        fields.missing("chat_id");
    if (get.page != 0 && (get.before != 0 || get.after != 0 || get.limit != 0))
        fields.refuse("invalid_paging", "page", "Page numbers and cursors do not go together.");
    if (get.before != 0 && get.after != 0)
        fields.refuse("invalid_paging", "after", "Of before and after only one may be there.");
    get.chatId = chatId.value_or(0);
    packet.what = get;
}

void readSubscribe(Fields& fields, Packet& packet)
{
    Subscribe subscribe;
    subscribe.after = fields.integer("after", 0, maxId);
    subscribe.topics = fields.texts("topics", maxTopics);
    packet.what = std::move(subscribe);
}

void readConfirm(Fields& fields, Packet& packet)
{
    const auto eventId = fields.integer("event_id", 1, maxId);
    if (!eventId)
        fields.missing("event_id");
    packet.what = Confirm{eventId.value_or(0)};
}

void readStatus(Fields& fields, Packet& packet)
{
    const auto* data = fields.any("status_data");
    Status status;
    if (data)
        status.data = boost::json::serialize(*data);
    else
        fields.missing("status_data");
    if (status.data.size() > support::maxStatusBytes)
        fields.refuse("too_large", "status_data", "It must have at most 1024 bytes as JSON.");
    packet.what = std::move(status);
}

void readTyping(Fields& fields, Packet& packet)
{
    const auto chatId = fields.integer("chat_id", 1, maxId);
    if (!chatId)
        fields.missing("chat_id");
    packet.what = Typing{chatId.value_or(0)};
}

struct Reader {
    std::string_view type;
    void (*read)(Fields&, Packet&);
};

constexpr Reader readers[] = {
    {"SendMessage", readSendMessage},
    {"GetMessages", readGetMessages},
    {"Ack", readConfirm},
    {"Ping", [](Fields&, Packet& packet) { packet.what = Ping{}; }},
    {"Status", readStatus},
    {"Typing", readTyping},
    {"Authenticate", [](Fields&, Packet& packet) { packet.what = Authenticate{}; }},
    {"Subscribe", readSubscribe},
    {"Unsubscribe", [](Fields&, Packet& packet) { packet.what = Unsubscribe{}; }},
};

Nack nackOf(const support::JsonFault& fault)
{
    return {fault.code, fault.pointer.empty() ? fault.detail : fault.pointer + ": " + fault.detail, 0, std::nullopt};
}

void appendClientId(std::string& out, const std::optional<std::string>& clientId)
{
    if (!clientId)
        return;
    out += ",\"client_id\":";
    support::appendString(out, *clientId);
}

} // namespace

std::variant<Packet, Nack> readPacket(support::JsonDocument& document, std::string_view text, std::size_t maxDepth)
{
    if (const auto fault = document.parse(text, maxDepth))
        return nackOf(*fault);
    const auto* object = document.root().if_object();
    if (!object)
        return Nack{"not_an_object", "A packet is a JSON object, nothing else.", 0, std::nullopt};

    Packet packet;
    Fields fields(*object);
    packet.clientId = fields.text("client_id");
    if (packet.clientId && packet.clientId->size() > maxClientIdBytes) {
        fields.refuse("too_large", "client_id", "It must have at most 128 bytes.");
        packet.clientId.reset(); // not given back either
    }
    const auto type = fields.text("packet_type");
    packet.token = fields.text("token");
    packet.userId = fields.integer("user_id");
    // A client of the seed has one struct for all packets, so its members may be in any of them.
    fields.ignore({"message", "chat_id", "page", "per_page", "status_data"});

    const Reader* reader = nullptr;
    for (const auto& candidate : readers)
        if (type == candidate.type)
            reader = &candidate;
    if (reader)
        reader->read(fields, packet);
    else if (type)
        fields.refuse("unknown_packet_type", "packet_type", "There is no such packet.");
    else
        fields.missing("packet_type");
    fields.finish();
    if (!fields.fault())
        return packet;

    auto nack = nackOf(*fields.fault());
    nack.messageId = packet.messageId;
    nack.clientId = packet.clientId;
    return nack;
}

std::string ackText(std::int64_t messageId, const std::optional<std::string>& clientId)
{
    std::string out;
    out.reserve(96);
    out += "{\"message_id\":";
    support::appendInt(out, messageId);
    out += ",\"success\":true,\"error\":null";
    appendClientId(out, clientId);
    out += "}\n";
    return out;
}

std::string nackText(const Nack& nack)
{
    std::string out = "{\"message_id\":";
    support::appendInt(out, nack.messageId);
    out += ",\"success\":false,\"error\":";
    support::appendString(out, nack.error);
    appendClientId(out, nack.clientId);
    out += ",\"code\":";
    support::appendString(out, nack.code);
    out += "}\n";
    return out;
}

} // namespace netbit::tcp
