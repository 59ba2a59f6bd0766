#include "border/TcpBridge.h"

#include "border/Guard.h"
#include "border/Listener.h"

namespace netbit::border {

namespace {

std::uint32_t numberOf(net::CloseReason reason) noexcept
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

} // namespace

void TcpBridge::onEnd(net::Connection& connection)
{
    if (!_conn->calls.ended) {
        connection.closeAfterWrite();
        return;
    }
    Guard guard(*_conn->generation, "ended");
    if (!guard || !guard.run([&] { _conn->calls.ended(_conn->session, _conn); }))
        connection.closeNow(net::CloseReason::local);
}

void TcpBridge::onTimeout(net::Connection& connection)
{
    if (!_conn->calls.timed_out) {
        connection.closeNow(net::CloseReason::timeout);
        return;
    }
    Guard guard(*_conn->generation, "timed_out");
    if (!guard || !guard.run([&] { _conn->calls.timed_out(_conn->session, _conn); }))
        connection.closeNow(net::CloseReason::local);
}

void TcpBridge::onClose(net::Connection&, net::CloseReason reason)
{
    if (_conn->gone())
        return; // its session was refused, so there is none
    _conn->setGone();
    tellClosed(*_conn, numberOf(reason));
}

void TcpBridge::tellClosed(nb_conn& conn, std::uint32_t reason)
{
    if (Guard guard(*conn.generation, "closed"); guard)
        guard.run([&] { conn.calls.closed(conn.session, &conn, reason); });
}

Moved TcpBridge::moveTo(nb_listener& to)
{
    if (_stays || !_conn->calls.freeze || !to.tcp.thaw)
        return Moved::no;
    _conn->settle(); // it may have been told to close
    if (_conn->gone() || _conn->closing() || _conn->connection->closing())
        return Moved::yes;
    Keeper keeper(1);
    const auto frozen = freeze(keeper);
    if (frozen == Moved::notYet || (frozen == Moved::no && !_conn->gone()))
        _conn->hold(frozen == Moved::notYet);
    if (frozen == Moved::yes)
        thaw(to, keeper);
    else if (frozen == Moved::no)
        _stays = true;
    return frozen;
}

Moved TcpBridge::freeze(Keeper& keeper)
{
    auto& conn = *_conn;
    Guard guard(*conn.generation, "freeze");
    if (!guard)
        return Moved::no;
    std::int32_t status = NB_INTERNAL;
    guard.run([&] { status = conn.calls.freeze(conn.session, &conn, &Keeper::keep, &keeper); });
    if (status == NB_WOULD_BLOCK)
        return Moved::notYet;
    if (status != NB_OK)
        return Moved::no;
    if (keeper.size() == 1)
        return Moved::yes;
    conn.generation->complain("freeze of a connection returned NB_OK and kept nothing.");
    return Moved::no;
}

void TcpBridge::thaw(nb_listener& to, const Keeper& keeper)
{
    auto& connection = *_conn->connection;
    auto* const old = std::exchange(_conn, to.makeConn(connection));
    connection.clearDeadline(); // the old session's
    old->moveAway();
    tellClosed(*old, NB_CLOSE_MOVED);
    old->release();

    auto& conn = *_conn;
    std::int32_t status = NB_INTERNAL;
    const auto piece = keeper.at(0);
    if (Guard guard(*conn.generation, "thaw"); guard)
        guard.run([&] { status = conn.calls.thaw(to.user, &conn, &piece, &conn.session); });
    if (status != NB_OK) {
        conn.setGone();
        connection.closeNow(net::CloseReason::local);
        return;
    }
    if (!conn.paused())
        connection.resumeReading(); // the old one may have paused; what it left is offered
    if (connection.peerEnded() && !connection.closing())
        onEnd(connection); // the new session has not heard of it
}

} // namespace netbit::border
