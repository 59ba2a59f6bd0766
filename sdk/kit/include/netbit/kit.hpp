#ifndef NETBIT_KIT_HPP
#define NETBIT_KIT_HPP
/*
 * A host for tests, in C++17. What each call does stands in netbit/kit.h; this face adds types and owns what it makes.
 *
 *     netbit::kit::FakeHost host("build/org.example.hello.so");
 *     const auto reply = host.get("/api/hello/you");
 *     // reply.status() == 200, reply.body() == "Hello, you!"
 *
 * What goes wrong on the test's side (a library that does not load, a plugin that does not start) throws netbit::Failure.
 * A host that is destroyed with violations left calls onViolations(): with netbit/kit/gtest.hpp the test fails; else
 * they are printed and the program aborts.
 */
#include "netbit/health.h"
#include "netbit/host.hpp"
#include "netbit/kit.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netbit {
namespace kit {

using Settings = std::map<std::string, std::string>;
using Violations = std::vector<std::string>;

/* Called with what a test has left; replace it to hear of it in another way. */
inline std::function<void(const Violations&)>& onViolations()
{
    static std::function<void(const Violations&)> handler = [](const Violations& violations) {
        for (const auto& each : violations) {
            std::fprintf(stderr, "netbit::kit: %s\n", each.c_str());
        }
        std::abort();
    };
    return handler;
}

namespace detail {

inline void check(std::int32_t status, const ErrorBuffer& error)
{
    if (status != NB_OK) {
        throw Failure(error.toError(status));
    }
}

inline std::string copy(nb_str text) { return std::string(toView(text)); }

inline std::vector<nb_kit_setting> raw(const Settings& settings)
{
    std::vector<nb_kit_setting> out;
    out.reserve(settings.size());
    for (const auto& [key, value] : settings) {
        out.push_back({toStr(key), toStr(value)});
    }
    return out;
}

} // namespace detail

/* A member of a JSON document, by pointer. */
class JsonMember {
public:
    enum class Kind : std::uint32_t {
        null = NB_KIT_JSON_NULL,
        boolean = NB_KIT_JSON_BOOL,
        integer = NB_KIT_JSON_INTEGER,
        real = NB_KIT_JSON_REAL,
        string = NB_KIT_JSON_STRING,
        array = NB_KIT_JSON_ARRAY,
        object = NB_KIT_JSON_OBJECT,
    };
    Kind kind = Kind::null;
    std::int64_t integer = 0; /* also 1 or 0 of a boolean, and the length of an array */
    double real = 0;
    std::string text; /* the string itself; of all else its JSON */
};

/* Status::malformed: no JSON; notFound: no such member. */
inline Result<JsonMember> jsonAt(std::string_view document, std::string_view pointer)
{
    nb_kit_json raw{};
    raw.size = sizeof raw;
    const std::int32_t status = nb_kit_json_at(toStr(document), toStr(pointer), &raw);
    if (status != NB_OK) {
        return Error(toStatus(status), "json",
                     status == NB_MALFORMED ? "It is not JSON." : "It has no member " + std::string(pointer) + ".");
    }
    return JsonMember{static_cast<JsonMember::Kind>(raw.kind), raw.integer, raw.real, detail::copy(raw.text)};
}

/* A user that the test has made. */
struct User {
    std::int64_t id = 0;
    std::string name;
    bool admin = false;
};

/* A request under construction: Request("POST", "/api/notes").json("{…}").as(user). */
class Request {
public:
    Request(std::string_view method, std::string_view target)
        : _method(method)
        , _target(target)
    {
    }
    Request& header(std::string_view name, std::string_view value) { return _headers.emplace_back(name, value), *this; }
    Request& body(std::string_view bytes) { return _body = bytes, *this; }
    Request& json(std::string_view text) { return header("Content-Type", "application/json").body(text); }
    Request& as(const User& user) { return _as = user.id, *this; }
    Request& token(std::string_view token) { return header("Authorization", "Bearer " + std::string(token)); }
    Request& from(std::string_view address) { return _peer = address, *this; }

private:
    friend class FakeHost;
    std::string _method;
    std::string _target;
    std::vector<std::pair<std::string, std::string>> _headers;
    std::string _body;
    std::string _peer;
    std::int64_t _as = 0;
};

/* A request and what became of it: a view, as long as its host. */
class Reply {
public:
    explicit Reply(nb_kit_exchange* exchange) noexcept
        : _exchange(exchange)
    {
    }
    bool answered() const { return status() != 0; }
    int status() const { return nb_kit_status(_exchange); } /* 0: not answered yet */
    /* All of it so far, of a stream too. */
    std::string body() const { return detail::copy(nb_kit_content(_exchange)); }
    std::optional<std::string> header(std::string_view name) const
    {
        const nb_str value = nb_kit_header(_exchange, toStr(name));
        return value.ptr == nullptr ? std::nullopt : std::optional<std::string>(detail::copy(value));
    }
    std::vector<std::pair<std::string, std::string>> headers() const
    {
        std::vector<nb_header> raw(nb_kit_headers(_exchange, nullptr, 0));
        nb_kit_headers(_exchange, raw.data(), raw.size());
        std::vector<std::pair<std::string, std::string>> out;
        for (const auto& each : raw) {
            out.emplace_back(detail::copy(each.name), detail::copy(each.value));
        }
        return out;
    }
    Result<JsonMember> json(std::string_view pointer) const { return jsonAt(body(), pointer); }
    /* The code of a problem (RFC 9457), or empty. */
    std::string problem() const
    {
        const auto type = header("Content-Type");
        if (!type || type->rfind("application/problem+json", 0) != 0) {
            return {};
        }
        const auto code = json("/code");
        return code ? code->text : std::string();
    }

    bool ranFast() const { return (flags() & NB_KIT_RAN_FAST) != 0; }
    bool ranOnWorker() const { return (flags() & NB_KIT_RAN_WORKER) != 0; }
    bool deferred() const { return (flags() & NB_KIT_DEFERRED) != 0; }
    bool isStream() const { return (flags() & NB_KIT_STREAM) != 0; }
    bool ended() const { return (flags() & NB_KIT_ENDED) != 0; }

    /* The client of a stream: reads no more, reads again, is gone. */
    void stall(std::uint64_t highMark = 1) { nb_kit_stall(_exchange, highMark); }
    void unstall() { nb_kit_unstall(_exchange); }
    void hangUp() { nb_kit_hang_up(_exchange); }

private:
    std::uint32_t flags() const { return nb_kit_flags(_exchange); }
    nb_kit_exchange* _exchange;
};

/* The client's end of a connection, or a sender of datagrams: a view, as long as its host. */
class Peer {
public:
    explicit Peer(nb_kit_peer* peer) noexcept
        : _peer(peer)
    {
    }
    /* One piece, or one datagram. False: the connection is no more. */
    bool send(std::string_view bytes) { return nb_kit_peer_send(_peer, toStr(bytes)) == NB_OK; }
    /* The same in pieces of so many bytes each. */
    bool sendSplit(std::string_view bytes, std::size_t pieceBytes)
    {
        for (std::size_t at = 0; at < bytes.size(); at += pieceBytes) {
            if (!send(bytes.substr(at, pieceBytes))) {
                return false;
            }
        }
        return true;
    }
    std::string received() const { return detail::copy(nb_kit_peer_received(_peer)); }
    std::vector<std::string> datagrams() const
    {
        std::vector<std::string> out;
        for (std::size_t i = 0; i < nb_kit_peer_datagram_count(_peer); ++i) {
            out.push_back(detail::copy(nb_kit_peer_datagram(_peer, i)));
        }
        return out;
    }
    void end() { nb_kit_peer_end(_peer); }
    void close() { nb_kit_peer_close(_peer, 0); }
    void fail() { nb_kit_peer_close(_peer, 1); }
    void stall() { nb_kit_peer_stall(_peer); }
    void unstall() { nb_kit_peer_unstall(_peer); }
    bool open() const { return closed() == 0; }
    std::uint32_t closed() const { return nb_kit_peer_closed(_peer); } /* NB_CLOSE_… */
    bool paused() const { return nb_kit_peer_paused(_peer) != 0; }
    std::uint64_t waiting() const { return nb_kit_peer_waiting(_peer); }

private:
    nb_kit_peer* _peer;
};

struct Event {
    std::int64_t id = 0; /* 0: ephemeral */
    std::string topic;
    std::int64_t chatId = 0;
    std::int64_t actorId = 0;
    std::string json; /* the whole event; its data is under /data */

    bool ephemeral() const { return id == 0; }
};

struct LogLine {
    std::uint32_t level = NB_LOG_INFO;
    std::string message;
    std::map<std::string, std::string> fields;
};

/* What a FakeHost may be told at first. */
class Options {
public:
    Options& settings(Settings values) { return _settings = std::move(values), *this; }
    Options& manifest(std::string_view path) { return _manifest = path, *this; }
    Options& now(std::chrono::milliseconds since1970) { return _raw.now_ms = since1970.count(), *this; }
    Options& cacheBytes(std::uint64_t quota) { return _raw.cache_bytes = quota, *this; }
    Options& messageBytes(std::uint32_t most) { return _raw.message_bytes = most, *this; }
    Options& bodyBytes(std::uint32_t most) { return _raw.body_bytes = most, *this; }
    /* Only loaded: start() is the test's to call. */
    Options& stopped() { return _start = false, *this; }

private:
    friend class FakeHost;
    nb_kit_options _raw{sizeof(nb_kit_options), 0, {nullptr, 0}, {nullptr, 0}, nullptr, 0, 0, 0, 0, 0};
    Settings _settings;
    std::string _manifest;
    bool _start = true;
};

class FakeHost {
public:
    /* Loads the library with the manifest beside it, and starts the plugin. */
    explicit FakeHost(std::string_view library, const Options& options = {})
    {
        const auto settings = detail::raw(options._settings);
        nb_kit_options raw = options._raw;
        raw.library = toStr(library);
        raw.manifest = options._manifest.empty() ? absentStr() : toStr(options._manifest);
        raw.settings = settings.data();
        raw.setting_count = settings.size();
        ErrorBuffer error;
        detail::check(nb_kit_open(&raw, &_kit, error.get()), error);
        if (!options._start) {
            return;
        }
        if (const auto started = start(); !started) {
            nb_kit_close(_kit);
            throw Failure(started.error());
        }
    }
    FakeHost(std::string_view library, Settings settings)
        : FakeHost(library, Options().settings(std::move(settings)))
    {
    }
    FakeHost(const FakeHost&) = delete;
    FakeHost& operator=(const FakeHost&) = delete;
    /* Stops the plugin; what it did wrong, also while it ended, goes to onViolations(). */
    ~FakeHost()
    {
        nb_kit_stop(_kit);
        const auto left = violations();
        nb_kit_close(_kit);
        if (!left.empty()) {
            onViolations()(left);
        }
    }

    nb_kit* raw() const noexcept { return _kit; }

    Result<void> start()
    {
        ErrorBuffer error;
        return toResult(nb_kit_start(_kit, error.get()), error);
    }
    Result<void> configure(const Settings& settings)
    {
        const auto given = detail::raw(settings);
        ErrorBuffer error;
        return toResult(nb_kit_configure(_kit, given.data(), given.size(), error.get()), error);
    }
    /* The same library once more, or another, takes over. */
    Result<void> reload(std::string_view library = {})
    {
        ErrorBuffer error;
        return toResult(nb_kit_reload(_kit, library.empty() ? absentStr() : toStr(library), error.get()), error);
    }
    void stop() { nb_kit_stop(_kit); }

    std::size_t run() { return nb_kit_run(_kit); }
    std::size_t advance(std::chrono::milliseconds time)
    {
        return nb_kit_advance(_kit, static_cast<std::uint64_t>(time.count()));
    }
    std::chrono::milliseconds now() const { return std::chrono::milliseconds(nb_kit_now(_kit)); }

    Violations violations() const
    {
        Violations out;
        for (std::size_t i = 0; i < nb_kit_violation_count(_kit); ++i) {
            out.emplace_back(nb_kit_violation(_kit, i));
        }
        return out;
    }
    /* For a test that expects them: gives them and forgets them. */
    Violations takeViolations()
    {
        auto out = violations();
        nb_kit_clear_violations(_kit);
        return out;
    }
    void failNext(std::string_view function, const Error& with)
    {
        nb_error raw;
        raw.size = sizeof raw;
        with.fill(&raw);
        ErrorBuffer error;
        detail::check(nb_kit_fail_next(_kit, toStr(function), &raw, error.get()), error);
    }

    /* Requests: until answered, or begun only. */
    Reply send(const Request& request) { return exchange(request, &nb_kit_request_now); }
    Reply begin(const Request& request) { return exchange(request, &nb_kit_begin); }
    Reply get(std::string_view target) { return send(Request("GET", target)); }
    Reply get(std::string_view target, const User& as) { return send(Request("GET", target).as(as)); }
    Reply post(std::string_view target, std::string_view json) { return send(Request("POST", target).json(json)); }
    Reply post(std::string_view target, std::string_view json, const User& as)
    {
        return send(Request("POST", target).json(json).as(as));
    }
    Reply put(std::string_view target, std::string_view json, const User& as)
    {
        return send(Request("PUT", target).json(json).as(as));
    }
    Reply del(std::string_view target, const User& as) { return send(Request("DELETE", target).as(as)); }

    /* People. */
    User user(std::string_view name, std::string_view password = {}) { return person(name, password, false); }
    User admin(std::string_view name, std::string_view password = {}) { return person(name, password, true); }
    std::string token(const User& user)
    {
        nb_str out{};
        ErrorBuffer error;
        detail::check(nb_kit_token(_kit, user.id, &out, error.get()), error);
        return detail::copy(out);
    }
    void revoke(const User& user)
    {
        ErrorBuffer error;
        detail::check(nb_kit_revoke(_kit, user.id, error.get()), error);
    }
    void wantInvite(std::string_view code) { nb_kit_want_invite(_kit, toStr(code)); }

    /* Chats. */
    std::int64_t chat(std::string_view name, const User& creator, std::initializer_list<User> members = {},
                      std::string_view type = "group")
    {
        std::vector<std::int64_t> ids;
        for (const auto& each : members) {
            ids.push_back(each.id);
        }
        std::int64_t out = 0;
        ErrorBuffer error;
        detail::check(nb_kit_add_chat(_kit, toStr(type), toStr(name), creator.id, ids.data(), ids.size(), &out, error.get()),
                      error);
        return out;
    }
    std::int64_t message(std::int64_t chatId, const User& sender, std::string_view content)
    {
        std::int64_t out = 0;
        ErrorBuffer error;
        detail::check(nb_kit_add_message(_kit, chatId, sender.id, toStr(content), &out, error.get()), error);
        return out;
    }
    void chatsOnDisk(bool yes) { nb_kit_chats_on_disk(_kit, yes ? 1 : 0); }

    /* Events. `data` is a JSON object; the subscriptions hear of it in run(). */
    std::int64_t event(std::string_view topic, std::string_view data, std::int64_t chatId = 0, std::int64_t actorId = 0)
    {
        return putEvent(topic, data, chatId, actorId, 0);
    }
    void ephemeral(std::string_view topic, std::string_view data, std::int64_t chatId = 0, std::int64_t actorId = 0)
    {
        putEvent(topic, data, chatId, actorId, NB_KIT_EPHEMERAL);
    }
    void forgetEvents(std::int64_t through) { nb_kit_forget_events(_kit, through); }
    std::vector<Event> events() const
    {
        std::vector<Event> out;
        nb_event raw{};
        raw.size = sizeof raw;
        for (std::size_t i = 0; nb_kit_event(_kit, i, &raw) == NB_OK; ++i) {
            out.push_back({raw.id, detail::copy(raw.topic), raw.chat_id, raw.actor_id, detail::copy(raw.json)});
        }
        return out;
    }
    std::size_t subscriptions() const { return nb_kit_subscription_count(_kit); }

    /* What it said of itself. */
    std::vector<LogLine> log() const
    {
        std::vector<LogLine> out;
        nb_kit_log_line raw{};
        raw.size = sizeof raw;
        for (std::size_t i = 0; nb_kit_log(_kit, i, &raw) == NB_OK; ++i) {
            LogLine line{raw.level, detail::copy(raw.message), {}};
            for (std::size_t field = 0; field < raw.field_count; ++field) {
                line.fields[detail::copy(raw.fields[field].name)] = detail::copy(raw.fields[field].value);
            }
            out.push_back(std::move(line));
        }
        return out;
    }
    /* Nothing: there is no such metric. */
    std::optional<double> metric(std::string_view name) const
    {
        double value = 0;
        return nb_kit_metric(_kit, toStr(name), &value) == NB_OK ? std::optional<double>(value) : std::nullopt;
    }
    std::uint32_t health() const { return nb_kit_health(_kit, nullptr); } /* NB_HEALTH_… */
    std::string healthWhy() const
    {
        nb_str why{};
        nb_kit_health(_kit, &why);
        return detail::copy(why);
    }

    /* Tables of plugins. */
    void provide(std::string_view plugin, std::string_view id, const void* table, void* user = nullptr)
    {
        ErrorBuffer error;
        detail::check(nb_kit_provide(_kit, toStr(plugin), toStr(id), table, user, error.get()), error);
    }
    std::pair<const void*, void*> provided(std::string_view id) const
    {
        std::pair<const void*, void*> out{nullptr, nullptr};
        nb_kit_provided(_kit, toStr(id), &out.first, &out.second);
        return out;
    }

    /* Rows as text, "" for NULL. */
    std::vector<std::vector<std::string>> sql(std::string_view statement)
    {
        std::vector<std::vector<std::string>> rows;
        ErrorBuffer error;
        detail::check(nb_kit_sql(
                          _kit, toStr(statement),
                          [](void* user, const nb_str* columns, std::size_t count) {
                              auto& row = static_cast<decltype(rows)*>(user)->emplace_back();
                              for (std::size_t i = 0; i < count; ++i) {
                                  row.push_back(detail::copy(columns[i]));
                              }
                          },
                          &rows, error.get()),
                      error);
        return rows;
    }

    /* A client of the listener of that name. */
    Result<Peer> tryConnect(std::string_view listener, std::string_view address = {})
    {
        nb_kit_peer* out = nullptr;
        ErrorBuffer error;
        const std::int32_t status = nb_kit_connect(_kit, toStr(listener), address.empty() ? absentStr() : toStr(address),
                                                   &out, error.get());
        if (status != NB_OK) {
            return error.toError(status);
        }
        return Peer(out);
    }
    Peer connect(std::string_view listener, std::string_view address = {})
    {
        return tryConnect(listener, address).value();
    }

private:
    template <class Function> Reply exchange(const Request& request, Function* function)
    {
        std::vector<nb_header> headers;
        for (const auto& [name, value] : request._headers) {
            headers.push_back({toStr(name), toStr(value)});
        }
        nb_kit_request raw{};
        raw.size = sizeof raw;
        raw.method = toStr(request._method);
        raw.target = toStr(request._target);
        raw.headers = headers.data();
        raw.header_count = headers.size();
        raw.body = toStr(request._body);
        raw.as = request._as;
        raw.peer = request._peer.empty() ? absentStr() : toStr(request._peer);
        nb_kit_exchange* out = nullptr;
        ErrorBuffer error;
        detail::check(function(_kit, &raw, &out, error.get()), error);
        return Reply(out);
    }
    User person(std::string_view name, std::string_view password, bool admin)
    {
        User made{0, std::string(name), admin};
        ErrorBuffer error;
        detail::check(nb_kit_add_user(_kit, toStr(name), password.empty() ? absentStr() : toStr(password),
                                      admin ? NB_KIT_ADMIN : 0u, &made.id, error.get()),
                      error);
        return made;
    }
    std::int64_t putEvent(std::string_view topic, std::string_view data, std::int64_t chatId, std::int64_t actorId,
                          std::uint32_t flags)
    {
        std::int64_t id = 0;
        ErrorBuffer error;
        detail::check(nb_kit_add_event(_kit, toStr(topic), chatId, actorId, toStr(data), flags, &id, error.get()), error);
        return id;
    }

    nb_kit* _kit = nullptr;
};

/* A recording of netbitd's (plugin.<id>.record), put in again: the first difference, or what the plugin did wrong. */
inline Violations differences(std::string_view library, std::string_view recording)
{
    nb_kit_options raw{};
    raw.size = sizeof raw;
    raw.library = toStr(library);
    Violations out;
    ErrorBuffer error;
    const std::int32_t status = nb_kit_replay(
        &raw, toStr(recording),
        [](void* user, nb_str text) { static_cast<Violations*>(user)->push_back(detail::copy(text)); }, &out, error.get());
    if (status != NB_OK && out.empty()) {
        detail::check(status, error);
    }
    return out;
}

} // namespace kit
} // namespace netbit
#endif
