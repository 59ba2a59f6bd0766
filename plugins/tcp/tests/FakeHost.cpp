#include "tcp/tests/FakeHost.h"

#include <gtest/gtest.h>

#include <cstring>
#include <utility>

namespace netbit::tcp::testing {

namespace {

FakeHost* fake = nullptr; // the tables know no other way

std::string_view view(nb_str text) { return {text.ptr ? text.ptr : "", text.len}; }
nb_str str(std::string_view text) { return {text.data(), text.size()}; }

std::int32_t fail(nb_error* error, std::int32_t status, const char* code)
{
    if (error) {
        error->status = status;
        std::strncpy(error->code, code, sizeof error->code - 1);
        error->pointer[0] = error->detail[0] = '\0';
    }
    return status;
}

nb_body* bodyOf(std::string text)
{
    auto* body = std::make_unique<nb_body>().release();
    body->text = std::move(text);
    return body;
}

const nb_body_api bodies{
    sizeof(nb_body_api), 0, [](const nb_host*, nb_str bytes) { return bodyOf(std::string(view(bytes))); },
    [](nb_body* body) { ++body->references; },
    [](nb_body* body) {
        if (--body->references == 0)
            delete body;
    },
    [](const nb_body* body) { return body->text.size(); },
    [](const nb_body* body, nb_str* out, size_t capacity) -> size_t {
        if (capacity > 0)
            out[0] = str(body->text);
        return 1;
    }};

std::int32_t prove(nb_principal* principal, nb_principal** out)
{
    ++principal->references;
    *out = principal;
    return NB_OK;
}

nb_auth_api authTable()
{
    nb_auth_api api{};
    api.size = sizeof api;
    api.verify = [](const nb_host*, nb_str token, nb_principal** out, nb_error* error) {
        const auto found = fake->tokens.find(std::string(view(token)));
        if (found == fake->tokens.end() || !found->second.valid)
            return fail(error, NB_UNAUTHENTICATED, "bad_token");
        return prove(&found->second, out);
    };
    api.impersonate = [](const nb_host*, std::int64_t userId, nb_principal** out, nb_error* error) {
        const auto found = fake->known.find(userId);
        return found == fake->known.end() ? fail(error, NB_NOT_FOUND, "user_not_found") : prove(&found->second, out);
    };
    api.retain = [](nb_principal* principal) { ++principal->references; };
    api.release = [](nb_principal* principal) { --principal->references; };
    api.user_id = [](const nb_principal* principal) { return principal->userId; };
    api.is_valid = [](const nb_principal* principal) { return principal->valid ? 1u : 0u; };
    return api;
}

nb_chat_api chatTable()
{
    nb_chat_api api{};
    api.size = sizeof api;
    api.page = [](const nb_host*, const nb_principal*, const nb_page_query* query, std::uint32_t mayBlock,
                  nb_page_info* info, nb_body** out, nb_error* error) {
        ++fake->pagesRead;
        if (fake->pageBlocks && mayBlock == 0)
            return fail(error, NB_WOULD_BLOCK, "");
        if (query->chat_id != 1)
            return fail(error, NB_NOT_FOUND, "chat_not_found");
        info->count = 0;
        *out = bodyOf("{" + std::string(view(query->lead)) + "\"data\":[]}");
        return std::int32_t{NB_OK};
    };
    api.send = [](const nb_host*, const nb_principal* principal, const nb_new_message* message, nb_done_fn done,
                  void* user, nb_error* error) {
        if (message->chat_id != 1)
            return fail(error, NB_NOT_FOUND, "chat_not_found");
        fake->writes.push_back({principal->userId, std::string(view(message->content)), std::string(view(message->key)),
                                done, user});
        return std::int32_t{NB_OK};
    };
    return api;
}

nb_events_api eventsTable()
{
    nb_events_api api{};
    api.size = sizeof api;
    api.subscribe = [](const nb_host*, const nb_subscribe_options* options, const nb_event_calls* calls, void* user,
                       nb_subscription** out, nb_error* error) {
        if (fake->subscribeStatus != NB_OK)
            return fail(error, fake->subscribeStatus, "unauthenticated");
        auto made = std::make_unique<nb_subscription>();
        made->calls = *calls;
        made->user = user;
        made->after = options->after;
        made->topics = options->topic_count;
        *out = made.release();
        fake->subscriptions.push_back(*out);
        return std::int32_t{NB_OK};
    };
    api.resume = [](nb_subscription* subscription) { ++subscription->resumes; };
    api.cancel = [](nb_subscription* subscription) {
        subscription->cancelled = true;
        subscription->calls.ended(subscription->user);
    };
    api.publish = [](const nb_host*, const nb_principal*, nb_str topic, std::int64_t chatId, nb_str data, nb_error* error) {
        if (chatId > 1)
            return fail(error, NB_NOT_FOUND, "chat_not_found");
        fake->published.push_back(std::string(view(topic)) + " " + std::string(view(data)));
        return std::int32_t{NB_OK};
    };
    api.last_id = [](const nb_host*) { return std::int64_t{40}; };
    return api;
}

std::int32_t sendText(nb_conn* conn, std::string_view text)
{
    if (conn->closed)
        return NB_CLOSED;
    conn->sent += text;
    ++conn->sends;
    return conn->sendStatus;
}

nb_transport_api transportTable()
{
    nb_transport_api api{};
    api.size = sizeof api;
    api.listen_tcp = [](const nb_host*, const nb_listen_options*, const nb_tcp_calls* calls, void* user,
                        nb_listener** out, nb_error*) {
        fake->calls = *calls;
        fake->user = user;
        *out = nullptr;
        return std::int32_t{NB_OK};
    };
    api.port = [](const nb_listener*) { return 8081u; };
    api.conn_retain = [](nb_conn* conn) { ++conn->references; };
    api.conn_release = [](nb_conn* conn) { --conn->references; };
    api.send = [](nb_conn* conn, nb_str bytes) { return sendText(conn, view(bytes)); };
    api.send_body = [](nb_conn* conn, nb_body* body) { return sendText(conn, body->text); };
    api.close = [](nb_conn* conn, std::uint32_t) { conn->closed = true; };
    api.run = [](nb_conn* conn, void (*function)(void*, nb_conn*), void* user) { function(user, conn); };
    api.pause = [](nb_conn* conn) { conn->paused = true; };
    api.resume = [](nb_conn* conn) {
        conn->paused = false;
        conn->resumed = true;
    };
    api.deadline = [](nb_conn* conn, std::uint32_t ms) { conn->deadlineMs = ms; };
    api.peer = [](const nb_conn*) { return str("127.0.0.1:1"); };
    api.is_loopback = [](const nb_conn* conn) { return conn->loopback ? 1u : 0u; };
    return api;
}

const void* service(const nb_host*, const char* id)
{
    static const nb_auth_api auth = authTable();
    static const nb_chat_api chat = chatTable();
    static const nb_events_api events = eventsTable();
    static const nb_transport_api transport = transportTable();
    static const nb_exec_api exec = [] {
        nb_exec_api api{};
        api.size = sizeof api;
        api.post = [](const nb_host*, nb_task_fn task, void* user, nb_error*) {
            fake->posted.emplace_back(task, user);
            return std::int32_t{NB_OK};
        };
        return api;
    }();
    static const nb_log_api log{sizeof(nb_log_api), 0, [](const nb_host*, std::uint32_t, nb_str, const nb_log_field*, size_t) {},
                                [](const nb_host*, std::uint32_t) { return 1u; }};
    static const nb_config_api config{
        sizeof(nb_config_api), 0,
        [](const nb_host*, nb_str, nb_str* out) {
            *out = str("127.0.0.1");
            return std::int32_t{NB_OK};
        },
        [](const nb_host*, nb_str key, std::int64_t* out) {
            *out = fake->settings.at(std::string(view(key)));
            return std::int32_t{NB_OK};
        },
        nullptr,
        [](const nb_host*, nb_str key, std::uint32_t* out) {
            *out = static_cast<std::uint32_t>(fake->settings.at(std::string(view(key))));
            return std::int32_t{NB_OK};
        }};
    const auto make = [](const nb_host*, nb_str, nb_str, nb_metric** out, nb_error*) {
        *out = nullptr;
        return std::int32_t{NB_OK};
    };
    static const nb_metrics_api metrics{sizeof(nb_metrics_api), 0, make, make, nullptr, nullptr, nullptr, nullptr};
    const std::pair<const char*, const void*> tables[] = {
        {NB_BODY_SERVICE, &bodies},     {NB_AUTH_SERVICE, &auth}, {NB_CHAT_SERVICE, &chat},
        {NB_EVENTS_SERVICE, &events},   {NB_EXEC_SERVICE, &exec}, {NB_TRANSPORT_SERVICE, &transport},
        {NB_METRICS_SERVICE, &metrics}, {NB_LOG_SERVICE, &log},   {NB_CONFIG_SERVICE, &config}};
    for (const auto& [name, table] : tables)
        if (std::strcmp(name, id) == 0)
            return table;
    return nullptr;
}

const nb_plugin_calls& plugin() { return *netbit_plugin_entry()->calls; }

} // namespace

FakeHost::FakeHost(std::map<std::string, std::int64_t> wanted)
    : settings{{"port", 0},           {"max_connections", 9},  {"max_per_address", 0}, {"max_per_user", 2},
               {"max_pipelined", 8},  {"idle_timeout_s", 60},  {"write_timeout_s", 5}, {"max_packet_bytes", 65536},
               {"max_depth", 32},     {"allow_unauthenticated_loopback", 0}}
{
    for (const auto& [key, value] : wanted)
        settings[key] = value;
    fake = this;
    host = {sizeof(nb_host), 1, 0, "1.0.0", "tcp", nullptr, &service};
    tokens["alice"].userId = 3;
    tokens["bob"].userId = 4;
    known[3].userId = 3;
    nb_error error{};
    error.size = sizeof error;
    EXPECT_EQ(plugin().create(&host, &_plugin, &error), NB_OK);
    EXPECT_EQ(plugin().configure(_plugin, &error), NB_OK);
    EXPECT_EQ(plugin().start(_plugin, &error), NB_OK);
}

FakeHost::~FakeHost()
{
    disconnect();
    nb_error error{};
    error.size = sizeof error;
    plugin().quiesce(_plugin, &error);
    plugin().stop(_plugin, &error);
    plugin().destroy(_plugin);
    EXPECT_EQ(conn.references, 1) << "a reference to the connection was kept";
    for (const auto& [token, principal] : tokens)
        EXPECT_EQ(principal.references, 0) << "a reference to " << token << " was kept";
    for (auto* subscription : subscriptions) {
        EXPECT_TRUE(subscription->cancelled);
        delete subscription;
    }
    fake = nullptr;
}

void FakeHost::connect(bool loopback)
{
    conn = {};
    conn.loopback = loopback;
    _held.clear();
    EXPECT_EQ(calls.accepted(user, &conn, &session), NB_OK);
    _connected = true;
}

void FakeHost::disconnect()
{
    if (std::exchange(_connected, false)) {
        conn.closed = true;
        calls.closed(session, &conn, NB_CLOSE_PEER);
    }
}

void FakeHost::offer()
{
    do {
        conn.resumed = false;
        const auto used = calls.data(session, &conn, str(_held));
        ASSERT_LE(used, _held.size());
        _held.erase(0, used);
    } while (conn.resumed && !_held.empty());
}

void FakeHost::feed(std::string_view bytes)
{
    _held += bytes;
    if (!conn.paused)
        offer();
}

void FakeHost::end() { calls.ended(session, &conn); }

std::int32_t FakeHost::handOver()
{
    nb_frozen piece{sizeof(nb_frozen), 0, {}, nullptr};
    struct Keeper {
        nb_frozen& piece;
        std::string& bytes;
    } keeper{piece, frozen};
    const auto status = calls.freeze(
        session, &conn,
        [](void* to, const nb_frozen* given) {
            auto& kept = *static_cast<Keeper*>(to);
            kept.piece = *given;
            kept.bytes = view(given->bytes);
            if (auto* const principal = const_cast<nb_principal*>(given->principal))
                ++principal->references;
            return std::int32_t{NB_OK};
        },
        &keeper);
    if (status != NB_OK)
        return status;
    calls.closed(session, &conn, NB_CLOSE_MOVED);
    piece.bytes = str(frozen);
    conn.paused = false;
    conn.deadlineMs = 0;
    EXPECT_EQ(calls.thaw(user, &conn, &piece, &session), NB_OK);
    if (auto* const principal = const_cast<nb_principal*>(piece.principal))
        --principal->references;
    if (!_held.empty())
        offer();
    return status;
}

void FakeHost::drain()
{
    calls.drained(session, &conn);
    if (conn.resumed)
        offer();
}

void FakeHost::timeOut() { calls.timed_out(session, &conn); }

std::string FakeHost::take() { return std::exchange(conn.sent, {}); }

void FakeHost::finish(std::size_t index, std::int64_t id)
{
    writes[index].done(writes[index].user, NB_OK, nullptr, id, str("{}"), 0);
    if (conn.resumed)
        offer();
}

void FakeHost::refuse(std::size_t index, std::int32_t status, const char* code)
{
    nb_error error{};
    error.size = sizeof error;
    fail(&error, status, code);
    writes[index].done(writes[index].user, status, &error, 0, {}, 0);
}

std::int32_t FakeHost::deliver(std::int64_t id, std::string_view json)
{
    auto& subscription = *subscriptions.back();
    nb_event event{};
    event.size = sizeof event;
    event.id = id;
    event.topic = str("message.created");
    event.json = str(json);
    return subscription.calls.event(subscription.user, &event);
}

void FakeHost::revoke() { subscriptions.back()->calls.revoked(subscriptions.back()->user); }

void FakeHost::runPosted()
{
    for (const auto& [task, argument] : std::exchange(posted, {}))
        task(argument);
}

} // namespace netbit::tcp::testing
