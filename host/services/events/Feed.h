#pragma once
// Where the writer, the callers and the event thread meet: what is behind one mutex, and how the event thread is woken.

#include "services/events/Coalescer.h"
#include "services/events/Subscription.h"
#include "services/events/Tail.h"

#include <condition_variable>
#include <mutex>

namespace netbit::services::events {

struct Command {
    enum class What : std::uint8_t { add, resume, cancel };
    SubscriptionPtr subscription;
    What what;
};

struct Feed {
    enum class Run : std::uint8_t { waiting, running, stopping, stopped };

    explicit Feed(const EventOptions& options) : tail(options.tail), coalescer(options.coalesce, maxEphemeral) {}

    /// Ephemeral events that wait, and open windows: best effort has a bound.
    static constexpr std::size_t maxEphemeral = 4'096;

    std::mutex mutex; // guards all below but what is atomic
    std::condition_variable wake;
    Tail tail;
    Coalescer coalescer;
    std::vector<EventPtr> ephemeral;
    std::vector<Command> commands;
    Run run = Run::waiting;
    bool sleeping = false;    ///< the event thread waits, and nobody has woken it yet
    bool wantsEvents = false; ///< some reader is live: an event is a reason to wake up
    std::atomic<std::size_t> ephemeralReaders{0};
    std::atomic<Id> lastId{0}; ///< that of tail.last(), for those who only ask

    /// With the mutex held. true: notify `wake` when it is no longer held.
    bool mustWake() noexcept { return std::exchange(sleeping, false); }
};

} // namespace netbit::services::events
