#include "border/Listener.h"

#include "border/Convert.h"
#include "border/Guard.h"

#include <cstring>

namespace netbit::border {

namespace {

static_assert(sizeof(nb_address::bytes) == sizeof(net::DatagramAddress::bytes));

/// The reactor's side of a connection: passes on what net tells.
class TcpBridge final : public net::ConnectionHandler {
public:
    explicit TcpBridge(nb_conn& conn) : _conn(conn) {}
    ~TcpBridge() override { _conn.release(); }
    TcpBridge(const TcpBridge&) = delete;
    TcpBridge& operator=(const TcpBridge&) = delete;

    std::size_t onData(net::Connection&, std::string_view bytes) override { return _conn.data(bytes); }

    void onEnd(net::Connection& connection) override
    {
        if (!_conn.calls.ended) {
            connection.closeAfterWrite();
            return;
        }
        Guard guard(*_conn.generation, "ended");
        if (!guard || !guard.run([&] { _conn.calls.ended(_conn.session, &_conn); }))
            connection.closeNow(net::CloseReason::local);
    }

    void onDrained(net::Connection&) override { _conn.drained(); }

    void onTimeout(net::Connection& connection) override
    {
        if (!_conn.calls.timed_out) {
            connection.closeNow(net::CloseReason::timeout);
            return;
        }
        Guard guard(*_conn.generation, "timed_out");
        if (!guard || !guard.run([&] { _conn.calls.timed_out(_conn.session, &_conn); }))
            connection.closeNow(net::CloseReason::local);
    }

    void onClose(net::Connection&, net::CloseReason reason) override
    {
        _conn.setGone();
        if (Guard guard(*_conn.generation, "closed"); guard)
            guard.run([&] { _conn.calls.closed(_conn.session, &_conn, numberOf(reason)); });
    }

private:
    static std::uint32_t numberOf(net::CloseReason reason) noexcept
    {
        switch (reason) {
        case net::CloseReason::peer: return NB_CLOSE_PEER;
        case net::CloseReason::error: return NB_CLOSE_ERROR;
        case net::CloseReason::timeout: return NB_CLOSE_TIMEOUT;
        case net::CloseReason::overflow: return NB_CLOSE_OVERFLOW;
        case net::CloseReason::local: return NB_CLOSE_LOCAL;
        case net::CloseReason::shutdown: break;
        }
        return NB_CLOSE_SHUTDOWN;
    }

    nb_conn& _conn; // one reference is ours
};

} // namespace

} // namespace netbit::border

using netbit::border::Guard;
namespace net = netbit::net;

void nb_listener::start()
{
    if (std::exchange(_started, true))
        return;
    // The socket is destroyed before this is, and tells nothing afterwards.
    if (stream)
        stream->start([this](net::Connection& connection) { return accept(connection); });
    else
        datagrams->start([this](net::DatagramSocket&, const net::DatagramAddress& from, std::string_view bytes) {
            receive(from, bytes);
        });
}

std::shared_ptr<net::ConnectionHandler> nb_listener::accept(net::Connection& connection)
{
    auto* const conn = std::make_unique<nb_conn>(generation, connection, tcp, highMark, hardMark).release();
    auto bridge = std::make_shared<netbit::border::TcpBridge>(*conn); // has the reference from here on
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

void nb_listener::stopAccepting()
{
    if (!_started)
        return;
    if (stream)
        stream->stopAccepting();
}

void nb_listener::closeAll()
{
    if (!_started)
        return;
    if (stream)
        stream->closeAll();
    else
        datagrams->stop();
}
