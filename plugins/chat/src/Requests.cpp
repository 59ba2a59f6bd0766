#include "Requests.h"

#include <algorithm>

namespace netbit::chat {

namespace {

constexpr std::size_t maxKeyBytes = 128;
constexpr std::size_t maxAttachments = 20;

} // namespace

std::optional<std::int64_t> readId(std::string_view text)
{
    const auto id = parseInteger<std::int64_t>(text);
    return id && *id > 0 ? id : std::nullopt;
}

Result<NewMessage> readNewMessage(support::RequestBody& body, std::string_view text, std::int64_t chatId)
{
    auto fields = body.read(text);
    if (!fields)
        return fields.error();
    NewMessage out;
    out.chatId = chatId;
    const auto content = fields->text("content");
    out.attachments = fields->ids("attachments", maxAttachments);
    if (!content && out.attachments.empty())
        fields->missing("content");
    out.content = content.value_or(std::string_view());
    out.messageType = fields->text("message_type");
    out.replyTo = fields->integer("reply_to", 1).value_or(0);
    if (auto fault = support::RequestBody::finish(*fields))
        return std::move(*fault);
    return out;
}

Result<std::optional<std::string_view>> readKey(std::optional<std::string_view> header)
{
    if (!header || header->empty())
        return std::optional<std::string_view>();
    const bool visible = std::all_of(header->begin(), header->end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (header->size() > maxKeyBytes || !visible)
        return Error(Status::invalid, "bad_idempotency_key",
                     "Idempotency-Key must be 1 to 128 visible ASCII characters without blanks.");
    return header;
}

Result<std::string_view> readPresence(support::RequestBody& body, std::string_view text)
{
    auto fields = body.read(text);
    if (!fields)
        return fields.error();
    const auto state = fields->text("state");
    if (!state)
        fields->missing("state");
    else if (*state != "online" && *state != "away" && *state != "offline")
        fields->refuse("bad_value", "state", "It must be online, away or offline.");
    if (auto fault = support::RequestBody::finish(*fields))
        return std::move(*fault);
    return *state;
}

} // namespace netbit::chat
