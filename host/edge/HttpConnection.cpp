// Taking requests: head, route, gate, body, handler. The answers are in HttpReplies.cpp.
#include "edge/HttpConnection.h"

#include "edge/ClientAddress.h"
#include "edge/Problem.h"

#include <exception>
#include <limits>

namespace netbit::edge {

namespace {

constexpr std::chrono::milliseconds firstRequestWait{1'000}; // of a connection that is there when the drain begins
constexpr std::size_t heldWhileAnswering = 16 * 1024; // pipelined bytes; over it, the peer has to wait
constexpr std::uint64_t leastArrival = 16 * 1024;     // of a streamed body within the body's time-out

std::string withoutPort(const std::string& peer)
{
    if (peer.starts_with('['))
        return peer.substr(1, peer.find(']') - 1);
    return peer.substr(0, peer.rfind(':'));
}

} // namespace

HttpConnection::HttpConnection(std::shared_ptr<ServerState> state, net::Connection& connection, bool local)
    : _state(std::move(state)), _limits(_state->limits.load()), _shard(_state->shardOf(connection.reactor())),
      _connection(&connection), _shared(connection.weak_from_this()), _peer(withoutPort(connection.peer())), _local(local),
      _proxied(_limits->proxies && _limits->proxies->trusts(_peer)), _secure(connection.secure())
{
    _state->opened();
    _shard.add(*this);
    connection.setDeadline(_limits->idleTimeout);
}

std::size_t HttpConnection::onData(net::Connection& connection, std::string_view bytes)
{
    std::size_t used = 0;
    _looping = true;
    _needsMore = false;
    while ((taking() || ((_phase == Phase::head || _phase == Phase::body) && !_congested)) && !_needsMore) {
        const auto rest = bytes.substr(used);
        if (rest.empty())
            break;
        used += _intake ? takeStreamed(rest) : _phase == Phase::head ? takeHead(rest) : takeBody(rest);
    }
    _looping = false;
    _heldBytes = bytes.size() - used;
    if (!_needsMore && _heldBytes > heldWhileAnswering && !connection.closing())
        connection.pauseReading();
    settle();
    return used;
}

void HttpConnection::onEnd(net::Connection& connection)
{
    _peerEnded = true;
    // A streamed reply has no end of its own to wait for: an event stream would be kept for a client that has left.
    if (_phase == Phase::streaming)
        connection.closeNow(net::CloseReason::peer);
    else
        settle();
}

void HttpConnection::onDrained(net::Connection& connection)
{
    if (_congested) {
        _congested = false;
        if (_phase == Phase::head || _phase == Phase::body)
            connection.resumeReading();
        settle();
    }
    if (const auto stream = _stream.lock())
        stream->roomAgain();
}

void HttpConnection::onTimeout(net::Connection& connection)
{
    if (_intake) {
        intakeTimedOut();
    } else if (_phase == Phase::body) {
        refuse({408, "body_timeout", "The request's body did not come in time."}, true);
    } else if (_phase == Phase::head && _headStarted) {
        refuse({408, "head_timeout", "The request's head did not come in time."}, false);
    } else if (_phase == Phase::head) {
        _phase = Phase::closed;
        connection.closeAfterWrite();
    }
}

void HttpConnection::onClose(net::Connection&, net::CloseReason)
{
    _gone = true;
    _phase = Phase::closed;
    _connection = nullptr;
    _reading.reset();
    _body.reset();
    if (const auto intake = std::move(_intake))
        intake->sink->failed(base::fault(base::Status::closed, "client_gone", "The client has gone."));
    _shard.remove(*this);
    if (const auto stream = _stream.lock())
        stream->onGone();
    _state->closed();
}

/// For the drain. A request whose head has begun is let in, and answered with Connection: close; the first of a connection too,
/// for a moment: who has just come has it on its way.
void HttpConnection::closeIfIdle()
{
    if (_phase != Phase::head || _headStarted || (_heldBytes > 0 && !_needsMore))
        return;
    if (!_asked) {
        _connection->setDeadline(firstRequestWait);
        return;
    }
    _phase = Phase::closed;
    _connection->closeAfterWrite();
}

std::size_t HttpConnection::takeHead(std::string_view bytes)
{
    if (_skip > 0) {
        const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(_skip, bytes.size()));
        _skip -= skipped;
        return skipped;
    }
    if (bytes.starts_with("\r\n")) {
        _scanned = 0;
        _headStarted = false;
        return 2; // RFC 9112 section 2.2: an empty line before a request is ignored
    }

    const auto scan = findHeadEnd(bytes, _scanned);
    auto refusal = checkHeadStart(bytes);
    if (!refusal && scan.found == HeadScan::Found::bareLineFeed)
        refusal = {400, "bare_line_feed", "A line of the head does not end with CRLF."};
    if (!refusal && scan.found == HeadScan::Found::nothing)
        refusal = checkHeadSoFar(bytes, *_limits);
    if (refusal) {
        refuse(refusal, false);
        return bytes.size();
    }
    if (scan.found == HeadScan::Found::nothing) {
        _needsMore = true;
        _scanned = scan.size;
        if (!_headStarted) {
            _headStarted = true;
            _connection->setDeadline(_limits->headTimeout);
        }
        return 0;
    }
    _scanned = 0;
    _headStarted = false;
    _asked = true;

    _reading = _shard.takeExchange();
    if (refusal = _reading->begin(shared_from_this(), bytes.substr(0, scan.size), *_limits); refusal) {
        refuse(refusal, false);
        return bytes.size();
    }
    _shard.countRequest();
    if (_proxied)
        _secure = _reading->lookBehind(*_limits->proxies, _connection->secure());
    _http11 = _reading->_facts.http11;
    _keepAlive = _reading->_facts.keepAlive();
    const auto atHand = bytes.size() - scan.size;
    if (foundRoute())
        admit(atHand);
    return scan.size;
}

/// Whether there is a route. If not, the answer has been given.
bool HttpConnection::foundRoute()
{
    ExchangeImpl& exchange = *_reading;
    if (const auto refusal = exchange.findRoute(_state->router.table())) {
        refuse(refusal, false);
        return false;
    }
    if (exchange._match.route)
        return true;

    const bool options = exchange.method() == "OPTIONS";
    const bool wholeServer = options && exchange.path() == "*";
    auto& allow = exchange._match.allow;
    if (wholeServer && exchange._table)
        allow = exchange._table->allMethods();
    Reply reply;
    if (options && (wholeServer || !allow.empty())) {
        reply.status = 204;
        reply.contentType.clear();
    } else {
        const bool noMethod = !allow.empty();
        reply = problemReply({noMethod ? 405 : 404, noMethod ? "method_not_allowed" : "not_found",
                              noMethod ? "This resource does not know that method." : "There is no such resource.",
                              {}, exchange.path(), exchange.id()});
    }
    if (!allow.empty())
        reply.headers.emplace_back("Allow", std::move(allow));
    answerEarly(std::move(reply));
    return false;
}

/// Asks the gate before a byte of the body is read: who may not call cannot make us store anything.
void HttpConnection::admit(std::size_t bytesAtHand)
{
    const auto verdict = _state->gate.admit(*_reading, _reading->route());
    if (verdict.ok())
        admitted(bytesAtHand);
    else if (verdict.status() == base::Status::wouldBlock)
        admitOnWorker();
    else
        answerEarly(errorReply(verdict.error(), _reading->path(), _reading->id(), _reading->route().challenge));
}

void HttpConnection::admitOnWorker()
{
    _phase = Phase::admitting;
    _connection->clearDeadline();
    // A copy of the verdict goes back to the reactor; the exchange is this task's meanwhile.
    const bool queued = offload([self = shared_from_this(), exchange = _reading] {
        auto verdict = std::make_shared<base::Result<void>>(base::fault(base::Status::internal, "internal_error", ""));
        try {
            *verdict = self->_state->gate.admit(*exchange, exchange->route());
        } catch (const std::exception& error) {
            self->complain(std::string("the gate threw: ") + error.what());
        }
        self->reactor().post([self, exchange, verdict] {
            if (self->_phase != Phase::admitting || self->_reading != exchange)
                return;
            self->_phase = Phase::head;
            if (verdict->ok())
                self->admitted(self->_heldBytes);
            else
                self->answerEarly(errorReply(verdict->error(), exchange->path(), exchange->id(),
                                             exchange->route().challenge));
            if (self->_connection)
                self->_connection->resumeReading();
        });
    });
    if (!queued)
        answerEarly(errorReply(base::fault(base::Status::unavailable, "overloaded", "Too much to do; try again soon."),
                               _reading->path(), _reading->id(), {}));
}

void HttpConnection::admitted(std::size_t bytesAtHand)
{
    const auto& facts = _reading->_facts;
    if (_reading->route().streamed && facts.hasBody())
        _body = std::make_unique<BodyReader>(facts, std::numeric_limits<std::size_t>::max());
    if (facts.hasBody() && !_reading->route().streamed)
        startBody(bytesAtHand);
    else
        dispatch();
}

void HttpConnection::startBody(std::size_t bytesAtHand)
{
    const auto& facts = _reading->_facts;
    const auto stated = _reading->route().maxBodyBytes;
    const auto most = stated != 0 ? stated : _limits->maxBodyBytes;
    if (facts.contentLength > most) {
        refuse({413, "body_too_large", "The request's body is too large."}, true);
        return;
    }
    _phase = Phase::body;
    _body = std::make_unique<BodyReader>(facts, most);
    _connection->setDeadline(_limits->bodyTimeout);
    if (facts.expectation == Expectation::toContinue && bytesAtHand == 0)
        _connection->send("HTTP/1.1 100 Continue\r\n\r\n", {});
}

std::size_t HttpConnection::takeBody(std::string_view bytes)
{
    const auto took = _body->take(bytes, _reading->_body);
    if (took.refusal) {
        refuse(took.refusal, true);
        return bytes.size();
    }
    _needsMore = !took.done;
    if (took.done)
        dispatch();
    return took.bytes;
}

void HttpConnection::receiveBody(std::shared_ptr<ExchangeImpl> exchange, std::shared_ptr<BodySink> sink,
                                 std::uint64_t maxBytes)
{
    if (!owes(exchange->id(), Phase::answering) || _intake) {
        sink->failed(base::fault(base::Status::closed, "client_gone", "The client has gone, or has its answer."));
        return;
    }
    if (!_body) {
        sink->end();
        return;
    }
    const auto& facts = exchange->_facts;
    _body->limit(maxBytes);
    _intake = std::make_unique<Intake>(Intake{exchange, std::move(sink)});
    if (facts.contentLength > maxBytes) {
        failIntake({413, "body_too_large", "The request's body is too large."});
        return;
    }
    _connection->setDeadline(_limits->bodyTimeout);
    if (facts.expectation == Expectation::toContinue && _heldBytes == 0)
        _connection->send("HTTP/1.1 100 Continue\r\n\r\n", {});
    _connection->resumeReading();
}

std::size_t HttpConnection::takeStreamed(std::string_view bytes)
{
    std::string piece;
    const auto took = _body->take(bytes, piece);
    _intake->arrived += took.bytes;
    if (!piece.empty() && !_intake->sink->data(std::move(piece))) {
        _intake->full = true;
        _connection->pauseReading();
    }
    if (took.refusal) {
        failIntake(took.refusal);
        return bytes.size();
    }
    _needsMore = !took.done;
    if (took.done)
        endIntake();
    return took.bytes;
}

void HttpConnection::resumeBody(std::uint64_t exchangeId)
{
    if (!_intake || !_connection || _intake->exchange->id() != exchangeId || !_intake->full)
        return;
    _intake->full = false;
    _connection->resumeReading();
}

void HttpConnection::endIntake()
{
    const auto intake = std::move(_intake);
    _body.reset();
    _connection->clearDeadline();
    intake->sink->end();
}

/// What the rest says cannot be known, or is not wanted: the client hears of it, whoever took the body as well.
void HttpConnection::failIntake(const Refusal& refusal)
{
    const auto intake = std::move(_intake);
    if (_phase == Phase::answering) {
        _reading = intake->exchange;
        refuse(refusal, true);
    } else {
        _connection->closeNow(net::CloseReason::local); // in the middle of its answer
    }
    const auto status = refusal.status == 413 ? base::Status::tooLarge : base::Status::closed;
    intake->sink->failed(base::fault(status, refusal.code, refusal.detail));
}

/// A large body has all the time it needs, as long as it comes at all.
void HttpConnection::intakeTimedOut()
{
    if (!_intake->full && std::exchange(_intake->arrived, 0) < leastArrival)
        failIntake({408, "body_timeout", "The request's body did not come in time."});
    else
        _connection->setDeadline(_limits->bodyTimeout);
}

/// The request is whole, or as far as its handler wants it: runs that here, or on a worker.
void HttpConnection::dispatch()
{
    auto exchange = std::move(_reading);
    if (!exchange->route().streamed)
        _body.reset();
    _phase = Phase::answering;
    _answeringId = exchange->id();
    exchange->_dispatched = true;
    if (_limits->slowRequest.count() > 0 && !exchange->route().streamed)
        exchange->_begun = std::chrono::steady_clock::now();
    beginSpan(*exchange);
    if (exchange->route().fast) {
        auto outcome = Outcome::replied;
        const trace::Scope scope(exchange->_span);
        try {
            outcome = exchange->route().handler->handle(*exchange);
        } catch (const std::exception& error) {
            handlerThrew(*exchange, error.what());
        } catch (...) {
            handlerThrew(*exchange, "something that is no std::exception");
        }
        if (outcome == Outcome::replied) {
            if (_phase == Phase::answering && _answeringId == exchange->id() && _connection)
                _connection->clearDeadline(); // someone kept it: how long that takes is theirs to limit
            return;
        }
    }
    _connection->clearDeadline();
    runOnWorker(std::move(exchange));
}

void HttpConnection::beginSpan(ExchangeImpl& exchange)
{
    if (!_state->recorder || !_state->recorder->on())
        return;
    const auto& route = exchange.route();
    exchange._span = _state->recorder->begin(route.method + ' ' + route.pattern, trace::Kind::server, exchange.header("traceparent"));
    if (!exchange._span)
        return;
    exchange._span->set("http.request.method", exchange.method());
    exchange._span->set("http.route", route.pattern);
    exchange._span->set("netbit.plugin", route.owner);
    exchange._span->set("netbit.request_id", static_cast<std::int64_t>(exchange.id()));
}

/// Of a stream, when it begins.
void HttpConnection::endSpan(const ExchangeImpl& exchange, int status)
{
    if (!exchange._span)
        return;
    exchange._span->set("http.response.status_code", status);
    if (status >= 500)
        exchange._span->fail();
    exchange._span->end();
}

void HttpConnection::handlerThrew(ExchangeImpl& exchange, std::string_view what)
{
    complain(exchange.route().method + ' ' + exchange.route().pattern + " of " + exchange.route().owner +
             " threw: " + std::string(what));
    if (!exchange._answered)
        exchange.problem(base::fault(base::Status::internal, "internal_error", ""));
}

void HttpConnection::runOnWorker(std::shared_ptr<ExchangeImpl> exchange)
{
    const bool queued = offload([self = shared_from_this(), exchange] {
        const trace::Scope scope(exchange->_span);
        try {
            if (exchange->route().handler->handle(*exchange) == Outcome::wouldBlock)
                self->handlerThrew(*exchange, "wouldBlock on a worker");
        } catch (const std::exception& error) {
            self->handlerThrew(*exchange, error.what());
        } catch (...) {
            self->handlerThrew(*exchange, "something that is no std::exception");
        }
    });
    if (!queued)
        exchange->problem(base::fault(base::Status::unavailable, "overloaded", "Too much to do; try again soon."));
}

bool HttpConnection::offload(std::function<void()> task)
{
    return _state->offload && _state->offload(std::move(task));
}

} // namespace netbit::edge
