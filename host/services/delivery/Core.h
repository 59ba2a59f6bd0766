#pragma once
// What the parts of the delivery service share. Internal to the room.

#include "base/SharedCell.h"
#include "services/delivery/DeliveryService.h"
#include "services/delivery/push/Vapid.h"
#include "services/notify/Core.h"
#include "services/operations/Operation.h"
#include "services/projects/Turn.h"
#include "storage/WebhookRepository.h"

namespace netbit::services::delivery {

using operations::Call;
using storage::Id;

struct Core {
    Core(notify::Core& ofNotices, std::string_view pushSecret, DeliveryService::Clock theClock)
        : notices(ofNotices), clock(std::move(theClock)), vapid(pushSecret)
    {
    }

    projects::Core& projects() const noexcept { return notices.projects; }

    notify::Core& notices;
    DeliveryService::Clock clock;
    const push::Vapid vapid;
    base::SharedCell<const std::string> contact;
    std::function<void()> wake; ///< [any] something is due; set before the first call
    std::atomic<bool> allowInside{false};
    std::atomic<std::int64_t> timeoutMs{DeliveryOptions().timeout.count()};
    std::atomic<base::Millis> disableAfterMs{DeliveryOptions().disableAfterMs};
};

inline constexpr base::Millis retriedForMs = base::Millis{24} * 3'600'000;
inline constexpr base::Millis loggedForMs = base::Millis{7} * 24 * 3'600'000;
inline constexpr std::size_t maxWebhooks = 20;      // of one user
inline constexpr std::size_t maxSubscriptions = 20; // likewise
inline constexpr std::int64_t maxPending = 10'000; // of one of them

/// [writer] What was made goes into the outbox of its user's webhooks and browsers.
void queueNotice(Core& core, projects::Turn& turn, const storage::NotificationRecord& notice);
/// [writer] Nothing goes there any more until its user says so, and he is told. A browser's subscription is removed without a word.
void disable(Core& core, projects::Turn& turn, storage::WebhookRecord& hook, std::string why);

/// Of a rule that made it, or "note".
std::string ruleOf(const storage::NotificationRecord& notice);
/// Whether a phone may be woken for it.
bool isUrgent(const storage::NotificationRecord& notice);
/// What a browser shows of it: {"title","body","url","tag","unread"}, no longer than push::maxPlainBytes.
std::string payloadOf(const storage::NotificationRecord& notice, std::int64_t unread);

/// Its row, where that is the user's and of that kind.
std::optional<storage::WebhookRecord> ownRow(storage::Connection& connection, Id userId, Id id, std::string_view kind);
/// What a guard of operations asks whose path names such a row: `notFound`, alike for one that is another's.
operations::Guard guardRow(const Core& core, std::string_view kind, base::Error notFound);

/// An address that requests can go to. Error: invalid / invalid_url.
base::Result<void> checkUrl(std::string_view text, std::string_view pointer);
/// One line, and not empty. Error: invalid / invalid_name.
base::Result<void> checkName(std::string_view text);
/// The sender looks as soon as this is committed.
void wakeAfter(Core& core, projects::Turn& turn);

base::Error webhookNotFound();
base::Error subscriptionNotFound();

base::Result<void> listWebhooks(Core& core, Call& call, Done done);
base::Result<void> getWebhook(Core& core, Call& call, Done done);
base::Result<void> createWebhook(Core& core, Call& call, Done done);
base::Result<void> updateWebhook(Core& core, Call& call, Done done);
base::Result<void> deleteWebhook(Core& core, Call& call, Done done);
base::Result<void> listDeliveries(Core& core, Call& call, Done done);
base::Result<void> redeliver(Core& core, Call& call, Done done);

base::Result<void> pushKey(Core& core, Call& call, Done done);
base::Result<void> listSubscriptions(Core& core, Call& call, Done done);
base::Result<void> getSubscription(Core& core, Call& call, Done done);
base::Result<void> subscribe(Core& core, Call& call, Done done);
base::Result<void> unsubscribe(Core& core, Call& call, Done done);
base::Result<void> tryPush(Core& core, Call& call, Done done);

void addWebhookOperations(operations::Operations& all, Core& core);
void addPushOperations(operations::Operations& all, Core& core);

} // namespace netbit::services::delivery
