#pragma once
// The event thread: gives every reader what it has not had yet.

#include "services/events/Feed.h"

#include <unordered_map>

namespace netbit::services::events {

/// The live readers share each batch that is taken from the tail. The lagging ones take turns behind them, a bounded
/// piece each, from the tail or (here, on this thread: a piece is at most 500 rows, some milliseconds) from the
/// database; so one with a month to read delays the others by one piece at a time.
class Delivery {
public:
    struct Hooks {
        EventLog::Membership membership;
        EventLog::Acquaintance acquaintance;
        EventLog::Readership readership;
        EventLog::Render render;
    };

    Delivery(storage::Database& database, Feed& feed, const EventOptions& options, const Hooks& hooks)
        : _database(database), _feed(feed), _hooks(hooks), _checkEvery(options.checkEvery)
    {
    }

    void run(); ///< until the feed is stopping; then everyone has got onEnded
    void runCommands(std::vector<Command>& commands);
    void endAll() noexcept;

private:
    using State = Subscription::State;
    using Clock = std::chrono::steady_clock;
    /// Subscriptions in one state, each knowing its place: so one leaves without a search. Order is of no meaning.
    using List = std::vector<Subscription*>;

    bool collect(); ///< waits for work and takes it; false: stopping
    std::optional<Clock::time_point> sleepsUntil() const;
    void add(const SubscriptionPtr& subscription);
    void setState(Subscription& subscription, State state);
    void deliverBatch();
    void deliverEphemeral();
    void catchUp();
    void oneTurn(Subscription& subscription);
    /// Fills _missed; gives the id up to which the log was read. Throws what the database throws.
    Id readMissed(Subscription& subscription);
    void readFromDatabase(Subscription& subscription, Id upTo, Id& readTo);
    void reset(Subscription& subscription);
    bool offer(Subscription& subscription, const EventPtr& event); ///< false: not another one
    bool sees(const Subscription& subscription, Id eventId, Id chatId, Id projectId, Id actorId) const;
    bool checkPrincipal(Subscription& subscription);
    void checkAll();
    void end(Subscription& subscription) noexcept;

    storage::Database& _database;
    Feed& _feed;
    const Hooks& _hooks;
    const std::chrono::milliseconds _checkEvery;

    std::unordered_map<Subscription*, SubscriptionPtr> _all;
    List _live;
    std::size_t _hurried = 0; // how many of _live are not patient
    std::deque<SubscriptionPtr> _lagging; // who has left it by being cancelled is skipped when its turn comes
    std::size_t _withPrincipal = 0; // how many of _all can be revoked
    Id _position = 0; // the live readers have had everything up to here

    std::vector<Command> _commands;
    std::vector<EventPtr> _batch;
    std::vector<EventPtr> _ephemeral;
    std::vector<EventPtr> _missed;
    base::Millis _now = 0;
    Clock::time_point _gatheredAt{}; // until then those who are patient wait for more
    Clock::time_point _nextCheck{};
    Clock::time_point _databaseRetry{}; // it failed: not before this
};

} // namespace netbit::services::events
