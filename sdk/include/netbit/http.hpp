#ifndef NETBIT_HTTP_HPP
#define NETBIT_HTTP_HPP
/* Routes, requests and replies as a C++ plugin sees them. */
#include "netbit/guard.hpp"
#include "netbit/handover.hpp"
#include "netbit/host.hpp"
#include "netbit/http.h"

#include <functional>

namespace netbit {

template <> struct ServiceOf<nb_http_api> {
    static constexpr const char* id = NB_HTTP_SERVICE;
};

/* Who may call a route; there is no default, on purpose. */
enum class Access : std::uint32_t { anyone = NB_ACCESS_ANYONE, users = NB_ACCESS_USER, admins = NB_ACCESS_ADMIN };
inline constexpr Access anyone = Access::anyone;
inline constexpr Access users = Access::users;
inline constexpr Access admins = Access::admins;

class Stream;
class StreamListener;

/* Goes on with a stream that the generation before had begun on this route and has frozen. On its reactor: memory only.
 * What it returns hears about the stream from then on; null, or an error, ends it. */
using StreamThaw = std::function<Result<std::shared_ptr<StreamListener>>(Stream stream, const Frozen& piece)>;

/* What a route may say beside method, pattern and access: netbit::fast().summary("One chat").maxBody(64 * 1024). */
class RouteOptions {
public:
    /* One line for the API documentation. */
    RouteOptions& summary(std::string_view line) noexcept { return _summary = line, *this; }
    /* A longer body is refused with 413; 0: the host's default, 1 MiB unless configured. */
    RouteOptions& maxBody(std::uint32_t bytes) noexcept { return _maxBodyBytes = bytes, *this; }
    RouteOptions& flags(std::uint32_t bits) noexcept { return _flags |= bits, *this; }
    /* For the API documentation: the host's operation that this route is, and what nb_route::schema says in JSON. */
    RouteOptions& operation(std::string_view name) noexcept { return _operation = name, *this; }
    RouteOptions& schema(std::string_view json) noexcept { return _schema = json, *this; }
    /* Handover of its streams. */
    RouteOptions& thaw(StreamThaw callable) { return _thaw = std::move(callable), *this; }

private:
    friend class Plugin;
    std::string_view _summary;
    std::string_view _operation;
    std::string_view _schema;
    std::uint32_t _maxBodyBytes = 0;
    std::uint32_t _flags = 0;
    StreamThaw _thaw;
};
/* The handler runs on a worker: it may read the database and compute for a while. */
inline RouteOptions worker() { return {}; }
/* The handler runs on the reactor that read the request: memory only, microseconds. */
inline RouteOptions fast() { return RouteOptions().flags(NB_ROUTE_FAST); }

/* A text that can be added to others, which std::string_view cannot before C++26. Borrowed as a view is. */
class Text : public std::string_view {
public:
    constexpr Text(std::string_view view) noexcept
        : std::string_view(view)
    {
    }
    std::string str() const { return std::string(*this); }

    friend std::string operator+(std::string left, Text right) { return left.append(right), left; }
    friend std::string operator+(const char* left, Text right) { return std::string(left).append(right); }
    friend std::string operator+(Text left, std::string_view right) { return std::string(left).append(right); }
    friend std::string operator+(Text left, const char* right) { return std::string(left).append(right); }
    friend std::string operator+(Text left, Text right) { return std::string(left).append(right); }
};

/* A reply under construction. Everything is borrowed until it is sent, and nothing is allocated. */
class Reply {
public:
    static constexpr std::size_t maxHeaders = 12;

    explicit Reply(int status = 200) noexcept { _reply.status = status; }

    Reply& status(int number) noexcept { return _reply.status = number, *this; }
    /* Without it: application/json. */
    Reply& type(std::string_view contentType) noexcept { return _reply.content_type = toStr(contentType), *this; }
    Reply& bytes(std::string_view content) noexcept { return _reply.bytes = toStr(content), *this; }
    Reply& body(const Body& content) noexcept { return _reply.body = content.raw(), *this; }
    /* Beside those that the host writes itself (Date, Content-Length …). */
    Reply& header(std::string_view name, std::string_view value)
    {
        if (_reply.header_count == maxHeaders) {
            throw std::length_error("netbit::Reply holds 12 headers");
        }
        _headers[_reply.header_count++] = nb_header{toStr(name), toStr(value)};
        return *this;
    }

private:
    friend class Exchange;
    friend class Request;
    nb_reply raw() const noexcept
    {
        nb_reply reply = _reply;
        reply.headers = _headers.data();
        return reply;
    }

    nb_reply _reply{sizeof(nb_reply), 200, {nullptr, 0}, {nullptr, 0}, nullptr, nullptr, 0};
    std::array<nb_header, maxHeaders> _headers;
};

class Stream;
class StreamListener;

/* What Request and Later share: reading a request, and answering it exactly once. Views live until it is answered. */
class Exchange {
public:
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    std::string_view method() const { return toView(_api->method(open())); }
    /* As sent: path and query. */
    std::string_view target() const { return toView(_api->target(open())); }
    /* What {name} of the pattern stands for, percent-decoded. */
    Text param(std::string_view name) const { return toView(_api->param(open(), toStr(name))); }
    /* ?name=value, percent-decoded. */
    std::optional<std::string_view> query(std::string_view name) const
    {
        return toOptional(_api->query_value(open(), toStr(name)));
    }
    /* The name compares without case. */
    std::optional<std::string_view> header(std::string_view name) const
    {
        return toOptional(_api->header(open(), toStr(name)));
    }
    std::string_view body() const { return toView(_api->body(open())); }
    /* The caller's numeric address. */
    std::string_view peer() const { return toView(_api->peer(open())); }
    std::uint64_t id() const { return _api->id(open()); }
    /* Who is calling; null when nobody signed in. Borrowed until answered: retain it to keep it. */
    nb_principal* principal() const { return _api->principal(open()); }

    bool isAnswered() const noexcept { return _request == nullptr; }

    /* Answers. A second one is a bug and throws; so does what the host refuses (a status that is none, a bad header), and
     * then the request is still to be answered. */
    void reply(const Reply& reply)
    {
        const nb_reply raw = reply.raw();
        const std::int32_t status = _api->reply(open(), &raw);
        if (status != NB_OK) {
            throw Failure(Error(toStatus(status), "reply_refused", "The host refused the reply."));
        }
        _request = nullptr;
    }
    void text(int status, std::string_view content)
    {
        reply(Reply(status).type("text/plain; charset=utf-8").bytes(content));
    }
    void json(int status, std::string_view content) { reply(Reply(status).bytes(content)); }
    void json(int status, const Body& content) { reply(Reply(status).body(content)); }
    void noContent() { reply(Reply(204)); }
    void problem(const Error& error)
    {
        nb_error raw;
        raw.size = sizeof raw;
        error.fill(&raw);
        const std::int32_t status = _api->problem(open(), &raw);
        if (status != NB_OK) {
            throw Failure(Error(toStatus(status), "problem_refused", "The host refused the problem."));
        }
        _request = nullptr;
    }

    /* Answers with a stream that begins with the reply's own bytes or body. An error: nothing was answered. */
    Result<Stream> stream(const Reply& head, std::shared_ptr<StreamListener> listener = nullptr);

    /* For calls of other tables that answer it. */
    nb_request* raw() const { return open(); }
    void markAnswered() noexcept { _request = nullptr; }

protected:
    Exchange(const nb_http_api* api, nb_request* request) noexcept
        : _api(api)
        , _request(request)
    {
    }
    Exchange(Exchange&& other) noexcept
        : _api(other._api)
        , _request(std::exchange(other._request, nullptr))
    {
    }
    ~Exchange() = default;

    nb_request* open() const
    {
        if (_request == nullptr) {
            throw std::logic_error("the request has been answered already, or was handed on by defer()");
        }
        return _request;
    }

    const nb_http_api* _api;
    nb_request* _request; /* null once answered */
};

/* A request that is answered later, from any thread. Forgotten, it answers 503 when it is destroyed: a client never waits
 * for an answer that nobody will give. */
class Later final : public Exchange {
public:
    Later(Later&& other) noexcept = default;
    Later& operator=(Later&&) = delete;
    ~Later()
    {
        if (_request != nullptr) {
            nb_error raw;
            raw.size = sizeof raw;
            detail::fillError(&raw, NB_UNAVAILABLE, "unanswered", "The server could not finish this request.");
            static_cast<void>(_api->problem(_request, &raw));
        }
    }

private:
    friend class Request;
    Later(const nb_http_api* api, nb_request* request) noexcept
        : Exchange(api, request)
    {
    }
};

/* What wants to hear about a stream. On a reactor thread; the stream holds a share of it until its last call is over. */
class StreamListener {
public:
    virtual ~StreamListener() = default;
    /* After write() said wouldBlock: there is room again. */
    virtual void drained() { }
    /* The peer is gone; ending the stream is still to be done. */
    virtual void closed() { }
    /* Handover: what the next generation needs to go on with this stream; writing says closed from then on, and it is the
     * next one's to end. Status::wouldBlock: asked again soon. Any other error: it stays here. Other threads may be writing
     * meanwhile: see to it that nothing is written twice or left out. */
    virtual Result<Frozen> freeze() { return detail::notMovable(); }
};

namespace detail {
template <class F> struct RouteOf;
} // namespace detail

/* A reply whose end is not yet known; ends when it is destroyed. One thread at a time. */
class Stream {
public:
    Stream() = default;
    Stream(Stream&& other) noexcept
        : _api(other._api)
        , _stream(std::exchange(other._stream, nullptr))
    {
    }
    Stream& operator=(Stream&& other) noexcept
    {
        if (this != &other) {
            end();
            _api = other._api;
            _stream = std::exchange(other._stream, nullptr);
        }
        return *this;
    }
    ~Stream() { end(); }

    explicit operator bool() const noexcept { return _stream != nullptr; }
    /* ok; wouldBlock: taken, but wait for drained(); closed: gone. */
    Status write(std::string_view bytes)
    {
        return _stream == nullptr ? Status::closed : toStatus(_api->stream_write(_stream, toStr(bytes)));
    }
    Status write(const Body& body)
    {
        return _stream == nullptr ? Status::closed : toStatus(_api->stream_write_body(_stream, body.raw()));
    }
    void end() noexcept
    {
        if (nb_stream* const stream = std::exchange(_stream, nullptr)) {
            _api->stream_end(stream);
        }
    }

private:
    friend class Exchange;
    template <class F> friend struct detail::RouteOf;
    Stream(const nb_http_api* api, nb_stream* stream) noexcept
        : _api(api)
        , _stream(stream)
    {
    }

    const nb_http_api* _api = nullptr;
    nb_stream* _stream = nullptr;
};

namespace detail {

/* The share that a stream holds of its listener. */
struct StreamShare {
    using Listener = std::shared_ptr<StreamListener>;

    static void drained(void* user) noexcept
    {
        const Listener listener = *static_cast<Listener*>(user); /* it may end the stream, and so itself */
        guardedRun("stream drained", [&listener] { listener->drained(); });
    }
    static void closed(void* user) noexcept
    {
        const Listener listener = *static_cast<Listener*>(user); /* it may end the stream, and so itself */
        guardedRun("stream closed", [&listener] { listener->closed(); });
    }
    static void ended(void* user) noexcept { const std::unique_ptr<Listener> end(static_cast<Listener*>(user)); }

    static std::int32_t freeze(void* user, nb_stream*, nb_keep_fn keep, void* keeper) noexcept
    {
        const Listener listener = *static_cast<Listener*>(user);
        return freezeOne("stream freeze", keep, keeper, [&listener] { return listener->freeze(); });
    }

    static constexpr nb_stream_calls calls{sizeof(nb_stream_calls), 0, &drained, &closed, &ended, &freeze};
};

} // namespace detail

inline Result<Stream> Exchange::stream(const Reply& head, std::shared_ptr<StreamListener> listener)
{
    nb_request* const request = open();
    const nb_reply raw = head.raw();
    std::unique_ptr<detail::StreamShare::Listener> share;
    if (listener != nullptr) {
        share = std::make_unique<detail::StreamShare::Listener>(std::move(listener));
    }
    nb_stream* out = nullptr;
    ErrorBuffer error;
    const std::int32_t status = _api->stream(request, &raw, share ? &detail::StreamShare::calls : nullptr, share.get(),
                                             &out, error.get());
    if (status != NB_OK) {
        return error.toError(status);
    }
    static_cast<void>(share.release()); /* ended() frees it */
    _request = nullptr;
    return Stream(_api, out);
}

/* A request in its handler. It is answered there, or handed on by defer(). */
class Request final : public Exchange {
public:
    /* Whether this run may wait: true on a worker. A fast handler that would have to wait returns Status::wouldBlock with
     * nothing answered, and is called again where it may. */
    bool mayBlock() const
    {
        nb_request* const request = open();
        return NB_HAS(_api, may_block) && _api->may_block(request) != 0;
    }

    /* Keeps the request beyond the handler. */
    Later defer()
    {
        nb_request* const request = open();
        _api->defer(request);
        _request = nullptr;
        _handedOn = true;
        return Later(_api, request);
    }

private:
    template <class F> friend struct detail::RouteOf;
    Request(const nb_http_api* api, nb_request* request) noexcept
        : Exchange(api, request)
    {
    }

    bool _handedOn = false; /* its answer is somebody else's, who may have given it already */
};

namespace detail {

struct Route {
    Route() = default;
    Route(const Route&) = delete;
    Route& operator=(const Route&) = delete;
    virtual ~Route() = default;
};

/* A route's handler with the table it answers through. F returns void, Status or Result<void>: a status or error with
 * nothing answered is the answer. */
template <class F> struct RouteOf final : Route {
    RouteOf(const nb_http_api* table, F callable)
        : api(table)
        , handler(std::move(callable))
    {
    }

    /* For a route with a thaw. */
    static std::int32_t thawOne(void* user, nb_stream* stream, const nb_frozen* piece, nb_stream_calls* calls,
                                void** streamUser) noexcept
    {
        RouteOf& route = *static_cast<RouteOf*>(user);
        return guarded("stream thaw", std::int32_t{NB_INTERNAL}, [&]() -> std::int32_t {
            auto listener = route.thaw(Stream(route.api, stream), toFrozen(*piece));
            if (!listener) {
                return toNumber(listener.status());
            }
            if (*listener == nullptr) {
                return NB_UNSUPPORTED;
            }
            *streamUser = std::make_unique<StreamShare::Listener>(std::move(*listener)).release(); /* ended() frees it */
            const std::uint32_t room = calls->size;
            std::memcpy(calls, &StreamShare::calls, room < sizeof StreamShare::calls ? room : sizeof StreamShare::calls);
            calls->size = room;
            return NB_OK;
        });
    }

    static std::int32_t call(void* user, nb_request* raw) noexcept
    {
        RouteOf& route = *static_cast<RouteOf*>(user);
        Request request(route.api, raw);
        try {
            return route.run(request);
        } catch (const std::exception& fault) {
            reportFault("handler", fault.what());
        } catch (...) {
            reportFault("handler", "an exception of unknown type");
        }
        return request._handedOn ? NB_OK : NB_INTERNAL;
    }

    std::int32_t run(Request& request)
    {
        using Outcome = std::invoke_result_t<F&, Request&>;
        if constexpr (std::is_void_v<Outcome>) {
            handler(request);
            return unanswered(request, NB_OK);
        } else if constexpr (std::is_same_v<Outcome, Status>) {
            return unanswered(request, toNumber(handler(request)));
        } else {
            static_assert(std::is_same_v<Outcome, Result<void>>,
                          "a handler returns void, netbit::Status or netbit::Result<void>");
            const Result<void> outcome = handler(request);
            if (!outcome && !request.isAnswered() && outcome.status() != Status::wouldBlock) {
                request.problem(outcome.error());
            }
            return unanswered(request, toNumber(outcome.status()));
        }
    }

    static std::int32_t unanswered(const Request& request, std::int32_t status) noexcept
    {
        if (request.isAnswered()) {
            return NB_OK;
        }
        if (status == NB_OK) {
            reportFault("handler", "it returned without an answer");
            return NB_INTERNAL;
        }
        return status;
    }

    const nb_http_api* api;
    F handler;
    StreamThaw thaw;
};

} // namespace detail
} // namespace netbit
#endif
