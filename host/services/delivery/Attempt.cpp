#include "services/delivery/Attempt.h"

#include "services/delivery/BackOff.h"
#include "services/delivery/Signing.h"
#include "services/delivery/push/Encryption.h"

namespace netbit::services::delivery {

using base::Millis;
using projects::Turn;
using std::chrono::milliseconds;
using storage::Connection;
using storage::WebhookDeliveryRecord;
using storage::WebhookRecord;
using storage::WebhookRepository;

namespace {

constexpr Millis shortestPauseMs = 1'000;
constexpr Millis longestPauseMs = 300'000;
constexpr Millis shortestWaitMs = 5'000;
constexpr Millis longestWaitMs = 4 * 3'600'000;
constexpr int pushKeptS = 48 * 3'600; // by the push service, for a browser that is closed

enum class Verdict : std::uint8_t { delivered, later, never, gone };

Verdict verdictOf(const WebhookRecord& hook, std::int64_t status)
{
    if (status >= 200 && status < 300)
        return Verdict::delivered;
    if (status == 410 || (hook.kind == "push" && status == 404)) // RFC 8030 section 7.3
        return Verdict::gone;
    return hook.kind == "push" && status == 413 ? Verdict::never : Verdict::later;
}

void end(WebhookDeliveryRecord& delivery, std::string_view state, Millis now)
{
    delivery.state = state;
    delivery.endedAt = now;
}

void noteFailure(WebhookRecord& hook, WebhookDeliveryRecord& delivery, Millis now, Millis wanted)
{
    ++hook.failures;
    if (hook.failingSince == 0)
        hook.failingSince = now;
    hook.pausedUntil = now + std::max(wanted, backOff(now - hook.failingSince, shortestPauseMs, longestPauseMs));
    const auto last = delivery.since + retriedForMs;
    if (now < last)
        delivery.dueAt = std::min(last, now + std::max(wanted, backOff(now - delivery.since, shortestWaitMs, longestWaitMs)));
    else
        end(delivery, "failed", now);
}

base::FetchRequest webhookRequest(const Due& due, Millis now)
{
    base::FetchRequest request{.url = due.hook.url, .body = due.delivery.body};
    request.headers = signedHeaders(due.hook.secret, due.delivery.sentAs, now, due.delivery.body);
    return request;
}

base::FetchRequest pushRequest(const Core& core, const Due& due, Millis now)
{
    std::string_view wrong;
    const auto keys = push::readBrowserKeys(due.hook.p256dh, due.hook.secret, wrong);
    if (!keys)
        throw std::logic_error("a subscription's keys are none that were taken here");
    const auto plain = due.delivery.body.empty() ? payloadOf(*due.notice, due.unread) : due.delivery.body;
    const auto contact = core.contact.load();
    base::FetchRequest request{.url = due.hook.url, .body = push::encrypt(plain, *keys)};
    request.headers = {"Content-Type: application/octet-stream",
                       "Content-Encoding: aes128gcm",
                       "TTL: " + std::to_string(pushKeptS),
                       "Urgency: " + std::string(due.notice && !isUrgent(*due.notice) ? "normal" : "high"),
                       // A second one takes the place of the first, while that waits for its browser.
                       "Topic: " + due.delivery.sentAs.substr(due.delivery.sentAs.find('_') + 1),
                       core.vapid.header(due.hook.url, contact ? *contact : std::string(), now)};
    return request;
}

} // namespace

std::optional<Due> dueOf(Connection& connection, Id hookId, Millis now)
{
    auto hook = WebhookRepository::byId(connection, hookId);
    if (!hook || !hook->enabled || hook->pausedUntil > now)
        return std::nullopt;
    auto delivery = WebhookRepository::nextDue(connection, hookId, now);
    if (!delivery)
        return std::nullopt;
    Due due{.hook = std::move(*hook), .delivery = std::move(*delivery)};
    if (due.lapses()) {
        due.notice = storage::NotificationRepository::byId(connection, due.hook.userId, due.delivery.notificationId);
        due.unread = storage::NotificationRepository::unread(connection, due.hook.userId);
    }
    return due;
}

Outcome attempt(const Core& core, const base::Fetch& fetch, const Due& due, Millis now)
{
    auto request = due.hook.kind == "push" ? pushRequest(core, due, now) : webhookRequest(due, now);
    request.maxBytes = 1'024;
    request.cut = true;
    request.timeout = milliseconds(core.timeoutMs);
    request.publicOnly = !core.allowInside;
    const auto began = std::chrono::steady_clock::now();
    const auto reply = fetch(request);
    const auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
    Outcome out{.attempt = {.deliveryId = due.delivery.id, .at = now, .tookMs = took.count()}};
    if (!reply) {
        out.attempt.error = reply.error().detail;
        return out;
    }
    out.attempt.status = reply->status;
    if (reply->status / 100 == 3)
        out.attempt.error = "Redirects are not followed.";
    if (reply->status == 429 || reply->status == 503)
        out.retryAfterMs = std::min(milliseconds(reply->retryAfter).count(), retriedForMs);
    const auto verdict = verdictOf(due.hook, reply->status);
    out.goesOn = verdict == Verdict::delivered || verdict == Verdict::never;
    return out;
}

void settle(Core& core, Turn& turn, WebhookRecord& hook, WebhookDeliveryRecord& delivery, Outcome outcome)
{
    const auto now = outcome.attempt.at;
    const auto verdict = verdictOf(hook, outcome.attempt.status);
    if (delivery.attempts == 0)
        delivery.since = now;
    outcome.attempt.number = ++delivery.attempts;
    delivery.held = false;
    WebhookRepository::addAttempt(turn.connection, outcome.attempt);
    if (verdict == Verdict::delivered) {
        end(delivery, "delivered", now);
        hook.failures = hook.failingSince = hook.pausedUntil = 0;
    } else if (verdict == Verdict::never) {
        end(delivery, "failed", now);
    } else {
        noteFailure(hook, delivery, now, outcome.retryAfterMs);
    }
    WebhookRepository::setDelivery(turn.connection, delivery);
    WebhookRepository::update(turn.connection, hook);
    if (verdict == Verdict::gone)
        disable(core, turn, hook, "The receiver says that it is gone (" + std::to_string(outcome.attempt.status) + ").");
    else if (hook.failingSince != 0 && now - hook.failingSince >= core.disableAfterMs)
        disable(core, turn, hook, "Nothing has arrived there since " + base::rfc3339(hook.failingSince) + ".");
}

} // namespace netbit::services::delivery
