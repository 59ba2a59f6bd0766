// Chats and messages.

#include "isolation/child/Host.h"
#include "isolation/child/Tables.h"

#include <algorithm>
#include <cstring>

namespace netbit::isolation::child {

namespace {

std::int32_t badArgument(nb_error* error)
{
    return refuse(error, NB_INVALID, "bad_argument", "An argument is null, or its size is too small.");
}

/// A reactor may never wait, whatever the plugin says.
std::uint32_t mayBlock(const Host& host, std::uint32_t wanted) { return wanted != 0 && !host.onReactor() ? 1 : 0; }

std::int32_t list(const nb_host* host, const nb_principal* principal, std::uint32_t page, std::uint32_t perPage,
                  std::uint32_t block, nb_body** out, nb_error* error)
{
    auto& self = Host::of(host);
    if (!principal || !out)
        return badArgument(error);
    wire::Body body;
    const wire::ChatList message{principal->id, page, perPage, mayBlock(self, block)};
    const auto status = self.call(Kind::chatList, message, body, error);
    if (status == NB_OK)
        *out = std::make_unique<nb_body>(body.body, body.length).release();
    return status;
}

std::int32_t get(const nb_host* host, const nb_principal* principal, std::int64_t chatId, std::uint32_t block,
                 nb_body** out, nb_error* error)
{
    auto& self = Host::of(host);
    if (!principal || !out)
        return badArgument(error);
    wire::Body body;
    const wire::ChatGet message{principal->id, chatId, mayBlock(self, block)};
    const auto status = self.call(Kind::chatGet, message, body, error);
    if (status == NB_OK)
        *out = std::make_unique<nb_body>(body.body, body.length).release();
    return status;
}

std::int32_t page(const nb_host* host, const nb_principal* principal, const nb_page_query* wanted, std::uint32_t block,
                  nb_page_info* info, nb_body** out, nb_error* error)
{
    auto& self = Host::of(host);
    const auto query = knownPart(wanted);
    if (!principal || !out || !query || (info && info->size < leastSize<nb_page_info>))
        return badArgument(error);
    wire::ChatPage message;
    message.principal = principal->id;
    message.chatId = query->chat_id;
    message.before = query->before;
    message.after = query->after;
    message.limit = query->limit;
    message.page = query->page;
    message.perPage = query->per_page;
    message.mayBlock = mayBlock(self, block);
    message.lead = query->lead;
    wire::Page found;
    const auto status = self.call(Kind::chatPage, message, found, error);
    if (status != NB_OK)
        return status;
    if (info) {
        info->count = found.count;
        info->first_id = found.firstId;
        info->last_id = found.lastId;
        info->total = found.total;
        info->has_older = found.hasOlder;
        info->has_newer = found.hasNewer;
        std::copy(found.etag.begin(), found.etag.end(), std::begin(info->etag));
    }
    *out = std::make_unique<nb_body>(found.body.body, found.body.length).release();
    return NB_OK;
}

template <class M>
std::int32_t promised(Host& self, Kind kind, const M& message, nb_error* error)
{
    if (self.channel().send(kind, message))
        return NB_OK;
    self.breakPromise(message.token);
    return refuse(error, NB_TOO_LARGE, "too_large", "This is too much for an isolated plugin.");
}

std::int32_t create(const nb_host* host, const nb_principal* principal, const nb_new_chat* given, nb_done_fn done,
                    void* user, nb_error* error)
{
    auto& self = Host::of(host);
    const auto chat = knownPart(given);
    if (!principal || !chat || !done ||
        (chat->participant_count > 0 && !chat->participants))
        return badArgument(error);
    wire::ChatCreate message;
    message.principal = principal->id;
    message.name = chat->name;
    message.chatType = chat->chat_type;
    if (chat->participant_count > 0)
        message.participants.assign(chat->participants, chat->participants + chat->participant_count);
    message.token = self.promise(done, user);
    return promised(self, Kind::chatCreate, message, error);
}

std::int32_t send(const nb_host* host, const nb_principal* principal, const nb_new_message* wanted, nb_done_fn done,
                  void* user, nb_error* error)
{
    auto& self = Host::of(host);
    const auto given = knownPart(wanted);
    if (!principal || !given || !done)
        return badArgument(error);
    wire::ChatSend message;
    message.principal = principal->id;
    message.chatId = given->chat_id;
    message.replyTo = given->reply_to;
    message.content.bytes = given->content;
    message.messageType = given->message_type;
    message.key = given->key;
    if (given->attachment_count > 1'000 || (given->attachment_count > 0 && !given->attachments))
        return badArgument(error);
    message.attachments.assign(given->attachments, given->attachments + given->attachment_count);
    message.token = self.promise(done, user);
    return promised(self, Kind::chatSend, message, error);
}

std::int32_t mayRead(const nb_host* host, const nb_principal* principal, std::int64_t chatId, nb_error* error)
{
    if (!principal)
        return badArgument(error);
    wire::Nothing nothing;
    return Host::of(host).call(Kind::mayRead, wire::MayRead{principal->id, chatId}, nothing, error);
}

} // namespace

const nb_chat_api& chatTable() noexcept
{
    static constexpr nb_chat_api table{
        .size = sizeof(nb_chat_api),
        .reserved = 0,
        .list = &list,
        .get = &get,
        .page = &page,
        .create = &create,
        .send = &send,
        .may_read = &mayRead,
    };
    return table;
}

} // namespace netbit::isolation::child
