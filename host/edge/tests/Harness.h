#pragma once
// An HttpConnection without a socket: bytes in, bytes out, in any split.

#include "edge/HttpConnection.h"
#include "edge/Router.h"
#include "edge/Server.h"
#include "edge/ServerState.h"
#include "net/Reactor.h"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::tests {

class Handle final : public edge::RouteHandler {
public:
    using Call = std::function<edge::Outcome(edge::Exchange&)>;
    explicit Handle(Call call) : _call(std::move(call)) {}
    edge::Outcome handle(edge::Exchange& exchange) override { return _call(exchange); }

private:
    Call _call;
};

inline edge::Route route(std::string method, std::string pattern, Handle::Call call, bool fast = true)
{
    edge::Route made;
    made.method = std::move(method);
    made.pattern = std::move(pattern);
    made.access = edge::Access::anyone;
    made.fast = fast;
    made.owner = "test";
    made.handler = std::make_shared<Handle>(std::move(call));
    return made;
}

inline edge::Reply textReply(std::string text)
{
    edge::Reply reply;
    reply.contentType = "text/plain";
    reply.body.text(std::move(text));
    return reply;
}

class OpenGate final : public edge::Gate {
public:
    std::function<base::Result<void>(edge::Exchange&, const edge::Route&)> ask;
    base::Result<void> admit(edge::Exchange& exchange, const edge::Route& route) override
    {
        return ask ? ask(exchange, route) : base::Result<void>();
    }
};

/// A connection that writes into a string. Used on a reactor's thread.
class FakeConnection final : public net::Connection {
public:
    explicit FakeConnection(net::Reactor& reactor) : _reactor(reactor) {}

    void attach(std::shared_ptr<net::ConnectionHandler> handler) { _handler = std::move(handler); }
    void receive(std::string_view bytes)
    {
        if (_closing)
            return;
        _held += bytes;
        offer();
    }
    void endOfPeer()
    {
        if (!_closing)
            _handler->onEnd(*this);
    }
    void detach()
    {
        closeNow(net::CloseReason::peer);
        _handler.reset();
    }

    net::Reactor& reactor() noexcept override { return _reactor; }
    const std::string& peer() const noexcept override { return _peer; }
    bool loopback() const noexcept override { return true; }
    bool secure() const noexcept override { return false; }
    net::SendState send(base::Body body) override { return send({}, std::move(body)); }
    net::SendState send(std::string_view text, base::Body body) override
    {
        if (_closing)
            return net::SendState::closed;
        output += text;
        output += body.str();
        return net::SendState::ok;
    }
    void closeAfterWrite() override { closeNow(net::CloseReason::local); }
    void closeNow(net::CloseReason reason) override
    {
        if (!_closing) {
            _closing = true;
            _handler->onClose(*this, reason);
        }
    }
    bool closing() const noexcept override { return _closing; }
    bool peerEnded() const noexcept override { return false; }
    void pauseReading() override {}
    void resumeReading() override
    {
        if (!_offering && !_closing && !_held.empty())
            offer();
    }
    void setDeadline(std::chrono::milliseconds) override {}
    void clearDeadline() noexcept override {}
    std::size_t queuedBytes() const noexcept override { return 0; }

    std::string output;

private:
    void offer()
    {
        _offering = true;
        const auto used = _handler->onData(*this, _held);
        _offering = false;
        _held.erase(0, used);
    }

    net::Reactor& _reactor;
    std::shared_ptr<net::ConnectionHandler> _handler;
    std::string _held;
    const std::string _peer = "127.0.0.1:1";
    bool _closing = false;
    bool _offering = false;
};

/// A server's state with routes that echo, and one reactor to run them on.
class Bench {
public:
    explicit Bench(edge::Limits limits = {})
    {
        std::vector<edge::Route> routes;
        const auto echo = [](edge::Exchange& exchange) {
            exchange.reply(textReply(std::string(exchange.method()) + ' ' + std::string(exchange.path()) + " [" +
                                     std::string(exchange.body()) + ']'));
            return edge::Outcome::replied;
        };
        for (const char* method : {"GET", "POST"}) {
            routes.push_back(route(method, "/", echo));
            routes.push_back(route(method, "/echo/{rest...}", echo));
        }
        router.swap(edge::RouteTable::build(std::move(routes)).value());
        state = std::make_shared<edge::ServerState>(reactors, router, gate, nullptr, limits);
        reactors.start();
    }

    /// What comes out when the pieces go in one after the other, with what changes from run to run left out.
    std::string exchange(const std::vector<std::string_view>& pieces, bool endOfPeer = true)
    {
        std::string output;
        bool closed = false;
        reactors.at(0).call([&] {
            auto connection = std::make_shared<FakeConnection>(reactors.at(0));
            connection->attach(std::make_shared<edge::HttpConnection>(state, *connection, false));
            for (const auto piece : pieces)
                connection->receive(piece);
            closed = connection->closing();
            if (endOfPeer)
                connection->endOfPeer();
            connection->detach();
            output = std::move(connection->output);
        });
        return normalised(std::move(output)) + (closed ? "<closed>" : "<open>");
    }

    static std::string normalised(std::string text)
    {
        const auto cut = [&](std::string_view begin, std::string_view end) {
            for (std::size_t at = 0; (at = text.find(begin, at)) != std::string::npos; at += begin.size())
                text.erase(at + begin.size(), text.find(end, at + begin.size()) - at - begin.size());
        };
        cut("Date: ", "\r\n");
        cut("X-Request-Id: ", "\r\n");
        cut("\"request_id\":\"", "\"");
        cut("Content-Length: ", "\r\n"); // an id has more or fewer digits
        return text;
    }

    net::ReactorPool reactors{1};
    edge::Router router;
    OpenGate gate;
    std::shared_ptr<edge::ServerState> state;
};

} // namespace netbit::tests
