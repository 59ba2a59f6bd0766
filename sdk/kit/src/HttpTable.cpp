#include "Exchange.h"
#include "Handles.h"
#include "Serve.h"
#include "Tables.h"
#include "edge/Chars.h"
#include "edge/ReplyFields.h"

#include <algorithm>

namespace netbit::fake {

namespace {

using base::fault;
using base::Status;

constexpr std::size_t longestText = 1024; // of a route's method, pattern, summary

/// Never asked: begin() calls the plugin itself.
class NoHandler final : public edge::RouteHandler {
    edge::Outcome handle(edge::Exchange&) override { return edge::Outcome::replied; }
};

base::Result<edge::Route> routeOf(Life& life, const nb_route& in)
{
    if (!in.handler)
        refuseArgument("route.handler", "is null");
    edge::Route route;
    route.method = textOf(in.method, "route.method");
    route.pattern = textOf(in.pattern, "route.pattern");
    route.summary = textOf(in.summary, "route.summary");
    route.owner = life.id();
    if (std::max({route.method.size(), route.pattern.size(), route.summary.size()}) > longestText)
        return fault(Status::invalid, "bad_pattern", "A route's texts have at most 1024 bytes each.");
    switch (in.access) {
    case NB_ACCESS_ANYONE: route.access = edge::Access::anyone; break;
    case NB_ACCESS_USER: route.access = edge::Access::user; break;
    case NB_ACCESS_ADMIN: route.access = edge::Access::admin; break;
    default:
        return fault(Status::invalid, "access_undeclared",
                     route.method + ' ' + route.pattern + " does not say who may call it.");
    }
    if ((in.flags & ~(NB_ROUTE_FAST | NB_ROUTE_STREAMED)) != 0)
        return fault(Status::unsupported, "bad_flags",
                     "This host knows no other flags of a route than NB_ROUTE_FAST and NB_ROUTE_STREAMED.");
    if (in.flags == (NB_ROUTE_FAST | NB_ROUTE_STREAMED))
        return fault(Status::invalid, "bad_flags", "A streamed route's handler runs on a worker.");
    route.fast = (in.flags & NB_ROUTE_FAST) != 0;
    route.streamed = (in.flags & NB_ROUTE_STREAMED) != 0;
    route.maxBodyBytes = in.max_body_bytes;
    route.handler = std::make_shared<NoHandler>();
    return route;
}

/// What the host refuses of a route is a bug of the plugin, and told as one.
base::Result<void> addRoute(Life& life, const nb_route* given)
{
    const auto refused = [&](const base::Error& error) {
        life.world().violation("http.add_route: " + error.detail);
        return error;
    };
    if (life.state() != Life::State::starting)
        return refused(fault(Status::invalid, "not_in_start", "Routes are added in start."));
    const auto in = structOf(given, "route");
    auto route = routeOf(life, in);
    if (!route)
        return refused(route.error());
    if (auto added = life.addRoute(std::move(*route), {in.handler, in.user, in.thaw}); !added)
        return refused(added.error());
    return {};
}

// Reading. A request that was answered has nothing to say any more.

nb_kit_exchange* open(const nb_request* request, const char* function)
{
    if (!request)
        return nullptr;
    if (request->answered) {
        request->life.world().violation(std::string("http.") + function + " was called on a request of " +
                                        request->exchange.routeName + " that was answered.");
        return nullptr;
    }
    return &request->exchange;
}

std::string_view nameOf(nb_str name) noexcept
{
    return name.ptr ? std::string_view(name.ptr, name.len) : std::string_view();
}

template <class Pairs, class Same>
nb_str find(const Pairs& pairs, nb_str name, Same&& same)
{
    for (const auto& [key, value] : pairs)
        if (same(key, nameOf(name)))
            return str(value);
    return absent();
}

bool equal(std::string_view left, std::string_view right) noexcept { return left == right; }

nb_str method(const nb_request* request)
{
    const auto* const exchange = open(request, "method");
    return exchange ? str(exchange->method) : absent();
}

nb_str target(const nb_request* request)
{
    const auto* const exchange = open(request, "target");
    return exchange ? str(exchange->target) : absent();
}

nb_str header(const nb_request* request, nb_str name)
{
    const auto* const exchange = open(request, "header");
    return exchange ? find(exchange->fields, name, edge::sameText) : absent();
}

nb_str param(const nb_request* request, nb_str name)
{
    const auto* const exchange = open(request, "param");
    return exchange ? find(exchange->params, name, equal) : absent();
}

nb_str queryValue(const nb_request* request, nb_str name)
{
    const auto* const exchange = open(request, "query_value");
    return exchange ? find(exchange->query, name, equal) : absent();
}

nb_str body(const nb_request* request)
{
    const auto* const exchange = open(request, "body");
    return exchange && !request->streamed ? str(exchange->body) : absent();
}

nb_str peer(const nb_request* request)
{
    const auto* const exchange = open(request, "peer");
    return exchange ? str(exchange->peer) : absent();
}

std::uint64_t id(const nb_request* request)
{
    const auto* const exchange = open(request, "id");
    return exchange ? exchange->id : 0;
}

nb_principal* principal(const nb_request* request)
{
    const auto* const exchange = open(request, "principal");
    if (!exchange || !exchange->principal)
        return nullptr;
    auto& lent = const_cast<nb_request*>(request)->principal; // made when first asked for, as in a real host
    if (!lent)
        lent = give(request->life, exchange->principal);
    return lent;
}

std::uint32_t mayBlock(const nb_request* request) { return request && request->worker ? 1 : 0; }

std::size_t headers(const nb_request* request, nb_header* out, std::size_t capacity)
{
    const auto* const exchange = open(request, "headers");
    if (!exchange)
        return 0;
    for (std::size_t i = 0; out && i < std::min(exchange->fields.size(), capacity); ++i)
        out[i] = {str(exchange->fields[i].first), str(exchange->fields[i].second)};
    return exchange->fields.size();
}

// Answering.

base::Result<edge::Reply> replyOf(const nb_reply* given)
{
    const auto in = structOf(given, "reply");
    edge::Reply out;
    if (in.status < 200 || in.status > 599)
        return fault(Status::invalid, "bad_status", "The status of a reply is 200 to 599.");
    out.status = in.status;
    if (in.content_type.ptr) {
        out.contentType = bytesOf(in.content_type, "reply.content_type");
        if (!edge::isFieldValue(out.contentType))
            return fault(Status::invalid, "bad_header", "The content type has bytes that HTTP does not allow.");
    }
    if (in.header_count > 0)
        notNull(in.headers, "reply.headers");
    for (std::size_t i = 0; i < in.header_count; ++i) {
        const auto name = bytesOf(in.headers[i].name, "reply.headers.name");
        const auto value = bytesOf(in.headers[i].value, "reply.headers.value");
        if (!edge::mayBeSent(name, value))
            return fault(Status::invalid, "bad_header", "The header " + std::string(name) +
                                                            " has bytes that HTTP does not allow, or is the host's.");
        out.headers.emplace_back(name, value);
    }
    out.body = base::Body(in.body ? in.body->str() : std::string(bytesOf(in.bytes, "reply.bytes")));
    return out;
}

template <class F>
std::int32_t answering(nb_request* request, const char* name, nb_error* error, F&& function)
{
    return serve(request ? &request->life.world() : nullptr, name, error, [&]() -> base::Result<void> {
        auto& open = notNull(request, "request");
        const std::lock_guard lock(open.life.world().mutex);
        return function(open);
    });
}

base::Error answeredTwice() { return fault(Status::closed, "answered_twice", "The request was answered before."); }

std::int32_t reply(nb_request* request, const nb_reply* given)
{
    return answering(request, "http.reply", nullptr, [&](nb_request& open) -> base::Result<void> {
        auto made = replyOf(given);
        if (!made) {
            open.life.world().violation("A reply of " + open.exchange.routeName + " was refused: " + made.error().detail);
            return made.error();
        }
        if (!open.claim())
            return answeredTwice();
        open.exchange.take(std::move(*made));
        open.settled();
        return {};
    });
}

std::int32_t problem(nb_request* request, const nb_error* error)
{
    return answering(request, "http.problem", nullptr, [&](nb_request& open) -> base::Result<void> {
        const auto in = structOf(error, "error");
        const auto made = border::errorOf(in, in.status);
        if (!open.claim())
            return answeredTwice();
        open.problem(made);
        return {};
    });
}

void defer(nb_request* request)
{
    answering(request, "http.defer", nullptr, [](nb_request& open) -> base::Result<void> {
        if (open.answered) {
            open.life.world().violation("A request of " + open.exchange.routeName + " was deferred after its answer.");
            return {};
        }
        open.deferred = true;
        open.exchange.flags |= NB_KIT_DEFERRED;
        return {};
    });
}

std::int32_t stream(nb_request* request, const nb_reply* head, const nb_stream_calls* calls, void* user, nb_stream** out,
                    nb_error* error)
{
    return answering(request, "http.stream", error, [&](nb_request& open) -> base::Result<void> {
        notNull(out, "out");
        auto made = replyOf(head);
        if (!made)
            return made.error();
        const auto wanted =
            calls ? structOf(calls, "calls") : nb_stream_calls{};
        if (!open.claim())
            return answeredTwice();
        auto& exchange = open.exchange;
        auto& handle = *open.life.streams.emplace_back(std::make_unique<nb_stream>(open.life, exchange, wanted, user));
        exchange.takeHead(*made);
        if (exchange.method != "HEAD")
            exchange.content = made->body.str();
        exchange.flags |= NB_KIT_STREAM;
        exchange.stream = *out = &handle;
        open.settled();
        return {};
    });
}

template <class F>
std::int32_t writing(nb_stream* stream, const char* name, F&& bytes)
{
    std::int32_t state = NB_CLOSED;
    const auto status = serve(stream ? &stream->exchange.world : nullptr, name, nullptr, [&]() -> base::Result<void> {
        auto& open = notNull(stream, "stream");
        const std::lock_guard lock(open.exchange.world.mutex);
        state = open.write(bytes());
        return {};
    });
    return status == NB_OK ? state : status;
}

std::int32_t streamWrite(nb_stream* stream, nb_str bytes)
{
    return writing(stream, "http.stream_write", [&] { return bytesOf(bytes, "bytes"); });
}

std::int32_t streamWriteBody(nb_stream* stream, nb_body* body)
{
    std::string whole;
    return writing(stream, "http.stream_write_body", [&]() -> std::string_view {
        whole = notNull(body, "body").str();
        return whole;
    });
}

void streamEnd(nb_stream* stream)
{
    serve(stream ? &stream->exchange.world : nullptr, "http.stream_end", nullptr, [&]() -> base::Result<void> {
        auto& open = notNull(stream, "stream");
        const std::lock_guard lock(open.exchange.world.mutex);
        open.endByPlugin();
        return {};
    });
}

} // namespace

const nb_http_api& httpTable() noexcept
{
    static constexpr nb_http_api table{
        .size = sizeof(nb_http_api),
        .reserved = 0,
        .add_route =
            [](const nb_host* host, const nb_route* route, nb_error* error) {
                return served(host, "http.add_route", error, [&](Life& life) { return addRoute(life, route); });
            },
        .method = &method,
        .target = &target,
        .header = &header,
        .param = &param,
        .query_value = &queryValue,
        .body = &body,
        .peer = &peer,
        .id = &id,
        .principal = &principal,
        .reply = &reply,
        .problem = &problem,
        .defer = &defer,
        .stream = &stream,
        .stream_write = &streamWrite,
        .stream_write_body = &streamWriteBody,
        .stream_end = &streamEnd,
        .may_block = &mayBlock,
        .headers = &headers,
    };
    return table;
}

} // namespace netbit::fake
