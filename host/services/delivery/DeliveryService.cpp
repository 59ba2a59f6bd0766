#include "services/delivery/DeliveryService.h"

#include "services/delivery/Attempt.h"
#include "services/log/Log.h"
#include "services/notify/Quiet.h"

#include <set>

namespace netbit::services::delivery {

using base::Millis;
using base::Result;
using projects::Turn;
using std::chrono::milliseconds;
using storage::Connection;
using storage::WebhookDeliveryRecord;
using storage::WebhookRecord;
using storage::WebhookRepository;

namespace {

constexpr milliseconds gathering(10);
constexpr int atOnce = 100; // deliveries to one receiver, before others have the thread

} // namespace

/// Takes what is due to the receivers; each has one delivery at a time, so that a slow one holds up none but itself.
struct DeliveryService::Sender final : std::enable_shared_from_this<Sender> {
    Sender(Core& ofCore, base::Fetch by) : core(ofCore), fetch(std::move(by)) {}

    void wake()
    {
        if (!stopping && run && !woken.exchange(true))
            run(gathering, [self = shared_from_this()] { self->tend(); });
    }

    void tend()
    {
        woken = false;
        for (const auto hook : due())
            if (claim(hook) && !run(milliseconds(0), [self = shared_from_this(), hook] { self->serve(hook); }))
                release(hook);
    }

    std::vector<Id> due() const
    {
        std::vector<Id> hooks;
        if (!stopping)
            (void)core.projects().read([&](Connection& reading) { hooks = WebhookRepository::due(reading, core.clock()); });
        return hooks; // what could not be read is due a second later
    }

    bool claim(Id hook)
    {
        const std::lock_guard lock(mutex); // claimed
        return claimed.insert(hook).second;
    }
    void release(Id hook)
    {
        const std::lock_guard lock(mutex); // claimed
        claimed.erase(hook);
    }

    void serve(Id hook)
    {
        int sent = 0;
        try {
            while (!stopping && sent < atOnce && sendNext(hook))
                ++sent;
        } catch (const std::exception& failure) {
            log::error("delivery", "A delivery could not be made", {{"webhook", std::to_string(hook)}, {"error", failure.what()}});
        }
        release(hook);
        if (sent > 0)
            wake(); // what came while it was claimed
    }

    /// false: nothing is due there, or it is better to wait.
    bool sendNext(Id hook)
    {
        std::optional<Due> due;
        const auto now = core.clock();
        const auto read = core.projects().read([&](Connection& reading) { due = dueOf(reading, hook, now); });
        if (!read || !due)
            return false;
        const auto userId = due->hook.userId;
        const auto user = core.projects().users.byId(userId);
        if (!user || user->state != "active" || (due->lapses() && (!due->notice || due->notice->readAt != 0)))
            return drop(due->delivery, now);
        if (due->delivery.held)
            if (const auto loud = notify::loudFrom(*core.notices.book.find(userId), core.notices.zoneOf(userId), now); loud > now)
                return hold(due->delivery, loud);
        ++attempted;
        const auto outcome = attempt(core, fetch, *due, now);
        if (stopping && outcome.attempt.status == 0)
            return false; // cut off by ourselves: no fault of the receiver's, and still due
        const bool stored = write(due->delivery, [&](Turn& turn, WebhookRecord& its, WebhookDeliveryRecord& delivery) {
            settle(core, turn, its, delivery, outcome);
        });
        return stored && outcome.goesOn;
    }

    bool drop(const WebhookDeliveryRecord& what, Millis now)
    {
        return write(what, [&](Turn& turn, WebhookRecord&, WebhookDeliveryRecord& delivery) {
            delivery.state = "dropped";
            delivery.endedAt = now;
            WebhookRepository::setDelivery(turn.connection, delivery);
        });
    }

    bool hold(const WebhookDeliveryRecord& what, Millis until)
    {
        return write(what, [&](Turn& turn, WebhookRecord&, WebhookDeliveryRecord& delivery) {
            delivery.dueAt = until;
            WebhookRepository::setDelivery(turn.connection, delivery);
        });
    }

    /// Of both as they are by then; nothing, where one of them is gone or is not waiting any more.
    using Change = std::function<void(Turn&, WebhookRecord&, WebhookDeliveryRecord&)>;
    bool write(const WebhookDeliveryRecord& what, const Change& change)
    {
        std::vector<std::function<void()>> effects;
        const auto done = core.projects().writer.run(
            [&](Connection& connection) -> Result<void> {
                Turn turn(core.projects(), {}, connection);
                auto hook = WebhookRepository::byId(connection, what.webhookId);
                auto delivery = WebhookRepository::delivery(connection, what.webhookId, what.id);
                if (hook && delivery && delivery->state == "pending")
                    change(turn, *hook, *delivery);
                effects = std::move(turn.effects);
                return {};
            },
            [&] {
                for (const auto& effect : effects)
                    effect();
            });
        if (!done)
            log::warn("delivery", "An attempt could not be recorded; it will be made again, under the same webhook-id",
                      {{"delivery", std::to_string(what.id)}, {"error", done.error().detail}});
        return done.ok();
    }

    Core& core;
    const base::Fetch fetch;
    Run run;
    std::atomic<bool> stopping{false};
    std::atomic<bool> woken{false};
    std::atomic<std::size_t> attempted{0};
    std::mutex mutex; // guards claimed
    std::set<Id> claimed;
};

DeliveryService::DeliveryService(notify::Core& notices, base::Fetch fetch, std::string_view pushSecret, Clock clock)
    : _core(std::make_unique<Core>(notices, pushSecret, std::move(clock))), _sender(std::make_shared<Sender>(*_core, std::move(fetch)))
{
    _core->wake = [sender = _sender.get()] { sender->wake(); };
    _made = notices.made.insert(notices.made.end(), [core = _core.get()](Turn& turn, const storage::NotificationRecord& notice) {
        queueNotice(*core, turn, notice);
    });
}

DeliveryService::~DeliveryService() { _core->notices.made.erase(_made); }

void DeliveryService::setOptions(const DeliveryOptions& options)
{
    _core->allowInside = options.allowInside;
    _core->timeoutMs = options.timeout.count();
    _core->disableAfterMs = options.disableAfterMs;
    _core->contact.store(std::make_shared<const std::string>(options.contact));
}

void DeliveryService::addOperations(operations::Operations& all)
{
    addWebhookOperations(all, *_core);
    addPushOperations(all, *_core);
}

void DeliveryService::start(Run run)
{
    _sender->run = std::move(run);
    _sender->wake();
}

void DeliveryService::stop() { _sender->stopping = true; }

void DeliveryService::tend() { _sender->tend(); }

std::int64_t DeliveryService::pending() const
{
    std::int64_t count = 0;
    (void)_core->projects().read([&](Connection& reading) { count = WebhookRepository::pending(reading); });
    return count;
}

void DeliveryService::prune()
{
    const auto before = _core->clock() - loggedForMs;
    const auto done = _core->projects().writer.run([before](Connection& connection) -> Result<void> {
        WebhookRepository::prune(connection, before);
        return {};
    });
    if (!done)
        log::warn("delivery", "The log of deliveries could not be cut", {{"error", done.error().detail}});
}

std::size_t DeliveryService::sendDue()
{
    const auto before = _sender->attempted.load();
    for (const auto hook : _sender->due())
        while (_sender->sendNext(hook)) {
        }
    return _sender->attempted - before;
}

} // namespace netbit::services::delivery
