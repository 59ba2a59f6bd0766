#pragma once
// The one kind of Exchange. Made by HttpConnection, pooled per reactor.

#include "edge/BodyReader.h"
#include "edge/Exchange.h"
#include "edge/HeadCheck.h"
#include "edge/Parser.h"
#include "edge/Router.h"
#include "edge/Target.h"
#include "trace/Span.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace netbit::edge {

class HttpConnection;
class TrustedProxies;
class EdgeShard;

class ExchangeImpl final : public Exchange {
public:
    ExchangeImpl() = default;
    ~ExchangeImpl() override = default;

    std::string_view method() const noexcept override { return _facts.method; }
    std::string_view target() const noexcept override { return _facts.target; }
    std::string_view path() const noexcept override { return _target.path; }
    std::string_view query() const noexcept override { return _target.query; }
    std::string_view header(std::string_view name) const noexcept override;
    const Fields& headers() const noexcept override { return _fields; }
    std::string_view param(std::string_view name) const noexcept override;
    std::string_view queryValue(std::string_view name) const noexcept override;
    std::string_view body() const noexcept override { return _body; }
    std::string_view peer() const noexcept override;
    bool local() const noexcept override;
    std::uint64_t id() const noexcept override { return _id; }
    const Route& route() const noexcept override { return *_match.route; }

    void reply(Reply reply) override;
    void problem(const base::Error& error) override;
    std::shared_ptr<ReplyStream> stream(Reply head) override;
    void receive(std::shared_ptr<BodySink> sink, std::uint64_t maxBytes) override;
    void resumeBody() override;
    bool gone() const noexcept override;

private:
    friend class HttpConnection;
    friend class EdgeShard;

    /// Takes in a head that HeadCheck has passed: copies it, since its bytes belong to the reactor.
    Refusal begin(std::shared_ptr<HttpConnection> owner, std::string_view head, const Limits& limits);
    /// A trusted proxy says whom it speaks for. Whether that one came through TLS.
    bool lookBehind(const TrustedProxies& proxies, bool secure);
    /// Looks up the route; then params and query are decoded.
    Refusal findRoute(std::shared_ptr<const RouteTable> table);
    /// What happens when the last owner lets go: not answered, a 500 is; then the memory is used again.
    static void retire(ExchangeImpl* exchange);
    void forgetRequest();

    bool isHead() const noexcept { return _facts.method == "HEAD"; }
    bool claim();

    std::shared_ptr<HttpConnection> _owner;
    std::shared_ptr<const RouteTable> _table;
    std::uint64_t _id = 0;
    std::string _head; // _facts, _target and _fields point into it
    HeadFacts _facts;
    Target _target;
    Fields _fields;
    Match _match;
    std::string _decoded; // _match.params and _query may point into it
    Fields _query;
    std::string _body;
    std::string _client; // of whom a proxy speaks for; empty: it is the connection's peer
    std::optional<Reply> _pending; // on its way from another thread to the reactor
    std::atomic<bool> _answered{false};
    std::chrono::steady_clock::time_point _begun; // its handler; zero where nobody measures
    trace::SpanPtr _span; // null where nobody records it
    bool _dispatched = false; // from here on someone owes an answer
};

} // namespace netbit::edge
