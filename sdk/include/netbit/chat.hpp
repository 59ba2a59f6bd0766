#ifndef NETBIT_CHAT_HPP
#define NETBIT_CHAT_HPP
/* Chats, their members and messages, for C++ plugins. What each call promises stands in netbit/chat.h. */
#include "netbit/auth.hpp"
#include "netbit/chat.h"

#include <vector>

namespace netbit {

template <> struct ServiceOf<nb_chat_api> {
    static constexpr const char* id = NB_CHAT_SERVICE;
};

struct NewChat {
    std::string_view name;
    std::string_view chatType; /* "direct", "group", "channel" */
    std::vector<std::int64_t> participants; /* user ids beside the creator */
};

struct NewMessage {
    std::int64_t chatId = 0;
    std::string_view content;
    std::optional<std::string_view> messageType; /* "text", "image", "file"; absent: "text" */
    std::int64_t replyTo = 0;                    /* a message of the same chat, or 0 */
    std::optional<std::string_view> key;         /* idempotency: at most 128 bytes */
    std::vector<std::int64_t> attachments{};     /* files of the sender */
};

/* Which part of a chat; see nb_page_query. 0: not set. */
struct PageQuery {
    std::int64_t chatId = 0;
    std::uint32_t limit = 0;
    std::int64_t before = 0;
    std::int64_t after = 0;
    std::uint32_t page = 0;
    std::uint32_t perPage = 0;
    std::optional<std::string_view> lead; /* members to write first, with a comma at the end: "\"a\":1," */
};

struct Page {
    Body body; /* {"data":[…],"pagination":{…}}, oldest first */
    nb_page_info info;
};

/* Whether the thread may wait for the database: never on a reactor, where Status::wouldBlock says "ask on a worker". */
enum class Blocking : std::uint32_t { no = 0, yes = 1 };

/* "netbit.chat/1". Copy it freely. Callables for `done` take a Result<Done> and are called exactly once: on the writer's
 * thread when the write is on disk and visible or was refused then, or before the call returns when refused at once. */
class Chat {
public:
    /* Throws a Failure where the manifest does not want the service. */
    explicit Chat(Host host)
        : _host(host)
        , _api(&host.require<nb_chat_api>())
        , _bodies(&host.require<nb_body_api>())
    {
    }

    Result<Body> list(const Principal& principal, std::uint32_t page, std::uint32_t perPage, Blocking blocking) const
    {
        ErrorBuffer error;
        nb_body* out = nullptr;
        return body(_api->list(_host.raw(), principal.raw(), page, perPage, static_cast<std::uint32_t>(blocking), &out,
                               error.get()),
                    out, error);
    }
    Result<Body> get(const Principal& principal, std::int64_t chatId, Blocking blocking) const
    {
        ErrorBuffer error;
        nb_body* out = nullptr;
        return body(_api->get(_host.raw(), principal.raw(), chatId, static_cast<std::uint32_t>(blocking), &out,
                              error.get()),
                    out, error);
    }
    Result<Page> page(const Principal& principal, const PageQuery& query, Blocking blocking) const
    {
        nb_page_query wanted{};
        wanted.size = sizeof wanted;
        wanted.limit = query.limit;
        wanted.chat_id = query.chatId;
        wanted.before = query.before;
        wanted.after = query.after;
        wanted.page = query.page;
        wanted.per_page = query.perPage;
        wanted.lead = toStr(query.lead);
        nb_page_info info{};
        info.size = sizeof info;
        ErrorBuffer error;
        nb_body* out = nullptr;
        const auto status = _api->page(_host.raw(), principal.raw(), &wanted, static_cast<std::uint32_t>(blocking), &info,
                                       &out, error.get());
        if (status != NB_OK) {
            return error.toError(status);
        }
        return Page{Body::adopt(*_bodies, out), info};
    }

    template <class F> void create(const Principal& principal, const NewChat& chat, F&& done) const
    {
        nb_new_chat wanted{};
        wanted.size = sizeof wanted;
        wanted.participant_count = static_cast<std::uint32_t>(chat.participants.size());
        wanted.name = toStr(chat.name);
        wanted.chat_type = toStr(chat.chatType);
        wanted.participants = chat.participants.data();
        ErrorBuffer error;
        auto ticket = netbit::done(std::forward<F>(done));
        ticket.settle(
            _api->create(_host.raw(), principal.raw(), &wanted, ticket.function(), ticket.user(), error.get()), error);
    }
    template <class F> void send(const Principal& principal, const NewMessage& message, F&& done) const
    {
        nb_new_message wanted{};
        wanted.size = sizeof wanted;
        wanted.chat_id = message.chatId;
        wanted.content = toStr(message.content);
        wanted.message_type = toStr(message.messageType);
        wanted.reply_to = message.replyTo;
        wanted.key = toStr(message.key);
        wanted.attachments = message.attachments.data();
        wanted.attachment_count = message.attachments.size();
        ErrorBuffer error;
        auto ticket = netbit::done(std::forward<F>(done));
        ticket.settle(_api->send(_host.raw(), principal.raw(), &wanted, ticket.function(), ticket.user(), error.get()),
                      error);
    }

    /* [any] [fast] Whether the principal may see the chat. */
    Result<void> mayRead(const Principal& principal, std::int64_t chatId) const
    {
        ErrorBuffer error;
        return toResult(_api->may_read(_host.raw(), principal.raw(), chatId, error.get()), error);
    }

private:
    /* By reference: which argument of a call is evaluated first is not said, and one of them fills `out`. */
    Result<Body> body(std::int32_t status, nb_body*& out, const ErrorBuffer& error) const
    {
        if (status != NB_OK) {
            return error.toError(status);
        }
        return Body::adopt(*_bodies, out);
    }

    Host _host;
    const nb_chat_api* _api;
    const nb_body_api* _bodies;
};

} // namespace netbit
#endif
