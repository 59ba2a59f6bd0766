#include "Requests.h"

#include "support/JsonText.h"

#include <algorithm>
#include <string>

namespace netbit::chat {

namespace {

constexpr std::size_t maxKeyBytes = 128;

/// An array of user ids; a fault names the item. More than the host takes is its to refuse.
Result<std::vector<std::int64_t>> readParticipants(support::Fields& fields)
{
    std::vector<std::int64_t> out;
    const auto* value = fields.any("participants");
    if (!value)
        return out;
    const auto* array = value->if_array();
    if (!array)
        return Error(Status::invalid, "wrong_type", "It must be an array of user ids.", "/participants");
    out.reserve(array->size());
    for (const auto& item : *array) {
        const auto* id = item.if_int64();
        if (!id || *id < 1) {
            std::string pointer = "/participants/";
            support::appendInt(pointer, static_cast<std::int64_t>(out.size()));
            return Error(Status::invalid, id || item.if_uint64() ? "out_of_range" : "wrong_type",
                         "It must be a user id, an integer from 1.", pointer);
        }
        out.push_back(*id);
    }
    return out;
}

} // namespace

std::optional<std::int64_t> readId(std::string_view text)
{
    const auto id = parseInteger<std::int64_t>(text);
    return id && *id > 0 ? id : std::nullopt;
}

Result<NewChat> readNewChat(support::RequestBody& body, std::string_view text)
{
    auto fields = body.read(text);
    if (!fields)
        return fields.error();
    NewChat out;
    out.name = fields->text("name").value_or(std::string_view()); // a direct chat needs none
    const auto type = fields->text("chat_type");
    if (!type)
        fields->missing("chat_type");
    out.chatType = type.value_or(std::string_view());
    auto participants = readParticipants(*fields);
    if (auto fault = support::RequestBody::finish(*fields))
        return std::move(*fault);
    if (!participants)
        return participants.error();
    out.participants = std::move(*participants);
    return out;
}

Result<NewMessage> readNewMessage(support::RequestBody& body, std::string_view text, std::int64_t chatId)
{
    auto fields = body.read(text);
    if (!fields)
        return fields.error();
    NewMessage out;
    out.chatId = chatId;
    const auto content = fields->text("content");
    if (!content)
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

} // namespace netbit::chat
