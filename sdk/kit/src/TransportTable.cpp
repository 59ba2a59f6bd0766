#include "Connections.h"
#include "Handles.h"
#include "Serve.h"
#include "Tables.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace netbit::fake {

namespace {

using base::fault;
using base::Status;

constexpr std::size_t longestName = 64;
constexpr std::size_t longestDatagram = 65'507;
constexpr std::uint32_t firstPort = 40'000; // for who asks for a free one

base::Result<nb_listener*> listenerOf(Life& life, const nb_listen_options* given, void* user)
{
    if (life.state() != Life::State::starting) {
        life.world().violation("transport.listen: Listeners are made in start.");
        return fault(Status::invalid, "not_in_start", "Listeners are made in start.");
    }
    auto in = structOf(given, "options");
    std::string name(textOf(in.name, "options.name"));
    const std::string address(textOf(in.address, "options.address"));
    if (name.empty() || name.size() > longestName)
        return fault(Status::invalid, "bad_name", "A listener's name has 1 to 64 bytes.");
    nb_address parsed{};
    const bool six = address.find(':') != std::string::npos;
    if (in.port > std::numeric_limits<std::uint16_t>::max() ||
        !parseAddress((six ? '[' + address + ']' : address) + ':' + std::to_string(in.port), parsed))
        return fault(Status::invalid, "bad_address", address + " is not a numeric IP address with a port up to 65535.");
    for (const auto& other : life.listeners)
        if (other->name == name)
            return fault(Status::conflict, "duplicate_listener", "The plugin has a listener " + name + " already.");
    const auto orElse = [](std::uint32_t value, std::uint32_t otherwise) { return value == 0 ? otherwise : value; };
    in.high_mark_bytes = orElse(in.high_mark_bytes, 256 * 1024);
    in.hard_mark_bytes = std::max(orElse(in.hard_mark_bytes, 4 * 1024 * 1024), in.high_mark_bytes);
    in.max_connections = orElse(in.max_connections, 20'000);
    in.write_timeout_ms = orElse(in.write_timeout_ms, 30'000);
    const auto port = in.port != 0 ? in.port : firstPort + static_cast<std::uint32_t>(life.listeners.size());
    return life.listeners.emplace_back(std::make_unique<nb_listener>(life, std::move(name), in, port, user)).get();
}

base::Result<void> listenTcp(Life& life, const nb_listen_options* options, const nb_tcp_calls* calls, void* user,
                             nb_listener** out)
{
    notNull(out, "out");
    const auto wanted = structOf(calls, "calls");
    if (!wanted.accepted || !wanted.data || !wanted.closed)
        refuseArgument("calls", "lacks accepted, data or closed");
    auto made = listenerOf(life, options, user);
    if (!made)
        return made.error();
    (*made)->tcp = wanted;
    *out = *made;
    return {};
}

base::Result<void> listenUdp(Life& life, const nb_listen_options* options, const nb_udp_calls* calls, void* user,
                             nb_listener** out)
{
    notNull(out, "out");
    const auto wanted = structOf(calls, "calls");
    if (!wanted.datagram)
        refuseArgument("calls", "lacks datagram");
    auto made = listenerOf(life, options, user);
    if (!made)
        return made.error();
    (*made)->udp = wanted;
    *out = *made;
    return {};
}

template <class F>
std::int32_t with(nb_conn* conn, const char* function, F&& act)
{
    return serve(conn ? &conn->life().world() : nullptr, function, nullptr, [&]() -> base::Result<void> {
        auto& open = notNull(conn, "conn");
        const std::lock_guard lock(open.life().world().mutex);
        act(open);
        return {};
    });
}

template <class F>
std::int32_t sending(nb_conn* conn, const char* function, F&& bytes)
{
    std::int32_t state = NB_CLOSED;
    const auto status = with(conn, function, [&](nb_conn& open) { state = open.send(bytes()); });
    return status == NB_OK ? state : status;
}

std::int32_t send(nb_conn* conn, nb_str bytes)
{
    return sending(conn, "transport.send", [&] { return bytesOf(bytes, "bytes"); });
}

std::int32_t sendBody(nb_conn* conn, nb_body* body)
{
    std::string whole;
    return sending(conn, "transport.send_body", [&]() -> std::string_view {
        whole = notNull(body, "body").str();
        return whole;
    });
}

void run(nb_conn* conn, void (*function)(void* user, nb_conn* conn), void* user)
{
    with(conn, "transport.run", [&](nb_conn& open) {
        if (!function)
            refuseArgument("fn", "is null");
        open.run(function, user);
    });
}

/// The functions that only the connection's reactor thread may call.
template <class F>
void onReactor(nb_conn* conn, const char* function, F&& act)
{
    with(conn, function, [&](nb_conn& open) {
        only(open.life(), function, {Lane::reactor});
        act(open);
    });
}

std::int32_t sendTo(nb_listener* listener, const nb_address* to, nb_str bytes)
{
    bool sent = true;
    const auto status =
        serve(listener ? &listener->life.world() : nullptr, "transport.send_to", nullptr, [&]() -> base::Result<void> {
            auto& open = notNull(listener, "listener");
            auto& world = open.life.world();
            const std::lock_guard lock(world.mutex);
            if (open.isTcp())
                refuseArgument("listener", "is not one of UDP");
            const auto& address = notNull(to, "to");
            if (address.length > sizeof address.bytes)
                refuseArgument("address.length", "is too large");
            const auto datagram = bytesOf(bytes, "bytes");
            sent = datagram.size() <= longestDatagram;
            for (const auto& peer : world.peers)
                if (sent && !peer->stalled && peer->listener->name == open.name && same(peer->address, address))
                    peer->datagrams.emplace_back(datagram);
            return {};
        });
    return status != NB_OK ? status : sent ? NB_OK : NB_WOULD_BLOCK;
}

std::size_t addressText(const nb_address* address, char* out, std::size_t capacity)
{
    std::size_t length = 0;
    serve(nullptr, "transport.address_text", nullptr, [&]() -> base::Result<void> {
        const auto text = fake::textOf(notNull(address, "address"));
        length = text.size();
        if (out && capacity > 0) {
            const auto fits = std::min(text.size(), capacity - 1);
            std::memcpy(out, text.data(), fits);
            out[fits] = '\0';
        }
        return {};
    });
    return length;
}

} // namespace

const nb_transport_api& transportTable() noexcept
{
    static constexpr nb_transport_api table{
        .size = sizeof(nb_transport_api),
        .reserved = 0,
        .listen_tcp =
            [](const nb_host* host, const nb_listen_options* options, const nb_tcp_calls* calls, void* user,
               nb_listener** out, nb_error* error) {
                return served(host, "transport.listen_tcp", error,
                              [&](Life& life) { return listenTcp(life, options, calls, user, out); });
            },
        .listen_udp =
            [](const nb_host* host, const nb_listen_options* options, const nb_udp_calls* calls, void* user,
               nb_listener** out, nb_error* error) {
                return served(host, "transport.listen_udp", error,
                              [&](Life& life) { return listenUdp(life, options, calls, user, out); });
            },
        .port = [](const nb_listener* listener) { return listener ? listener->port : 0; },
        .conn_retain = [](nb_conn* conn) { with(conn, "transport.conn_retain", [](nb_conn& open) { open.retain(); }); },
        .conn_release = [](nb_conn* conn) { with(conn, "transport.conn_release", [](nb_conn& open) { open.release(); }); },
        .send = &send,
        .send_body = &sendBody,
        .close = [](nb_conn* conn,
                    std::uint32_t now) { with(conn, "transport.close", [&](nb_conn& open) { open.close(now != 0); }); },
        .run = &run,
        .pause = [](nb_conn* conn) { onReactor(conn, "transport.pause", [](nb_conn& open) { open.pause(); }); },
        .resume = [](nb_conn* conn) { onReactor(conn, "transport.resume", [](nb_conn& open) { open.resume(); }); },
        .deadline =
            [](nb_conn* conn, std::uint32_t ms) {
                onReactor(conn, "transport.deadline", [&](nb_conn& open) { open.deadline(ms); });
            },
        .peer = [](const nb_conn* conn) { return conn ? str(conn->peerText) : absent(); },
        .is_loopback = [](const nb_conn* conn) -> std::uint32_t {
            return conn && (conn->peerText.starts_with("127.") || conn->peerText.starts_with("[::1]")) ? 1 : 0;
        },
        .send_to = &sendTo,
        .address_text = &addressText,
    };
    return table;
}

} // namespace netbit::fake
