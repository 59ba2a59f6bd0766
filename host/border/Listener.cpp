#include "border/Listener.h"

#include "border/Convert.h"
#include "border/Guard.h"
#include "border/TcpBridge.h"
#include "services/log/Log.h"

#include <cstring>
#include <limits>

using netbit::border::Guard;
using netbit::border::Keeper;
using netbit::border::Moved;
using netbit::border::TcpBridge;
namespace net = netbit::net;

static_assert(sizeof(nb_address::bytes) == sizeof(net::DatagramAddress::bytes));

void nb_listener::start()
{
    if (std::exchange(_started, true))
        return;
    auto& shared = *socket; // destroys what calls it before itself
    const auto before = shared.owner.exchange(shared_from_this());
    if (shared.stream) {
        shared.stream->setCaps(wanted.maxConnections, wanted.maxPerAddress, wanted.writeTimeout);
        shared.stream->setMarks(wanted.highMark, wanted.hardMark);
        if (!before)
            shared.stream->start([&shared](net::Connection& connection) -> std::shared_ptr<net::ConnectionHandler> {
                const auto owner = shared.owner.load();
                return owner ? owner->accept(connection) : nullptr;
            });
        return;
    }
    if (before) {
        shared.datagrams->call([&] { takeDatagrams(*before); });
        return;
    }
    shared.receiver = this;
    shared.datagrams->start([&shared](net::DatagramSocket&, const net::DatagramAddress& from, std::string_view bytes) {
        shared.receiver->receive(from, bytes);
    });
}

nb_conn* nb_listener::makeConn(net::Connection& connection)
{
    return std::make_unique<nb_conn>(generation, connection, tcp, wanted.highMark, wanted.hardMark, _open).release();
}

std::shared_ptr<net::ConnectionHandler> nb_listener::accept(net::Connection& connection)
{
    auto* const conn = makeConn(connection);
    auto bridge = std::make_shared<TcpBridge>(*conn); // has the reference from here on
    std::int32_t status = NB_INTERNAL;
    Guard guard(*generation, "accepted");
    if (guard)
        guard.run([&] { status = tcp.accepted(user, conn, &conn->session); });
    if (status == NB_OK)
        return bridge;
    conn->setGone();
    return nullptr;
}

void nb_listener::receive(const net::DatagramAddress& from, std::string_view bytes)
{
    if (generation->draining())
        return;
    nb_address address{};
    address.length = from.length;
    std::memcpy(address.bytes, from.bytes, sizeof address.bytes);
    if (Guard guard(*generation, "datagram"); guard)
        guard.run([&] { udp.datagram(user, this, &address, netbit::border::str(bytes)); });
}

/// [reactor] Between two datagrams.
void nb_listener::takeDatagrams(nb_listener& from)
{
    socket->receiver = this;
    if (!from.udp.freeze || !udp.thaw)
        return;
    Keeper keeper(std::numeric_limits<std::size_t>::max());
    if (Guard guard(*from.generation, "freeze"); guard) {
        std::int32_t status = NB_INTERNAL;
        guard.run([&] { status = from.udp.freeze(from.user, &from, &Keeper::keep, &keeper); });
        if (status != NB_OK)
            from.generation->complain("freeze of the listener " + name + " returned the status " + std::to_string(status) +
                                      '.');
    }
    std::size_t refused = 0;
    for (std::size_t i = 0; i < keeper.size(); ++i) {
        std::int32_t status = NB_INTERNAL;
        const auto piece = keeper.at(i);
        if (Guard guard(*generation, "thaw"); guard)
            guard.run([&] { status = udp.thaw(user, this, &piece); });
        refused += status == NB_OK ? 0 : 1;
    }
    if (refused > 0)
        generation->complain("thaw of the listener " + name + " refused " + std::to_string(refused) + " of " +
                             std::to_string(keeper.size()) + " pieces.");
}

void nb_listener::stopAccepting()
{
    if (_started && socket->stream && owns())
        socket->stream->stopAccepting();
}

std::size_t nb_listener::moveConnections()
{
    if (!socket->stream || connections() == 0)
        return 0;
    const auto to = socket->owner.load();
    if (!to || to.get() == this)
        return 0;
    std::atomic<std::size_t> again{0}; // counted on several reactors
    socket->stream->forEach([&](net::Connection&, net::ConnectionHandler& handler) {
        auto& bridge = static_cast<TcpBridge&>(handler); // accept() makes no other
        if (bridge.conn().generation == generation && bridge.moveTo(*to) == Moved::notYet)
            again.fetch_add(1, std::memory_order_relaxed);
    });
    return again.load();
}

void nb_listener::closeAll()
{
    if (!_started)
        return;
    if (owns()) {
        if (socket->stream)
            socket->stream->closeAll();
        else
            socket->datagrams->stop();
        socket->owner.store(nullptr);
        return;
    }
    if (!socket->stream || connections() == 0)
        return;
    socket->stream->forEach([&](net::Connection& connection, net::ConnectionHandler& handler) {
        if (static_cast<TcpBridge&>(handler).conn().generation == generation)
            connection.closeNow(net::CloseReason::shutdown);
    });
    socket->stream->forEach([](net::Connection&, net::ConnectionHandler&) {}); // and their handlers have been let go
}
