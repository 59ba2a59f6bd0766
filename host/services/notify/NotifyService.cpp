#include "services/notify/NotifyService.h"

#include "services/log/Log.h"
#include "services/notify/Acts.h"
#include "services/notify/Quiet.h"
#include "services/notify/Story.h"
#include "services/projects/Turn.h"

#include <boost/json/serialize.hpp>

#include <span>

namespace netbit::services::notify {

using base::Result;
using std::chrono::milliseconds;
using storage::Connection;
using storage::NotificationRepository;

namespace {

constexpr std::size_t atOnce = 256;      // events looked at in one read
constexpr Id lazyMark = 10'000;          // events looked at that made nothing, before the mark is written for them alone
constexpr int mostSteps = 64;            // before others have their turn on the worker
constexpr int keepEvery = 60;            // calls of tend()
constexpr std::size_t transaction = 256; // notifications in one
constexpr milliseconds gathering(10);    // what happens within it is looked at together

/// What events show readers of their chats changes what notifications quote.
bool changesQuotes(std::string_view topic)
{
    return topic == "message.edited" || topic == "message.deleted" || topic == "chat.left" || topic == "chat.member_removed" ||
           topic == "project.left" || topic == "project.member_removed" || topic == "project.deleted";
}

} // namespace

/// The mark, and who moves it. Events that may concern somebody wake it, it gathers for a moment, looks at what there is on a
/// worker, and listens again: while it works nobody has to wake it.
struct NotifyService::Follower final : events::Subscriber, std::enable_shared_from_this<Follower> {
    explicit Follower(Core& ofCore) : core(ofCore) {}

    events::Take onEvent(const events::EventPtr& event) override
    {
        const std::unique_lock lock(working, std::try_to_lock); // the mark; whoever is at it looks further than this event
        if (event->id <= core.mark.load())
            return events::Take::next;
        if (lock && concernsNobody(core, *event)) {
            core.mark = event->id;
            return events::Take::next;
        }
        wake();
        return events::Take::pause;
    }
    void onReset(Id) override { wake(); }
    void onRevoked() override {}
    void onEnded() override {}

    void wake()
    {
        if (stopping)
            return;
        later(gathering, [self = shared_from_this()] { self->run(); });
    }

    void run()
    {
        std::unique_lock lock(working, std::try_to_lock);
        if (stopping || !lock) // whoever is at it listens again behind it
            return;
        for (int steps = 0; steps < mostSteps; ++steps)
            if (stopping || !step()) {
                lock.unlock(); // the next event comes at once
                return core.projects.events.resume(subscription);
            }
        wake(); // there is more, and others wait for a worker
    }

    void catchUp()
    {
        const std::lock_guard lock(working); // one at a time: the mark
        while (!stopping && step()) {
        }
    }

    /// The mark alone.
    void keepMark()
    {
        const std::unique_lock lock(working, std::try_to_lock);
        if (const auto mark = core.mark.load(); lock && mark != written)
            (void)store({}, mark);
    }

    /// false: there is nothing more, or it did not work out this time.
    bool step()
    {
        std::vector<storage::NotificationRecord> made;
        const auto from = core.mark.load();
        Id last = from;
        const auto read = core.projects.read([&](Connection& connection) {
            for (const auto& event : storage::EventRepository::after(connection, from, atOnce)) {
                last = event.id;
                lookAt(connection, event, made);
            }
        });
        if (!read || last == from)
            return false;
        if ((!made.empty() || last - written >= lazyMark) && !store(made, last))
            return false;
        core.mark = last;
        return true;
    }

    void lookAt(Connection& connection, const storage::EventRecord& event, std::vector<storage::NotificationRecord>& made)
    {
        const auto before = made.size();
        try {
            if (const auto story = storyOf(connection, core, event, Readers::all))
                decideFor(connection, *story, made);
        } catch (const storage::DatabaseError&) {
            throw; // not the event's fault: it comes again
        } catch (const std::exception& failure) { // it must not hold up all that comes behind it
            made.resize(before);
            log::error("notify", "An event could not be read", {{"event", std::to_string(event.id)}, {"error", failure.what()}});
        }
    }

    void decideFor(Connection& connection, const Story& story, std::vector<storage::NotificationRecord>& made)
    {
        for (const auto user : candidates(core, story)) {
            const auto rules = core.book.find(user);
            const auto decision = decide(story.happening, standingOf(connection, core, story, user), *rules, core.serverLevel());
            if (decision.notify)
                made.push_back(noticeOf(core, story, decision, *rules, user));
        }
    }

    /// The notifications and the mark, or neither. Very many (everyone of a large channel) are several transactions, so that the
    /// writer has time for others; the mark moves in the last, and what was stored before a crash is not stored again.
    bool store(const std::vector<storage::NotificationRecord>& made, Id last)
    {
        for (std::size_t from = 0; made.size() - from > transaction; from += transaction)
            if (!write(std::span(made).subspan(from, transaction), 0))
                return false;
        const auto rest = made.empty() ? 0 : (made.size() - 1) / transaction * transaction;
        if (!write(std::span(made).subspan(rest), last))
            return false;
        written = last;
        return true;
    }

    bool write(std::span<const storage::NotificationRecord> made, Id last)
    {
        std::vector<std::function<void()>> effects;
        const auto done = core.projects.writer.run(
            [&](Connection& connection) -> Result<void> {
                projects::Turn turn(core.projects, {}, connection);
                std::vector<Id> users;
                for (const auto& notice : made)
                    if (insertNotice(core, turn, notice))
                        users.push_back(notice.userId);
                std::sort(users.begin(), users.end());
                users.erase(std::unique(users.begin(), users.end()), users.end());
                for (const auto user : users)
                    NotificationRepository::trim(connection, user, core.kept);
                if (last != 0)
                    NotificationRepository::setMark(connection, last);
                effects = std::move(turn.effects);
                return {};
            },
            [&] {
                for (const auto& effect : effects)
                    effect();
            });
        if (!done) {
            log::warn("notify", "Notifications could not be written; they will be when that is possible",
                      {{"error", done.error().detail}});
            return false;
        }
        return true;
    }

    Core& core;
    Later later;
    std::shared_ptr<events::Subscription> subscription;
    std::atomic<bool> stopping{false};
    std::atomic<unsigned> tended{0};
    Id written = 0; // of the mark, on disk; guarded by `working`
    std::mutex working;
};

NotifyService::NotifyService(projects::Core& projects, chat::Core& chats)
    : _core(std::make_unique<Core>(projects, chats)), _follower(std::make_shared<Follower>(*_core))
{
    projects.events.setWitness([core = _core.get()](const events::Event& event) {
        if (changesQuotes(event.topic))
            core->inbox.clear();
    });
}

NotifyService::~NotifyService() = default;

void NotifyService::load()
{
    _core->projects.database.read([this](Connection& connection) {
        _core->mark = _follower->written = NotificationRepository::mark(connection);
        NotificationRepository::eachRules(connection, [this](Id user, std::string_view rules) {
            _core->book.put(user, std::make_shared<const Rules>(storedRules(rules)));
        });
    });
}

void NotifyService::setOptions(const NotifyOptions& options)
{
    _core->level = options.level;
    _core->kept = options.kept;
    _core->simulatedEvents = options.simulatedEvents;
}

void NotifyService::addOperations(operations::Operations& all) { addNotifyOperations(all, *_core); }

void NotifyService::start(Later later)
{
    _follower->later = std::move(later);
    _follower->subscription =
        _core->projects.events.subscribe({.after = _core->mark.load(), .topics = storyTopics(), .patient = true}, _follower);
}

void NotifyService::tend()
{
    // A mark that lags far behind would have rules of today decide on talk of last week, after a crash.
    if (++_follower->tended % keepEvery == 0)
        _follower->keepMark();
    if (_core->projects.events.lastId() > _core->mark.load())
        _follower->run();
}

void NotifyService::stop()
{
    _follower->stopping = true;
    if (_follower->subscription)
        _core->projects.events.cancel(_follower->subscription);
}

void NotifyService::finish()
{
    _follower->keepMark();
    _follower->subscription.reset(); // which holds the follower in turn
}

void NotifyService::forget() { _core->inbox.clear(); }

void NotifyService::catchUp() { _follower->catchUp(); }

Core& NotifyService::core() noexcept { return *_core; }

} // namespace netbit::services::notify
