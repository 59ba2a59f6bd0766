#ifndef NETBIT_TRANSPORT_HPP
#define NETBIT_TRANSPORT_HPP
/* TCP and UDP listeners, for C++ plugins. What each call promises stands in netbit/transport.h. */
#include "netbit/guard.hpp"
#include "netbit/handover.hpp"
#include "netbit/host.hpp"
#include "netbit/result.hpp"
#include "netbit/transport.h"

#include <chrono>
#include <vector>

namespace netbit {

template <> struct ServiceOf<nb_transport_api> {
    static constexpr const char* id = NB_TRANSPORT_SERVICE;
};

namespace detail {
/* The table is one for the process; set before the first listener exists. Hidden as faultHost in host.hpp. */
NETBIT_HIDDEN inline const nb_transport_api* transportTable = nullptr;
} // namespace detail

enum class CloseReason : std::uint32_t {
    peer = NB_CLOSE_PEER,
    error = NB_CLOSE_ERROR,
    timeout = NB_CLOSE_TIMEOUT,
    overflow = NB_CLOSE_OVERFLOW,
    local = NB_CLOSE_LOCAL,
    shutdown = NB_CLOSE_SHUTDOWN,
    moved = NB_CLOSE_MOVED,
};

/* A counted reference to a connection, for whoever answers later. Empty by default and after a move. */
class Conn {
public:
    Conn() = default;
    Conn(const nb_transport_api& api, nb_conn* conn) noexcept
        : _api(&api)
        , _conn(conn)
    {
        _api->conn_retain(_conn);
    }
    Conn(const Conn& other) noexcept
        : _api(other._api)
        , _conn(other._conn)
    {
        if (_conn != nullptr) {
            _api->conn_retain(_conn);
        }
    }
    Conn(Conn&& other) noexcept
        : _api(other._api)
        , _conn(std::exchange(other._conn, nullptr))
    {
    }
    Conn& operator=(Conn other) noexcept
    {
        std::swap(_api, other._api);
        std::swap(_conn, other._conn);
        return *this;
    }
    ~Conn()
    {
        if (_conn != nullptr) {
            _api->conn_release(_conn);
        }
    }

    explicit operator bool() const noexcept { return _conn != nullptr; }

    /* [any] Status::ok; wouldBlock: taken, but wait for drained(); closed: gone. The body is not copied. */
    Status send(std::string_view bytes) const noexcept { return toStatus(_api->send(_conn, toStr(bytes))); }
    Status send(const Body& body) const noexcept { return toStatus(_api->send_body(_conn, body.raw())); }
    /* [any] After what is queued was written; at once. */
    void close() const noexcept { _api->close(_conn, 0); }
    void closeNow() const noexcept { _api->close(_conn, 1); }
    /* [any] Runs on the connection's reactor thread, also after the peer is gone. Moving the callable must be enough. */
    template <class F> void run(F&& callable) const
    {
        using Callable = std::decay_t<F>;
        auto owned = std::make_unique<Callable>(std::forward<F>(callable));
        _api->run(_conn, &callOnce<Callable>, owned.release());
    }
    /* [reactor] */
    void pause() const noexcept { _api->pause(_conn); }
    void resume() const noexcept { _api->resume(_conn); }
    /* [reactor] One deadline from now; set again it moves. */
    void deadline(std::chrono::milliseconds delay) const noexcept
    {
        _api->deadline(_conn, static_cast<std::uint32_t>(delay.count() < 1 ? 1 : delay.count()));
    }
    void clearDeadline() const noexcept { _api->deadline(_conn, 0); }

    std::string_view peer() const noexcept { return toView(_api->peer(_conn)); } /* lives as long as this reference */
    bool isLoopback() const noexcept { return _api->is_loopback(_conn) != 0; }

private:
    template <class Callable> static void callOnce(void* user, nb_conn*) noexcept
    {
        const std::unique_ptr<Callable> callable(static_cast<Callable*>(user));
        detail::guardedRun("run", [&callable] { (*callable)(); });
    }

    const nb_transport_api* _api = nullptr;
    nb_conn* _conn = nullptr;
};

/* The plugin's side of one connection. All calls come on the connection's reactor thread, one at a time. What data()
 * throws closes the connection. Keep the Conn that accepted() was given to answer. */
class TcpSession {
public:
    virtual ~TcpSession() = default;
    /* Everything received and not yet consumed; returns how many bytes it consumed. The rest comes again with more, or
     * after resume(). */
    virtual std::size_t data(std::string_view bytes) = 0;
    /* The peer sends no more, but may still read. */
    virtual void ended() = 0;
    /* There is room again after send said wouldBlock. */
    virtual void drained() {}
    /* The deadline passed. */
    virtual void timedOut() = 0;
    /* The last call; the host's share of the session goes with it. */
    virtual void closed(CloseReason reason) { static_cast<void>(reason); }
    /* Handover: what the next generation needs to go on with this connection; closed(moved) follows. Status::wouldBlock:
     * answers are still owed, asked again soon. Any other error: it stays here. */
    virtual Result<Frozen> freeze() { return detail::notMovable(); }
};

/* Makes the sessions. Must live until the plugin is destroyed: usually it is the plugin, or a part of it. */
class TcpHandler {
public:
    virtual ~TcpHandler() = default;
    /* [reactor] Null refuses the connection. */
    virtual std::shared_ptr<TcpSession> accepted(Conn conn) = 0;
    /* [reactor] Handover: goes on with a connection that the generation before has frozen. Null closes it. */
    virtual std::shared_ptr<TcpSession> thaw(Conn conn, const Frozen& piece)
    {
        static_cast<void>(conn);
        static_cast<void>(piece);
        return nullptr;
    }
};

class Listener;

/* Takes datagrams: on a reactor thread, one at a time. Must live until the plugin is destroyed. */
class DatagramHandler {
public:
    virtual ~DatagramHandler() = default;
    virtual void datagram(const Listener& listener, const nb_address& from, std::string_view bytes) = 0;
    /* Handover, between two datagrams: what the next generation needs to go on; no datagram comes afterwards. */
    virtual std::vector<Frozen> freeze() { return {}; }
    /* Each piece of the generation before, in order; it may come before the first datagram only. An error: it is lost. */
    virtual Result<void> thaw(const Listener& listener, const Frozen& piece)
    {
        static_cast<void>(listener);
        static_cast<void>(piece);
        return detail::notMovable();
    }
};

/* A listening socket. It is the host's and ends with the generation, so this may be copied and dropped freely. */
class Listener {
public:
    Listener() = default;
    Listener(const nb_transport_api& api, nb_listener* listener) noexcept
        : _api(&api)
        , _listener(listener)
    {
    }
    explicit operator bool() const noexcept { return _listener != nullptr; }
    std::uint32_t port() const noexcept { return _api->port(_listener); } /* [any] the port really bound */
    /* [any] One datagram, best effort. False: dropped. */
    bool sendTo(const nb_address& to, std::string_view bytes) const noexcept
    {
        return _api->send_to(_listener, &to, toStr(bytes)) == NB_OK;
    }
    /* [any] "127.0.0.1:4711" */
    std::string text(const nb_address& address) const
    {
        char buffer[64];
        const std::size_t length = _api->address_text(&address, buffer, sizeof buffer);
        return std::string(buffer, length < sizeof buffer ? length : sizeof buffer - 1);
    }

private:
    const nb_transport_api* _api = nullptr;
    nb_listener* _listener = nullptr;
};

/* The bytes of an address that count, to compare and to hash. */
inline std::string_view addressBytes(const nb_address& address) noexcept
{
    const std::size_t length = address.length <= sizeof address.bytes ? address.length : sizeof address.bytes;
    return std::string_view(reinterpret_cast<const char*>(address.bytes), length);
}

/* See nb_listen_options; 0 is the host's default. */
struct ListenOptions {
    std::string name; /* unique in the plugin */
    std::string address = "127.0.0.1";
    std::uint32_t port = 0;
    std::uint32_t maxConnections = 0;
    std::uint32_t maxPerAddress = 0;
    std::uint32_t highMarkBytes = 0;
    std::uint32_t hardMarkBytes = 0;
    std::chrono::milliseconds writeTimeout{0};
};

/* "netbit.transport/1". Copy it freely. */
class Transport {
public:
    /* Throws a Failure where the manifest does not want the service. */
    explicit Transport(Host host)
        : _host(host)
        , _api(&host.require<nb_transport_api>())
    {
    }

    /* [control], in start. */
    Result<Listener> listenTcp(const ListenOptions& options, TcpHandler& handler) const
    {
        static constexpr nb_tcp_calls calls = {
            sizeof(nb_tcp_calls), 0, &onAccepted, &onData, &onEnded, &onDrained, &onTimedOut, &onClosed,
            &onFreeze, &onThaw,
        };
        const nb_listen_options wanted = toOptions(options);
        detail::transportTable = _api;
        ErrorBuffer error;
        nb_listener* out = nullptr;
        const auto status = _api->listen_tcp(_host.raw(), &wanted, &calls, &handler, &out, error.get());
        if (status != NB_OK) {
            return error.toError(status);
        }
        return Listener(*_api, out);
    }
    /* [control], in start. */
    Result<Listener> listenUdp(const ListenOptions& options, DatagramHandler& handler) const
    {
        static constexpr nb_udp_calls calls = {sizeof(nb_udp_calls), 0, &onDatagram, &onUdpFreeze, &onUdpThaw};
        const nb_listen_options wanted = toOptions(options);
        detail::transportTable = _api;
        ErrorBuffer error;
        nb_listener* out = nullptr;
        const auto status = _api->listen_udp(_host.raw(), &wanted, &calls, &handler, &out, error.get());
        if (status != NB_OK) {
            return error.toError(status);
        }
        return Listener(*_api, out);
    }

private:
    static nb_listen_options toOptions(const ListenOptions& options) noexcept
    {
        nb_listen_options out{};
        out.size = sizeof out;
        out.port = options.port;
        out.name = toStr(options.name);
        out.address = toStr(options.address);
        out.max_connections = options.maxConnections;
        out.max_per_address = options.maxPerAddress;
        out.high_mark_bytes = options.highMarkBytes;
        out.hard_mark_bytes = options.hardMarkBytes;
        out.write_timeout_ms = static_cast<std::uint32_t>(options.writeTimeout.count());
        return out;
    }

    using Share = std::shared_ptr<TcpSession>;
    static TcpSession& sessionOf(void* session) noexcept { return **static_cast<Share*>(session); }
    static std::int32_t begin(Share made, void** session)
    {
        if (!made) {
            return NB_UNAVAILABLE;
        }
        *session = std::make_unique<Share>(std::move(made)).release(); /* onClosed frees it */
        return NB_OK;
    }
    static std::int32_t onAccepted(void* user, nb_conn* conn, void** session) noexcept
    {
        return detail::guarded("accepted", std::int32_t{NB_INTERNAL}, [&] {
            return begin(static_cast<TcpHandler*>(user)->accepted(Conn(*detail::transportTable, conn)), session);
        });
    }
    static std::int32_t onFreeze(void* session, nb_conn*, nb_keep_fn keep, void* keeper) noexcept
    {
        return detail::freezeOne("freeze", keep, keeper, [&] { return sessionOf(session).freeze(); });
    }
    static std::int32_t onThaw(void* user, nb_conn* conn, const nb_frozen* piece, void** session) noexcept
    {
        return detail::guarded("thaw", std::int32_t{NB_INTERNAL}, [&] {
            return begin(static_cast<TcpHandler*>(user)->thaw(Conn(*detail::transportTable, conn), detail::toFrozen(*piece)),
                         session);
        });
    }
    static std::size_t onData(void* session, nb_conn* conn, nb_str bytes) noexcept
    {
        std::size_t used = bytes.len;
        if (!detail::guardedRun("data", [&] { used = sessionOf(session).data(toView(bytes)); })) {
            detail::transportTable->close(conn, 1);
        }
        return used;
    }
    static void onEnded(void* session, nb_conn*) noexcept
    {
        detail::guardedRun("ended", [&] { sessionOf(session).ended(); });
    }
    static void onDrained(void* session, nb_conn*) noexcept
    {
        detail::guardedRun("drained", [&] { sessionOf(session).drained(); });
    }
    static void onTimedOut(void* session, nb_conn*) noexcept
    {
        detail::guardedRun("timed out", [&] { sessionOf(session).timedOut(); });
    }
    static void onClosed(void* session, nb_conn*, std::uint32_t reason) noexcept
    {
        const std::unique_ptr<Share> share(static_cast<Share*>(session));
        detail::guardedRun("closed", [&] { (*share)->closed(static_cast<CloseReason>(reason)); });
    }
    static void onDatagram(void* user, nb_listener* listener, const nb_address* from, nb_str bytes) noexcept
    {
        detail::guardedRun("datagram", [&] {
            static_cast<DatagramHandler*>(user)->datagram(Listener(*detail::transportTable, listener), *from, toView(bytes));
        });
    }

    static std::int32_t onUdpFreeze(void* user, nb_listener*, nb_keep_fn keep, void* keeper) noexcept
    {
        return detail::guarded("freeze", std::int32_t{NB_INTERNAL}, [&] {
            std::int32_t status = NB_OK;
            for (const Frozen& piece : static_cast<DatagramHandler*>(user)->freeze()) {
                const std::int32_t kept = detail::keepPiece(piece, keep, keeper);
                status = kept == NB_OK ? status : kept;
            }
            return status;
        });
    }
    static std::int32_t onUdpThaw(void* user, nb_listener* listener, const nb_frozen* piece) noexcept
    {
        return detail::guarded("thaw", std::int32_t{NB_INTERNAL}, [&] {
            return toNumber(static_cast<DatagramHandler*>(user)
                                ->thaw(Listener(*detail::transportTable, listener), detail::toFrozen(*piece))
                                .status());
        });
    }

    Host _host;
    const nb_transport_api* _api;
};

} // namespace netbit
#endif
