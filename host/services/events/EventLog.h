#pragma once
// The log of what happened, and the cursors that follow it.

#include "base/Result.h"
#include "services/Done.h"
#include "services/auth/Principal.h"
#include "storage/Records.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::storage {
class Connection;
class Database;
class Writer;
} // namespace netbit::storage

namespace netbit::services::events {

using storage::Id;

/// Immutable, shared by everyone it is delivered to.
struct Event {
    Id id = 0; ///< 0: ephemeral
    std::string topic;
    Id chatId = 0;
    Id actorId = 0;
    base::Millis createdAt = 0;
    std::string json; ///< {"id","topic","chat_id","actor_id","created_at","data":{…}}; no id when ephemeral
    Id projectId = 0; ///< its readers see the event; then the JSON has "project_id" before "data"
    bool plain = false; ///< known to be a message that names nobody and stands in no thread
};
using EventPtr = std::shared_ptr<const Event>;

enum class Take : std::uint8_t { next, pause, cancel };

/// All calls on the event thread, one at a time per subscription; whoever waits in one makes every other reader wait.
/// One that throws is cancelled.
class Subscriber {
public:
    virtual ~Subscriber() = default;
    virtual Take onEvent(const EventPtr& event) = 0;
    virtual void onReset(Id nextId) = 0; ///< the log does not reach back so far; goes on from nextId
    virtual void onRevoked() = 0;        ///< no more will come
    virtual void onEnded() = 0;          ///< after cancel: the last call
};

struct SubscribeOptions {
    auth::PrincipalPtr principal{}; ///< only what this one may see; nullptr: everything
    Id after = -1;                ///< -1: from now on
    std::vector<std::string> topics{}; ///< exact or "message.*"; empty: all
    bool durable = true;
    bool ephemeral = false;
    bool patient = false; ///< durable events may come some milliseconds late, so that nobody has to wake the event thread for each
};

class Subscription; ///< opaque

struct EventOptions {
    std::size_t tail = 10'000; ///< newest events kept in memory; older ones are read from the database
    std::chrono::hours retention{24 * 30};
    std::chrono::milliseconds coalesce{1'000}; ///< the window of an ephemeral event
    std::chrono::milliseconds checkEvery{1'000}; ///< how soon a revoked principal is noticed where nothing happens
};

class EventLog {
public:
    EventLog(storage::Database& database, storage::Writer& writer, EventOptions options);
    ~EventLog(); ///< stop(), and onEnded for who subscribed after it
    EventLog(const EventLog&) = delete;
    EventLog& operator=(const EventLog&) = delete;

    /// May this user see events of this chat? Set before start(); called on the event thread, memory only.
    using Membership = std::function<bool(Id userId, Id chatId)>;
    /// May this user see events of this project? `asked`: the subscription names topics. As for chats.
    using Readership = std::function<bool(Id userId, Id projectId, bool asked)>;
    void setReadership(Readership readership); ///< before start()
    /// The `data` object of an event whose row has none (message.created). Called with a reading connection.
    using Render = std::function<std::string(storage::Connection&, const storage::EventRecord&)>;
    /// Sees each event on the writer's thread, before whoever caused it is answered; set before start(). Quick, and without throwing.
    using Witness = std::function<void(const Event&)>;
    void setWitness(Witness witness);
    /// Do these two share a chat? An ephemeral event without a chat (presence) is for those who share one with its actor.
    using Acquaintance = std::function<bool(Id userId, Id otherId)>;
    void setHooks(Membership membership, Render render, Acquaintance acquaintance = {});

    void load(storage::Connection& connection); ///< highest and lowest id
    void start();
    void stop(); ///< ends the event thread; every subscriber gets onEnded, on it. For good

    // For services that write events: on the writer's thread.
    Id nextId() noexcept;          ///< in Job::apply: the id for a row; gaps after a rollback are fine
    void append(EventPtr event);   ///< in Job::publish, in commit order
    /// In Job::publish: what a message said is gone. Events that show it, and that readers may still ask for, show `data` now.
    void redact(Id chatId, Id messageId, std::string_view data);
    static std::string envelope(Id id, std::string_view topic, Id chatId, Id actorId, base::Millis createdAt,
                                std::string_view data, Id projectId = 0);

    /// What readers get of a row that was written. `data`: the row's own, or what stands for it where the row has none.
    static EventPtr shown(const storage::EventRecord& row, std::string_view data);

    /// [any] Ephemeral. The principal must be a member of the chat (when not 0): notFound otherwise. The same actor, topic
    /// and chat within a second is coalesced: the newest of what came within it goes out at its end, unless that says the
    /// same as what went before. `data` is a JSON object (checked by the caller).
    base::Result<void> publish(const auth::Principal& principal, std::string_view topic, Id chatId, std::string_view data);
    /// [any] A plugin's own durable event; done gets its id and JSON. data: a JSON object of at most 64 KiB. nullptr: the
    /// host acts.
    base::Result<void> publishDurable(const auth::PrincipalPtr& principal, std::string_view topic, Id chatId,
                                      std::string_view data, Done done);

    /// [any] A principal sees the events of its chats and of the projects that it may read (as of today) and, of those about
    /// neither, its own; the local admin sees all. An `after` that the log does not know (too old, or above the last id) begins with onReset.
    std::shared_ptr<Subscription> subscribe(SubscribeOptions options, std::shared_ptr<Subscriber> subscriber);
    void resume(const std::shared_ptr<Subscription>& subscription);  ///< [any]
    /// [any] Also after onRevoked. onEnded follows on the event thread (where that does not run: here, before the return).
    void cancel(const std::shared_ptr<Subscription>& subscription);

    Id lastId() const noexcept; ///< [any]
    /// Within onEnded of this subscription: its reader was offered everything up to this id, and nothing behind it.
    Id position(const std::shared_ptr<Subscription>& subscription) const noexcept;
    void prune();               ///< [worker] drops what is past retention

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::services::events
