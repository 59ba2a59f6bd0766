#include "services/delivery/DeliveryService.h"

#include "services/auth/Secrets.h"
#include "services/delivery/Core.h"
#include "services/delivery/Signing.h"
#include "services/log/Log.h"
#include "services/notify/Quiet.h"

#include <cstring>
#include <set>

namespace netbit::services::delivery {

using base::Millis;
using base::Result;
using projects::Turn;
using std::chrono::milliseconds;
using storage::Connection;
using storage::WebhookAttemptRecord;
using storage::WebhookDeliveryRecord;
using storage::WebhookRecord;
using storage::WebhookRepository;

namespace {

constexpr milliseconds gathering(10);
constexpr int atOnce = 100; // deliveries to one receiver, before others have the thread
constexpr Millis shortestPauseMs = 1'000;
constexpr Millis longestPauseMs = 300'000;
constexpr Millis shortestWaitMs = 5'000;
constexpr Millis longestWaitMs = 4 * 3'600'000;

/// As long as it has failed already, so that the waits double; a quarter more or less, so that not all come back at once.
Millis backOff(Millis failing, Millis shortest, Millis longest)
{
    std::uint32_t random = 0;
    std::memcpy(&random, auth::randomBytes(sizeof random).data(), sizeof random);
    const auto wait = std::clamp(failing, shortest, longest);
    return wait * 3 / 4 + static_cast<Millis>(random % static_cast<std::uint64_t>(wait / 2 + 1));
}

struct Outcome {
    WebhookAttemptRecord attempt{};
    bool delivered() const noexcept { return attempt.status >= 200 && attempt.status < 300; }
};

void noteFailure(WebhookRecord& hook, WebhookDeliveryRecord& delivery, Millis now)
{
    ++hook.failures;
    if (hook.failingSince == 0)
        hook.failingSince = now;
    hook.pausedUntil = now + backOff(now - hook.failingSince, shortestPauseMs, longestPauseMs);
    const auto end = delivery.since + retriedForMs;
    if (now < end) {
        delivery.dueAt = std::min(end, now + backOff(now - delivery.since, shortestWaitMs, longestWaitMs));
    } else {
        delivery.state = "failed";
        delivery.endedAt = now;
    }
}

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
    bool sendNext(Id hookId)
    {
        std::optional<WebhookRecord> hook;
        std::optional<WebhookDeliveryRecord> delivery;
        std::optional<storage::NotificationRecord> notice;
        const auto now = core.clock();
        const auto read = core.projects().read([&](Connection& reading) {
            hook = WebhookRepository::byId(reading, hookId);
            if (!hook || !hook->enabled || hook->pausedUntil > now)
                return;
            delivery = WebhookRepository::nextDue(reading, hookId, now);
            if (delivery && delivery->held)
                notice = storage::NotificationRepository::byId(reading, hook->userId, delivery->notificationId);
        });
        if (!read || !delivery)
            return false;
        const auto user = core.projects().users.byId(hook->userId);
        if (!user || user->state != "active" || (delivery->held && (!notice || notice->readAt != 0)))
            return drop(*delivery, now);
        if (delivery->held)
            if (const auto loud = notify::loudFrom(*core.notices.book.find(hook->userId), core.notices.zoneOf(hook->userId), now);
                loud > now)
                return hold(*delivery, loud);
        ++attempted;
        const auto outcome = attempt(*hook, *delivery, now);
        if (stopping && outcome.attempt.status == 0)
            return false; // cut off by ourselves: no fault of the receiver's, and still due
        return record(*delivery, outcome);
    }

    Outcome attempt(const WebhookRecord& hook, const WebhookDeliveryRecord& delivery, Millis now) const
    {
        base::FetchRequest request{.url = hook.url, .body = delivery.body};
        request.headers = signedHeaders(hook.secret, delivery.sentAs, now, delivery.body);
        request.maxBytes = 1'024;
        request.cut = true;
        request.timeout = milliseconds(core.timeoutMs);
        request.publicOnly = !core.allowInside;
        const auto began = std::chrono::steady_clock::now();
        const auto reply = fetch(request);
        const auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
        Outcome out{{.deliveryId = delivery.id, .at = now, .tookMs = took.count()}};
        if (!reply)
            out.attempt.error = reply.error().detail;
        else
            out.attempt.status = reply->status;
        if (reply && reply->status / 100 == 3)
            out.attempt.error = "Redirects are not followed.";
        return out;
    }

    bool record(const WebhookDeliveryRecord& tried, Outcome outcome)
    {
        const bool stored = write(tried, [&](Turn& turn, WebhookRecord& hook, WebhookDeliveryRecord& delivery) {
            const auto now = outcome.attempt.at;
            if (delivery.attempts == 0)
                delivery.since = now;
            outcome.attempt.number = ++delivery.attempts;
            delivery.held = false;
            WebhookRepository::addAttempt(turn.connection, outcome.attempt);
            if (outcome.delivered()) {
                delivery.state = "delivered";
                delivery.endedAt = now;
                hook.failures = hook.failingSince = hook.pausedUntil = 0;
            } else {
                noteFailure(hook, delivery, now);
            }
            WebhookRepository::setDelivery(turn.connection, delivery);
            WebhookRepository::update(turn.connection, hook);
            if (outcome.attempt.status == 410)
                disable(core, turn, hook, "The receiver says that it is gone (410).");
            else if (hook.failingSince != 0 && now - hook.failingSince >= core.disableAfterMs)
                disable(core, turn, hook, "Nothing has arrived there since " + base::rfc3339(hook.failingSince) + ".");
        });
        return stored && outcome.delivered();
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

DeliveryService::DeliveryService(notify::Core& notices, base::Fetch fetch, Clock clock)
    : _core(std::make_unique<Core>(notices, std::move(clock))), _sender(std::make_shared<Sender>(*_core, std::move(fetch)))
{
    _core->wake = [sender = _sender.get()] { sender->wake(); };
    notices.made = [core = _core.get()](Turn& turn, const storage::NotificationRecord& notice) { queueNotice(*core, turn, notice); };
}

DeliveryService::~DeliveryService() { _core->notices.made = nullptr; }

void DeliveryService::setOptions(const DeliveryOptions& options)
{
    _core->allowInside = options.allowInside;
    _core->timeoutMs = options.timeout.count();
    _core->disableAfterMs = options.disableAfterMs;
}

void DeliveryService::addOperations(operations::Operations& all) { addWebhookOperations(all, *_core); }

void DeliveryService::start(Run run)
{
    _sender->run = std::move(run);
    _sender->wake();
}

void DeliveryService::stop() { _sender->stopping = true; }

void DeliveryService::tend() { _sender->tend(); }

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
