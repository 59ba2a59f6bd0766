#pragma once
// A plugin's listening socket. The socket is the host's: what it belongs to is a name, so that a later generation could
// take it over.

#include "border/Conn.h"
#include "border/Generation.h"
#include "net/Listener.h"
#include <netbit/transport.h>

#include <cstdint>
#include <memory>
#include <string>

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
    std::size_t highMark = 0;
    std::size_t hardMark = 0;
    std::unique_ptr<netbit::net::StreamListener> stream;     // one of the two
    std::unique_ptr<netbit::net::DatagramSocket> datagrams;

    std::uint16_t port() const noexcept { return stream ? stream->port() : datagrams->port(); }

    // [control]
    void start();
    void stopAccepting();
    void closeAll();

private:
    std::shared_ptr<netbit::net::ConnectionHandler> accept(netbit::net::Connection& connection);
    void receive(const netbit::net::DatagramAddress& from, std::string_view bytes);
    bool _started = false;
};
