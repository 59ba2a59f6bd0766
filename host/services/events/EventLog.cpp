#include "services/events/EventLog.h"

#include "base/Json.h"
#include "base/SignalStack.h"
#include "services/events/Delivery.h"
#include "services/events/DurableJob.h"
#include "storage/Repositories.h"
#include "storage/Writer.h"

#include <thread>

namespace netbit::services::events {

namespace {

using base::fault;
using base::Status;

constexpr std::size_t maxTopicBytes = 128;
constexpr std::size_t maxDataBytes = 64 * 1024;

base::Result<void> checkForm(std::string_view topic, std::string_view data)
{
    if (topic.empty() || topic.size() > maxTopicBytes)
        return fault(Status::invalid, "invalid_topic", "A topic has 1 to 128 bytes.", "/topic");
    if (data.size() > maxDataBytes)
        return fault(Status::tooLarge, "data_too_large", "The data of an event has at most 64 KiB.", "/data");
    return {};
}

} // namespace

struct EventLog::Impl {
    Impl(storage::Database& database, storage::Writer& ofWriter, const EventOptions& with)
        : writer(ofWriter), options(with), feed(with), delivery(database, feed, with, hooks)
    {
    }

    void command(Command command)
    {
        bool wake = false;
        {
            const std::lock_guard lock(feed.mutex); // commands
            feed.commands.push_back(std::move(command));
            wake = feed.mustWake();
        }
        if (wake)
            feed.wake.notify_one();
    }

    base::Result<void> checkPrincipal(const auth::Principal& principal, Id chatId) const
    {
        if (!principal.valid())
            return fault(Status::unauthenticated, "unauthenticated", "The session has ended.");
        if (chatId != 0 && !(hooks.membership && hooks.membership(principal.userId(), chatId)))
            return fault(Status::notFound, "chat_not_found", "There is no such chat, or you are not in it.");
        return {};
    }

    /// Without an event thread: who was never added, or came too late, hears of its end here.
    void endLeftOver()
    {
        std::vector<Command> commands;
        {
            const std::lock_guard lock(feed.mutex); // commands
            commands.swap(feed.commands);
        }
        delivery.runCommands(commands);
        delivery.endAll();
    }

    storage::Writer& writer;
    const EventOptions options;
    Witness witness;
    Delivery::Hooks hooks;
    Feed feed;
    Delivery delivery;
    std::atomic<Id> lastGiven{0}; // the writer's; atomic only because load() is another thread's
    std::thread thread;
};

EventLog::EventLog(storage::Database& database, storage::Writer& writer, EventOptions options)
    : _impl(std::make_unique<Impl>(database, writer, options))
{
}

EventLog::~EventLog()
{
    stop();
    _impl->endLeftOver();
}

void EventLog::setHooks(Membership membership, Render render, Acquaintance acquaintance)
{
    _impl->hooks.membership = std::move(membership);
    _impl->hooks.acquaintance = std::move(acquaintance);
    _impl->hooks.render = std::move(render);
}

void EventLog::setWitness(Witness witness) { _impl->witness = std::move(witness); }

void EventLog::setReadership(Readership readership) { _impl->hooks.readership = std::move(readership); }

void EventLog::load(storage::Connection& connection)
{
    const auto highest = storage::EventRepository::highestId(connection);
    _impl->lastGiven = highest;
    const std::lock_guard lock(_impl->feed.mutex); // tail
    _impl->feed.tail.startAfter(highest);
    _impl->feed.lastId = highest;
}

void EventLog::start()
{
    const std::lock_guard lock(_impl->feed.mutex); // run
    if (_impl->feed.run != Feed::Run::waiting)
        throw std::logic_error("EventLog::start: started already");
    _impl->feed.run = Feed::Run::running;
    _impl->thread = std::thread([this] {
        const base::SignalStack room;
        _impl->delivery.run();
    });
}

void EventLog::stop()
{
    auto& feed = _impl->feed;
    {
        const std::lock_guard lock(feed.mutex); // run
        if (feed.run == Feed::Run::running)
            feed.run = Feed::Run::stopping;
    }
    feed.wake.notify_one();
    if (_impl->thread.joinable())
        _impl->thread.join();
    {
        const std::lock_guard lock(feed.mutex); // run
        if (std::exchange(feed.run, Feed::Run::stopped) == Feed::Run::stopped)
            return;
    }
    _impl->endLeftOver();
}

Id EventLog::nextId() noexcept { return _impl->lastGiven.fetch_add(1, std::memory_order_relaxed) + 1; }

void EventLog::append(EventPtr event)
{
    if (_impl->witness)
        _impl->witness(*event);
    auto& feed = _impl->feed;
    bool wake = false;
    {
        const std::lock_guard lock(feed.mutex); // tail
        feed.lastId.store(event->id, std::memory_order_release);
        feed.tail.append(std::move(event));
        wake = feed.wantsEvents && feed.mustWake();
    }
    if (wake)
        feed.wake.notify_one();
}

void EventLog::redact(Id chatId, Id messageId, std::string_view data)
{
    // What an event shows stands behind its own members, and a string in it cannot look like this: its quotes are escaped.
    std::string shows = ",\"data\":{\"id\":";
    base::appendJsonInt(shows, messageId);
    shows += ',';
    const std::lock_guard lock(_impl->feed.mutex); // tail
    _impl->feed.tail.replaceIf(
        [&](const Event& event) {
            return event.chatId == chatId && event.topic.starts_with("message.") && event.json.find(shows) != std::string::npos;
        },
        [&](const Event& event) {
            return std::make_shared<const Event>(
                Event{event.id, event.topic, event.chatId, event.actorId, event.createdAt,
                      envelope(event.id, event.topic, event.chatId, event.actorId, event.createdAt, data)});
        });
}

EventPtr EventLog::shown(const storage::EventRecord& row, std::string_view data)
{
    return std::make_shared<const Event>(
        Event{row.id, row.topic, row.chatId, row.actorId, row.createdAt,
              envelope(row.id, row.topic, row.chatId, row.actorId, row.createdAt, data, row.projectId), row.projectId});
}

std::string EventLog::envelope(Id id, std::string_view topic, Id chatId, Id actorId, base::Millis createdAt,
                               std::string_view data, Id projectId)
{
    std::string out;
    out.reserve(data.size() + topic.size() + 144);
    out += '{';
    if (id != 0) {
        out += "\"id\":";
        base::appendJsonInt(out, id);
        out += ',';
    }
    out += "\"topic\":";
    base::appendJsonString(out, topic);
    out += ",\"chat_id\":";
    base::appendJsonInt(out, chatId);
    out += ",\"actor_id\":";
    base::appendJsonInt(out, actorId);
    out += ",\"created_at\":\"";
    base::appendRfc3339(out, createdAt);
    out += '"';
    if (projectId != 0) {
        out += ",\"project_id\":";
        base::appendJsonInt(out, projectId);
    }
    out += ",\"data\":";
    out += data;
    out += '}';
    return out;
}

base::Result<void> EventLog::publish(const auth::Principal& principal, std::string_view topic, Id chatId,
                                     std::string_view data)
{
    if (auto form = checkForm(topic, data); !form)
        return form;
    if (auto may = _impl->checkPrincipal(principal, chatId); !may)
        return may;
    auto& feed = _impl->feed;
    if (feed.ephemeralReaders.load(std::memory_order_relaxed) == 0)
        return {};
    const auto at = base::now();
    auto event = std::make_shared<const Event>(Event{0, std::string(topic), chatId, principal.userId(), at,
                                                     envelope(0, topic, chatId, principal.userId(), at, data)});
    bool wake = false;
    {
        const std::lock_guard lock(feed.mutex); // coalescer, ephemeral
        const bool now = feed.coalescer.offer({principal.userId(), chatId, std::string(topic)}, data,
                                              Coalescer::Clock::now());
        if (now && feed.ephemeral.size() < Feed::maxEphemeral) {
            feed.ephemeral.push_back(std::move(event));
            wake = feed.mustWake();
        }
    }
    if (wake)
        feed.wake.notify_one();
    return {};
}

base::Result<void> EventLog::publishDurable(const auth::PrincipalPtr& principal, std::string_view topic, Id chatId,
                                            std::string_view data, Done done)
{
    if (auto form = checkForm(topic, data); !form)
        return form;
    if (principal)
        if (auto may = _impl->checkPrincipal(*principal, chatId); !may)
            return may;
    storage::EventRecord record;
    record.topic = topic;
    record.chatId = chatId;
    record.actorId = principal ? principal->userId() : 0;
    record.data = data.empty() ? "{}" : data;
    std::unique_ptr<storage::Job> job = std::make_unique<DurableJob>(*this, std::move(record), std::move(done));
    if (!_impl->writer.submit(job))
        return fault(Status::unavailable, "overloaded", "The server has too much to write at the moment.");
    return {};
}

std::shared_ptr<Subscription> EventLog::subscribe(SubscribeOptions options, std::shared_ptr<Subscriber> subscriber)
{
    if (!subscriber)
        throw std::invalid_argument("EventLog::subscribe: no subscriber");
    const auto from = options.after < 0 ? lastId() : options.after;
    if (options.ephemeral)
        _impl->feed.ephemeralReaders.fetch_add(1, std::memory_order_relaxed);
    auto subscription = std::make_shared<Subscription>(std::move(options), std::move(subscriber), from);
    _impl->command({subscription, Command::What::add});
    return subscription;
}

void EventLog::resume(const std::shared_ptr<Subscription>& subscription)
{
    _impl->command({subscription, Command::What::resume});
}

void EventLog::cancel(const std::shared_ptr<Subscription>& subscription)
{
    auto& feed = _impl->feed;
    bool wake = false;
    bool here = false;
    {
        const std::lock_guard lock(feed.mutex); // run, commands; without an event thread the subscription's state
        if (subscription->cancelled.exchange(true))
            return;
        if (feed.run == Feed::Run::running || feed.run == Feed::Run::stopping) {
            feed.commands.push_back({subscription, Command::What::cancel});
            wake = feed.mustWake();
        } else {
            here = std::exchange(subscription->state, Subscription::State::ended) != Subscription::State::ended;
        }
    }
    if (wake)
        feed.wake.notify_one();
    if (!here)
        return;
    if (subscription->ephemeral)
        feed.ephemeralReaders.fetch_sub(1, std::memory_order_relaxed);
    subscription->reader->onEnded();
}

Id EventLog::lastId() const noexcept { return _impl->feed.lastId.load(std::memory_order_acquire); }

Id EventLog::position(const std::shared_ptr<Subscription>& subscription) const noexcept { return subscription->cursor; }

void EventLog::prune()
{
    const auto before = base::now() - std::chrono::milliseconds(_impl->options.retention).count();
    std::int64_t gone = 0;
    do {
        gone = 0;
        const auto done = _impl->writer.run([&](storage::Connection& connection) {
            gone = storage::EventRepository::prune(connection, before);
            return base::Result<void>();
        });
        if (!done)
            return; // the next prune goes on from here
    } while (gone > 0);
}

} // namespace netbit::services::events
