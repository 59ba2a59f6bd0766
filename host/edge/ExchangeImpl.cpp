#include "edge/ExchangeImpl.h"

#include "edge/Chars.h"
#include "edge/ClientAddress.h"
#include "edge/HttpConnection.h"
#include "edge/Problem.h"

namespace netbit::edge {

namespace {

constexpr std::size_t keptBodyBytes = 16 * 1024; // larger ones are rare: their memory is given back

} // namespace

Refusal ExchangeImpl::begin(std::shared_ptr<HttpConnection> owner, std::string_view head, const Limits& limits)
{
    _owner = std::move(owner);
    _head.assign(head);
    _facts = {};
    _target = {};
    if (auto refusal = checkHead(_head, limits, _facts))
        return refusal;
    if (!parseHead(_head, _facts, _fields))
        return {400, "invalid_request", "The request's head is malformed."};
    return splitTarget(_facts.method, _facts.target, _target);
}

Refusal ExchangeImpl::findRoute(std::shared_ptr<const RouteTable> table)
{
    static constexpr Refusal undecodable{400, "invalid_target", "The request target cannot be decoded."};
    _table = std::move(table);
    if (_table)
        _table->match(_facts.method, _target.path, _match);
    _decoded.reserve(_facts.target.size() * 2); // a value of {rest...} and the query are at most that; views must stay
    for (auto& [name, value] : _match.params) {
        if (value.find('%') == std::string_view::npos)
            continue;
        const auto text = decode(value, false, _decoded);
        if (!text)
            return undecodable;
        value = *text;
    }
    if (!_target.query.empty() && !decodeQuery(_target.query, _decoded, _query))
        return undecodable;
    return {};
}

std::string_view ExchangeImpl::header(std::string_view name) const noexcept
{
    for (const auto& [key, value] : _fields)
        if (sameText(key, name))
            return value;
    return {};
}

std::string_view ExchangeImpl::param(std::string_view name) const noexcept
{
    for (const auto& [key, value] : _match.params)
        if (key == name)
            return value;
    return {};
}

std::string_view ExchangeImpl::queryValue(std::string_view name) const noexcept
{
    for (const auto& [key, value] : _query)
        if (key == name)
            return value;
    return {};
}

bool ExchangeImpl::lookBehind(const TrustedProxies& proxies, bool secure)
{
    auto client = clientBehind(proxies, _owner->peerAddress(), secure, _fields);
    if (!client)
        return secure;
    _client = std::move(client->address);
    return client->secure;
}

std::string_view ExchangeImpl::peer() const noexcept
{
    return _client.empty() ? _owner->peerAddress() : std::string_view(_client);
}

bool ExchangeImpl::local() const noexcept { return _owner->local(); }

bool ExchangeImpl::gone() const noexcept { return _owner->gone(); }

/// Whether this is the one answer there may be.
bool ExchangeImpl::claim()
{
    if (!_answered.exchange(true))
        return true;
    _owner->complain("a request was answered twice; the second answer was dropped");
    return false;
}

void ExchangeImpl::reply(Reply reply)
{
    if (!claim() || gone())
        return;
    if (_owner->inLoopFor(*this)) {
        _owner->sendReply(*this, std::move(reply));
        return;
    }
    _pending = std::move(reply);
    _owner->reactor().post([self = std::static_pointer_cast<ExchangeImpl>(shared_from_this())] {
        self->_owner->sendReply(*self, std::move(*self->_pending));
        self->_pending.reset();
    });
}

void ExchangeImpl::problem(const base::Error& error)
{
    reply(errorReply(error, _target.path, _id, _match.route ? _match.route->challenge : std::string_view()));
}

void ExchangeImpl::receive(std::shared_ptr<BodySink> sink, std::uint64_t maxBytes)
{
    _owner->reactor().post([self = std::static_pointer_cast<ExchangeImpl>(shared_from_this()), sink = std::move(sink),
                            maxBytes]() mutable { self->_owner->receiveBody(self, std::move(sink), maxBytes); });
}

void ExchangeImpl::resumeBody()
{
    _owner->reactor().post([owner = _owner, id = _id] { owner->resumeBody(id); });
}

std::shared_ptr<ReplyStream> ExchangeImpl::stream(Reply head)
{
    auto stream = _owner->makeStream(*this);
    if (!claim() || gone()) {
        stream->onGone();
        return stream;
    }
    if (_owner->inLoopFor(*this)) {
        _owner->startStream(*this, std::move(head), stream);
    } else {
        stream->expectPost();
        _pending = std::move(head);
        _owner->reactor().post([self = std::static_pointer_cast<ExchangeImpl>(shared_from_this()), stream] {
            self->_owner->startStream(*self, std::move(*self->_pending), stream);
            self->_pending.reset();
            stream->postDone(0);
        });
    }
    return stream;
}

void ExchangeImpl::retire(ExchangeImpl* exchange)
{
    std::unique_ptr<ExchangeImpl> owned(exchange);
    const auto connection = owned->_owner; // outlives what follows
    if (!connection)
        return;
    if (!owned->_answered && owned->_dispatched && !connection->gone()) {
        connection->complain("a request was dropped without an answer");
        const std::shared_ptr<ExchangeImpl> again(owned.release(), [](ExchangeImpl* last) { retire(last); });
        again->problem(base::fault(base::Status::internal, "internal_error", ""));
        return;
    }
    if (!connection->reactor().here())
        return;
    owned->forgetRequest();
    connection->shard().giveBack(std::move(owned));
}

void ExchangeImpl::forgetRequest()
{
    _owner.reset();
    _table.reset();
    principal.reset();
    gateHeaders.clear();
    _match.route = nullptr;
    _match.params.clear();
    _fields.clear();
    _query.clear();
    _decoded.clear();
    if (_body.capacity() > keptBodyBytes)
        _body = std::string();
    _body.clear();
    _client.clear();
    _pending.reset();
    _answered.store(false, std::memory_order_relaxed);
    _begun = {};
    _span.reset();
    _dispatched = false;
}

} // namespace netbit::edge
