#include "tcp/src/Session.h"

#include "tcp/src/Nacks.h"

#include <utility>

namespace netbit::tcp {

Session::Session(std::shared_ptr<Context> context, Conn conn, const ScanPlace& place)
    : _context(std::move(context)), _settings(_context->settings()), _conn(std::move(conn)),
      _scanner(_settings->scan, place)
{
    _context->connections.add(1);
    if (_settings->idleTimeout.count() > 0)
        _conn.deadline(_settings->idleTimeout);
}

Session::~Session() = default;

std::size_t Session::data(std::string_view bytes)
{
    if (_settings->idleTimeout.count() > 0)
        _conn.deadline(_settings->idleTimeout);

    std::size_t used = 0;
    _unread = false;
    for (bool more = true; more && !_closing;) {
        if (mustWait()) {
            _waiting.store(true);
            _conn.pause();
            _unread = used < bytes.size();
            break;
        }
        const auto step = _scanner.next(bytes.substr(used));
        used += step.consumed;
        switch (step.found) {
        case PacketScanner::Found::more:
            more = false;
            break;
        case PacketScanner::Found::packet:
            handle(step.packet);
            break;
        case PacketScanner::Found::fault:
            _context->packets.add();
            refuse(Nack{step.code, step.detail, 0, std::nullopt});
            break;
        case PacketScanner::Found::hopeless:
            _closing = true;
            refuse(Nack{step.code, step.detail, 0, std::nullopt}, true);
            break;
        }
    }
    flush();
    if (_waiting.load() && hasRoom())
        goOn(); // it became free between the look and the pause
    if (_peerEnded.load() && !_unread)
        finishInput();
    return _closing ? bytes.size() : used;
}

void Session::handle(std::string_view text)
{
    _context->packets.add();
    support::JsonDocument document;
    auto read = readPacket(document, text, _settings->scan.maxDepth);
    if (const auto* nack = std::get_if<Nack>(&read))
        refuse(*nack);
    else
        perform(std::get<Packet>(read));
}

void Session::reply(std::string text)
{
    const auto ticket = _replies.open();
    _replies.fill(ticket, Reply{std::move(text), {}, nullptr, false});
}

void Session::ack(const Packet& packet) { reply(ackText(0, std::optional<std::string>(packet.clientId))); }

void Session::refuse(const Nack& nack, bool closes)
{
    _context->nacks.add();
    const auto ticket = _replies.open();
    _replies.fill(ticket, Reply{nackText(nack), {}, nullptr, closes});
}

void Session::refuse(const Packet& packet, const Error& error) { reply(refusal(packet, error)); }

/// [any]
std::string Session::refusal(const Packet& packet, const Error& error) const
{
    _context->nacks.add();
    Nack nack = nackOf(error);
    nack.messageId = packet.messageId;
    nack.clientId = packet.clientId;
    return nackText(nack);
}

void Session::answer(Replies::Ticket ticket, Reply reply)
{
    _replies.fill(ticket, std::move(reply));
    flush();
    // Only the reactor may do what follows; where nothing is to be done, it is not disturbed.
    if (_peerEnded.load() || (_waiting.load() && hasRoom()))
        _conn.run([self = shared_from_this()] {
            if (self->_waiting.load() && self->hasRoom())
                self->goOn();
            self->closeWhenDone();
        });
}

void Session::flush()
{
    _replies.flush([this](std::vector<Reply>& ready) { hand(ready); });
}

/// Everything that is ready leaves in as few sends as may be.
void Session::hand(std::vector<Reply>& ready)
{
    std::string text;
    for (auto& reply : ready) {
        if (text.empty())
            text = std::move(reply.text);
        else
            text += reply.text;
        if (reply.body) {
            put(text);
            const auto drains = _drains.load();
            note(_conn.send(reply.body), drains);
            text = "\n";
        }
        if (reply.opens) {
            put(text);
            reply.opens->begin();
        }
        if (reply.closes) {
            put(text);
            _conn.close();
        }
    }
    put(text);
}

void Session::put(std::string& text)
{
    if (text.empty())
        return;
    const auto drains = _drains.load();
    note(_conn.send(text), drains);
    text.clear();
}

/// drained() may have come on the reactor before this thread knows that it is to wait for it.
void Session::note(netbit::Status sent, std::uint64_t drains)
{
    if (sent != netbit::Status::wouldBlock)
        return;
    _congested.store(true);
    if (_drains.load() != drains)
        _congested.store(false);
}

bool Session::mustWait() const { return _congested.load() || _replies.waiting() >= _settings->maxPipelined; }

bool Session::hasRoom() const { return !_congested.load() && _replies.waiting() <= _settings->maxPipelined / 2; }

void Session::goOn()
{
    _waiting.store(false);
    _conn.resume();
}

void Session::drained()
{
    _drains.fetch_add(1);
    _congested.store(false);
    if (_events)
        _events->resume();
    if (_waiting.load() && hasRoom())
        goOn();
}

void Session::ended()
{
    _peerEnded.store(true);
    if (!_unread)
        finishInput();
}

/// The peer sends no more and everything it sent was looked at.
void Session::finishInput()
{
    if (!_closing && _scanner.insideValue()) {
        _closing = true;
        refuse(Nack{"invalid_json", "The stream ended inside a packet.", 0, std::nullopt}, true);
        flush();
    }
    closeWhenDone();
}

void Session::closeWhenDone()
{
    // Who subscribed may go on listening; the idle time-out sees to it otherwise.
    if (_peerEnded.load() && !_unread && !_events && _replies.waiting() == 0)
        _conn.close();
}

void Session::timedOut()
{
    if (_replies.waiting() > 0 || (_events && _events->takeDelivered())) {
        _conn.deadline(_settings->idleTimeout);
        return;
    }
    _conn.close();
}

Result<Frozen> Session::freeze()
{
    if (!_replies.idle())
        return Error(netbit::Status::wouldBlock, "answers_owed", "There are answers to give.");
    if (_closing)
        return Error(netbit::Status::closed, "closing", "It is being closed.");
    auto piece = tcp::freeze({_confirmed, _scanner.place(), _events ? _events->freeze() : std::nullopt});
    piece.principal = _principal.raw();
    return piece;
}

void Session::goOn(const FrozenSession& from, const Principal& principal)
{
    _confirmed = from.confirmed;
    if (!principal)
        return;
    _context->users.enter(principal.userId(), 0); // whoever is there stays
    _principal = principal;
    if (!from.subscription)
        return;
    auto events = follow(principal, *from.subscription);
    if (!events) {
        _conn.send(unsubscribed(events.error().code));
        return;
    }
    _events = std::move(*events);
    _events->begin();
}

void Session::closed(CloseReason reason)
{
    static constexpr std::string_view names[] = {"?", "peer", "error", "timeout", "overflow", "local", "shutdown", "moved"};
    _closing = true;
    if (const auto events = std::exchange(_events, nullptr))
        events->end();
    if (_principal)
        _context->users.leave(_principal.userId());
    _principal = {};
    _context->connections.add(-1);
    if (_context->log.isEnabled(NB_LOG_DEBUG)) {
        const auto number = static_cast<std::size_t>(reason);
        _context->log.debug("A TCP connection was closed.",
                            {{"peer", _conn.peer()}, {"reason", names[number < std::size(names) ? number : 0]}});
    }
}

} // namespace netbit::tcp
