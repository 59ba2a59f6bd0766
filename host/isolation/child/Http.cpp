// Routes, requests and replies.

#include "edge/ReplyFields.h"
#include "edge/Target.h"
#include "isolation/child/Host.h"
#include "isolation/child/Tables.h"

#include <netbit/draft/bodies.h>

#include <algorithm>
#include <cstddef>

namespace netbit::isolation::child {

namespace {

using wire::str;
using wire::view;

constexpr std::size_t streamWindow = 256 * 1024; // as parent/Session.h has it

nb_str absent() noexcept { return {nullptr, 0}; }

std::int32_t addRoute(const nb_host* host, const nb_route* given, nb_error* error)
{
    auto& self = Host::of(host);
    if (!self.starting())
        return refuse(error, NB_INVALID, "not_in_start", "Routes are added in start.");
    const auto route = knownPart(given);
    if (!route || !route->handler)
        return refuse(error, NB_INVALID, "bad_argument", "The argument route is null, too small or has no handler.");
    if ((route->flags & NB_ROUTE_STREAMED) != 0)
        return refuse(error, NB_UNSUPPORTED, "bad_flags", "A plugin in a process of its own has no streamed bodies.");
    wire::AddRoute message;
    message.method = route->method;
    message.pattern = route->pattern;
    message.summary = route->summary;
    message.operation = route->operation;
    message.schema = route->schema;
    message.access = route->access;
    message.flags = route->flags;
    message.maxBodyBytes = route->max_body_bytes;
    wire::RouteIndex index;
    const auto status = self.call(Kind::addRoute, message, index, error);
    if (status == NB_OK)
        self.addRoute(index.route, *route);
    return status;
}

// Reading. A request that was answered has nothing to say any more.

template <class F>
nb_str read(const nb_request* request, F&& what)
{
    return request && !request->isAnswered() ? what(*request) : absent();
}

nb_str method(const nb_request* request)
{
    return read(request, [](const nb_request& open) { return open.message.method; });
}

nb_str target(const nb_request* request)
{
    return read(request, [](const nb_request& open) { return open.message.target; });
}

nb_str peer(const nb_request* request)
{
    return read(request, [](const nb_request& open) { return open.message.peer; });
}

nb_str body(const nb_request* request)
{
    return read(request, [](const nb_request& open) { return open.message.body.bytes; });
}

nb_str header(const nb_request* request, nb_str name)
{
    return read(request, [&](const nb_request& open) {
        const auto wanted = view(name);
        for (const auto& [field, value] : open.message.headers) {
            const auto given = view(field);
            if (given.size() == wanted.size() &&
                std::equal(given.begin(), given.end(), wanted.begin(),
                           [](char a, char b) { return edge::lower(a) == edge::lower(b); }))
                return value;
        }
        return absent();
    });
}

std::size_t headers(const nb_request* request, nb_header* out, std::size_t capacity)
{
    if (!request || request->isAnswered())
        return 0;
    const auto& all = request->message.headers;
    for (std::size_t i = 0; out && i < std::min(all.size(), capacity); ++i)
        out[i] = {all[i].name, all[i].value};
    return all.size();
}

nb_str param(const nb_request* request, nb_str name)
{
    return read(request, [&](const nb_request& open) {
        for (const auto& [known, value] : open.message.params)
            if (view(known) == view(name))
                return value;
        return absent();
    });
}

nb_str queryValue(const nb_request* request, nb_str name)
{
    return read(request, [&](const nb_request& open) {
        if (!std::exchange(open.queryRead, true)) {
            const auto whole = view(open.message.target);
            const auto mark = whole.find('?');
            if (mark != std::string_view::npos) {
                open.decoded.reserve(whole.size());
                edge::decodeQuery(whole.substr(mark + 1), open.decoded, open.query); // the edge has refused a bad one
            }
        }
        for (const auto& [known, value] : open.query)
            if (known == view(name))
                return str(value);
        return absent();
    });
}

std::uint64_t id(const nb_request* request) { return request && !request->isAnswered() ? request->message.id : 0; }

nb_principal* principal(const nb_request* request)
{
    if (!request || request->isAnswered() || request->message.who.principal == 0)
        return nullptr;
    if (!request->principal)
        request->principal = std::make_unique<nb_principal>(request->message.who).release();
    return request->principal;
}

std::uint32_t mayBlock(const nb_request* request) { return request && request->mayBlock ? 1 : 0; }

// Answering.

bool claim(nb_request& request) noexcept
{
    if ((request.state.fetch_or(nb_request::answered, std::memory_order_acq_rel) & nb_request::answered) == 0)
        return true;
    Host::the().complain("A request was answered twice; the second answer was dropped.");
    return false;
}

/// After the answer was sent: whoever of the handler and the answer comes last puts it away.
void settle(nb_request& request)
{
    const auto state = request.state.fetch_or(nb_request::given, std::memory_order_acq_rel);
    constexpr auto handedOn = nb_request::deferred | nb_request::returned;
    if ((state & handedOn) == handedOn)
        Host::the().yard.bury(std::unique_ptr<nb_request>(&request));
}

/// What the host would refuse, looked at here: the plugin must know at once.
const char* faultOf(const nb_reply& reply)
{
    if (reply.status < 200 || reply.status > 599)
        return "The status of a reply is 200 to 599.";
    if (reply.content_type.ptr && !edge::isFieldValue(view(reply.content_type)))
        return "The content type has bytes that HTTP does not allow.";
    for (std::size_t i = 0; i < reply.header_count; ++i)
        if (!edge::mayBeSent(view(reply.headers[i].name), view(reply.headers[i].value)))
            return "A header has bytes that HTTP does not allow, or is the host's.";
    return nullptr;
}

wire::Reply messageOf(const nb_request& request, const nb_reply& reply)
{
    wire::Reply message;
    message.request = request.message.request;
    message.status = reply.status;
    message.contentType = reply.content_type;
    if (reply.body)
        reply.body->passTo(message.bytes, message.body);
    else
        message.bytes.bytes = reply.bytes;
    message.headers.reserve(reply.header_count);
    for (std::size_t i = 0; i < reply.header_count; ++i)
        message.headers.push_back({reply.headers[i].name, reply.headers[i].value});
    return message;
}

/// A reply that is too long for the way to the host: the client gets a 500, the log the reason.
void tooLong(nb_request& request)
{
    auto& self = Host::the();
    self.complain("A reply was too long for an isolated plugin, whose longest is 64 MiB.");
    self.channel().send(Kind::unanswered, wire::Unanswered{request.message.request, NB_INTERNAL});
}

std::int32_t reply(nb_request* request, const nb_reply* wanted)
{
    const auto given = knownPart(wanted);
    if (!request || !given)
        return NB_INVALID;
    if (const auto* const fault = faultOf(*given)) {
        Host::the().complain(std::string("A reply was refused: ") + fault);
        return NB_INVALID;
    }
    if (!claim(*request))
        return NB_CLOSED;
    if (!Host::the().channel().send(Kind::reply, messageOf(*request, *given)))
        tooLong(*request);
    settle(*request);
    return NB_OK;
}

std::int32_t problem(nb_request* request, const nb_error* error)
{
    if (!request || !error || error->size < leastSize<nb_error>)
        return NB_INVALID;
    if (!claim(*request))
        return NB_CLOSED;
    Host::the().channel().send(Kind::problem, wire::Problem{request->message.request, *error});
    settle(*request);
    return NB_OK;
}

void defer(nb_request* request)
{
    if (request && !request->isAnswered())
        request->state.fetch_or(nb_request::deferred, std::memory_order_acq_rel);
}

std::int32_t stream(nb_request* request, const nb_reply* first, const nb_stream_calls* calls, void* user, nb_stream** out,
                    nb_error* error)
{
    const auto head = knownPart(first);
    if (!request || !head || !out)
        return refuse(error, NB_INVALID, "bad_argument", "An argument is null, or its size is too small.");
    if (const auto* const fault = faultOf(*head))
        return refuse(error, NB_INVALID, "bad_header", fault);
    auto& self = Host::the();
    nb_stream_calls wanted{};
    if (calls)
        std::memcpy(&wanted, calls, std::min<std::size_t>(calls->size, sizeof wanted));
    const auto handle = std::make_shared<nb_stream>(self.nextId(), wanted, user);
    if (!claim(*request))
        return refuse(error, NB_CLOSED, "answered_twice", "The request was answered before.");
    self.streams.put(handle->id, handle);
    *out = handle.get();
    wire::Stream message;
    message.stream = handle->id;
    message.head = messageOf(*request, *head);
    if (!self.channel().send(Kind::stream, message)) {
        tooLong(*request);
        handle->gone = true;
    }
    settle(*request);
    return NB_OK;
}

std::int32_t written(nb_stream& stream, const wire::StreamWrite& message, std::size_t bytes)
{
    if (stream.gone)
        return NB_CLOSED;
    const bool room = stream.room.takes(bytes);
    if (!Host::the().channel().send(Kind::streamWrite, message))
        return NB_TOO_LARGE;
    return room ? NB_OK : NB_WOULD_BLOCK;
}

std::int32_t streamWrite(nb_stream* stream, nb_str bytes)
{
    if (!stream)
        return NB_INVALID;
    wire::StreamWrite message;
    message.stream = stream->id;
    message.bytes.bytes = bytes;
    return written(*stream, message, bytes.len);
}

std::int32_t streamWriteBody(nb_stream* stream, nb_body* body)
{
    if (!stream || !body)
        return NB_INVALID;
    wire::StreamWrite message;
    message.stream = stream->id;
    body->passTo(message.bytes, message.body);
    return written(*stream, message, body->length);
}

void streamEnd(nb_stream* stream)
{
    if (!stream)
        return;
    auto& self = Host::the();
    const auto handle = self.streams.take(stream->id);
    if (!handle)
        return;
    self.channel().send(Kind::streamEnd, wire::StreamId{handle->id});
    handle->end();
}

} // namespace

void Host::addRoute(std::uint32_t index, const nb_route& route)
{
    const std::lock_guard lock(_mutex);
    if (_routes.size() <= index)
        _routes.resize(index + 1);
    _routes[index] = Handler{route.handler, route.user, (route.flags & NB_ROUTE_FAST) != 0};
}

void Host::request(Frame frame)
{
    auto request = std::make_unique<nb_request>(std::move(frame));
    auto& message = request->message;
    std::optional<Handler> handler;
    if (wire::read(request->frame, message, _channel.trust())) {
        const std::lock_guard lock(_mutex);
        if (message.route < _routes.size())
            handler = _routes[message.route];
    }
    if (!handler) // of another build, or for a route that is not there
        ::_exit(1);
    serve(std::move(request), *handler, false);
}

void Host::serve(std::unique_ptr<nb_request> request, const Handler& handler, bool worker)
{
    const auto number = request->message.request;
    if (!worker && !handler.fast) {
        const auto shared = std::make_shared<std::unique_ptr<nb_request>>(std::move(request));
        if (!_workers->post([this, shared, handler] { serve(std::move(*shared), handler, true); })) {
            wire::Problem overloaded;
            overloaded.request = number;
            overloaded.error.size = sizeof overloaded.error;
            refuse(&overloaded.error, NB_UNAVAILABLE, "overloaded", "There is too much to do; try again soon.");
            _channel.send(Kind::problem, overloaded);
        }
        return;
    }
    auto& open = *request;
    open.mayBlock = worker;
    std::int32_t status = NB_INTERNAL;
    const bool returned = guarded("handler", [&] { status = handler.function(handler.user, &open); });
    const bool deferred = (open.state.load(std::memory_order_acquire) & nb_request::deferred) != 0;
    const bool answered = open.isAnswered();
    if (!answered && !deferred) {
        if (status == NB_WOULD_BLOCK && !worker) {
            serve(std::move(request), Handler{handler.function, handler.user, false}, false);
            return;
        }
        if (status == NB_OK || status == NB_WOULD_BLOCK) {
            complain(status == NB_OK ? "A handler returned NB_OK without an answer."
                                     : "A handler returned NB_WOULD_BLOCK on a worker.");
            status = NB_INTERNAL;
        }
    }
    if (status == NB_INTERNAL && returned)
        failed("handler", "it returned NB_INTERNAL");
    if (status != NB_OK) {
        const bool ours = (open.state.fetch_or(nb_request::answered, std::memory_order_acq_rel) & nb_request::answered) == 0;
        if (ours)
            open.state.fetch_or(nb_request::given, std::memory_order_acq_rel);
        if (ours || status == NB_INTERNAL)
            _channel.send(Kind::unanswered, wire::Unanswered{ours ? number : 0, status});
    }
    if (!deferred)
        return; // answered: it is gone
    // Whoever answers sees the bit, or has been here before us.
    static_cast<void>(request.release());
    if ((open.state.fetch_or(nb_request::returned, std::memory_order_acq_rel) & nb_request::given) != 0)
        yard.bury(std::unique_ptr<nb_request>(&open));
}

void Yard::bury(std::unique_ptr<nb_request> request)
{
    request->forget();
    std::unique_ptr<nb_request> oldest; // destroyed outside of the lock
    const std::lock_guard lock(_mutex);
    _buried.push_back(std::move(request));
    if (_buried.size() > remembered) {
        oldest = std::move(_buried.front());
        _buried.pop_front();
    }
}

const nb_http_api& httpTable() noexcept
{
    static constexpr nb_http_api table{
        .size = sizeof(nb_http_api),
        .reserved = 0,
        .add_route = &addRoute,
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

} // namespace netbit::isolation::child

using netbit::isolation::child::Host;

void nb_request::forget() noexcept
{
    const auto who = std::exchange(message.who.principal, 0);
    if (auto* const gone = std::exchange(principal, nullptr))
        gone->release();
    else if (who != 0)
        Host::the().releasePrincipal(who); // nobody has asked for it
    frame = netbit::isolation::wire::Frame();
}

// Streams.

nb_stream::nb_stream(netbit::isolation::wire::Id number, const nb_stream_calls& wanted, void* argument)
    : id(number), calls(wanted), user(argument), room(netbit::isolation::child::streamWindow)
{
}

void nb_stream::tell(void (*function)(void*), const char* call) noexcept
{
    if (!function)
        return;
    if ((_state.fetch_add(1, std::memory_order_acq_rel) & over) == 0)
        Host::the().guarded(call, [&] { function(user); });
    if (_state.fetch_sub(1, std::memory_order_acq_rel) == (over | 1))
        tellEnded();
}

void nb_stream::end() noexcept
{
    if (_state.fetch_or(over, std::memory_order_acq_rel) == 0)
        tellEnded();
}

void nb_stream::tellEnded() noexcept
{
    if (calls.ended)
        Host::the().guarded("stream ended", [this] { calls.ended(user); });
}
