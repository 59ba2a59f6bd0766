#pragma once
// One subscription of a plugin: a place in the log of what happened.

#include "services/auth/Principal.h"
#include "services/events/Topics.h"
#include <netbit/events.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace netbit::fake {
class Life;
class World;
struct StoredEvent;
/// Something is in the log that was not: who reads may read on.
void wakeSubscriptions(World& world);
} // namespace netbit::fake

struct nb_subscription {
    struct Options {
        netbit::services::auth::PrincipalPtr principal;
        std::int64_t after = -1;
        std::vector<std::string> topics;
        bool durable = true;
        bool ephemeral = false;
        std::string name;
    };
    nb_subscription(netbit::fake::Life& life, Options options, const nb_event_calls& calls, void* user);

    netbit::fake::Life& life;
    const Options options;

    void arm(); ///< from here on it is told
    void wake();
    void resume();
    void cancel();    ///< by the plugin
    void endByHost(); ///< no more will come; cancel() is still the plugin's to call
    bool cancelled() const { return _cancelled; }
    bool over() const { return _over; }
    std::int64_t cursor() const { return _cursor; }
    /// On a reload: goes on where another of the same name has stopped.
    void follow(const nb_subscription& before);

    // In a replay nothing comes by itself.
    void tellEvent(const nb_event& event);
    void tellReset(std::int64_t nextId);
    void tellRevoked();

private:
    void deliver();
    bool sees(const netbit::fake::StoredEvent& event) const;
    void place(std::int64_t after);
    void tellEnded();

    nb_event_calls _calls;
    void* _user;
    netbit::services::events::TopicFilter _filter;
    std::int64_t _cursor = 0;  // the newest durable event that it has passed
    std::size_t _next = 0;     // in the log, which keeps everything for the test
    bool _armed = false;
    bool _queued = false;      // deliver() waits in the queue
    bool _held = false;        // until resume()
    bool _resumed = false;     // resume() came before event() returned
    bool _cancelled = false;
    bool _over = false;
    bool _endedTold = false;
    bool _delivering = false;
};
