#pragma once
// What all connections of the plugin share.

#include "tcp/src/EventPackets.h"
#include "tcp/src/PacketScanner.h"
#include "tcp/src/UserCount.h"

#include <netbit/auth.hpp>
#include <netbit/chat.hpp>
#include <netbit/config.hpp>
#include <netbit/events.hpp>
#include <netbit/exec.hpp>
#include <netbit/log.hpp>
#include <netbit/metrics.hpp>

#include <chrono>
#include <memory>
#include <mutex>

namespace netbit::tcp {

/// The keys of tcp.json; each is described there.
struct Settings {
    explicit Settings(const Config& config);

    std::string address;
    std::uint32_t port;
    std::uint32_t maxConnections;
    std::uint32_t maxPerAddress;
    std::size_t maxPerUser;
    std::size_t maxPipelined;
    std::chrono::seconds idleTimeout; ///< 0: never
    std::chrono::seconds writeTimeout;
    bool allowUnauthenticatedLoopback;
    ScanLimits scan;
};

/// Lives until the last session has gone.
class Context {
public:
    explicit Context(Host host);

    const Host host;
    const Auth auth;
    const Chat chat;
    const Events events;
    const Exec exec;
    const Log log;
    const Counter packets;
    const Counter nacks;
    const Gauge connections;
    UserCount users;
    EventPackets eventPackets;

    /// [any] Those in force; a connection keeps what it found when it began.
    std::shared_ptr<const Settings> settings() const;
    void setSettings(std::shared_ptr<const Settings> settings);

private:
    mutable std::mutex _mutex; // guards _settings
    std::shared_ptr<const Settings> _settings;
};

} // namespace netbit::tcp
