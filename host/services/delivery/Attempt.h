#pragma once
// One attempt to deliver: what is sent, and what its answer means. Internal to the room.

#include "base/Fetch.h"
#include "services/delivery/Core.h"

namespace netbit::services::delivery {

struct Due {
    storage::WebhookRecord hook{};
    storage::WebhookDeliveryRecord delivery{};
    std::optional<storage::NotificationRecord> notice{}; ///< where it is asked for
    std::int64_t unread = 0;

    /// Whether there is nothing to be sent once the notification has been read, or is gone.
    bool lapses() const noexcept { return delivery.held || delivery.body.empty(); }
};
/// What has waited there for longest; nothing: nothing is due, or it is better to wait.
std::optional<Due> dueOf(storage::Connection& connection, Id hook, base::Millis now);

struct Outcome {
    storage::WebhookAttemptRecord attempt{};
    base::Millis retryAfterMs = 0; ///< for so long the receiver wants to be left alone
    bool goesOn = false;           ///< the receiver works: the next one may follow at once
};

/// [any that may wait]
Outcome attempt(const Core& core, const base::Fetch& fetch, const Due& due, base::Millis now);
/// [writer] Writes down what came of it, and when to try again.
void settle(Core& core, projects::Turn& turn, storage::WebhookRecord& hook, storage::WebhookDeliveryRecord& delivery,
            Outcome outcome);

} // namespace netbit::services::delivery
