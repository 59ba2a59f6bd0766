#pragma once
// A plugin's listening socket. The socket is the host's: what it belongs to is a name, so that the next generation of the
// plugin takes it over, and with it its connections.

#include "base/SharedCell.h"
#include "border/Conn.h"
#include "border/Frozen.h"
#include "border/Generation.h"
#include "net/Listener.h"
#include <netbit/transport.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

struct nb_listener;

namespace netbit::border {

/// Owned by one generation's listener after another.
struct ListeningSocket {
    std::string address;
    std::unique_ptr<net::StreamListener> stream; // one of the two
    std::unique_ptr<net::DatagramSocket> datagrams;
    base::SharedCell<nb_listener> owner;  ///< gets what comes; nullptr: it does not serve yet, or not any more
    nb_listener* receiver = nullptr;      ///< the same for datagrams, on the socket's reactor thread

    std::uint16_t port() const noexcept { return stream ? stream->port() : datagrams->port(); }
};

} // namespace netbit::border

struct nb_listener final : std::enable_shared_from_this<nb_listener> {
    nb_listener(netbit::border::Generation& owner, std::string called, void* argument)
        : generation(owner.shared_from_this()), name(std::move(called)), user(argument)
    {
    }

    const std::shared_ptr<netbit::border::Generation> generation;
    const std::string name;
    void* const user;
    nb_tcp_calls tcp{};
    nb_udp_calls udp{};
    netbit::net::StreamOptions wanted; // of TCP: limits, in force from start on
    std::shared_ptr<netbit::border::ListeningSocket> socket;

    std::uint16_t port() const noexcept { return socket->port(); }
    std::int64_t connections() const noexcept { return _open->load(std::memory_order_acquire); }

    // [control]
    /// Serves; a socket that another generation's listener has is taken over, with what that one freezes of UDP.
    void start();
    void stopAccepting();
    /// Moves connections to whoever has the socket now. Gives how many have to be asked again.
    std::size_t moveConnections();
    void closeAll();

    /// [reactor] With one reference, the caller's.
    nb_conn* makeConn(netbit::net::Connection& connection);

private:
    std::shared_ptr<netbit::net::ConnectionHandler> accept(netbit::net::Connection& connection);
    void receive(const netbit::net::DatagramAddress& from, std::string_view bytes);
    void takeDatagrams(nb_listener& from);
    bool owns() const noexcept { return socket->owner.load().get() == this; }

    bool _started = false;
    const nb_conn::Count _open = std::make_shared<std::atomic<std::int64_t>>(0);
};
