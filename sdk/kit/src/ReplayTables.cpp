// While a recording is replayed, services whose answers another run could not work out say what they said then.

#include "Exchange.h"
#include "Handles.h"
#include "Replay.h"
#include "Serve.h"
#include "Tables.h"

#include <boost/json/array.hpp>

#include <cstring>

namespace netbit::fake {

namespace {

namespace json = boost::json;

Replay& recordingOf(const nb_host* host) { return *Life::of(host).world().replay; }

json::string copy(nb_str in) { return in.ptr ? json::string(in.ptr, in.len) : json::string(); }

// ---- netbit.http/1: what it answers, as it says it

json::object headOf(const nb_reply& reply)
{
    json::object out{{"status", reply.status}};
    if (reply.content_type.ptr)
        out["type"] = copy(reply.content_type);
    json::array headers;
    for (std::size_t i = 0; reply.headers && i < reply.header_count; ++i)
        headers.push_back(json::array{copy(reply.headers[i].name), copy(reply.headers[i].value)});
    out["headers"] = std::move(headers);
    return out;
}

template <class F>
std::int32_t noting(nb_request* request, std::string what, F&& real)
{
    const auto status = real();
    if (status == NB_OK && request)
        request->exchange.given = std::move(what);
    return status;
}

std::int32_t reply(nb_request* request, const nb_reply* given)
{
    const auto real = [&] { return httpTable().reply(request, given); };
    if (!given)
        return real();
    const std::string body = given->body ? given->body->str()
                                         : given->bytes.ptr ? std::string(given->bytes.ptr, given->bytes.len) : std::string();
    return noting(request, described(headOf(*given), body), real);
}

std::int32_t problem(nb_request* request, const nb_error* error)
{
    const auto real = [&] { return httpTable().problem(request, error); };
    if (!error)
        return real();
    const json::object head{
        {"status", error->status}, {"code", error->code}, {"detail", error->detail}, {"pointer", error->pointer}};
    return noting(request, described(head, std::nullopt), real);
}

std::int32_t stream(nb_request* request, const nb_reply* head, const nb_stream_calls* calls, void* user, nb_stream** out,
                    nb_error* error)
{
    const auto real = [&] { return httpTable().stream(request, head, calls, user, out, error); };
    return head ? noting(request, described(headOf(*head), std::nullopt), real) : real();
}

const nb_http_api& replayHttp()
{
    static const nb_http_api table = [] {
        auto out = httpTable();
        out.reply = &reply;
        out.problem = &problem;
        out.stream = &stream;
        return out;
    }();
    return table;
}

// ---- what was said

base::Error errorOf(const json::object& said)
{
    return {border::statusOf(static_cast<std::int32_t>(lineInteger(said, "status"))), lineText(said, "code"),
            lineText(said, "detail"), lineText(said, "pointer")};
}

/// `use` gets the answer of then, if it was no error.
template <class F>
std::int32_t asThen(const nb_host* host, const char* function, nb_error* error, F&& use)
{
    return served(host, function, error, [&](Life& life) -> base::Result<void> {
        const auto* const said = recordingOf(host).take(function);
        if (!said)
            return base::fault(base::Status::unavailable, "not_recorded",
                               std::string(function) + " was not called here when this was recorded.");
        if (lineInteger(*said, "status") != NB_OK)
            return errorOf(*said);
        use(life, *said);
        return {};
    });
}

std::int64_t numberThen(const nb_host* host, const char* function, std::int64_t otherwise)
{
    const auto* const said = recordingOf(host).take(function);
    return said ? lineInteger(*said, "id") : otherwise;
}

/// The end of a write comes with the line that is told then.
void waitFor(Life& life, const char* function, nb_done_fn done, void* user)
{
    life.world().queue.put([&life, function, done, user] {
        const auto* const step = life.world().replay->step;
        life.call(Lane::writer, std::string("done of ") + function, [&] {
            nb_error error{};
            error.size = sizeof error;
            if (!step || lineText(*step, "f") != function) {
                border::tell(&error, base::fault(base::Status::unavailable, "not_recorded", "Another write ended here."));
                done(user, NB_UNAVAILABLE, &error, 0, absent(), 0);
            } else if (const auto status = static_cast<std::int32_t>(lineInteger(*step, "status")); status != NB_OK) {
                border::tell(&error, errorOf(*step));
                done(user, status, &error, 0, absent(), 0);
            } else {
                const auto text = lineText(*step, "body");
                done(user, NB_OK, nullptr, lineInteger(*step, "id"), str(text),
                     static_cast<std::uint32_t>(lineInteger(*step, "flags")));
            }
        });
    });
}

std::int32_t writeThen(const nb_host* host, const char* function, nb_done_fn done, void* user, nb_error* error)
{
    return asThen(host, function, error, [&](Life& life, const json::object&) { waitFor(life, function, done, user); });
}

std::int32_t bodyThen(const nb_host* host, const char* function, nb_body** out, nb_error* error)
{
    return asThen(host, function, error,
                  [&](Life& life, const json::object& said) { *out = give(life, {lineText(said, "body")}); });
}

const nb_chat_api& replayChat()
{
    static const nb_chat_api table = [] {
        auto out = chatTable();
        out.list = [](const nb_host* host, const nb_principal*, std::uint32_t, std::uint32_t, std::uint32_t, nb_body** body,
                      nb_error* error) { return bodyThen(host, "chat.list", body, error); };
        out.get = [](const nb_host* host, const nb_principal*, std::int64_t, std::uint32_t, nb_body** body, nb_error* error) {
            return bodyThen(host, "chat.get", body, error);
        };
        out.page = [](const nb_host* host, const nb_principal*, const nb_page_query*, std::uint32_t, nb_page_info* info,
                      nb_body** body, nb_error* error) {
            return asThen(host, "chat.page", error, [&](Life& life, const json::object& said) {
                *body = give(life, {lineText(said, "body")});
                const auto* const told = said.if_contains("info");
                if (!info || !told || !told->is_array() || told->get_array().size() != 7)
                    return;
                const auto number = [&](std::size_t at) {
                    const auto& one = told->get_array()[at];
                    return one.is_int64() ? one.get_int64() : 0;
                };
                info->count = static_cast<std::uint32_t>(number(0));
                info->first_id = number(1);
                info->last_id = number(2);
                info->total = number(3);
                info->has_older = static_cast<std::uint32_t>(number(4));
                info->has_newer = static_cast<std::uint32_t>(number(5));
                const auto& etag = told->get_array()[6].as_string();
                std::memset(info->etag, 0, sizeof info->etag);
                std::memcpy(info->etag, etag.data(), std::min(etag.size(), sizeof info->etag - 1));
            });
        };
        out.create = [](const nb_host* host, const nb_principal*, const nb_new_chat*, nb_done_fn done, void* user,
                        nb_error* error) { return writeThen(host, "chat.create", done, user, error); };
        out.send = [](const nb_host* host, const nb_principal*, const nb_new_message*, nb_done_fn done, void* user,
                      nb_error* error) { return writeThen(host, "chat.send", done, user, error); };
        out.may_read = [](const nb_host* host, const nb_principal*, std::int64_t, nb_error* error) {
            return asThen(host, "chat.may_read", error, [](Life&, const json::object&) {});
        };
        return out;
    }();
    return table;
}

const nb_events_api& replayEvents()
{
    static const nb_events_api table = [] {
        auto out = eventsTable();
        out.publish = [](const nb_host* host, const nb_principal*, nb_str, std::int64_t, nb_str, nb_error* error) {
            return asThen(host, "events.publish", error, [](Life&, const json::object&) {});
        };
        out.publish_durable = [](const nb_host* host, const nb_principal*, nb_str, std::int64_t, nb_str, nb_done_fn done,
                                 void* user, nb_error* error) {
            return writeThen(host, "events.publish_durable", done, user, error);
        };
        out.last_id = [](const nb_host* host) { return numberThen(host, "events.last_id", 0); };
        return out;
    }();
    return table;
}

const nb_exec_api& replayExec()
{
    static const nb_exec_api table = [] {
        auto out = execTable();
        out.now_ms = [](const nb_host* host) {
            return host ? numberThen(host, "exec.now_ms", Life::of(host).world().now()) : 0;
        };
        out.monotonic_ms = [](const nb_host* host) {
            return host ? numberThen(host, "exec.monotonic_ms", Life::of(host).world().now()) : 0;
        };
        return out;
    }();
    return table;
}

std::int32_t principalThen(const nb_host* host, const char* function, nb_principal** out, nb_error* error)
{
    return asThen(host, function, error, [&](Life& life, const json::object& said) {
        const auto* const user = said.if_contains("user");
        *out = give(life, life.world().people.principal(user && user->is_object() ? lineInteger(user->get_object(), "id") : 0));
    });
}

const nb_auth_api& replayAuth()
{
    static const nb_auth_api table = [] {
        auto out = authTable();
        out.verify = [](const nb_host* host, nb_str, nb_principal** principal, nb_error* error) {
            return principalThen(host, "auth.verify", principal, error);
        };
        out.impersonate = [](const nb_host* host, std::int64_t, nb_principal** principal, nb_error* error) {
            return principalThen(host, "auth.impersonate", principal, error);
        };
        return out;
    }();
    return table;
}

} // namespace

const void* replayTable(std::string_view service, const void* real) noexcept
{
    if (service == NB_HTTP_SERVICE)
        return &replayHttp();
    if (service == NB_EVENTS_SERVICE)
        return &replayEvents();
    if (service == NB_EXEC_SERVICE)
        return &replayExec();
    if (service == NB_CHAT_SERVICE)
        return &replayChat();
    if (service == NB_AUTH_SERVICE)
        return &replayAuth();
    return real;
}

} // namespace netbit::fake
