#pragma once
// The one kind of Connection: a non-blocking Poco socket on a reactor.

#include "net/Connection.h"
#include "net/Outbox.h"
#include "net/Reactor.h"
#include "net/StreamShard.h"
#include "net/TlsStream.h"

#include <Poco/Net/StreamSocket.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace netbit::net {

/// Owns itself (_self) from open() until its socket is closed. 10,000 of these may idle, so what only a busy one needs
/// (outbox, write time-out) is borrowed from the shard.
class StreamConnection final : public Connection, private Pollable, private Deadline {
public:
    using Clock = std::chrono::steady_clock;

    /// Takes over the descriptor: the Poco socket around it is never shared between threads.
    StreamConnection(std::shared_ptr<ListenerState> state, StreamShard& shard, int descriptor, std::string peer,
                     bool loopback);

    /// [reactor] Starts to read. Without a handler, or when the system refuses, it closes at once.
    static void open(std::shared_ptr<StreamConnection> connection);
    /// [reactor] For the listener's end: closes whatever state it is in.
    void shut();

    Reactor& reactor() noexcept override { return _shard.reactor; }
    const std::string& peer() const noexcept override { return _peer; }
    bool loopback() const noexcept override { return _loopback; }
    bool secure() const noexcept override { return _tls != nullptr; }
    SendState send(base::Body body) override { return send({}, std::move(body)); }
    SendState send(std::string_view text, base::Body body) override;
    void closeAfterWrite() override;
    void closeNow(CloseReason reason) override;
    bool closing() const noexcept override { return _phase != Phase::open; }
    bool peerEnded() const noexcept override { return _ended; }
    void pauseReading() override;
    void resumeReading() override;
    void setDeadline(std::chrono::milliseconds delay) override;
    void clearDeadline() noexcept override;
    std::size_t queuedBytes() const noexcept override { return _queued.load(std::memory_order_relaxed); }

private:
    friend class StreamShard;
    friend class StreamOutbox;

    enum class Phase : std::uint8_t {
        open,
        shaking,   ///< TLS has not begun yet: there is no handler
        closing,   ///< closeAfterWrite was called: the queue is written, nothing is read
        failing,   ///< a send failed or overflowed: closed from the loop
        lingering, ///< onClose was called; the sending side is shut, what comes is thrown away
        closed,
    };

    void onReady(std::uint32_t events) override;
    void onDeadline() override;
    void onWriteStuck();

    void begin();
    void shake();
    void refusePlain();
    void shutByPeer();
    void receive();
    void receiveSecure();
    void receiveLater();
    void peerHasEnded();
    void pump(std::string_view fresh);
    void offer(std::string_view fresh);
    bool flush();
    bool writeSome();
    void failLater(CloseReason reason);
    void linger();
    void endSending();
    void tellClosed(CloseReason reason);
    void closeSocket();
    void updateEvents();
    void giveBackOutbox();
    int fileDescriptor() const { return _socket.impl()->sockfd(); }

    std::shared_ptr<ListenerState> _state;
    StreamShard& _shard;
    Poco::Net::StreamSocket _socket;
    std::shared_ptr<StreamConnection> _self;
    std::shared_ptr<ConnectionHandler> _handler;
    StreamConnection* _next = nullptr; // the shard's list
    StreamConnection* _previous = nullptr;
    std::unique_ptr<StreamOutbox> _outbox;
    std::unique_ptr<TlsStream> _tls;
    std::string _held; // received and not consumed
    std::string _peer;
    Clock::time_point _deadline = Clock::time_point::max(); // wanted
    Clock::time_point _armedFor{};                          // what the wheel has; never later than wanted
    std::atomic<std::size_t> _queued{0};
    std::size_t _lingerBudget = 0;
    std::uint32_t _events = 0; // what epoll watches for
    Phase _phase = Phase::open;
    CloseReason _failure = CloseReason::error;
    bool _loopback;
    bool _ended = false;    // the peer's sending side
    bool _paused = false;
    bool _pumping = false;  // inside pump(): send() only queues
    bool _reoffer = false;  // resumeReading() was called inside pump()
    bool _wantsDrained = false;
    bool _blocked = false;  // the socket takes no more
    bool _readBlocked = false; // TLS has to write something of its own before it reads on
    bool _receivesLater = false; // receiveLater() was called
};

} // namespace netbit::net
