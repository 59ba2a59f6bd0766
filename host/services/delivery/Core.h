#pragma once
// What the parts of the delivery service share. Internal to the room.

#include "services/delivery/DeliveryService.h"
#include "services/notify/Core.h"
#include "services/operations/Operation.h"
#include "services/projects/Turn.h"
#include "storage/WebhookRepository.h"

namespace netbit::services::delivery {

using operations::Call;
using storage::Id;

struct Core {
    Core(notify::Core& ofNotices, DeliveryService::Clock theClock) : notices(ofNotices), clock(std::move(theClock)) {}

    projects::Core& projects() const noexcept { return notices.projects; }

    notify::Core& notices;
    DeliveryService::Clock clock;
    std::function<void()> wake; ///< [any] something is due; set before the first call
    std::atomic<bool> allowInside{false};
    std::atomic<std::int64_t> timeoutMs{DeliveryOptions().timeout.count()};
    std::atomic<base::Millis> disableAfterMs{DeliveryOptions().disableAfterMs};
};

inline constexpr base::Millis retriedForMs = base::Millis{24} * 3'600'000;
inline constexpr base::Millis loggedForMs = base::Millis{7} * 24 * 3'600'000;
inline constexpr std::size_t maxWebhooks = 20;      // of one user
inline constexpr std::int64_t maxPending = 10'000; // of one webhook

/// [writer] What was made goes into the outbox of its user's webhooks.
void queueNotice(Core& core, projects::Turn& turn, const storage::NotificationRecord& notice);
/// [writer] Nothing goes there any more until its user says so, and he is told.
void disable(Core& core, projects::Turn& turn, storage::WebhookRecord& hook, std::string why);

/// For operations whose path names a webhook: webhook_not_found, alike for one that is another's.
operations::Guard guardWebhook(const Core& core);

base::Result<void> listWebhooks(Core& core, Call& call, Done done);
base::Result<void> getWebhook(Core& core, Call& call, Done done);
base::Result<void> createWebhook(Core& core, Call& call, Done done);
base::Result<void> updateWebhook(Core& core, Call& call, Done done);
base::Result<void> deleteWebhook(Core& core, Call& call, Done done);
base::Result<void> listDeliveries(Core& core, Call& call, Done done);
base::Result<void> redeliver(Core& core, Call& call, Done done);

void addWebhookOperations(operations::Operations& all, Core& core);

} // namespace netbit::services::delivery
