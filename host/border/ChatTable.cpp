#include "border/Convert.h"
#include "border/Handles.h"
#include "border/PendingDone.h"
#include "border/Services.h"
#include "border/Tables.h"
#include "border/Threads.h"
#include "services/chat/ChatService.h"

#include <cstring>

namespace netbit::border {

namespace {

using services::auth::needs;
using services::auth::Scope;
using services::chat::ChatService;

constexpr std::uint64_t mostAttachments = 20; // the service says so too; here it bounds what is copied

ChatService& chatOf(const nb_host* host) { return generationOf(host).services().chat; }

const services::auth::PrincipalPtr& principalOf(const nb_principal* principal)
{
    return notNull(principal, "principal").principal;
}

/// A reactor may never wait, whatever the plugin says.
bool mayBlock(const nb_host* host, std::uint32_t wanted)
{
    return wanted != 0 && !onReactor(generationOf(host).services());
}

std::uint32_t orFifty(std::uint32_t number) noexcept { return number == 0 ? 50 : number; }

std::int32_t list(const nb_host* host, const nb_principal* principal, std::uint32_t page, std::uint32_t perPage,
                  std::uint32_t block, nb_body** out, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        notNull(out, "out");
        if (auto scoped = needs(*principalOf(principal), Scope::read); !scoped)
            return scoped;
        auto body = chatOf(host).list(*principalOf(principal), page, perPage, mayBlock(host, block));
        if (!body)
            return body.error();
        *out = handOver(std::move(*body));
        return {};
    });
}

std::int32_t get(const nb_host* host, const nb_principal* principal, std::int64_t chatId, std::uint32_t block,
                 nb_body** out, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        notNull(out, "out");
        if (auto scoped = needs(*principalOf(principal), Scope::read); !scoped)
            return scoped;
        auto body = chatOf(host).get(*principalOf(principal), chatId, mayBlock(host, block));
        if (!body)
            return body.error();
        *out = handOver(std::move(*body));
        return {};
    });
}

/// Fills the part that the plugin knows.
void fill(nb_page_info* out, const services::chat::Page& page)
{
    nb_page_info full{};
    full.size = out->size;
    full.count = page.count;
    full.first_id = page.firstId;
    full.last_id = page.lastId;
    full.total = page.total;
    full.has_older = page.hasOlder ? 1 : 0;
    full.has_newer = page.hasNewer ? 1 : 0;
    if (page.etag.size() < sizeof full.etag) // half an ETag would be another one
        std::memcpy(full.etag, page.etag.data(), page.etag.size());
    std::memcpy(out, &full, std::min<std::size_t>(out->size, sizeof full));
}

std::int32_t page(const nb_host* host, const nb_principal* principal, const nb_page_query* query, std::uint32_t block,
                  nb_page_info* info, nb_body** out, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        notNull(out, "out");
        const auto in = structOf(query, "query");
        if (info && info->size < leastSize<nb_page_info>)
            refuseArgument("info", "has a size that is too small");
        services::chat::PageQuery wanted;
        wanted.chatId = in.chat_id;
        wanted.before = in.before;
        wanted.after = in.after;
        wanted.limit = orFifty(in.limit);
        wanted.page = in.page;
        wanted.perPage = orFifty(in.per_page);
        wanted.lead = textOf(in.lead, "query.lead");
        if (auto scoped = needs(*principalOf(principal), Scope::read); !scoped)
            return scoped;
        auto found = chatOf(host).page(*principalOf(principal), wanted, mayBlock(host, block));
        if (!found)
            return found.error();
        if (info)
            fill(info, *found);
        *out = handOver(std::move(found->body));
        return {};
    });
}

std::int32_t create(const nb_host* host, const nb_principal* principal, const nb_new_chat* chat, nb_done_fn done,
                    void* user, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& generation = generationOf(host);
        const auto in = structOf(chat, "chat");
        services::chat::NewChat made;
        made.name = textOf(in.name, "chat.name");
        made.chatType = textOf(in.chat_type, "chat.chat_type");
        if (in.participant_count > 0) {
            const auto* const first = &notNull(in.participants, "chat.participants");
            made.participants.assign(first, first + in.participant_count);
        }
        const auto& who = principalOf(principal);
        if (auto scoped = needs(*who, Scope::write); !scoped)
            return scoped;
        auto pending = PendingDone::make(generation, done, user);
        return pending->taken(generation.services().chat.create(who, std::move(made), PendingDone::callback(pending)));
    });
}

std::int32_t send(const nb_host* host, const nb_principal* principal, const nb_new_message* message, nb_done_fn done,
                  void* user, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& generation = generationOf(host);
        const auto in = structOf(message, "message");
        services::chat::NewMessage made;
        made.chatId = in.chat_id;
        made.content = textOf(in.content, "message.content");
        if (in.message_type.ptr)
            made.messageType = textOf(in.message_type, "message.message_type");
        made.replyTo = in.reply_to;
        made.key = textOf(in.key, "message.key");
        if (in.attachment_count > 0) {
            if (in.attachment_count > mostAttachments)
                return base::fault(base::Status::invalid, "too_many_attachments", "A message has at most 20 files.",
                                   "/attachments");
            const auto* const first = &notNull(in.attachments, "message.attachments");
            made.attachments.assign(first, first + in.attachment_count);
        }
        const auto& who = principalOf(principal);
        if (auto scoped = needs(*who, Scope::write); !scoped)
            return scoped;
        auto pending = PendingDone::make(generation, done, user);
        return pending->taken(generation.services().chat.send(who, std::move(made), PendingDone::callback(pending)));
    });
}

std::int32_t mayRead(const nb_host* host, const nb_principal* principal, std::int64_t chatId, nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        if (auto scoped = needs(*principalOf(principal), Scope::read); !scoped)
            return scoped;
        return chatOf(host).mayRead(*principalOf(principal), chatId);
    });
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

} // namespace netbit::border
