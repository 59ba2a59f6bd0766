// The part of Session that does what packets ask for.

#include "tcp/src/Session.h"

#include "support/LiveEvents.h"
#include "tcp/src/Nacks.h"

#include <type_traits>
#include <utility>

namespace netbit::tcp {

namespace {

Error unauthenticated()
{
    return Error(netbit::Status::unauthenticated, "unauthenticated",
                 "Send {\"packet_type\":\"Authenticate\",\"token\":\"…\"} first, or a token with the packet.");
}

Error mismatch(std::string_view pointer)
{
    return Error(netbit::Status::forbidden, "sender_mismatch", "It is not the user who was authenticated.", pointer);
}

} // namespace

std::string Session::unsubscribed(std::string_view code)
{
    return std::string(R"({"packet_type":"Unsubscribed","code":")").append(code).append("\"}\n");
}

void Session::perform(Packet& packet)
{
    if (std::holds_alternative<Ping>(packet.what)) { // acts for nobody, so anybody may
        std::string text = R"({"packet_type":"Pong")";
        if (packet.clientId) {
            text += ",\"client_id\":";
            support::appendString(text, *packet.clientId);
        }
        reply(text + "}\n");
        return;
    }
    if (std::holds_alternative<Authenticate>(packet.what)) {
        if (!packet.token) {
            refuse(packet, Error(netbit::Status::invalid, "missing_member", "It must be there.", "/token"));
            return;
        }
        auto principal = _context->auth.verify(*packet.token);
        const auto adopted = principal ? adopt(*principal) : Result<void>(principal.error());
        if (adopted)
            ack(packet);
        else
            refuse(packet, adopted.error());
        return;
    }

    const auto* send = std::get_if<SendMessage>(&packet.what);
    const auto claimed = send ? send->senderId : packet.userId;
    auto who = callerOf(packet, claimed);
    if (!who) {
        refuse(packet, who.error());
        return;
    }
    if (claimed && *claimed != who->userId()) {
        refuse(packet, mismatch(send ? "/message/sender_id" : "/user_id"));
        return;
    }
    std::visit(
        [&](const auto& what) {
            using What = std::decay_t<decltype(what)>;
            if constexpr (!std::is_same_v<What, Ping> && !std::is_same_v<What, Authenticate>)
                on(packet, *who, what);
        },
        packet.what);
}

/// Whom a packet acts for: its own token, else the connection's principal, else, where the operator allowed it for tests
/// on the same machine, whom it claims.
Result<Principal> Session::callerOf(const Packet& packet, std::optional<std::int64_t> claimed)
{
    if (packet.token) {
        auto principal = _context->auth.verify(*packet.token);
        if (principal && !_principal) {
            if (const auto adopted = adopt(*principal); !adopted)
                return adopted.error();
        }
        return principal;
    }
    if (_principal) {
        if (_principal.isValid())
            return _principal;
        forget("unauthenticated");
        return unauthenticated();
    }
    if (_settings->allowUnauthenticatedLoopback && claimed && _conn.isLoopback())
        return _context->auth.impersonate(*claimed);
    return unauthenticated();
}

/// From now on the connection is this principal's.
Result<void> Session::adopt(const Principal& principal)
{
    const auto userId = principal.userId();
    const bool same = _principal && _principal.userId() == userId;
    if (!same) {
        if (!_context->users.enter(userId, _settings->maxPerUser))
            return Error(netbit::Status::rateLimited, "too_many_connections", "This user has too many connections.");
        if (_principal)
            forget("other_user");
    }
    _principal = principal;
    return {};
}

/// The connection is nobody's any more; a subscription ends and says why.
void Session::forget(std::string_view code)
{
    if (const auto events = std::exchange(_events, nullptr))
        events->end(unsubscribed(code));
    if (_principal)
        _context->users.leave(_principal.userId());
    _principal = {};
    _confirmed = -1;
}

void Session::on(const Packet& packet, const Principal& who, const SendMessage& send)
{
    NewMessage message;
    message.chatId = send.chatId;
    message.content = send.content;
    message.messageType = send.messageType;
    message.replyTo = send.replyTo;
    message.attachments = send.attachments;
    message.key = packet.clientId;
    const auto ticket = _replies.open();
    _behindSends.began();
    _context->chat.send(who, message,
                        [self = shared_from_this(), ticket, sentId = packet.messageId,
                         clientId = std::optional<std::string>(packet.clientId)](Result<Done> done) {
                            Reply reply;
                            if (done) {
                                reply.text = ackText(done->id, clientId);
                            } else {
                                self->_context->nacks.add();
                                Nack nack = nackOf(done.error());
                                nack.messageId = sentId;
                                nack.clientId = clientId;
                                reply.text = nackText(nack);
                            }
                            self->answer(ticket, std::move(reply));
                            self->sendEnded(ticket);
                        });
}

void Session::sendEnded(Replies::Ticket ticket)
{
    for (auto& page : _behindSends.ended(ticket))
        _conn.run([self = shared_from_this(), page = std::move(page)] { self->answerPage(page, Blocking::no); });
}

void Session::on(const Packet&, const Principal& who, const GetMessages& get)
{
    PageQuery query;
    query.chatId = get.chatId;
    query.page = get.page;
    query.perPage = get.perPage;
    query.before = get.before;
    query.after = get.after;
    query.limit = get.limit;
    Page page{_replies.open(), who, query};
    if (!_behindSends.hold(page.ticket, page))
        answerPage(page, Blocking::no);
}

/// [reactor] without waiting, or, when the page is not in memory, again on a [worker].
void Session::answerPage(const Page& wanted, Blocking blocking)
{
    std::string lead = R"("packet_type":"Messages","chat_id":)";
    support::appendInt(lead, wanted.query.chatId);
    lead += ',';
    auto asked = wanted.query;
    asked.lead = lead;
    auto page = _context->chat.page(wanted.who, asked, blocking);
    if (page) {
        answer(wanted.ticket, Reply{{}, std::move(page->body), nullptr, false});
        return;
    }
    auto error = page.error();
    if (error.status == netbit::Status::wouldBlock && blocking == Blocking::no) {
        const auto posted =
            _context->exec.post([self = shared_from_this(), wanted] { self->answerPage(wanted, Blocking::yes); });
        if (posted)
            return;
        error = posted.error();
    }
    _context->nacks.add();
    answer(wanted.ticket, Reply{nackText(nackOf(error)), {}, nullptr, false});
}

void Session::on(const Packet& packet, const Principal& who, const Subscribe& subscribe)
{
    if (!_principal || _principal.userId() != who.userId()) {
        refuse(packet, Error(netbit::Status::unauthenticated, "unauthenticated",
                             "A subscription is the connection's: send Authenticate first."));
        return;
    }
    if (const auto before = std::exchange(_events, nullptr))
        before->end();
    if (subscribe.after)
        _confirmed = *subscribe.after;
    else if (_confirmed < 0)
        _confirmed = _context->events.lastId(); // from now on; the next time, from here or what was confirmed since
    // What this client has not confirmed is sent again.
    const auto events = follow(who, {_confirmed, {subscribe.topics.begin(), subscribe.topics.end()}});
    if (!events) {
        refuse(packet, events.error());
        return;
    }
    _events = *events;
    const auto ticket = _replies.open();
    _replies.fill(ticket, Reply{ackText(0, std::optional<std::string>(packet.clientId)), {}, *events, false});
}

Result<std::shared_ptr<EventStream>> Session::follow(const Principal& who, support::LogPlace from)
{
    auto events = std::make_shared<EventStream>(_context, _conn);
    if (const auto opened = events->open(events, who, std::move(from)); !opened)
        return opened.error();
    return events;
}

void Session::on(const Packet& packet, const Principal&, const Unsubscribe&)
{
    if (const auto events = std::exchange(_events, nullptr))
        events->end();
    ack(packet);
}

/// Not answered: an answer to an acknowledgement would only ask for another.
void Session::on(const Packet&, const Principal&, const Confirm& confirm)
{
    if (confirm.eventId > _confirmed)
        _confirmed = confirm.eventId;
}

void Session::on(const Packet& packet, const Principal& who, const Status& status)
{
    const auto data = support::presenceData(who.userId(), status.data);
    if (const auto published = _context->events.publish(who, support::presenceTopic, 0, data))
        ack(packet);
    else
        refuse(packet, published.error());
}

void Session::on(const Packet& packet, const Principal& who, const Typing& typing)
{
    const auto data = support::typingData(who.userId(), typing.chatId);
    if (const auto published = _context->events.publish(who, support::typingTopic, typing.chatId, data))
        ack(packet);
    else
        refuse(packet, published.error());
}

} // namespace netbit::tcp
