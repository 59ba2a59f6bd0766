// What other rules would have made of the last days.

#include "services/notify/Acts.h"

#include "services/notify/Quiet.h"
#include "services/notify/Story.h"

#include <boost/json/serialize.hpp>

#include <deque>

namespace netbit::services::notify {

using base::fault;
using base::Result;
using base::Status;
using storage::Connection;

namespace json = boost::json;

namespace {

constexpr std::size_t atOnce = 512;
constexpr std::size_t mostListed = 200;
constexpr int mostAtOnce = 2; // each keeps a worker and a reader busy
constexpr base::Millis dayMs = 24 * 3'600'000;

class Seat {
public:
    explicit Seat(std::atomic<int>& count) : _count(count), _taken(count.fetch_add(1) < mostAtOnce) {}
    ~Seat() { _count.fetch_sub(1); }
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;
    bool taken() const noexcept { return _taken; }

private:
    std::atomic<int>& _count;
    const bool _taken;
};

struct Outcome {
    std::int64_t events = 0;
    std::int64_t before = 0;
    std::int64_t after = 0;
    std::int64_t held = 0; ///< of those after
    std::int64_t added = 0;
    std::int64_t silenced = 0;
    bool truncated = false;
    std::deque<storage::NotificationRecord> list; ///< of those after, the newest first
};

class Replay {
public:
    Replay(const Core& core, Id userId, const Rules& proposed)
        : _core(core), _userId(userId), _current(core.book.find(userId)), _proposed(proposed), _zone(core.zoneOf(userId))
    {
    }

    void look(Connection& connection, const storage::EventRecord& event)
    {
        // Most of the log is other people's talk: the cache knows that without the database.
        if (event.topic == "message.created" && !mine(event.chatId))
            return;
        const auto story = storyOf(connection, _core, event, Readers::one);
        if (!story)
            return;
        const auto standing = standingOf(connection, _core, *story, _userId);
        const auto level = _core.serverLevel();
        const auto before = decide(story->happening, standing, *_current, level);
        const auto after = decide(story->happening, standing, _proposed, level);
        out.before += before.notify ? 1 : 0;
        out.after += after.notify ? 1 : 0;
        out.added += after.notify && !before.notify ? 1 : 0;
        out.silenced += before.notify && !after.notify ? 1 : 0;
        if (!after.notify)
            return;
        auto notice = noticeOf(_core, *story, after, _proposed, _userId);
        const auto loud = loudFrom(_proposed, _zone, event.createdAt);
        notice.heldUntil = loud > event.createdAt ? loud : 0;
        out.held += notice.heldUntil != 0 ? 1 : 0;
        out.list.push_front(std::move(notice));
        if (out.list.size() > mostListed)
            out.list.pop_back();
    }

    Outcome out;

private:
    bool mine(Id chatId) const
    {
        const auto* const entry = _core.chats.cache.find(chatId);
        return entry && entry->state()->members->find(_userId);
    }

    const Core& _core;
    const Id _userId;
    const RuleBook::RulesPtr _current;
    const Rules& _proposed;
    const std::string _zone;
};

} // namespace

Result<void> simulate(Core& core, Call& call, Done done)
{
    const auto rules = readRules(*call.arguments.object("rules"), "/rules");
    if (!rules)
        return rules.error();
    const Seat seat(core.simulations);
    if (!seat.taken())
        return fault(Status::unavailable, "simulations_busy",
                     "Others are trying rules at the moment: ask again in a few seconds.");
    const auto days = call.arguments.integerOr("days", 7);
    const auto most = core.simulatedEvents.load();
    Replay replay(core, call.principal->userId(), *rules);
    auto& out = replay.out;
    Id from = 0;
    auto read = core.projects.read([&](Connection& connection) {
        const auto first = storage::NotificationRepository::firstEventSince(connection, base::now() - days * dayMs);
        // Where there are too many, the newest.
        const auto newest = storage::EventRepository::highestId(connection) + 1 - most;
        out.truncated = first != 0 && newest > first;
        from = first == 0 ? 0 : std::max(first, newest);
    });
    // In pieces: one long read would keep the database's log from being folded up.
    for (bool more = from != 0; read && more;) {
        more = false;
        read = core.projects.read([&](Connection& connection) {
            const auto events = storage::EventRepository::after(connection, from - 1, atOnce);
            for (const auto& event : events) {
                replay.look(connection, event);
                ++out.events;
            }
            more = !events.empty() && out.events < most;
            from = events.empty() ? from : events.back().id + 1;
        });
    }
    if (!read)
        return read;
    json::array list;
    for (const auto& notice : out.list) {
        auto shown = noticeJson(core, notice);
        for (const auto* const none : {"id", "read_at", "updated_at"}) // it was never there
            shown.erase(none);
        list.push_back(std::move(shown));
    }
    return projects::answered(done, json::serialize(json::object{{"days", days},
                                                                 {"events", out.events},
                                                                 {"truncated", out.truncated},
                                                                 {"before", out.before},
                                                                 {"after", out.after},
                                                                 {"added", out.added},
                                                                 {"silenced", out.silenced},
                                                                 {"held", out.held},
                                                                 {"data", std::move(list)}}));
}

} // namespace netbit::services::notify
