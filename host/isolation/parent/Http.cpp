// Requests to the child, and its answers.

#include "isolation/parent/Session.h"

namespace netbit::isolation::parent {

namespace {

constexpr std::size_t mostWaiting = std::size_t{64} << 20; // bytes to a child that is behind; more requests get a 503
constexpr std::size_t roomForRest = 1 << 20;               // of a request's message, beside its body
constexpr std::uint64_t mostOwed = std::uint64_t{128} << 20; // of a stream that its peer does not read: two of the largest messages

} // namespace

void Session::ask(const Route& route, nb_request* request)
{
    const auto& http = *tables().http;
    const auto refused = [&](std::int32_t status, std::string_view code, std::string_view detail) {
        nb_error error{};
        refuse(error, status, code, detail);
        http.problem(request, &error);
    };
    wire::Request message;
    message.body.bytes = http.body(request);
    if (message.body.bytes.len > wire::longestMessage(wire::Side::parent) - roomForRest)
        return refused(NB_TOO_LARGE, "body_too_large", "An isolated plugin takes bodies of at most 255 MiB.");
    if (_channel.queuedBytes() > mostWaiting)
        return refused(NB_UNAVAILABLE, "overloaded", "There is too much to do; try again soon.");

    http.defer(request);
    message.request = _requests.add(request);
    if (message.request == 0)
        return _proxy.unavailable(request);
    message.route = route.index;
    message.id = http.id(request);
    message.method = http.method(request);
    message.target = http.target(request);
    message.peer = http.peer(request);
    static thread_local std::vector<nb_header> headers;
    headers.resize(http.headers(request, nullptr, 0));
    http.headers(request, headers.data(), headers.size());
    message.headers.reserve(headers.size());
    for (const auto& header : headers)
        message.headers.push_back({header.name, header.value});
    for (const auto& param : route.params)
        message.params.push_back({wire::str(param), http.param(request, wire::str(param))});
    if (auto* const principal = http.principal(request)) {
        tables().auth->retain(principal);
        message.who = factsOf(principal);
    }
    const bool sent = _channel.write(wire::Kind::request, 0, [&](wire::Writer& writer) {
        writer(message);
        _requests.sent(message.request);
    });
    if (sent)
        return;
    if (auto* mine = _requests.takeBack(message.request))
        _proxy.unavailable(mine);
}

void Session::answered(nb_request* request, std::int32_t status)
{
    if (status == NB_OK || status == NB_CLOSED) {
        _proxy.breaker.succeeded();
        return;
    }
    // The child's table refuses what HTTP does not allow, so this one has its own.
    nb_error error{};
    refuse(error, NB_INTERNAL, "internal_error", "");
    tables().http->problem(request, &error);
}

template <class F>
bool Session::withReply(const wire::Reply& given, F&& use)
{
    nb_reply reply{};
    reply.size = sizeof reply;
    reply.status = given.status;
    reply.content_type = given.contentType;
    reply.bytes = given.bytes.bytes;
    std::vector<nb_header> headers;
    headers.reserve(given.headers.size());
    for (const auto& header : given.headers)
        headers.push_back({header.name, header.value});
    reply.headers = headers.data();
    reply.header_count = headers.size();
    if (given.body == 0) {
        use(reply);
        return true;
    }
    const auto body = _bodies.borrow(given.body);
    if (!body)
        return false;
    reply.body = body.get();
    use(reply);
    return true;
}

bool Session::takeReply(wire::Frame& frame)
{
    wire::Reply given;
    if (!wire::read(frame, given, _channel.trust()))
        return broken("a message that cannot be read");
    auto* const request = _requests.take(given.request);
    if (!request)
        return broken("an answer to a request that it does not have");
    if (withReply(given, [&](const nb_reply& reply) { answered(request, tables().http->reply(request, &reply)); }))
        return true;
    _proxy.unavailable(request);
    return broken("a body that it does not have");
}

bool Session::takeProblem(wire::Frame& frame)
{
    bool known = true;
    return with<wire::Problem>(frame, [&](const wire::Problem& given) {
        auto* const request = _requests.take(given.request);
        known = request != nullptr;
        if (request)
            answered(request, tables().http->problem(request, &given.error));
    }) && (known || broken("an answer to a request that it does not have"));
}

bool Session::takeUnanswered(wire::Frame& frame)
{
    bool known = true;
    return with<wire::Unanswered>(frame, [&](const wire::Unanswered& given) {
        const bool ours = given.status == NB_OK || given.status == NB_INTERNAL || given.status > NB_UNSUPPORTED_TYPE;
        if (given.request != 0) {
            auto* const request = _requests.take(given.request);
            known = request != nullptr;
            nb_error error{};
            if (ours)
                refuse(error, NB_INTERNAL, "internal_error", "");
            else
                refuse(error, given.status, "plugin_error", "The plugin refused the request.");
            if (request)
                tables().http->problem(request, &error);
        }
        if (!ours)
            _proxy.breaker.succeeded();
        else
            _proxy.breaker.failed();
    }) && (known || broken("an answer to a request that it does not have"));
}

// Streams.

void StreamProxy::credit()
{
    if (const auto bytes = owed.exchange(0); bytes > 0)
        session->channel().send(wire::Kind::credit, wire::Credit{1, id, bytes});
}

const nb_stream_calls& StreamProxy::calls() noexcept
{
    static constexpr nb_stream_calls table{
        .size = sizeof(nb_stream_calls),
        .reserved = 0,
        .drained =
            [](void* user) {
                auto& stream = *static_cast<StreamProxy*>(user);
                stream.full = false;
                stream.credit();
            },
        .closed =
            [](void* user) {
                auto& stream = *static_cast<StreamProxy*>(user);
                stream.session->channel().send(wire::Kind::streamClosed, wire::StreamId{stream.id});
            },
        .ended = [](void* user) { const auto last = std::move(static_cast<StreamProxy*>(user)->self); },
        .freeze = nullptr,
    };
    return table;
}

bool Session::takeStream(wire::Frame& frame)
{
    wire::Stream given;
    if (!wire::read(frame, given, _channel.trust()))
        return broken("a message that cannot be read");
    auto* const request = _requests.take(given.head.request);
    if (!request)
        return broken("an answer to a request that it does not have");
    const auto stream = std::make_shared<StreamProxy>(shared_from_this(), given.stream);
    if (!_streams.addAs(given.stream, stream)) {
        _proxy.unavailable(request);
        return broken("a stream under a number that is taken");
    }
    std::int32_t status = NB_INVALID;
    nb_error error{};
    error.size = sizeof error;
    const bool found = withReply(given.head, [&](const nb_reply& head) {
        stream->self = stream;
        status = tables().http->stream(request, &head, &StreamProxy::calls(), stream.get(), &stream->handle, &error);
    });
    if (status != NB_OK) {
        stream->self.reset();
        _streams.take(given.stream);
        _channel.send(wire::Kind::streamClosed, wire::StreamId{given.stream});
    }
    answered(request, status);
    return found || broken("a body that it does not have");
}

bool Session::takeStreamWrite(wire::Frame& frame)
{
    wire::StreamWrite given;
    if (!wire::read(frame, given, _channel.trust()))
        return broken("a message that cannot be read");
    const auto stream = _streams.find(given.stream);
    if (!stream)
        return true; // it never began; the child knows by now
    const auto& http = *tables().http;
    stream->full = true; // first: `drained` may come before the write has returned
    std::int32_t status = NB_CLOSED;
    std::uint64_t bytes = given.bytes.bytes.len;
    if (given.body != 0) {
        const auto body = _bodies.borrow(given.body);
        if (!body)
            return broken("a body that it does not have");
        bytes = tables().body->length(body.get());
        stream->owed += bytes;
        status = http.stream_write_body(stream->handle, body.get());
    } else {
        stream->owed += bytes;
        status = http.stream_write(stream->handle, given.bytes.bytes);
    }
    if (status == NB_WOULD_BLOCK)
        return stream->owed < mostOwed || broken("far more than a stream takes");
    stream->full = false;
    if (stream->owed >= step(window))
        stream->credit();
    return true;
}

bool Session::takeStreamEnd(wire::Frame& frame)
{
    return with<wire::StreamId>(frame, [this](const wire::StreamId& given) {
        if (const auto stream = _streams.take(given.stream))
            tables().http->stream_end(stream->handle);
    });
}

} // namespace netbit::isolation::parent
