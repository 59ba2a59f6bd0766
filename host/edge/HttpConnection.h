#pragma once
// One client's connection: takes requests off it one after the other, and puts the answers on it in the same order.

#include "edge/BodyReader.h"
#include "edge/ExchangeImpl.h"
#include "edge/ReplyStreamImpl.h"
#include "edge/ServerState.h"
#include "net/Connection.h"

#include <atomic>
#include <memory>
#include <string>

namespace netbit::edge {

/// Everything runs on the connection's reactor, unless it says [any]. Idle, it holds neither exchange nor buffer.
class HttpConnection final : public net::ConnectionHandler, public std::enable_shared_from_this<HttpConnection> {
public:
    HttpConnection(std::shared_ptr<ServerState> state, net::Connection& connection, bool local);

    std::size_t onData(net::Connection& connection, std::string_view bytes) override;
    void onEnd(net::Connection& connection) override;
    void onDrained(net::Connection& connection) override;
    void onTimeout(net::Connection& connection) override;
    void onClose(net::Connection& connection, net::CloseReason reason) override;

    net::Reactor& reactor() noexcept { return _shard.reactor; }    // [any]
    EdgeShard& shard() noexcept { return _shard; }                 // [any]
    std::string_view peerAddress() const noexcept { return _peer; } // [any]
    bool local() const noexcept { return _local; }                 // [any]
    bool gone() const noexcept { return _gone.load(std::memory_order_relaxed); } // [any]
    void complain(std::string_view line) const { _state->complain(line); }       // [any]
    std::shared_ptr<ReplyStreamImpl> makeStream(const ExchangeImpl& exchange);   // [any]

    /// [any] Whether this is the reactor, inside the handler of this exchange: then the answer may be sent at once.
    bool inLoopFor(const ExchangeImpl& exchange) noexcept
    {
        return reactor().here() && _looping && _phase == Phase::answering && exchange.id() == _answeringId;
    }
    void sendReply(const ExchangeImpl& exchange, Reply reply);
    void beginSpan(ExchangeImpl& exchange);
    static void endSpan(const ExchangeImpl& exchange, int status);
    void tellIfSlow(const ExchangeImpl& exchange, int status);
    void startStream(const ExchangeImpl& exchange, Reply head, const std::shared_ptr<ReplyStreamImpl>& stream);
    /// The rest of what Exchange::receive and resumeBody ask for.
    void receiveBody(std::shared_ptr<ExchangeImpl> exchange, std::shared_ptr<BodySink> sink, std::uint64_t maxBytes);
    void resumeBody(std::uint64_t exchangeId);
    void sendStreamed(std::string_view text, base::Body body);
    void endStream(std::uint64_t exchangeId, bool chunked);
    void abortStream(std::uint64_t exchangeId);

    void closeIfIdle();

private:
    friend class EdgeShard;

    /// A streamed body that somebody takes: while he owes the answer, or gives it already.
    struct Intake {
        std::shared_ptr<ExchangeImpl> exchange;
        std::shared_ptr<BodySink> sink;
        std::uint64_t arrived = 0; ///< since the deadline was set
        bool full = false;         ///< the sink has no room
    };

    enum class Phase : std::uint8_t {
        head,      ///< waits for a request, or for the rest of its head
        admitting, ///< a worker asks the gate; the body has not been read
        body,      ///< reads the body
        answering, ///< someone owes the answer
        streaming, ///< it is being written
        closed,    ///< no more requests are taken
    };

    std::size_t takeHead(std::string_view bytes);
    std::size_t takeBody(std::string_view bytes);
    std::size_t takeStreamed(std::string_view bytes);
    void endIntake();
    void failIntake(const Refusal& refusal);
    void intakeTimedOut();
    /// A streamed body is being read, and whoever takes it has room.
    bool taking() const noexcept { return _intake && !_intake->full; }
    bool foundRoute();
    void admit(std::size_t bytesAtHand);
    void admitOnWorker();
    void admitted(std::size_t bytesAtHand);
    void startBody(std::size_t bytesAtHand);
    void dispatch();
    void runOnWorker(std::shared_ptr<ExchangeImpl> exchange);
    void handlerThrew(ExchangeImpl& exchange, std::string_view what); // [any]
    bool offload(std::function<void()> task);

    void refuse(const Refusal& refusal, bool routeKnown);
    void answerEarly(Reply reply);
    void skipBody(const HeadFacts& facts);
    void leaveBody(const HeadFacts& facts);
    void write(Reply reply, bool isHead);
    std::int64_t strictSeconds() const noexcept { return _secure ? _limits->strictSeconds : 0; }
    void finished();
    void settle();
    void noteDrain() noexcept
    {
        if (_state->draining.load(std::memory_order_relaxed))
            _keepAlive = false;
    }
    bool owes(std::uint64_t exchangeId, Phase phase) const noexcept
    {
        return _connection && _phase == phase && _answeringId == exchangeId;
    }

    std::shared_ptr<ServerState> _state;
    std::shared_ptr<const Limits> _limits;
    EdgeShard& _shard;
    net::Connection* _connection; // nullptr after onClose
    HttpConnection* _next = nullptr; // the shard's list
    HttpConnection* _previous = nullptr;
    std::shared_ptr<ExchangeImpl> _reading; // until it is dispatched; then whoever owes the answer owns it
    std::unique_ptr<BodyReader> _body; // of a streamed one until it is whole
    std::unique_ptr<Intake> _intake;
    std::weak_ptr<ReplyStreamImpl> _stream;
    const std::weak_ptr<net::Connection> _shared; // [any]
    const std::string _peer; // without port
    std::uint64_t _answeringId = 0;
    std::uint64_t _skip = 0;    // bytes of a body that nobody wants
    std::size_t _scanned = 0;   // of an incomplete head
    std::size_t _heldBytes = 0; // what onData did not consume
    Phase _phase = Phase::head;
    const bool _local;
    const bool _proxied; // the peer is a proxy that is trusted
    bool _secure;        // the client of the request at hand came through TLS
    std::atomic<bool> _gone{false};
    bool _looping = false;      // inside onData
    bool _needsMore = false;    // takeHead or takeBody can do nothing with what there is
    bool _congested = false;    // the peer does not read: no more requests until it does
    bool _asked = false;        // a request has come
    bool _headStarted = false;  // the head's time-out runs
    bool _peerEnded = false;
    bool _keepAlive = true;     // after the answer that is due
    bool _http11 = true;        // of the request that is being answered
};

} // namespace netbit::edge
