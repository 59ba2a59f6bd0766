#include "border/Border.h"
#include "border/Convert.h"
#include "border/Holdings.h"
#include "border/Listener.h"
#include "border/Services.h"
#include "border/Tables.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace netbit::border {

namespace {

using base::fault;
using base::Status;

constexpr std::uint32_t highMark = 256 * 1024;
constexpr std::uint32_t hardMark = 4 * 1024 * 1024;
constexpr std::uint32_t maxConnections = 20'000;
constexpr std::uint32_t writeTimeoutMs = 30'000;
constexpr std::size_t longestName = 64;

std::uint32_t orElse(std::uint32_t value, std::uint32_t otherwise) noexcept { return value == 0 ? otherwise : value; }

struct Wanted {
    nb_listen_options options;
    std::string name;
    std::string address;
};

base::Result<Wanted> wantedOf(Generation& generation, const nb_listen_options* options)
{
    if (!generation.mayRegister())
        return fault(Status::invalid, "not_in_start", "Listeners are made in start.");
    Wanted out{structOf(options, "options"), {}, {}};
    out.name = textOf(out.options.name, "options.name");
    out.address = textOf(out.options.address, "options.address");
    if (out.name.empty() || out.name.size() > longestName)
        return fault(Status::invalid, "bad_name", "A listener's name has 1 to 64 bytes.");
    if (out.options.port > std::numeric_limits<std::uint16_t>::max())
        return fault(Status::invalid, "bad_address", "A port is at most 65535.");
    for (const auto& other : generation.holdings().listeners.all())
        if (other->name == out.name)
            return fault(Status::conflict, "duplicate_listener", "The plugin has a listener " + out.name + " already.");
    return out;
}

/// The socket that the generation before has under this name, at the same address and port. Nothing: one is to be bound.
std::shared_ptr<ListeningSocket> socketOfBefore(Generation& generation, const Wanted& wanted, bool stream)
{
    const auto before = generation.border().liveOf(generation.id());
    if (!before)
        return nullptr;
    for (const auto& listener : before->holdings().listeners.all()) {
        const auto& socket = listener->socket;
        if (listener->name == wanted.name && (socket->stream != nullptr) == stream && socket->address == wanted.address &&
            (wanted.options.port == 0 || wanted.options.port == socket->port()))
            return socket;
    }
    return nullptr;
}

base::Result<void> listenTcp(const nb_host* host, const nb_listen_options* options, const nb_tcp_calls* calls, void* user,
                             nb_listener** out)
{
    auto& generation = generationOf(host);
    notNull(out, "out");
    auto wanted = wantedOf(generation, options);
    if (!wanted)
        return wanted.error();
    auto handle = std::make_shared<nb_listener>(generation, wanted->name, user);
    handle->tcp = structOf(calls, "calls");
    if (!handle->tcp.accepted || !handle->tcp.data || !handle->tcp.closed)
        refuseArgument("calls", "lacks accepted, data or closed");
    const auto& in = wanted->options;
    net::StreamOptions made;
    made.address = wanted->address;
    made.port = static_cast<std::uint16_t>(in.port);
    made.maxConnections = orElse(in.max_connections, maxConnections);
    made.maxPerAddress = in.max_per_address;
    made.highMark = orElse(in.high_mark_bytes, highMark);
    made.hardMark = std::max<std::size_t>(orElse(in.hard_mark_bytes, hardMark), made.highMark);
    made.writeTimeout = std::chrono::milliseconds(orElse(in.write_timeout_ms, writeTimeoutMs));
    if (const auto& services = generation.services(); services.tlsOf)
        made.tls.context = services.tlsOf(generation.id()); // the plugin sees bytes, however they came
    handle->wanted = made;
    handle->socket = socketOfBefore(generation, *wanted, true);
    if (!handle->socket) {
        auto bound = net::StreamListener::bind(generation.services().reactors, std::move(made));
        if (!bound)
            return bound.error();
        handle->socket = std::make_shared<ListeningSocket>();
        handle->socket->address = wanted->address;
        handle->socket->stream = std::move(*bound);
    }
    *out = generation.holdings().listeners.put(std::move(handle));
    return {};
}

base::Result<void> listenUdp(const nb_host* host, const nb_listen_options* options, const nb_udp_calls* calls, void* user,
                             nb_listener** out)
{
    auto& generation = generationOf(host);
    notNull(out, "out");
    auto wanted = wantedOf(generation, options);
    if (!wanted)
        return wanted.error();
    auto handle = std::make_shared<nb_listener>(generation, wanted->name, user);
    handle->udp = structOf(calls, "calls");
    if (!handle->udp.datagram)
        refuseArgument("calls", "lacks datagram");
    handle->socket = socketOfBefore(generation, *wanted, false);
    if (!handle->socket) {
        net::DatagramOptions made;
        made.address = wanted->address;
        made.port = static_cast<std::uint16_t>(wanted->options.port);
        auto bound = net::DatagramSocket::bind(generation.services().reactors, std::move(made));
        if (!bound)
            return bound.error();
        handle->socket = std::make_shared<ListeningSocket>();
        handle->socket->address = wanted->address;
        handle->socket->datagrams = std::move(*bound);
    }
    *out = generation.holdings().listeners.put(std::move(handle));
    return {};
}

std::uint32_t port(const nb_listener* listener) { return listener ? listener->port() : 0; }

void connRetain(nb_conn* conn)
{
    if (conn)
        conn->retain();
}

void connRelease(nb_conn* conn)
{
    if (conn)
        conn->release();
}

template <class F>
std::int32_t sending(nb_conn* conn, F&& body) noexcept
{
    std::int32_t state = NB_CLOSED;
    const auto status = answer(nullptr, [&]() -> base::Result<void> {
        auto& open = notNull(conn, "conn");
        if (!open.gone())
            state = open.send(body());
        return {};
    });
    return status == NB_OK ? state : status;
}

std::int32_t send(nb_conn* conn, nb_str bytes)
{
    return sending(conn, [&] { return base::Body(std::string(bytesOf(bytes, "bytes"))); });
}

std::int32_t sendBody(nb_conn* conn, nb_body* body)
{
    return sending(conn, [&] { return shareOf(notNull(body, "body")); });
}

void close(nb_conn* conn, std::uint32_t now)
{
    quietly([&] { notNull(conn, "conn").close(now != 0); });
}

void run(nb_conn* conn, void (*function)(void* user, nb_conn* conn), void* user)
{
    quietly([&] {
        if (!function)
            refuseArgument("fn", "is null");
        notNull(conn, "conn").run(function, user);
    });
}

void pause(nb_conn* conn)
{
    quietly([&] { notNull(conn, "conn").pause(); });
}

void resume(nb_conn* conn)
{
    quietly([&] { notNull(conn, "conn").resume(); });
}

void deadline(nb_conn* conn, std::uint32_t ms)
{
    quietly([&] {
        auto& open = notNull(conn, "conn");
        if (open.gone())
            return;
        if (ms == 0)
            open.connection->clearDeadline();
        else
            open.connection->setDeadline(std::chrono::milliseconds(ms));
    });
}

nb_str peer(const nb_conn* conn) { return conn ? str(conn->connection->peer()) : absent(); }

std::uint32_t isLoopback(const nb_conn* conn) { return conn && conn->connection->loopback() ? 1 : 0; }

net::DatagramAddress addressOf(const nb_address& address)
{
    net::DatagramAddress out{};
    if (address.length > sizeof out.bytes)
        refuseArgument("address.length", "is too large");
    std::memcpy(out.bytes, address.bytes, sizeof out.bytes);
    out.length = address.length;
    return out;
}

std::int32_t sendTo(nb_listener* listener, const nb_address* to, nb_str bytes)
{
    bool sent = false;
    const auto status = answer(nullptr, [&]() -> base::Result<void> {
        auto& open = notNull(listener, "listener");
        if (!open.socket->datagrams)
            refuseArgument("listener", "is not one of UDP");
        sent = open.socket->datagrams->send(addressOf(notNull(to, "to")), bytesOf(bytes, "bytes"));
        return {};
    });
    return status != NB_OK ? status : sent ? NB_OK : NB_WOULD_BLOCK;
}

std::size_t addressText(const nb_address* address, char* out, std::size_t capacity)
{
    std::size_t length = 0;
    quietly([&] {
        const auto text = addressOf(notNull(address, "address")).text();
        length = text.size();
        if (!out || capacity == 0)
            return;
        const auto fits = std::min(text.size(), capacity - 1);
        std::memcpy(out, text.data(), fits);
        out[fits] = '\0';
    });
    return length;
}

} // namespace

const nb_transport_api& transportTable() noexcept
{
    static constexpr nb_transport_api table{
        .size = sizeof(nb_transport_api),
        .reserved = 0,
        .listen_tcp = [](const nb_host* host, const nb_listen_options* options, const nb_tcp_calls* calls, void* user,
                         nb_listener** out,
                         nb_error* error) { return answer(error, [&] { return listenTcp(host, options, calls, user, out); }); },
        .listen_udp = [](const nb_host* host, const nb_listen_options* options, const nb_udp_calls* calls, void* user,
                         nb_listener** out,
                         nb_error* error) { return answer(error, [&] { return listenUdp(host, options, calls, user, out); }); },
        .port = &port,
        .conn_retain = &connRetain,
        .conn_release = &connRelease,
        .send = &send,
        .send_body = &sendBody,
        .close = &close,
        .run = &run,
        .pause = &pause,
        .resume = &resume,
        .deadline = &deadline,
        .peer = &peer,
        .is_loopback = &isLoopback,
        .send_to = &sendTo,
        .address_text = &addressText,
    };
    return table;
}

} // namespace netbit::border
