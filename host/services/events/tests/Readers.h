#pragma once
// A log over a database of its own, and readers that can be waited for.

#include "services/events/EventLog.h"
#include "storage/Writer.h"
#include "storage/tests/Temporary.h"

#include <condition_variable>
#include <future>
#include <mutex>

namespace netbit::services::events::test {

/// Notes what it is told; the test waits for a condition on it.
class Reader : public Subscriber {
public:
    using Answer = std::function<Take(const Event&)>;
    explicit Reader(Answer answer = {}) : _answer(std::move(answer)) {}

    Take onEvent(const EventPtr& event) override
    {
        const auto take = _answer ? _answer(*event) : Take::next;
        note([&] { _events.push_back(event); });
        return take;
    }
    void onReset(Id nextId) override
    {
        note([&] { _resets.push_back(nextId); });
    }
    void onRevoked() override
    {
        note([&] { ++_revoked; });
    }
    void onEnded() override
    {
        note([&] { ++_ended; });
    }

    bool waitForEvents(std::size_t count)
    {
        return waitFor([&] { return _events.size() >= count; });
    }
    bool waitForReset()
    {
        return waitFor([&] { return !_resets.empty(); });
    }
    bool waitForRevoked()
    {
        return waitFor([&] { return _revoked > 0; });
    }
    bool waitForEnd()
    {
        return waitFor([&] { return _ended > 0; });
    }

    std::vector<Id> ids() const
    {
        const std::lock_guard lock(_mutex);
        std::vector<Id> ids;
        for (const auto& event : _events)
            ids.push_back(event->id);
        return ids;
    }
    std::vector<EventPtr> events() const
    {
        const std::lock_guard lock(_mutex);
        return _events;
    }
    std::vector<Id> resets() const
    {
        const std::lock_guard lock(_mutex);
        return _resets;
    }
    int revoked() const
    {
        const std::lock_guard lock(_mutex);
        return _revoked;
    }
    int ended() const
    {
        const std::lock_guard lock(_mutex);
        return _ended;
    }

private:
    template <class Change>
    void note(Change change)
    {
        const std::lock_guard lock(_mutex);
        change();
        _changed.notify_all();
    }
    template <class Condition>
    bool waitFor(Condition condition)
    {
        std::unique_lock lock(_mutex);
        return _changed.wait_for(lock, std::chrono::seconds(20), condition);
    }

    Answer _answer;
    mutable std::mutex _mutex;
    std::condition_variable _changed;
    std::vector<EventPtr> _events;
    std::vector<Id> _resets;
    int _revoked = 0;
    int _ended = 0;
};

inline auth::PrincipalPtr principal(Id userId, base::Millis expiresAt = 0)
{
    return std::make_shared<const auth::Principal>(auth::Principal::Kind::session, userId, "user", false, 1, expiresAt);
}

/// Users are in the chats that `members` says: user id times 1000 and chat id.
class LogTest : public storage::test::HostDatabase {
protected:
    LogTest() { open(EventOptions{}); }

    void open(EventOptions with)
    {
        log.reset();
        writer.reset();
        writer = std::make_unique<storage::Writer>(*database, storage::Writer::Options{});
        log = std::make_unique<EventLog>(*database, *writer, with);
        log->setHooks([](Id userId, Id chatId) { return chatId == 0 || chatId % 10 == userId; },
                      [](storage::Connection&, const storage::EventRecord& event) {
                          return "{\"rendered\":" + std::to_string(event.objectId) + "}";
                      },
                      [](Id userId, Id otherId) { return userId + otherId == 3; });
        log->load(database->writing());
        writer->start();
        log->start();
    }
    ~LogTest() override
    {
        writer->stop();
        log.reset();
    }

    /// Waits for the write; gives the event's id.
    Id put(std::string_view topic, Id chatId = 0, auth::PrincipalPtr by = nullptr)
    {
        std::promise<Id> written;
        const auto taken = log->publishDurable(by, topic, chatId, R"({"a":1})",
                                               [&](const auto& made) { written.set_value(made ? made->id : 0); });
        return taken ? written.get_future().get() : 0;
    }

    std::shared_ptr<Subscription> follow(const std::shared_ptr<Reader>& reader, Id after, auth::PrincipalPtr by = nullptr,
                                         std::vector<std::string> topics = {})
    {
        return log->subscribe({.principal = std::move(by), .after = after, .topics = std::move(topics)}, reader);
    }

    std::unique_ptr<storage::Writer> writer;
    std::unique_ptr<EventLog> log;
};

} // namespace netbit::services::events::test
