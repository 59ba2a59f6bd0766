#include "base/Json.h"
#include "border/Convert.h"
#include "border/Guard.h"
#include "border/Holdings.h"
#include "border/HttpRoute.h"
#include "border/Tables.h"
#include "edge/Chars.h"
#include "edge/ReplyFields.h"

#include <algorithm>

namespace netbit::border {

namespace {

using base::fault;
using base::Status;

constexpr std::size_t longestText = 1024; // of a route's method, pattern, summary
constexpr std::size_t longestSchema = 64 * 1024;

/// Takes the schema over, and the names of the query from it.
base::Result<void> takeSchema(edge::Route& route, std::string_view text)
{
    if (text.empty())
        return {};
    const auto bad = [&](std::string_view why) {
        return fault(Status::invalid, "bad_schema", "The schema of " + route.method + ' ' + route.pattern + ' ' + std::string(why));
    };
    if (text.size() > longestSchema)
        return bad("has more than 64 KiB.");
    const auto schema = base::parseJson(text);
    if (!schema || !schema->is_object())
        return bad("is not a JSON object.");
    for (const auto& [name, value] : schema->get_object()) {
        const bool known = name == "status" ? value.is_int64() && value.get_int64() >= 200 && value.get_int64() < 400
                           : name == "type" ? value.is_string()
                                            : (name == "query" || name == "body" || name == "result") && value.is_object();
        if (!known)
            return bad("has a member \"" + std::string(name) + "\" that it must not have, or of another type.");
    }
    if (const auto* const query = schema->get_object().if_contains("query")) {
        const auto* const properties = query->get_object().if_contains("properties");
        auto& names = route.query.emplace();
        if (properties && !properties->is_object())
            return bad("has a query whose properties are no object.");
        if (properties)
            for (const auto& property : properties->get_object())
                names.emplace_back(property.key());
    }
    route.schema = text;
    return {};
}

base::Result<void> addRoute(const nb_host* host, const nb_route* given)
{
    auto& generation = generationOf(host);
    if (!generation.mayRegister())
        return fault(Status::invalid, "not_in_start", "Routes are added in start.");
    const auto in = structOf(given, "route");
    if (!in.handler)
        refuseArgument("route.handler", "is null");
    edge::Route route;
    route.method = textOf(in.method, "route.method");
    route.pattern = textOf(in.pattern, "route.pattern");
    route.summary = textOf(in.summary, "route.summary");
    route.owner = generation.id();
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
    if (route.pattern.starts_with("/git/"))
        route.challenge = "Basic realm=\"netbit\", charset=\"UTF-8\""; // git knows no other scheme, and asks for a password then
    route.maxBodyBytes = in.max_body_bytes;
    route.operation = textOf(in.operation, "route.operation");
    if (route.operation.size() > longestText)
        return fault(Status::invalid, "bad_pattern", "A route's texts have at most 1024 bytes each.");
    if (auto taken = takeSchema(route, textOf(in.schema, "route.schema")); !taken)
        return taken;
    route.handler = std::make_shared<HttpRoute>(generation.shared_from_this(), in.handler, in.user, route.fast);
    return generation.stageRoute(std::move(route), {in.thaw, in.user});
}

// Reading. A request that was answered has nothing to say any more.

const edge::Exchange* open(const nb_request* request) noexcept
{
    return request && !request->isAnswered() ? request->exchange : nullptr;
}

template <class F>
nb_str read(const nb_request* request, F&& what) noexcept
{
    const auto* const exchange = open(request);
    return exchange ? what(*exchange) : absent();
}

nb_str method(const nb_request* request)
{
    return read(request, [](const edge::Exchange& exchange) { return str(exchange.method()); });
}

nb_str target(const nb_request* request)
{
    return read(request, [](const edge::Exchange& exchange) { return str(exchange.target()); });
}

std::string_view nameOf(nb_str name) noexcept
{
    return name.ptr ? std::string_view(name.ptr, name.len) : std::string_view();
}

nb_str header(const nb_request* request, nb_str name)
{
    return read(request, [&](const edge::Exchange& exchange) {
        const auto value = exchange.header(nameOf(name));
        return value.data() ? str(value) : absent();
    });
}

nb_str param(const nb_request* request, nb_str name)
{
    return read(request, [&](const edge::Exchange& exchange) {
        const auto value = exchange.param(nameOf(name));
        return value.data() ? str(value) : absent();
    });
}

nb_str queryValue(const nb_request* request, nb_str name)
{
    return read(request, [&](const edge::Exchange& exchange) {
        const auto value = exchange.queryValue(nameOf(name));
        return value.data() ? str(value) : absent();
    });
}

nb_str body(const nb_request* request)
{
    return read(request, [](const edge::Exchange& exchange) { return str(exchange.body()); });
}

nb_str peer(const nb_request* request)
{
    return read(request, [](const edge::Exchange& exchange) { return str(exchange.peer()); });
}

std::uint64_t id(const nb_request* request)
{
    const auto* const exchange = open(request);
    return exchange ? exchange->id() : 0;
}

nb_principal* principal(const nb_request* request)
{
    const auto* const exchange = open(request);
    if (!exchange || !exchange->principal)
        return nullptr;
    quietly([&] {
        if (!request->principal)
            request->principal = handOver(std::static_pointer_cast<const services::auth::Principal>(exchange->principal));
    });
    return request->principal;
}

std::size_t headers(const nb_request* request, nb_header* out, std::size_t capacity)
{
    const auto* const exchange = open(request);
    if (!exchange)
        return 0;
    const auto& fields = exchange->headers();
    for (std::size_t i = 0; out && i < std::min(fields.size(), capacity); ++i)
        out[i] = {str(fields[i].first), str(fields[i].second)};
    return fields.size();
}

std::uint32_t mayBlock(const nb_request* request) { return request && request->mayBlock ? 1 : 0; }

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
            return fault(Status::invalid, "bad_header", "A header has bytes that HTTP does not allow, or is the host's.");
        out.headers.emplace_back(name, value);
    }
    if (in.body)
        out.body = shareOf(*in.body);
    else
        out.body = base::Body(std::string(bytesOf(in.bytes, "reply.bytes")));
    return out;
}

/// Before the answer is given: who asks again at once finds the breaker as it is. An answer within the handler is accounted
/// for at the handler's end, unless it says that the plugin is broken.
void account(nb_request& request, const base::Error* problem)
{
    auto& generation = request.generation;
    if (problem && problem->status == Status::internal) {
        request.state.fetch_or(nb_request::broken, std::memory_order_relaxed);
        generation.failed("handler", "it answered " + problem->code + (problem->detail.empty() ? "" : ": " + problem->detail));
        generation.handlerFailed();
    } else if ((request.state.load(std::memory_order_relaxed) & nb_request::deferred) != 0) {
        generation.breaker().succeeded();
    }
}

std::int32_t reply(nb_request* request, const nb_reply* given)
{
    return answer(nullptr, [&]() -> base::Result<void> {
        auto& open = notNull(request, "request");
        auto made = replyOf(given);
        if (!made) {
            open.generation.complain("A reply was refused: " + made.error().detail);
            return made.error();
        }
        if (!claim(open))
            return fault(Status::closed, "answered_twice", "");
        account(open, nullptr);
        open.exchange->reply(std::move(*made));
        settle(open);
        return {};
    });
}

std::int32_t problem(nb_request* request, const nb_error* error)
{
    return answer(nullptr, [&]() -> base::Result<void> {
        auto& open = notNull(request, "request");
        const auto in = structOf(error, "error");
        const auto made = errorOf(in, in.status);
        if (!claim(open))
            return fault(Status::closed, "answered_twice", "");
        account(open, &made);
        open.exchange->problem(made);
        settle(open);
        return {};
    });
}

void defer(nb_request* request)
{
    quietly([&] {
        auto& open = notNull(request, "request");
        if (open.isAnswered() || (open.state.load() & nb_request::deferred) != 0)
            return;
        // The handler that calls this is under way itself: the generation cannot be stopped before it has returned.
        open.generation.enterAgain();
        open.kept = open.exchange->shared_from_this();
        open.state.fetch_or(nb_request::deferred, std::memory_order_acq_rel);
        open.generation.holdings().requests.keep(open);
    });
}

std::int32_t stream(nb_request* request, const nb_reply* head, const nb_stream_calls* calls, void* user, nb_stream** out,
                    nb_error* error)
{
    return answer(error, [&]() -> base::Result<void> {
        auto& open = notNull(request, "request");
        notNull(out, "out");
        auto made = replyOf(head);
        if (!made)
            return made.error();
        const auto wanted = calls ? structOf(calls, "calls") : nb_stream_calls{};
        const auto& route = open.exchange->route();
        auto handle = std::make_shared<nb_stream>(open.generation, route.method + ' ' + route.pattern, wanted, user);
        if (!claim(open))
            return fault(Status::closed, "answered_twice", "The request was answered before.");
        account(open, nullptr);
        // Before anyone may call: a call from a reactor can come as soon as listen() is under way.
        *out = open.generation.holdings().streams.put(handle);
        handle->reply = open.exchange->stream(std::move(*made));
        handle->listen();
        settle(open);
        return {};
    });
}

std::int32_t written(edge::WriteState state) noexcept
{
    switch (state) {
    case edge::WriteState::ok: return NB_OK;
    case edge::WriteState::full: return NB_WOULD_BLOCK;
    case edge::WriteState::closed: break;
    }
    return NB_CLOSED;
}

std::int32_t streamWrite(nb_stream* stream, nb_str bytes)
{
    std::int32_t state = NB_CLOSED;
    const auto status = answer(nullptr, [&]() -> base::Result<void> {
        auto& open = notNull(stream, "stream");
        if (!open.moved())
            state = written(open.reply->write(bytesOf(bytes, "bytes")));
        return {};
    });
    return status == NB_OK ? state : status;
}

std::int32_t streamWriteBody(nb_stream* stream, nb_body* body)
{
    std::int32_t state = NB_CLOSED;
    const auto status = answer(nullptr, [&]() -> base::Result<void> {
        auto& open = notNull(stream, "stream");
        if (!open.moved())
            state = written(open.reply->write(shareOf(notNull(body, "body"))));
        return {};
    });
    return status == NB_OK ? state : status;
}

void streamEnd(nb_stream* stream)
{
    quietly([&] {
        auto& open = notNull(stream, "stream");
        const auto generation = open.generation;
        if (const auto handle = generation->holdings().streams.take(&open))
            handle->endByPlugin();
        else
            generation->holdings().moved.take(&open);
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
                return answer(error, [&] { return addRoute(host, route); });
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

} // namespace netbit::border
