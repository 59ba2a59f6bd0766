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
#include <vector>

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

    /// [reactor] Ends them too, and gives a piece per user, with which another relay goes on. The principals of the pieces
    /// live as long as this.
    std::vector<Frozen> freeze();
    /// [reactor] One of them. False: not understood, or the user is nobody any more.
    bool thaw(const Frozen& piece, const Principal& who);

    // [event]
    void deliver(std::int64_t userId, const Event& event);
    void revoked(std::int64_t userId);

private:
    bool subscribe(const Principal& who);
    Subscription take(std::int64_t userId);
    void showSize(); // with the lock

    const Events _events;
    const Exec _exec;
    const Counter _sent;
    const Gauge _subscribers;
    Listener _listener;
    std::mutex _mutex; // guards what follows; never held while the host is called
    Places _places;
    struct Listening {
        Principal who;
        Subscription subscription;
    };
    std::unordered_map<std::int64_t, Listening> _subscriptions;
    std::vector<Principal> _frozen;
};

/// The packet that tells a listener of an event; empty: nothing to tell.
std::string packetOf(const Event& event);

} // namespace netbit::udp
