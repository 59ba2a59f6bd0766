#pragma once
// A cursor over the log and who reads through it.

#include "services/events/EventLog.h"
#include "services/events/Topics.h"

#include <atomic>

namespace netbit::services::events {

class Subscription {
public:
    /// Where it stands; the event thread's.
    enum class State : std::uint8_t {
        fresh,   ///< the event thread has not seen it yet
        live,    ///< has all there was, gets what comes
        lagging, ///< reads what it has missed
        paused,  ///< its reader asked for a rest
        revoked, ///< its principal is no more; waits for its cancel
        ended,
    };

    Subscription(SubscribeOptions options, std::shared_ptr<Subscriber> ofReader, Id from)
        : principal(std::move(options.principal)), reader(std::move(ofReader)), topics(options.topics), cursor(from),
          durable(options.durable), ephemeral(options.ephemeral), patient(options.patient)
    {
    }

    const auth::PrincipalPtr principal;
    const std::shared_ptr<Subscriber> reader;
    const TopicFilter topics;
    std::atomic<bool> cancelled{false}; ///< [any] nothing more is to be delivered

    // The event thread's.
    Id cursor;
    std::size_t chunk = 32; ///< how many missed events to read at once; grows while the reader takes them all
    std::size_t place = 0;  ///< in the list that its state names
    State state = State::fresh;
    const bool durable;
    const bool ephemeral;
    const bool patient;
};

using SubscriptionPtr = std::shared_ptr<Subscription>;

} // namespace netbit::services::events
