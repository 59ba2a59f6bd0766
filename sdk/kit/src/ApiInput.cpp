// What a test puts in: requests, people, chats, bytes.

#include "Api.h"
#include "Connections.h"
#include "Exchange.h"
#include "Subscription.h"
#include "edge/Chars.h"

#include <algorithm>

using namespace netbit;
using namespace netbit::fake;
using base::fault;
using base::Status;

std::int32_t nb_kit_begin(nb_kit* kit, const nb_kit_request* request, nb_kit_exchange** out, nb_error* error)
{
    return atDoor(kit, error, [&](World& world) -> base::Result<void> {
        notNull(out, "out");
        const auto in = structOf(request, "request");
        if (in.header_count > 0)
            notNull(in.headers, "request.headers");
        const auto begun = begin(world, in);
        if (!begun)
            return begun.error();
        *out = *begun;
        return {};
    });
}

std::int32_t nb_kit_request_now(nb_kit* kit, const nb_kit_request* request, nb_kit_exchange** out, nb_error* error)
{
    const auto status = nb_kit_begin(kit, request, out, error);
    if (status == NB_OK)
        atDoor(kit, [&](World& world) {
            while ((*out)->status == 0 && world.runOne()) { }
        });
    return status;
}

std::int32_t nb_kit_status(const nb_kit_exchange* exchange) { return exchange ? exchange->status : 0; }

std::uint32_t nb_kit_flags(const nb_kit_exchange* exchange) { return exchange ? exchange->flags : 0; }

nb_str nb_kit_header(const nb_kit_exchange* exchange, nb_str name)
{
    if (exchange && name.ptr)
        for (const auto& [key, value] : exchange->replyFields)
            if (edge::sameText(key, {name.ptr, name.len}))
                return str(value);
    return absent();
}

std::size_t nb_kit_headers(const nb_kit_exchange* exchange, nb_header* out, std::size_t capacity)
{
    if (!exchange)
        return 0;
    const auto& fields = exchange->replyFields;
    for (std::size_t i = 0; out && i < std::min(fields.size(), capacity); ++i)
        out[i] = {str(fields[i].first), str(fields[i].second)};
    return fields.size();
}

nb_str nb_kit_content(const nb_kit_exchange* exchange) { return exchange ? str(exchange->content) : absent(); }

namespace {

template <class F>
void onStream(nb_kit_exchange* exchange, F&& act)
{
    if (exchange && exchange->stream)
        border::quietly([&] { act(*exchange->stream); });
}

} // namespace

void nb_kit_stall(nb_kit_exchange* exchange, std::uint64_t highMark)
{
    onStream(exchange, [&](nb_stream& stream) { stream.stall(highMark); });
}

void nb_kit_unstall(nb_kit_exchange* exchange)
{
    onStream(exchange, [](nb_stream& stream) { stream.unstall(); });
}

void nb_kit_hang_up(nb_kit_exchange* exchange)
{
    onStream(exchange, [](nb_stream& stream) { stream.hangUp(); });
}

// ---- people

std::int32_t nb_kit_add_user(nb_kit* kit, nb_str username, nb_str password, std::uint32_t flags, std::int64_t* out,
                             nb_error* error)
{
    return atDoor(kit, error, [&](World& world) -> base::Result<void> {
        notNull(out, "out");
        const auto name = bytesOf(username, "username");
        std::optional<std::string_view> secret;
        if (password.ptr)
            secret = bytesOf(password, "password");
        const auto made = world.people.add(name, std::string(name) + "@example.org", secret, (flags & NB_KIT_ADMIN) != 0,
                                           world.now());
        if (!made)
            return made.error();
        *out = *made;
        return {};
    });
}

std::int32_t nb_kit_token(nb_kit* kit, std::int64_t userId, nb_str* out, nb_error* error)
{
    return atDoor(kit, error, [&](World& world) -> base::Result<void> {
        notNull(out, "out");
        auto token = world.people.token(userId);
        if (!token)
            return token.error();
        *out = str(world.texts.emplace_back(std::move(*token)));
        return {};
    });
}

std::int32_t nb_kit_revoke(nb_kit* kit, std::int64_t userId, nb_error* error)
{
    return atDoor(kit, error, [&](World& world) -> base::Result<void> {
        if (!world.people.byId(userId))
            return fault(Status::notFound, "user_not_found", "There is no such user.");
        world.people.revoke(userId);
        wakeSubscriptions(world);
        return {};
    });
}

void nb_kit_want_invite(nb_kit* kit, nb_str code)
{
    atDoor(kit, [&](World& world) {
        if (code.ptr)
            world.people.invite = bytesOf(code, "code");
        else
            world.people.invite.reset();
    });
}

// ---- chats

std::int32_t nb_kit_add_chat(nb_kit* kit, nb_str type, nb_str name, std::int64_t creator, const std::int64_t* members,
                             std::size_t count, std::int64_t* out, nb_error* error)
{
    return atDoor(kit, error, [&](World& world) -> base::Result<void> {
        notNull(out, "out");
        const auto who = world.people.principal(creator);
        if (!who)
            return fault(Status::notFound, "user_not_found", "There is no such user.");
        services::chat::NewChat chat;
        chat.chatType = bytesOf(type, "chat_type");
        chat.name = bytesOf(name, "name");
        if (count > 0)
            chat.participants.assign(&notNull(members, "members"), members + count);
        if (auto good = world.chats.checkCreate(*who, chat); !good)
            return good;
        *out = world.chats.create(*who, chat, world.now()).id;
        wakeSubscriptions(world);
        return {};
    });
}

std::int32_t nb_kit_add_message(nb_kit* kit, std::int64_t chatId, std::int64_t sender, nb_str content, std::int64_t* out,
                                nb_error* error)
{
    return atDoor(kit, error, [&](World& world) -> base::Result<void> {
        const auto who = world.people.principal(sender);
        if (!who)
            return fault(Status::notFound, "user_not_found", "There is no such user.");
        services::chat::NewMessage message;
        message.chatId = chatId;
        message.content = bytesOf(content, "content");
        const auto sent = world.chats.send(*who, message, world.now());
        if (!sent)
            return sent.error();
        if (out)
            *out = sent->id;
        wakeSubscriptions(world);
        return {};
    });
}

void nb_kit_chats_on_disk(nb_kit* kit, std::uint32_t yes)
{
    atDoor(kit, [&](World& world) { world.chats.onDisk = yes != 0; });
}

// ---- connections

std::int32_t nb_kit_connect(nb_kit* kit, nb_str listener, nb_str address, nb_kit_peer** out, nb_error* error)
{
    return atDoor(kit, error, [&](World& world) -> base::Result<void> {
        notNull(out, "out");
        std::optional<std::string_view> from;
        if (address.ptr)
            from = bytesOf(address, "address");
        const auto made = connect(world, bytesOf(listener, "listener"), from);
        if (!made)
            return made.error();
        *out = *made;
        return {};
    });
}

std::int32_t nb_kit_peer_send(nb_kit_peer* peer, nb_str bytes)
{
    std::int32_t state = NB_OK;
    const auto status = border::answer(nullptr, [&]() -> base::Result<void> {
        auto& from = notNull(peer, "peer");
        const auto text = bytesOf(bytes, "bytes");
        if (!from.listener->isTcp())
            from.listener->receive(from.address, text);
        else if (!from.conn() || from.conn()->gone() || from.ended)
            state = NB_CLOSED;
        else
            from.conn()->take(text);
        return {};
    });
    return status == NB_OK ? state : status;
}

namespace {

template <class F>
void onConn(nb_kit_peer* peer, F&& act)
{
    if (peer && peer->conn() && !peer->conn()->gone())
        border::quietly([&] { act(*peer->conn()); });
}

} // namespace

void nb_kit_peer_end(nb_kit_peer* peer)
{
    onConn(peer, [&](nb_conn& conn) {
        if (!std::exchange(peer->ended, true))
            conn.peerEnds();
    });
}

void nb_kit_peer_close(nb_kit_peer* peer, std::uint32_t failed)
{
    onConn(peer, [&](nb_conn& conn) { conn.finish(failed != 0 ? NB_CLOSE_ERROR : NB_CLOSE_PEER); });
}

void nb_kit_peer_stall(nb_kit_peer* peer)
{
    if (peer)
        peer->stalled = true;
}

void nb_kit_peer_unstall(nb_kit_peer* peer)
{
    if (!peer)
        return;
    peer->stalled = false;
    onConn(peer, [](nb_conn& conn) { conn.peerReads(); });
}

nb_str nb_kit_peer_received(const nb_kit_peer* peer)
{
    if (!peer)
        return absent();
    if (peer->listener->isTcp())
        return str(peer->received);
    return peer->datagrams.empty() ? absent() : str(peer->datagrams.back());
}

std::size_t nb_kit_peer_datagram_count(const nb_kit_peer* peer) { return peer ? peer->datagrams.size() : 0; }

nb_str nb_kit_peer_datagram(const nb_kit_peer* peer, std::size_t index)
{
    return peer && index < peer->datagrams.size() ? str(peer->datagrams[index]) : absent();
}

std::uint32_t nb_kit_peer_closed(const nb_kit_peer* peer) { return peer ? peer->closed : 0; }

std::uint32_t nb_kit_peer_paused(const nb_kit_peer* peer)
{
    return peer && peer->conn() && peer->conn()->paused() ? 1 : 0;
}

std::uint64_t nb_kit_peer_waiting(const nb_kit_peer* peer)
{
    return peer && peer->conn() ? peer->conn()->queued() : 0;
}
