// The answers of an HttpConnection: replies, streams, refusals, and what becomes of the connection after them.
#include "edge/HttpConnection.h"

#include "edge/Conditional.h"
#include "edge/Problem.h"

namespace netbit::edge {

namespace {

constexpr std::uint64_t longestSkip = 64 * 1024;

bool bodiless(int status) noexcept { return status == 204 || status == 304; }

void addGateHeaders(Reply& reply, const Exchange& exchange)
{
    for (const auto& header : exchange.gateHeaders) {
        std::erase_if(reply.headers, [&](const auto& other) { return other.first == header.first; });
        reply.headers.push_back(header);
    }
}

int classOf(int status) noexcept { return status >= 100 && status <= 599 ? status / 100 : 5; }

} // namespace

/// Queues a whole answer.
void HttpConnection::write(Reply reply, bool isHead)
{
    noteDrain();
    const bool none = bodiless(reply.status);
    const auto head = _shard.replyHead.write(
        reply, {none ? Framing::none : Framing::length, _http11, _keepAlive, reply.body.size(), strictSeconds()},
        _state->complain);
    if (none || isHead)
        reply.body = base::Body();
    if (_connection->send(head, std::move(reply.body)) == net::SendState::full)
        _congested = true;
}

void HttpConnection::tellIfSlow(const ExchangeImpl& exchange, int status)
{
    if (exchange._begun == std::chrono::steady_clock::time_point() || !_state->slow)
        return;
    const auto time = std::chrono::steady_clock::now() - exchange._begun;
    if (time >= _limits->slowRequest)
        _state->slow(exchange, status, std::chrono::duration_cast<std::chrono::milliseconds>(time));
}

void HttpConnection::sendReply(const ExchangeImpl& exchange, Reply reply)
{
    if (!owes(exchange.id(), Phase::answering))
        return; // the peer went meanwhile
    if (exchange.isHead() || exchange.method() == "GET")
        makeConditional(reply, exchange.header("If-None-Match"));
    addGateHeaders(reply, exchange);
    _shard.count(classOf(reply.status));
    tellIfSlow(exchange, reply.status);
    endSpan(exchange, reply.status);
    leaveBody(exchange._facts);
    write(std::move(reply), exchange.isHead());
    finished();
}

/// A short body is skipped as it comes. Of a long one, or one that waits for our word, the end is not waited for.
void HttpConnection::skipBody(const HeadFacts& facts)
{
    if (facts.chunked || facts.contentLength > longestSkip || facts.expectation != Expectation::none)
        _keepAlive = _keepAlive && !facts.hasBody();
    else
        _skip = facts.contentLength;
}

/// The answer is there, and the streamed body may not be: nobody wants the rest.
void HttpConnection::leaveBody(const HeadFacts& facts)
{
    if (!_body)
        return;
    if (_intake)
        _keepAlive = false;
    else
        skipBody(facts);
    _connection->clearDeadline();
    _body.reset();
    _intake.reset();
}

/// Answers a request whose body has not been read.
void HttpConnection::answerEarly(Reply reply)
{
    skipBody(_reading->_facts);
    _shard.count(classOf(reply.status));
    addGateHeaders(reply, *_reading);
    write(std::move(reply), _reading->isHead());
    _reading.reset();
    finished();
}

/// Answers a request that cannot be understood or taken: where the next one would begin is not known any more.
void HttpConnection::refuse(const Refusal& refusal, bool routeKnown)
{
    if (!_reading) {
        _http11 = true;
        _reading = _shard.takeExchange(); // for its id
    }
    _keepAlive = false;
    _shard.count(routeKnown ? classOf(refusal.status) : 0);
    write(problemReply({refusal.status, refusal.code, refusal.detail, {},
                        routeKnown ? _reading->path() : std::string_view(), _reading->id()}),
          routeKnown && _reading->isHead());
    _reading.reset();
    _body.reset();
    finished();
}

/// An answer has been queued whole: the connection goes on to the next request, or ends.
void HttpConnection::finished()
{
    _answeringId = 0;
    _body.reset(); // of a streamed one that nobody has read to its end: then the connection is not kept
    _intake.reset();
    noteDrain(); // a stream may have begun before
    if (!_keepAlive) {
        _phase = Phase::closed;
        _connection->closeAfterWrite(); // may be the end of this connection
        return;
    }
    _phase = Phase::head;
    _connection->setDeadline(_limits->idleTimeout);
    if (_looping)
        return; // onData goes on
    if (!_congested)
        _connection->resumeReading();
    settle();
}

/// A peer that has ended its side gets the answers to all it has sent, and then the end of ours.
void HttpConnection::settle()
{
    if (!_peerEnded || !_connection || _congested || (_heldBytes > 0 && !_needsMore))
        return;
    if (_phase == Phase::head) {
        _phase = Phase::closed;
        _connection->closeAfterWrite();
    } else if (_phase == Phase::body) {
        _connection->closeNow(net::CloseReason::peer); // the rest will never come
    } else if (taking()) {
        _connection->closeNow(net::CloseReason::peer);
    }
}

std::shared_ptr<ReplyStreamImpl> HttpConnection::makeStream(const ExchangeImpl& exchange)
{
    return std::make_shared<ReplyStreamImpl>(shared_from_this(), _shared.lock(), exchange.id());
}

void HttpConnection::startStream(const ExchangeImpl& exchange, Reply head,
                                 const std::shared_ptr<ReplyStreamImpl>& stream)
{
    if (!owes(exchange.id(), Phase::answering)) {
        stream->onGone();
        return;
    }
    _shard.count(classOf(head.status));
    addGateHeaders(head, exchange);
    endSpan(exchange, head.status);
    noteDrain();
    const bool none = bodiless(head.status);
    if (!_http11 && !head.length)
        _keepAlive = false; // the end of the connection is the end of the body
    if (_intake)
        _keepAlive = false; // both directions at once: where the next request would begin is not known yet
    else
        leaveBody(exchange._facts);
    const auto framing = none          ? Framing::none
                         : head.length ? Framing::length
                         : _http11     ? Framing::chunked
                                       : Framing::close;
    const auto text = _shard.replyHead.write(
        head, {framing, _http11, _keepAlive, head.length.value_or(0), strictSeconds()}, _state->complain);
    if (_connection->send(text, {}) == net::SendState::full)
        _congested = true;
    if (none || exchange.isHead()) {
        stream->onGone(); // nobody wants the body
        finished();
        return;
    }
    _phase = Phase::streaming;
    _stream = stream;
    if (!_intake)
        _connection->clearDeadline();
    stream->begun(framing == Framing::chunked, head.length);
    if (!head.body.empty())
        stream->put(std::move(head.body));
    if (_peerEnded)
        _connection->closeNow(net::CloseReason::peer);
}

void HttpConnection::sendStreamed(std::string_view text, base::Body body)
{
    if (_phase == Phase::streaming && _connection)
        _connection->send(text, std::move(body));
}

void HttpConnection::endStream(std::uint64_t exchangeId, bool chunked)
{
    if (!owes(exchangeId, Phase::streaming))
        return;
    if (chunked)
        _connection->send("0\r\n\r\n", {});
    _stream.reset();
    finished();
}

void HttpConnection::abortStream(std::uint64_t exchangeId)
{
    if (!owes(exchangeId, Phase::streaming))
        return;
    complain("a streamed reply was dropped without its end");
    _connection->closeNow(net::CloseReason::local);
}

} // namespace netbit::edge
