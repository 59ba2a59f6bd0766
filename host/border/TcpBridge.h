#pragma once
// The reactor's side of a plugin's connection: passes on what net tells to the generation that has the connection now.

#include "border/Conn.h"
#include "border/Frozen.h"
#include "net/Connection.h"

struct nb_listener;

namespace netbit::border {

class TcpBridge final : public net::ConnectionHandler {
public:
    /// Takes over one reference.
    explicit TcpBridge(nb_conn& conn) : _conn(&conn) {}
    ~TcpBridge() override { _conn->release(); }
    TcpBridge(const TcpBridge&) = delete;
    TcpBridge& operator=(const TcpBridge&) = delete;

    std::size_t onData(net::Connection&, std::string_view bytes) override { return _conn->data(bytes); }
    void onEnd(net::Connection& connection) override;
    void onDrained(net::Connection&) override { _conn->drained(); }
    void onTimeout(net::Connection& connection) override;
    void onClose(net::Connection&, net::CloseReason reason) override;

    nb_conn& conn() noexcept { return *_conn; } ///< [reactor]

    /// [reactor] Freezes it in the one generation and thaws it in the other.
    Moved moveTo(nb_listener& to);

private:
    Moved freeze(Keeper& keeper);
    void thaw(nb_listener& to, const Keeper& keeper);
    void tellClosed(nb_conn& conn, std::uint32_t reason);

    nb_conn* _conn; // one reference is ours
    bool _stays = false; // its session has said that it cannot move
};

} // namespace netbit::border
