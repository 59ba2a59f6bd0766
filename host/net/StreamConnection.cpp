#include "net/StreamConnection.h"

#include "net/PeerText.h"

#include <Poco/Net/StreamSocketImpl.h>

#include <cerrno>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace netbit::net {

namespace {

// A peer that is still sending when it is refused must read the answer before it learns that nobody reads its bytes:
// closing a socket with unread bytes sends a reset, which throws the answer away.
constexpr std::chrono::seconds lingerTime{2};
constexpr std::size_t lingerBytes = 4 * 1024 * 1024;

constexpr std::size_t corkedBytes = 128 * 1024; // inside onData: over it, write without waiting for its end

} // namespace

StreamConnection::StreamConnection(std::shared_ptr<ListenerState> state, StreamShard& shard, int descriptor,
                                   std::string peer, bool loopback)
    : _state(std::move(state)), _shard(shard), _socket(new Poco::Net::StreamSocketImpl(descriptor)), // Poco deletes it
      _peer(std::move(peer)), _loopback(loopback)
{
}

void StreamConnection::open(std::shared_ptr<StreamConnection> connection)
{
    auto& self = *connection;
    self._self = connection;
    self._shard.add(self);
    self._events = EPOLLIN;
    if (!self._shard.reactor.watch(self.fileDescriptor(), self._events, &self)) {
        self._events = 0;
        self.closeSocket();
        return;
    }
    if (!self._state->tls.context) {
        self.begin();
        return;
    }
    try {
        self._tls = std::make_unique<TlsStream>(self._state->tls.context->load(), self._state->tls, self.fileDescriptor());
    } catch (...) {
        self.closeSocket();
        throw;
    }
    self._phase = Phase::shaking;
    self.setDeadline(self._tls->handshakeTimeout());
}

void StreamConnection::begin()
{
    try {
        _handler = _state->factory(*this);
    } catch (...) {
        closeSocket();
        throw; // the reactor tells of it
    }
    if (_phase == Phase::closed)
        _handler = nullptr; // the factory has closed it; a handler that saw no beginning needs no onClose
    else if (!_handler)
        closeSocket();
}

void StreamConnection::shake()
{
    switch (_tls->shake()) {
    case TlsStream::Step::done:
        _phase = Phase::open;
        _blocked = false;
        clearDeadline();
        updateEvents();
        begin();
        if (_phase == Phase::open && !_paused)
            receiveSecure(); // what came behind the handshake has been read off the socket
        return;
    case TlsStream::Step::plain:
        refusePlain();
        return;
    case TlsStream::Step::wantRead:
        _blocked = false;
        break;
    case TlsStream::Step::wantWrite:
        _blocked = true;
        break;
    default:
        linger(); // so that the peer can read why
        return;
    }
    updateEvents();
}

void StreamConnection::refusePlain()
{
    const auto& answer = _state->tls.plainAnswer;
    static_cast<void>(::send(fileDescriptor(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    linger();
}

void StreamConnection::shut()
{
    if (_phase == Phase::lingering)
        closeSocket();
    else
        closeNow(CloseReason::shutdown);
}

void StreamConnection::onReady(std::uint32_t events)
{
    if (_phase == Phase::shaking) {
        shake();
        return;
    }
    if ((events & EPOLLOUT) != 0 && _phase == Phase::lingering && _blocked) {
        endSending();
        return;
    }
    if ((events & EPOLLOUT) != 0 && _phase != Phase::lingering) {
        _blocked = false;
        if (!flush())
            return;
        if (_readBlocked) {
            _readBlocked = false;
            updateEvents();
            receiveLater();
        }
    }
    if ((events & EPOLLIN) != 0 && (_events & EPOLLIN) != 0) {
        receive();
        return;
    }
    // Nothing to read, and nobody to write to: without closing, epoll would tell it again at once, for ever.
    if ((events & (EPOLLERR | EPOLLHUP)) != 0 && _phase != Phase::closed)
        shutByPeer();
}

void StreamConnection::shutByPeer()
{
    if (_phase == Phase::lingering)
        closeSocket();
    else
        closeNow(CloseReason::peer);
}

void StreamConnection::receive()
{
    if (_tls && _phase == Phase::open) {
        receiveSecure();
        return;
    }
    const auto scratch = _shard.reactor.scratch();
    const auto got = ::recv(fileDescriptor(), scratch.data, scratch.size, MSG_DONTWAIT);
    if (got < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            shutByPeer();
        return;
    }
    if (got == 0) {
        peerHasEnded();
        return;
    }
    if (_phase == Phase::open) {
        pump({scratch.data, static_cast<std::size_t>(got)});
    } else if (_phase == Phase::lingering) {
        const auto bytes = static_cast<std::size_t>(got);
        if (bytes >= _lingerBudget)
            closeSocket();
        else
            _lingerBudget -= bytes;
    }
}

void StreamConnection::peerHasEnded()
{
    _ended = true;
    if (_phase == Phase::lingering) {
        closeSocket();
        return;
    }
    updateEvents();
    if (_phase == Phase::open)
        _handler->onEnd(*this);
}

void StreamConnection::receiveSecure()
{
    const auto scratch = _shard.reactor.scratch();
    std::size_t got = 0;
    const auto step = _tls->read(scratch.data, scratch.size, got);
    if (step == TlsStream::Step::wantWrite) {
        _readBlocked = true;
        updateEvents();
    }
    if (got > 0) {
        pump({scratch.data, got});
        if (_phase == Phase::open && _tls->holdsMore())
            receiveLater(); // in its turn: others are waiting too
    } else if (step == TlsStream::Step::ended) {
        peerHasEnded();
    } else if (step == TlsStream::Step::failed) {
        shutByPeer();
    }
}

/// Of what TLS has taken off the socket already, epoll does not tell.
void StreamConnection::receiveLater()
{
    if (std::exchange(_receivesLater, true))
        return;
    reactor().post([self = _self] {
        self->_receivesLater = false;
        if (self->_phase == Phase::open && !self->_paused && !self->_ended)
            self->receiveSecure();
    });
}

/// Offers what there is until the handler wants no more, and writes what it queued.
void StreamConnection::pump(std::string_view fresh)
{
    _pumping = true;
    do {
        _reoffer = false;
        try {
            offer(fresh);
        } catch (...) {
            closeNow(CloseReason::error);
            throw; // the reactor tells of it
        }
        fresh = {};
        if (_phase == Phase::closed || _phase == Phase::lingering || !flush())
            return;
    } while (_reoffer && !_paused && !_held.empty() && _phase == Phase::open);
    _pumping = false;
}

void StreamConnection::offer(std::string_view fresh)
{
    if (_held.empty()) {
        const auto used = _handler->onData(*this, fresh);
        if (used < fresh.size() && _phase == Phase::open)
            _held.assign(fresh.substr(used));
        return;
    }
    _held.append(fresh);
    const auto used = _handler->onData(*this, _held);
    if (_phase != Phase::open || used == _held.size())
        _held = std::string();
    else
        _held.erase(0, used);
}

SendState StreamConnection::send(std::string_view text, base::Body body)
{
    if (_phase != Phase::open)
        return SendState::closed;
    if (queuedBytes() > _state->hardMark) {
        failLater(CloseReason::overflow);
        return SendState::closed;
    }
    if (!_outbox)
        _outbox = _shard.takeOutbox();
    _outbox->add(text);
    _outbox->add(std::move(body));
    _queued.store(_outbox->size(), std::memory_order_relaxed);
    if (!_blocked && (!_pumping || _outbox->size() >= corkedBytes) && !writeSome()) {
        failLater(CloseReason::peer);
        return SendState::closed;
    }
    if (queuedBytes() <= _state->highMark)
        return SendState::ok;
    _wantsDrained = true;
    return SendState::full;
}

/// Writes what the socket takes. False: the socket is broken.
bool StreamConnection::writeSome()
{
    if (!_outbox)
        return true;
    const auto before = _outbox->size();
    const auto progress = before == 0 ? Outbox::Progress::done
                          : _tls      ? _tls->write(*_outbox)
                                      : _outbox->write(fileDescriptor());
    if (progress == Outbox::Progress::failed)
        return false;
    _queued.store(_outbox->size(), std::memory_order_relaxed);
    if (progress == Outbox::Progress::done) {
        giveBackOutbox();
    } else if (!_blocked || _outbox->size() < before) {
        _outbox->stuckAfter(_shard.reactor, std::chrono::milliseconds(_state->writeTimeoutMs.load()), *this);
    }
    _blocked = progress == Outbox::Progress::blocked;
    updateEvents();
    return true;
}

/// Writes, and tells what follows from it. False: the connection is gone.
bool StreamConnection::flush()
{
    if (_phase == Phase::failing)
        return true; // the task that closes is on its way
    if (!_blocked && !writeSome()) {
        closeNow(CloseReason::peer);
        return false;
    }
    if (_wantsDrained && _phase == Phase::open && queuedBytes() <= _state->highMark / 2) {
        _wantsDrained = false;
        _handler->onDrained(*this);
        if (_phase == Phase::closed || _phase == Phase::lingering)
            return false;
    }
    if (_phase == Phase::closing && queuedBytes() == 0) {
        linger();
        return false;
    }
    return true;
}

void StreamConnection::onWriteStuck() { closeNow(CloseReason::timeout); }

void StreamConnection::failLater(CloseReason reason)
{
    _phase = Phase::failing;
    _failure = reason;
    updateEvents();
    reactor().post([self = _self] {
        if (self->_phase == Phase::failing)
            self->closeNow(self->_failure);
    });
}

void StreamConnection::closeAfterWrite()
{
    if (_phase != Phase::open)
        return;
    _phase = Phase::closing;
    clearDeadline();
    _held = std::string();
    updateEvents();
    if (!_pumping && queuedBytes() == 0)
        linger();
}

void StreamConnection::linger()
{
    tellClosed(CloseReason::local);
    _phase = Phase::lingering;
    _lingerBudget = lingerBytes;
    setDeadline(lingerTime);
    endSending();
}

/// The last of our side: of TLS, close_notify, for which there may be no room yet.
void StreamConnection::endSending()
{
    _blocked = _tls && _tls->sayGoodbye() == TlsStream::Step::wantWrite;
    if (!_blocked) {
        ::shutdown(fileDescriptor(), SHUT_WR);
        if (_ended) {
            closeSocket();
            return;
        }
    }
    updateEvents();
}

void StreamConnection::closeNow(CloseReason reason)
{
    if (_phase == Phase::closed || _phase == Phase::lingering)
        return;
    tellClosed(reason);
    closeSocket();
}

void StreamConnection::tellClosed(CloseReason reason)
{
    _phase = Phase::closed; // so that the handler's calls from inside onClose do nothing
    giveBackOutbox();
    _held = std::string();
    if (_handler)
        _handler->onClose(*this, reason);
    // It may be this handler, further up on the stack, that has closed: it goes when the stack is empty.
    reactor().post([handler = std::move(_handler)] {});
}

void StreamConnection::closeSocket()
{
    _phase = Phase::closed;
    reactor().disarm(*this);
    reactor().forget(fileDescriptor(), this);
    _socket.close();
    _shard.remove(*this);
    _state->leave(addressOfPeer(_peer), _loopback);
    reactor().post([self = std::move(_self)] {});
}

void StreamConnection::pauseReading()
{
    _paused = true;
    updateEvents();
}

void StreamConnection::resumeReading()
{
    _paused = false;
    updateEvents();
    if (_phase != Phase::open)
        return;
    if (_tls && !_ended && _tls->holdsMore())
        receiveLater();
    if (_held.empty())
        return;
    if (_pumping)
        _reoffer = true;
    else
        pump({});
}

void StreamConnection::setDeadline(std::chrono::milliseconds delay)
{
    const auto now = Clock::now();
    _deadline = now + delay;
    // Most deadlines are moved further away, once a request: then the wheel is left alone, and onDeadline sees to it.
    if (armed() && _armedFor <= _deadline)
        return;
    _armedFor = _deadline;
    reactor().arm(*this, delay);
}

void StreamConnection::clearDeadline() noexcept { _deadline = Clock::time_point::max(); }

void StreamConnection::onDeadline()
{
    if (_deadline == Clock::time_point::max())
        return;
    const auto left = _deadline - Clock::now();
    if (left > Clock::duration::zero()) {
        _armedFor = _deadline;
        reactor().arm(*this, std::chrono::ceil<std::chrono::milliseconds>(left));
        return;
    }
    _deadline = Clock::time_point::max();
    if (_phase == Phase::lingering || _phase == Phase::shaking)
        closeSocket();
    else if (_phase == Phase::open)
        _handler->onTimeout(*this);
}

void StreamConnection::updateEvents()
{
    std::uint32_t wanted = 0;
    if (!_ended && ((_phase == Phase::open && !_paused && !_readBlocked) || _phase == Phase::lingering))
        wanted |= EPOLLIN;
    if (_phase == Phase::shaking) // one or the other: what is not waited for would be told again and again
        wanted = _blocked ? EPOLLOUT : EPOLLIN;
    else if (_blocked || (_readBlocked && _phase == Phase::open))
        wanted |= _phase == Phase::failing ? 0u : EPOLLOUT;
    if (wanted == _events || _phase == Phase::closed)
        return;
    _events = wanted;
    reactor().modify(fileDescriptor(), wanted, this);
}

void StreamConnection::giveBackOutbox()
{
    _queued.store(0, std::memory_order_relaxed);
    if (_outbox)
        _shard.giveBack(std::move(_outbox));
}

} // namespace netbit::net
