#pragma once
// The fields of every message. Numbers of requests, principals, bodies, connections and listeners are the parent's; those
// of streams, subscriptions and timers, and the tokens of what is answered later, are the child's.

#include "isolation/wire/Coding.h"
#include "isolation/wire/Kind.h"

#include <array>
#include <cstdint>
#include <vector>

namespace netbit::isolation::wire {

using Id = std::uint64_t; ///< 0: none

/// The fields of a message, in the order in which they are sent.
#define NETBIT_FIELDS(...)                                                                                             \
    template <class Coder, class Self>                                                                                 \
    static void code(Coder& c, Self& m)                                                                                \
    {                                                                                                                  \
        static_cast<void>(m);                                                                                          \
        c(__VA_ARGS__);                                                                                                \
    }

struct Nothing {
    NETBIT_FIELDS()
};

// Life.

/// The first message: which library, and what its host is.
struct Hello {
    nb_str build{}, hostVersion{}, pluginId{}, pluginVersion{}, sha256{}, library{}, copy{};
    std::uint32_t workers = 0;
    std::uint32_t logLevel = 0;
    std::vector<nb_str> services; ///< that it may have
    NETBIT_FIELDS(m.build, m.hostVersion, m.pluginId, m.pluginVersion, m.sha256, m.library, m.copy, m.workers, m.logLevel,
                  m.services)
};
struct Loaded {
    std::int32_t status = 0;
    nb_error error{};
    nb_str sdk{}, toolchain{};
    NETBIT_FIELDS(m.status, m.error, m.sdk, m.toolchain)
};
enum class Call : std::uint8_t { create, configure, start, quiesce, stop, destroy };
struct Control {
    std::uint8_t call = 0;
    std::uint32_t logLevel = 0;
    NETBIT_FIELDS(m.call, m.logLevel)
};
struct Ping {
    std::uint32_t logLevel = 0;
    NETBIT_FIELDS(m.logLevel)
};
// HTTP.

struct Pair {
    nb_str name{}, value{};
    NETBIT_FIELDS(m.name, m.value)
};
/// Facts of a principal; what can change (whether it is valid) is asked for.
struct Who {
    Id principal = 0;
    std::int64_t userId = 0;
    nb_str username{};
    std::uint32_t admin = 0;
    std::int64_t expiresAt = 0;
    NETBIT_FIELDS(m.principal, m.userId, m.username, m.admin, m.expiresAt)
};
struct Request {
    Id request = 0;
    std::uint32_t route = 0;
    std::uint64_t id = 0;
    nb_str method{}, target{}, peer{};
    std::vector<Pair> headers, params;
    Payload body;
    Who who;
    NETBIT_FIELDS(m.request, m.route, m.id, m.method, m.target, m.peer, m.headers, m.params, m.body, m.who)
};
struct Reply {
    Id request = 0;
    std::int32_t status = 0;
    nb_str contentType{};
    Payload bytes;
    Id body = 0; ///< instead of bytes
    std::vector<Pair> headers;
    NETBIT_FIELDS(m.request, m.status, m.contentType, m.bytes, m.body, m.headers)
};
struct Problem {
    Id request = 0;
    nb_error error{};
    NETBIT_FIELDS(m.request, m.error)
};
/// A handler came back without an answer. request 0: it had one, but returned NB_INTERNAL all the same.
struct Unanswered {
    Id request = 0;
    std::int32_t status = 0;
    NETBIT_FIELDS(m.request, m.status)
};
struct Stream {
    Id stream = 0;
    Reply head;
    NETBIT_FIELDS(m.stream, m.head)
};
struct StreamWrite {
    Id stream = 0;
    Payload bytes;
    Id body = 0;
    NETBIT_FIELDS(m.stream, m.bytes, m.body)
};
struct StreamId {
    Id stream = 0;
    NETBIT_FIELDS(m.stream)
};
struct AddRoute {
    nb_str method{}, pattern{}, summary{}, operation{}, schema{};
    std::uint32_t access = 0, flags = 0, maxBodyBytes = 0;
    NETBIT_FIELDS(m.method, m.pattern, m.summary, m.operation, m.schema, m.access, m.flags, m.maxBodyBytes)
};
struct RouteIndex {
    std::uint32_t route = 0;
    NETBIT_FIELDS(m.route)
};
/// So many bytes of a stream or a connection are on their way to the peer: as many more may come.
struct Credit {
    std::uint8_t ofStream = 0;
    Id id = 0;
    std::uint64_t bytes = 0;
    NETBIT_FIELDS(m.ofStream, m.id, m.bytes)
};

// Transport.

struct Listen {
    std::uint8_t tcp = 0;
    nb_str name{}, address{};
    std::uint32_t port = 0, maxConnections = 0, maxPerAddress = 0, highMarkBytes = 0, hardMarkBytes = 0, writeTimeoutMs = 0;
    NETBIT_FIELDS(m.tcp, m.name, m.address, m.port, m.maxConnections, m.maxPerAddress, m.highMarkBytes, m.hardMarkBytes,
                  m.writeTimeoutMs)
};
struct Listening {
    std::uint32_t listener = 0;
    std::uint32_t port = 0;
    NETBIT_FIELDS(m.listener, m.port)
};
struct Accepted {
    std::uint32_t listener = 0;
    Id conn = 0;
    nb_str peer{};
    std::uint32_t loopback = 0;
    NETBIT_FIELDS(m.listener, m.conn, m.peer, m.loopback)
};
struct Data {
    Id conn = 0;
    Payload bytes;
    NETBIT_FIELDS(m.conn, m.bytes)
};
struct ConnId {
    Id conn = 0;
    NETBIT_FIELDS(m.conn)
};
struct ConnClosed {
    Id conn = 0;
    std::uint32_t reason = 0;
    NETBIT_FIELDS(m.conn, m.reason)
};
struct ConnSend {
    Id conn = 0;
    Payload bytes;
    Id body = 0;
    NETBIT_FIELDS(m.conn, m.bytes, m.body)
};
struct ConnClose {
    Id conn = 0;
    std::uint32_t now = 0;
    NETBIT_FIELDS(m.conn, m.now)
};
/// So many bytes of what was received are with the plugin: as many more may come.
struct ConnTook {
    Id conn = 0;
    std::uint64_t bytes = 0;
    NETBIT_FIELDS(m.conn, m.bytes)
};
struct Datagram {
    std::uint32_t listener = 0;
    std::uint32_t addressLength = 0;
    std::array<std::uint8_t, 28> address{};
    Payload bytes;
    NETBIT_FIELDS(m.listener, m.addressLength, m.address, m.bytes)
};

// Bodies and principals.

struct BodyPut {
    Id body = 0;
    Payload bytes;
    NETBIT_FIELDS(m.body, m.bytes)
};
struct BodyFetch {
    Id body = 0;
    NETBIT_FIELDS(m.body)
};
struct Bytes {
    Payload bytes;
    NETBIT_FIELDS(m.bytes)
};
struct Body {
    Id body = 0;
    std::uint64_t length = 0;
    NETBIT_FIELDS(m.body, m.length)
};
struct Release {
    std::vector<Id> principals, bodies;
    NETBIT_FIELDS(m.principals, m.bodies)
};

// Auth.

struct Verify {
    nb_str token{};
    NETBIT_FIELDS(m.token)
};
struct Impersonate {
    std::int64_t userId = 0;
    NETBIT_FIELDS(m.userId)
};
struct PrincipalId {
    Id principal = 0;
    NETBIT_FIELDS(m.principal)
};
struct Flag {
    std::uint32_t value = 0;
    NETBIT_FIELDS(m.value)
};
struct SigningKey {
    std::array<char, 33> session{};
    std::array<char, 65> key{};
    std::uint32_t expiresIn = 0;
    NETBIT_FIELDS(m.session, m.key, m.expiresIn)
};
struct VerifyMac {
    nb_str session{}, bytes{}, mac{};
    std::uint64_t sequence = 0;
    NETBIT_FIELDS(m.session, m.bytes, m.mac, m.sequence)
};
struct Profile {
    Id principal = 0;
    std::int64_t userId = 0;
    NETBIT_FIELDS(m.principal, m.userId)
};
enum class AccountCall : std::uint8_t { registerUser, login, refresh, logout };
struct Account {
    Id token = 0;
    std::uint8_t call = 0;
    nb_str first{}, second{}, third{}, fourth{}; ///< in the order of the function's arguments
    NETBIT_FIELDS(m.token, m.call, m.first, m.second, m.third, m.fourth)
};
/// The end of a write.
struct Done {
    Id token = 0;
    std::int32_t status = 0;
    nb_error error{};
    std::int64_t id = 0;
    Payload json;
    std::uint32_t flags = 0;
    NETBIT_FIELDS(m.token, m.status, m.error, m.id, m.json, m.flags)
};

// Chat.

struct ChatList {
    Id principal = 0;
    std::uint32_t page = 0, perPage = 0, mayBlock = 0;
    NETBIT_FIELDS(m.principal, m.page, m.perPage, m.mayBlock)
};
struct ChatGet {
    Id principal = 0;
    std::int64_t chatId = 0;
    std::uint32_t mayBlock = 0;
    NETBIT_FIELDS(m.principal, m.chatId, m.mayBlock)
};
struct ChatPage {
    Id principal = 0;
    std::int64_t chatId = 0, before = 0, after = 0;
    std::uint32_t limit = 0, page = 0, perPage = 0, mayBlock = 0;
    nb_str lead{};
    NETBIT_FIELDS(m.principal, m.chatId, m.before, m.after, m.limit, m.page, m.perPage, m.mayBlock, m.lead)
};
struct Page {
    Body body;
    std::uint32_t count = 0, hasOlder = 0, hasNewer = 0;
    std::int64_t firstId = 0, lastId = 0, total = 0;
    std::array<char, 40> etag{};
    NETBIT_FIELDS(m.body, m.count, m.hasOlder, m.hasNewer, m.firstId, m.lastId, m.total, m.etag)
};
struct ChatCreate {
    Id token = 0, principal = 0;
    nb_str name{}, chatType{};
    std::vector<std::int64_t> participants;
    NETBIT_FIELDS(m.token, m.principal, m.name, m.chatType, m.participants)
};
struct ChatSend {
    Id token = 0, principal = 0;
    std::int64_t chatId = 0, replyTo = 0;
    Payload content;
    nb_str messageType{}, key{};
    std::vector<std::int64_t> attachments;
    NETBIT_FIELDS(m.token, m.principal, m.chatId, m.replyTo, m.content, m.messageType, m.key, m.attachments)
};
struct MayRead {
    Id principal = 0;
    std::int64_t chatId = 0;
    NETBIT_FIELDS(m.principal, m.chatId)
};

struct Operate {
    Id token = 0, principal = 0;
    nb_str operation{};
    Payload arguments;
    std::vector<nb_str> texts; // name, value, name, value …
    nb_str key{}, ifMatch{}, peer{}, client{};
    NETBIT_FIELDS(m.token, m.principal, m.operation, m.arguments, m.texts, m.key, m.ifMatch, m.peer, m.client)
};

// Events.

struct Subscribe {
    Id subscription = 0, principal = 0;
    std::uint32_t flags = 0;
    std::int64_t after = 0;
    std::vector<nb_str> topics;
    nb_str name{};
    NETBIT_FIELDS(m.subscription, m.principal, m.flags, m.after, m.topics, m.name)
};
struct SubscriptionId {
    Id subscription = 0;
    NETBIT_FIELDS(m.subscription)
};
struct Event {
    Id subscription = 0;
    std::int64_t id = 0, chatId = 0, actorId = 0;
    nb_str topic{};
    Payload json;
    NETBIT_FIELDS(m.subscription, m.id, m.chatId, m.actorId, m.topic, m.json)
};
struct EventReset {
    Id subscription = 0;
    std::int64_t nextId = 0;
    NETBIT_FIELDS(m.subscription, m.nextId)
};
/// The plugin has had so many more events, the last of them (0: ephemeral) this one.
struct EventTaken {
    Id subscription = 0;
    std::uint32_t count = 0;
    std::int64_t lastId = 0;
    NETBIT_FIELDS(m.subscription, m.count, m.lastId)
};
struct Publish {
    Id token = 0; ///< publishDurable
    Id principal = 0;
    nb_str topic{};
    std::int64_t chatId = 0;
    Payload data;
    NETBIT_FIELDS(m.token, m.principal, m.topic, m.chatId, m.data)
};
struct Number {
    std::int64_t value = 0;
    NETBIT_FIELDS(m.value)
};

// Work, time, words, numbers.

struct Timer {
    Id timer = 0;
    std::uint64_t ms = 0;
    std::uint8_t periodic = 0;
    NETBIT_FIELDS(m.timer, m.ms, m.periodic)
};
struct TimerId {
    Id timer = 0;
    NETBIT_FIELDS(m.timer)
};
struct Log {
    std::uint32_t level = 0;
    nb_str message{};
    std::vector<Pair> fields;
    NETBIT_FIELDS(m.level, m.message, m.fields)
};
enum class SettingType : std::uint8_t { text, integer, real, flag };
struct Config {
    std::uint8_t type = 0;
    nb_str key{};
    NETBIT_FIELDS(m.type, m.key)
};
struct Setting {
    nb_str text{};
    std::int64_t integer = 0;
    double real = 0;
    std::uint32_t flag = 0;
    NETBIT_FIELDS(m.text, m.integer, m.real, m.flag)
};
enum class MetricKind : std::uint8_t { counter, gauge, histogram };
struct Metric {
    std::uint8_t kind = 0;
    nb_str name{}, help{};
    std::vector<double> bounds;
    NETBIT_FIELDS(m.kind, m.name, m.help, m.bounds)
};
struct MetricIndex {
    std::uint32_t metric = 0;
    NETBIT_FIELDS(m.metric)
};
enum class MetricCall : std::uint8_t { add, set, observe };
struct MetricChange {
    std::uint32_t metric = 0;
    std::uint8_t call = 0;
    double value = 0;
    NETBIT_FIELDS(m.metric, m.call, m.value)
};
struct Health {
    std::uint32_t state = 0;
    nb_str why{};
    NETBIT_FIELDS(m.state, m.why)
};

// SQL and cache.

struct SqlValue {
    std::uint32_t type = 0;
    std::int64_t integer = 0;
    double real = 0;
    nb_str bytes{};
    NETBIT_FIELDS(m.type, m.integer, m.real, m.bytes)
};
struct Migrate {
    std::vector<Pair> steps;
    NETBIT_FIELDS(m.steps)
};
struct Statement {
    nb_str sql{};
    std::vector<SqlValue> params;
    NETBIT_FIELDS(m.sql, m.params)
};
/// All rows in one: `cells` are SqlValue after SqlValue.
struct Rows {
    std::uint32_t columns = 0;
    std::uint64_t count = 0;
    Payload cells;
    NETBIT_FIELDS(m.columns, m.count, m.cells)
};
struct Execute {
    Id token = 0;
    std::vector<Statement> statements;
    NETBIT_FIELDS(m.token, m.statements)
};
struct CacheKey {
    nb_str key{};
    NETBIT_FIELDS(m.key)
};
struct CacheSet {
    nb_str key{};
    Payload value;
    std::uint64_t ttlMs = 0;
    std::uint8_t onlyAdd = 0;
    NETBIT_FIELDS(m.key, m.value, m.ttlMs, m.onlyAdd)
};
struct CacheIncr {
    nb_str key{};
    std::int64_t by = 0;
    std::uint64_t ttlMs = 0;
    NETBIT_FIELDS(m.key, m.by, m.ttlMs)
};

#undef NETBIT_FIELDS

} // namespace netbit::isolation::wire
