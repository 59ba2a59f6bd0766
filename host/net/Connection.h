#pragma once
// A stream socket (TCP or Unix) that lives on one reactor: reads go to its handler, writes are queued and gathered.

#include "base/Body.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace netbit::net {

class Connection;
class Reactor;

enum class CloseReason : std::uint8_t { peer, error, timeout, overflow, local, shutdown };

/// What a connection tells its owner. Every call comes on the connection's reactor thread; none after onClose.
class ConnectionHandler {
public:
    virtual ~ConnectionHandler() = default;
    /// All bytes received and not yet consumed. Returns how many it consumed; the rest comes again when there is more
    /// behind it, or after resumeReading(): so a handler takes at once all that it can.
    virtual std::size_t onData(Connection& connection, std::string_view bytes) = 0;
    /// The peer ended its sending side (half-close; of TLS, by close_notify: an end without that is a cut).
    /// Default of most handlers: close after what is queued.
    virtual void onEnd(Connection& connection) = 0;
    /// The queue fell below the low mark after sending had said `full`.
    virtual void onDrained(Connection& connection) = 0;
    /// The deadline set by setDeadline() passed.
    virtual void onTimeout(Connection& connection) = 0;
    virtual void onClose(Connection& connection, CloseReason reason) = 0;
};

enum class SendState : std::uint8_t { ok, full, closed };

/// Shared by whoever may still answer. An idle connection holds no buffer.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    virtual ~Connection() = default;

    virtual Reactor& reactor() noexcept = 0;
    virtual const std::string& peer() const noexcept = 0; ///< "127.0.0.1:4711", or "unix"
    virtual bool loopback() const noexcept = 0;           ///< 127.0.0.0/8, ::1 or a Unix socket
    virtual bool secure() const noexcept = 0;             ///< it came through TLS

    /// [reactor] Queues the bytes and writes what the socket takes now (or, inside onData, at its end: one gather
    /// write for all answers to pipelined input). `full`: over the high mark; stop until onDrained. The bytes were
    /// taken in either case. A send while the queue is past the hard mark closes the connection with `overflow` (one
    /// body of any size may be sent as long as the peer keeps up). send never calls the handler: a close that it causes
    /// is told from the loop.
    virtual SendState send(base::Body body) = 0;
    /// [reactor] The same, with some text that is copied and goes out before the body in the same write.
    virtual SendState send(std::string_view text, base::Body body) = 0;

    /// [reactor] Closes: after the queue was written, or at once. onClose comes before either returns, or, when there
    /// is something to write, from the loop. After closeAfterWrite nothing more is read, and the socket lingers a bounded
    /// time behind onClose, discarding what the peer still sends, so that the peer can read the last answer.
    virtual void closeAfterWrite() = 0;
    virtual void closeNow(CloseReason reason) = 0;
    virtual bool closing() const noexcept = 0;
    virtual bool peerEnded() const noexcept = 0; ///< [reactor] onEnd was told: the peer sends no more

    /// [reactor] Stops and resumes reading (back-pressure towards the peer). On resume, held bytes are offered again,
    /// also when reading was not stopped; inside onData that happens after it returned.
    virtual void pauseReading() = 0;
    virtual void resumeReading() = 0;

    /// [reactor] One deadline; setting it again moves it. A write that makes no progress for the write time-out of the
    /// listener's options closes the connection by itself.
    virtual void setDeadline(std::chrono::milliseconds delay) = 0;
    virtual void clearDeadline() noexcept = 0;

    virtual std::size_t queuedBytes() const noexcept = 0; ///< [any], a moment's value
};

} // namespace netbit::net
