// The plugin: its settings, its listener, and a session for each connection.

#include "tcp/src/Context.h"
#include "tcp/src/Session.h"

#include <netbit/plugin.hpp>
#include <netbit/transport.hpp>

namespace netbit::tcp {

class TcpPlugin final : public Plugin, private TcpHandler {
public:
    explicit TcpPlugin(Host host) : Plugin(host), _context(std::make_shared<Context>(host)) {}

private:
    /// Address and port count when the listener is made; the rest for connections that come from now on.
    void configure() override { _context->setSettings(std::make_shared<const Settings>(config())); }

    void start() override
    {
        const auto settings = _context->settings();
        ListenOptions options;
        options.name = "tcp";
        options.address = settings->address;
        options.port = settings->port;
        options.maxConnections = settings->maxConnections;
        options.maxPerAddress = settings->maxPerAddress;
        options.writeTimeout = settings->writeTimeout;
        const auto listener = Transport(host()).listenTcp(options, *this).value();
        log().info("Listening for TCP.",
                   {{"address", settings->address}, {"port", std::to_string(listener.port())}});
        if (settings->allowUnauthenticatedLoopback)
            log().warn("tcp.allow_unauthenticated_loopback is on: every program on this machine may act for every user.");
    }

    std::shared_ptr<TcpSession> accepted(Conn conn) override
    {
        return std::make_shared<Session>(_context, std::move(conn));
    }

    std::shared_ptr<TcpSession> thaw(Conn conn, const Frozen& piece) override
    {
        const auto from = tcp::thaw(piece);
        if (!from)
            return nullptr;
        const auto session = std::make_shared<Session>(_context, std::move(conn), from->scanner);
        session->goOn(*from, Principal::share(_context->auth.api(), piece.principal));
        return session;
    }

    const std::shared_ptr<Context> _context;
};

} // namespace netbit::tcp

NETBIT_PLUGIN(netbit::tcp::TcpPlugin, "tcp", "1.0.0")
