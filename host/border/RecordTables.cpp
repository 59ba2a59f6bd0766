// The tables that a recorded plugin is given: each function calls the real one, and tells the recorder.

#include "border/Convert.h"
#include "border/Handles.h"
#include "border/HttpHandles.h"
#include "border/Recorder.h"
#include "border/Tables.h"
#include "border/UnderWay.h"

#include "base/Json.h"
#include "base/Redact.h"

#include <boost/json/array.hpp>

#include <utility>

namespace netbit::border {

namespace {

namespace json = boost::json;

/// Of a plugin that is recorded; its tables come from here.
Recorder& recorderOf(const nb_host* host) { return *Generation::of(host).recorder(); }

json::string text(nb_str in)
{
    const std::string_view bytes = in.ptr ? std::string_view(in.ptr, in.len) : std::string_view();
    return base::validUtf8(bytes) ? json::string(bytes) : json::string("(no UTF-8)");
}

std::string bytes(nb_str in) { return in.ptr ? std::string(in.ptr, in.len) : std::string(); }

std::string bytes(const nb_body& body)
{
    std::string out;
    for (const auto segment : body.body.segments())
        out += segment;
    return out;
}

json::object person(const services::auth::Principal& who)
{
    return {{"id", who.userId()}, {"name", who.username()}, {"admin", who.admin()}};
}

void tellError(json::object& members, std::int32_t status, const nb_error* error)
{
    members["status"] = status;
    if (status != NB_OK && error) {
        members["code"] = error->code;
        members["detail"] = error->detail;
        members["pointer"] = error->pointer;
    }
}

/// A sync function of a service with its own `error`, so that there is one to be told.
template <class F>
std::int32_t recorded(const nb_host* host, const char* function, nb_error* error, F&& call)
{
    nb_error own{};
    own.size = sizeof own;
    json::object members{{"f", function}};
    std::optional<std::string> body;
    const auto status = call(&own, members, body);
    tellError(members, status, &own);
    if (error && status != NB_OK)
        static_cast<void>(tell(error, errorOf(own, status)));
    recorderOf(host).line("call", Recorder::here(), std::move(members), std::move(body));
    return status;
}

// ---- the end of a write, a posted task

/// `tells`: the result is one that a replay cannot work out by itself.
struct DoneTap {
    Recorder& recorder; ///< its generation lives until the write has ended
    const char* function;
    bool tells;
    nb_done_fn done;
    void* user;

    static void run(void* user, std::int32_t status, const nb_error* error, std::int64_t id, nb_str json, std::uint32_t flags)
    {
        const std::unique_ptr<DoneTap> tap(static_cast<DoneTap*>(user));
        const auto in = tap->recorder.nextPiece();
        boost::json::object members{{"f", tap->function}};
        std::optional<std::string> body;
        if (tap->tells) {
            tellError(members, status, error);
            members["id"] = id;
            members["flags"] = flags;
            body = bytes(json);
        }
        tap->recorder.line("step", in, std::move(members), std::move(body));
        const Recorder::Scope scope(in);
        tap->done(tap->user, status, error, id, json, flags);
    }
};

/// `begin` is given the function and the argument to pass; the tap is the function's if it was taken.
template <class F>
std::int32_t withDone(const nb_host* host, const char* function, bool tells, nb_done_fn done, void* user, F&& begin)
{
    if (!done)
        return begin(done, user);
    auto tap = std::make_unique<DoneTap>(DoneTap{recorderOf(host), function, tells, done, user});
    auto* const argument = tap.release();
    const auto status = begin(&DoneTap::run, argument);
    if (status != NB_OK)
        const std::unique_ptr<DoneTap> gone(argument);
    return status;
}

struct TaskTap {
    Recorder& recorder;
    nb_task_fn task;
    void* user;
    std::uint64_t timer; ///< its number, of a timer

    static void posted(void* user)
    {
        const std::unique_ptr<TaskTap> tap(static_cast<TaskTap*>(user));
        const auto in = tap->recorder.nextPiece();
        tap->recorder.line("step", in, {{"f", "exec.post"}});
        const Recorder::Scope scope(in);
        tap->task(tap->user);
    }
    /// Its own run may cancel the timer, and so free this.
    static void fired(void* user)
    {
        const auto& tap = *static_cast<TaskTap*>(user);
        const auto in = tap.recorder.nextPiece();
        tap.recorder.line("timer", in, {{"timer", tap.timer}});
        const Recorder::Scope scope(in);
        tap.task(tap.user);
    }
};

// ---- netbit.http/1

struct RouteTap {
    Recorder& recorder; ///< which keeps this
    nb_handler_fn handler;
    void* user;
    decltype(nb_route::thaw) thaw;

    static std::int32_t handle(void* user, nb_request* request)
    {
        const auto& tap = *static_cast<const RouteTap*>(user);
        const auto in = tap.recorder.nextPiece();
        tap.tellRequest(in, *request);
        request->recorded = in;
        const Recorder::Scope scope(in);
        try {
            const auto status = tap.handler(tap.user, request);
            const bool deferred = (request->state.load() & nb_request::deferred) != 0;
            const bool nothingDone = !request->isAnswered() && !deferred;
            if (status == NB_WOULD_BLOCK && nothingDone && !request->mayBlock)
                tap.recorder.line("again", in, {});
            else if (nothingDone || (status != NB_OK && !request->isAnswered()))
                tap.recorder.line("returned", in, {{"status", status}});
            return status;
        } catch (...) {
            if (!request->isAnswered())
                tap.recorder.line("returned", in, {{"status", NB_INTERNAL}});
            throw;
        }
    }

    static std::int32_t thawOne(void* user, nb_stream* stream, const nb_frozen* piece, nb_stream_calls* calls, void** out)
    {
        const auto& tap = *static_cast<const RouteTap*>(user);
        return tap.thaw(tap.user, stream, piece, calls, out);
    }

private:
    void tellRequest(std::uint64_t in, const nb_request& request) const
    {
        const auto& http = httpTable();
        json::object members{{"method", text(http.method(&request))},
                             {"target", text(http.target(&request))},
                             {"peer", text(http.peer(&request))}};
        std::vector<nb_header> fields(http.headers(&request, nullptr, 0));
        fields.resize(std::min(fields.size(), http.headers(&request, fields.data(), fields.size())));
        json::array headers;
        for (const auto& [name, value] : fields)
            if (!base::namesSecret(bytes(name)))
                headers.push_back(json::array{text(name), text(value)});
        members["headers"] = std::move(headers);
        if (const auto* const who = http.principal(&request))
            members["user"] = person(*who->principal);
        recorder.line("request", in, std::move(members), bytes(http.body(&request)));
    }
};

std::int32_t addRoute(const nb_host* host, const nb_route* route, nb_error* error)
{
    if (!route || route->size < leastSize<nb_route> || !route->handler)
        return httpTable().add_route(host, route, error); // it says what is wrong
    auto wanted = structOf(route, "route");
    auto& recorder = recorderOf(host);
    const auto tap = std::make_shared<RouteTap>(RouteTap{recorder, wanted.handler, wanted.user, wanted.thaw});
    recorder.keep(tap);
    wanted.size = sizeof wanted;
    wanted.handler = &RouteTap::handle;
    wanted.user = tap.get();
    if (wanted.thaw)
        wanted.thaw = &RouteTap::thawOne;
    return httpTable().add_route(host, &wanted, error);
}

/// The request may be gone behind the real call.
template <class F>
std::int32_t answering(nb_request* request, const char* kind, json::object members, std::optional<std::string> body,
                       F&& real)
{
    const auto recorder = request ? request->generation.recorder() : nullptr;
    const auto in = request ? request->recorded : 0;
    const auto status = real();
    if (status == NB_OK && recorder)
        recorder->line(kind, in, std::move(members), std::move(body));
    return status;
}

json::object headOf(const nb_reply& reply)
{
    json::object out{{"status", reply.status}, {"type", reply.content_type.ptr ? json::value(text(reply.content_type)) : nullptr}};
    json::array headers;
    for (std::size_t i = 0; reply.headers && i < reply.header_count; ++i)
        if (!base::namesSecret(bytes(reply.headers[i].name)))
            headers.push_back(json::array{text(reply.headers[i].name), text(reply.headers[i].value)});
    out["headers"] = std::move(headers);
    return out;
}

bool whole(const nb_reply* reply) { return reply && reply->size >= leastSize<nb_reply>; }

std::int32_t reply(nb_request* request, const nb_reply* given)
{
    const auto real = [&] { return httpTable().reply(request, given); };
    if (!whole(given))
        return real();
    return answering(request, "reply", headOf(*given), given->body ? bytes(*given->body) : bytes(given->bytes), real);
}

std::int32_t problem(nb_request* request, const nb_error* error)
{
    json::object members;
    if (error && error->size >= sizeof(nb_error))
        tellError(members, error->status, error);
    return answering(request, "problem", std::move(members), std::nullopt, [&] { return httpTable().problem(request, error); });
}

std::int32_t stream(nb_request* request, const nb_reply* head, const nb_stream_calls* calls, void* user, nb_stream** out,
                    nb_error* error)
{
    const auto real = [&] { return httpTable().stream(request, head, calls, user, out, error); };
    return whole(head) ? answering(request, "stream", headOf(*head), std::nullopt, real) : real();
}

// ---- netbit.events/1

struct EventTap {
    Recorder& recorder;
    std::uint64_t number;
    nb_event_calls calls;
    void* user;

    template <class F> auto piece(const char* kind, json::object members, std::optional<std::string> body, F&& call) const
    {
        const auto in = recorder.nextPiece();
        members["subscription"] = number;
        recorder.line(kind, in, std::move(members), std::move(body));
        const Recorder::Scope scope(in);
        return call();
    }
    static std::int32_t event(void* user, const nb_event* event)
    {
        const auto& tap = *static_cast<const EventTap*>(user);
        json::object members{{"id", event->id},
                             {"topic", text(event->topic)},
                             {"chat", event->chat_id},
                             {"actor", event->actor_id}};
        return tap.piece("event", std::move(members), bytes(event->json), [&] { return tap.calls.event(tap.user, event); });
    }
    static void reset(void* user, std::int64_t next)
    {
        const auto& tap = *static_cast<const EventTap*>(user);
        tap.piece("reset", {{"next", next}}, std::nullopt, [&] { tap.calls.reset(tap.user, next); });
    }
    static void revoked(void* user)
    {
        const auto& tap = *static_cast<const EventTap*>(user);
        tap.piece("revoked", {}, std::nullopt, [&] { tap.calls.revoked(tap.user); });
    }
    static void ended(void* user)
    {
        const std::unique_ptr<EventTap> tap(static_cast<EventTap*>(user));
        tap->piece("step", {{"f", "events.cancel"}}, std::nullopt, [&] { tap->calls.ended(tap->user); });
    }
};

std::int32_t subscribe(const nb_host* host, const nb_subscribe_options* options, const nb_event_calls* calls, void* user,
                       nb_subscription** out, nb_error* error)
{
    if (!calls || calls->size < leastSize<nb_event_calls> || !calls->event || !calls->ended)
        return eventsTable().subscribe(host, options, calls, user, out, error); // it says what is wrong
    auto& recorder = recorderOf(host);
    auto tap = std::make_unique<EventTap>(EventTap{recorder, recorder.nextSubscription(), structOf(calls, "calls"), user});
    const nb_event_calls wrapped{sizeof(nb_event_calls), 0, &EventTap::event, tap->calls.reset ? &EventTap::reset : nullptr,
                                 tap->calls.revoked ? &EventTap::revoked : nullptr, &EventTap::ended};
    auto* const argument = tap.release();
    const auto status = eventsTable().subscribe(host, options, &wrapped, argument, out, error);
    if (status != NB_OK)
        const std::unique_ptr<EventTap> gone(argument);
    return status;
}

// ---- the tables

template <class Table, class F> const Table& tableLike(const Table& real, F&& change)
{
    static const Table out = [&] {
        auto copy = real;
        change(copy);
        return copy;
    }();
    return out;
}

const nb_http_api& recordingHttp()
{
    return tableLike(httpTable(), [](nb_http_api& table) {
        table.add_route = &addRoute;
        table.reply = &reply;
        table.problem = &problem;
        table.stream = &stream;
    });
}

const nb_events_api& recordingEvents()
{
    return tableLike(eventsTable(), [](nb_events_api& table) {
        table.subscribe = &subscribe;
        table.publish = [](const nb_host* host, const nb_principal* principal, nb_str topic, std::int64_t chat, nb_str data,
                           nb_error* error) {
            return recorded(host, "events.publish", error, [&](nb_error* own, json::object&, auto&) {
                return eventsTable().publish(host, principal, topic, chat, data, own);
            });
        };
        table.publish_durable = [](const nb_host* host, const nb_principal* principal, nb_str topic, std::int64_t chat,
                                   nb_str data, nb_done_fn done, void* user, nb_error* error) {
            return recorded(host, "events.publish_durable", error, [&](nb_error* own, json::object&, auto&) {
                return withDone(host, "events.publish_durable", true, done, user, [&](nb_done_fn tap, void* argument) {
                    return eventsTable().publish_durable(host, principal, topic, chat, data, tap, argument, own);
                });
            });
        };
        table.last_id = [](const nb_host* host) {
            const auto id = eventsTable().last_id(host);
            recorderOf(host).line("call", Recorder::here(), {{"f", "events.last_id"}, {"status", NB_OK}, {"id", id}});
            return id;
        };
    });
}

std::int32_t makeTimer(decltype(nb_exec_api::after) real, const nb_host* host, std::uint64_t ms, nb_task_fn task, void* user,
                       nb_timer** out, nb_error* error)
{
    if (!task || !out)
        return real(host, ms, task, user, out, error); // it says what is wrong
    auto& recorder = recorderOf(host);
    const auto tap = std::make_shared<TaskTap>(TaskTap{recorder, task, user, recorder.nextTimer()});
    // Kept before it may run, under a name that no timer has.
    const auto* const name = reinterpret_cast<const nb_timer*>(tap.get());
    recorder.keepFor(name, tap);
    const auto status = real(host, ms, &TaskTap::fired, tap.get(), out, error);
    if (status == NB_OK)
        recorder.keepFor(*out, tap);
    recorder.forget(name);
    return status;
}

std::int64_t clock(const nb_host* host, const char* function, std::int64_t (*real)(const nb_host*))
{
    const auto ms = real(host);
    if (host) // the real one does not look at it
        recorderOf(host).line("call", Recorder::here(), {{"f", function}, {"status", NB_OK}, {"id", ms}});
    return ms;
}

const nb_exec_api& recordingExec()
{
    return tableLike(execTable(), [](nb_exec_api& table) {
        table.post = [](const nb_host* host, nb_task_fn task, void* user, nb_error* error) {
            if (!task)
                return execTable().post(host, task, user, error);
            auto tap = std::make_unique<TaskTap>(TaskTap{recorderOf(host), task, user, 0});
            auto* const argument = tap.release();
            const auto status = execTable().post(host, &TaskTap::posted, argument, error);
            if (status != NB_OK)
                const std::unique_ptr<TaskTap> gone(argument);
            return status;
        };
        table.after = [](const nb_host* host, std::uint64_t ms, nb_task_fn task, void* user, nb_timer** out,
                         nb_error* error) { return makeTimer(execTable().after, host, ms, task, user, out, error); };
        table.every = [](const nb_host* host, std::uint64_t ms, nb_task_fn task, void* user, nb_timer** out,
                         nb_error* error) { return makeTimer(execTable().every, host, ms, task, user, out, error); };
        table.cancel = [](nb_timer* timer) {
            // Of the call that is under way: the handle says nothing, since it may be one that was given back.
            const auto* const caller = underWay().generation;
            execTable().cancel(timer);
            if (caller)
                if (const auto recorder = caller->recorder())
                    recorder->forget(timer);
        };
        table.now_ms = [](const nb_host* host) { return clock(host, "exec.now_ms", execTable().now_ms); };
        table.monotonic_ms = [](const nb_host* host) { return clock(host, "exec.monotonic_ms", execTable().monotonic_ms); };
    });
}

const nb_sql_api& recordingSql()
{
    return tableLike(sqlTable(), [](nb_sql_api& table) {
        table.execute = [](const nb_host* host, const nb_sql_statement* statements, std::size_t count, nb_done_fn done,
                           void* user, nb_error* error) {
            return withDone(host, "sql.execute", false, done, user, [&](nb_done_fn tap, void* argument) {
                return sqlTable().execute(host, statements, count, tap, argument, error);
            });
        };
    });
}

void tellBody(std::int32_t status, nb_body* const* out, std::optional<std::string>& body)
{
    if (status == NB_OK && out && *out)
        body = bytes(**out);
}

const nb_chat_api& recordingChat()
{
    return tableLike(chatTable(), [](nb_chat_api& table) {
        table.list = [](const nb_host* host, const nb_principal* principal, std::uint32_t page, std::uint32_t perPage,
                        std::uint32_t block, nb_body** out, nb_error* error) {
            return recorded(host, "chat.list", error, [&](nb_error* own, json::object&, auto& body) {
                const auto status = chatTable().list(host, principal, page, perPage, block, out, own);
                tellBody(status, out, body);
                return status;
            });
        };
        table.get = [](const nb_host* host, const nb_principal* principal, std::int64_t chat, std::uint32_t block,
                       nb_body** out, nb_error* error) {
            return recorded(host, "chat.get", error, [&](nb_error* own, json::object&, auto& body) {
                const auto status = chatTable().get(host, principal, chat, block, out, own);
                tellBody(status, out, body);
                return status;
            });
        };
        table.page = [](const nb_host* host, const nb_principal* principal, const nb_page_query* query, std::uint32_t block,
                        nb_page_info* info, nb_body** out, nb_error* error) {
            return recorded(host, "chat.page", error, [&](nb_error* own, json::object& members, auto& body) {
                const auto status = chatTable().page(host, principal, query, block, info, out, own);
                tellBody(status, out, body);
                if (status == NB_OK && info)
                    members["info"] = json::array{info->count,     info->first_id,  info->last_id, info->total,
                                                  info->has_older, info->has_newer, info->etag};
                return status;
            });
        };
        table.create = [](const nb_host* host, const nb_principal* principal, const nb_new_chat* chat, nb_done_fn done,
                          void* user, nb_error* error) {
            return recorded(host, "chat.create", error, [&](nb_error* own, json::object&, auto&) {
                return withDone(host, "chat.create", true, done, user, [&](nb_done_fn tap, void* argument) {
                    return chatTable().create(host, principal, chat, tap, argument, own);
                });
            });
        };
        table.send = [](const nb_host* host, const nb_principal* principal, const nb_new_message* message, nb_done_fn done,
                        void* user, nb_error* error) {
            return recorded(host, "chat.send", error, [&](nb_error* own, json::object&, auto&) {
                return withDone(host, "chat.send", true, done, user, [&](nb_done_fn tap, void* argument) {
                    return chatTable().send(host, principal, message, tap, argument, own);
                });
            });
        };
        table.may_read = [](const nb_host* host, const nb_principal* principal, std::int64_t chat, nb_error* error) {
            return recorded(host, "chat.may_read", error, [&](nb_error* own, json::object&, auto&) {
                return chatTable().may_read(host, principal, chat, own);
            });
        };
    });
}

const nb_auth_api& recordingAuth()
{
    return tableLike(authTable(), [](nb_auth_api& table) {
        table.verify = [](const nb_host* host, nb_str token, nb_principal** out, nb_error* error) {
            return recorded(host, "auth.verify", error, [&](nb_error* own, json::object& members, auto&) {
                const auto status = authTable().verify(host, token, out, own);
                if (status == NB_OK && out && *out)
                    members["user"] = person(*(*out)->principal);
                return status;
            });
        };
        table.impersonate = [](const nb_host* host, std::int64_t user, nb_principal** out, nb_error* error) {
            return recorded(host, "auth.impersonate", error, [&](nb_error* own, json::object& members, auto&) {
                const auto status = authTable().impersonate(host, user, out, own);
                if (status == NB_OK && out && *out)
                    members["user"] = person(*(*out)->principal);
                return status;
            });
        };
    });
}

} // namespace

const void* recordingTable(std::string_view service, const void* real) noexcept
{
    if (service == NB_HTTP_SERVICE)
        return &recordingHttp();
    if (service == NB_EVENTS_SERVICE)
        return &recordingEvents();
    if (service == NB_EXEC_SERVICE)
        return &recordingExec();
    if (service == NB_SQL_SERVICE)
        return &recordingSql();
    if (service == NB_CHAT_SERVICE)
        return &recordingChat();
    if (service == NB_AUTH_SERVICE)
        return &recordingAuth();
    return real;
}

} // namespace netbit::border
