#pragma once
// From the event log to the addresses of those who listen.

#include "udp/src/Places.h"

#include <netbit/auth.hpp>
#include <netbit/events.hpp>
#include <netbit/exec.hpp>
#include <netbit/metrics.hpp>
#include <netbit/transport.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace netbit::udp {

/// One subscription per user who listens somewhere: typing and presence, and what the log lets that user see.
class Relay : public std::enable_shared_from_this<Relay> {
public:
    Relay(Host host, PlaceLimits limits);

    /// [control] Before the first datagram is read.
    void setListener(Listener listener) { _listener = listener; }
    void setLimits(PlaceLimits limits);

    /// [any] False: there is no room, or the log refused.
    bool add(const Principal& who, const nb_address& address);
    /// [any] Any signed packet keeps a place alive. False: this user does not listen there.
    bool touch(const Principal& who, const nb_address& address);
    void remove(const Principal& who, const nb_address& address);
    /// [worker] Every now and then.
    void sweep();
    /// [control] Ends all subscriptions.
    void stop();

    // [event]
    void deliver(std::int64_t userId, const Event& event);
    void revoked(std::int64_t userId);

private:
    bool subscribe(const Principal& who);
    Subscription take(std::int64_t userId);

    const Events _events;
    const Exec _exec;
    const Counter _sent;
    const Gauge _subscribers;
    Listener _listener;
    std::mutex _mutex; // guards what follows; never held while the host is called
    Places _places;
    std::unordered_map<std::int64_t, Subscription> _subscriptions;
};

/// The packet that tells a listener of an event; empty: nothing to tell.
std::string packetOf(const Event& event);

} // namespace netbit::udp
