#pragma once
// The SQL of webhooks, of browsers' push subscriptions, and of the outbox of both. As in Repositories.h: no rule, no cache; all throw DatabaseError.

#include "storage/Database.h"
#include "storage/Records.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::storage
{

struct WebhookRecord {
    Id id = 0;
    Id userId = 0;
    std::string kind = "webhook"; ///< webhook, push
    std::string name{};
    std::string url{};
    std::string secret{};
    std::string p256dh{}; ///< of a push subscription: the browser's public key; its secret is the authentication secret
    std::string rules{}; ///< names with commas; empty: any
    bool enabled = true;
    std::string disabledWhy{}; ///< empty: its user did it
    std::int64_t failures = 0; ///< since it last worked
    std::int64_t failingSince = 0; ///< 0: it does not
    std::int64_t pausedUntil = 0; ///< 0: it is not
    std::int64_t createdAt = 0;
    std::int64_t updatedAt = 0;
};

struct WebhookDeliveryRecord {
    Id id = 0;
    Id webhookId = 0;
    Id notificationId = 0;
    std::string sentAs{}; ///< the header webhook-id, the same for each attempt
    std::string body{};
    std::string state = "pending"; ///< pending, delivered, failed, dropped
    std::int64_t attempts = 0;
    bool held = false; ///< by the quiet hours of its user, and not tried yet
    std::int64_t dueAt = 0;
    std::int64_t since = 0; ///< that its time is counted from
    std::int64_t createdAt = 0;
    std::int64_t endedAt = 0; ///< 0: it has not
};

struct WebhookAttemptRecord {
    Id deliveryId = 0;
    std::int64_t number = 0;
    std::int64_t at = 0;
    std::int64_t tookMs = 0;
    std::int64_t status = 0; ///< of HTTP; 0: there was no answer
    std::string error{};
};

struct WebhookRepository {
    static Id insert(Connection&, const WebhookRecord&);
    static void update(Connection&, const WebhookRecord&); ///< all but id, userId, kind and createdAt
    static bool remove(Connection&, Id userId, Id id);
    static std::optional<WebhookRecord> byId(Connection&, Id id);
    static std::vector<WebhookRecord> ofUser(Connection&, Id userId, std::string_view kind = {}); ///< in the order of ids; empty: any
    static std::vector<WebhookRecord> pushOf(Connection&, std::string_view address); ///< whosever they are
    /// Enabled ones for which something is due, and that are not paused then.
    static std::vector<Id> due(Connection&, std::int64_t at);

    static Id queue(Connection&, const WebhookDeliveryRecord&);
    static void setDelivery(Connection&, const WebhookDeliveryRecord&); ///< state, attempts, held, dueAt, since, endedAt
    static void addAttempt(Connection&, const WebhookAttemptRecord&);
    static std::optional<WebhookDeliveryRecord> delivery(Connection&, Id webhookId, Id id);
    /// The one that has been due for longest.
    static std::optional<WebhookDeliveryRecord> nextDue(Connection&, Id webhookId, std::int64_t at);
    /// Newest first, before that id (0: from the newest).
    static std::vector<WebhookDeliveryRecord> deliveries(Connection&, Id webhookId, Id before, std::size_t limit);
    static std::vector<WebhookAttemptRecord> attempts(Connection&, Id deliveryId);
    static std::int64_t pending(Connection&);
    static bool anyPendingBeyond(Connection&, Id webhookId, std::int64_t count); ///< more than so many
    static void failPending(Connection&, Id webhookId, std::int64_t at);
    static void prune(Connection&, std::int64_t endedBefore);
};

} // namespace netbit::storage
