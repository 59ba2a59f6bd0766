#include "tcp/src/Context.h"

namespace netbit::tcp {

Settings::Settings(const Config& config)
    : address(config.text("address")), port(static_cast<std::uint32_t>(config.integer("port"))),
      maxConnections(static_cast<std::uint32_t>(config.integer("max_connections"))),
      maxPerAddress(static_cast<std::uint32_t>(config.integer("max_per_address"))),
      maxPerUser(static_cast<std::size_t>(config.integer("max_per_user"))),
      maxPipelined(static_cast<std::size_t>(config.integer("max_pipelined"))),
      idleTimeout(config.integer("idle_timeout_s")), writeTimeout(config.integer("write_timeout_s")),
      allowUnauthenticatedLoopback(config.flag("allow_unauthenticated_loopback"))
{
    scan.maxPacketBytes = static_cast<std::size_t>(config.integer("max_packet_bytes"));
    scan.maxDepth = static_cast<unsigned>(config.integer("max_depth"));
    if (scan.maxSkippedBytes < 4 * scan.maxPacketBytes)
        scan.maxSkippedBytes = 4 * scan.maxPacketBytes;
}

Context::Context(Host itsHost)
    : host(itsHost), auth(host), chat(host), events(host), exec(host), log(host),
      packets(Metrics(host).counter("packets_total", "Packets read, good and bad.")),
      nacks(Metrics(host).counter("nacks_total", "Packets answered with success = false.")),
      connections(Metrics(host).gauge("connections", "Open TCP connections.")), eventPackets(host)
{
}

std::shared_ptr<const Settings> Context::settings() const
{
    const std::lock_guard lock(_mutex);
    return _settings;
}

void Context::setSettings(std::shared_ptr<const Settings> settings)
{
    const std::lock_guard lock(_mutex);
    _settings = std::move(settings);
}

} // namespace netbit::tcp
