#include "storage/WebhookRepository.h"

#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

#define WEBHOOK_COLUMNS                                                                                                        \
    "id, user_id, name, url, secret, rules, enabled, disabled_why, failures, failing_since, paused_until, created_at, updated_at," \
    " kind, p256dh"
#define DELIVERY_COLUMNS                                                                                                       \
    "id, webhook_id, notification_id, sent_as, body, state, attempts, held, due_at, since, created_at, ended_at"

WebhookRecord read(const Statement& row)
{
    return {.id = row.integer(0),
            .userId = row.integer(1),
            .kind = textOf(row, 13),
            .name = textOf(row, 2),
            .url = textOf(row, 3),
            .secret = textOf(row, 4),
            .p256dh = textOf(row, 14),
            .rules = textOf(row, 5),
            .enabled = row.integer(6) != 0,
            .disabledWhy = textOf(row, 7),
            .failures = row.integer(8),
            .failingSince = row.integer(9),
            .pausedUntil = row.integer(10),
            .createdAt = row.integer(11),
            .updatedAt = row.integer(12)};
}

WebhookDeliveryRecord readDelivery(const Statement& row)
{
    return {.id = row.integer(0),
            .webhookId = row.integer(1),
            .notificationId = row.integer(2),
            .sentAs = textOf(row, 3),
            .body = textOf(row, 4),
            .state = textOf(row, 5),
            .attempts = row.integer(6),
            .held = row.integer(7) != 0,
            .dueAt = row.integer(8),
            .since = row.integer(9),
            .createdAt = row.integer(10),
            .endedAt = row.integer(11)};
}

WebhookAttemptRecord readAttempt(const Statement& row)
{
    return {row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.integer(4), textOf(row, 5)};
}

} // namespace

Id WebhookRepository::insert(Connection& connection, const WebhookRecord& made)
{
    return number(connection
                      .prepare("INSERT INTO webhooks (user_id, name, url, secret, rules, created_at, updated_at, kind, p256dh)"
                               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id")
                      .bind(1, made.userId)
                      .bind(2, made.name)
                      .bind(3, made.url)
                      .bind(4, made.secret)
                      .bind(5, made.rules)
                      .bind(6, made.createdAt)
                      .bind(7, made.updatedAt)
                      .bind(8, made.kind)
                      .bind(9, made.p256dh));
}

void WebhookRepository::update(Connection& connection, const WebhookRecord& changed)
{
    auto& statement =
        connection.prepare("UPDATE webhooks SET name = $2, url = $3, rules = $4, enabled = $5, disabled_why = $6, failures = $7,"
                           " failing_since = $8, paused_until = $9, updated_at = $10, secret = $11, p256dh = $12 WHERE id = $1");
    statement.bind(1, changed.id)
        .bind(2, changed.name)
        .bind(3, changed.url)
        .bind(4, changed.rules)
        .bind(5, std::int64_t{changed.enabled})
        .bind(6, changed.disabledWhy)
        .bind(7, changed.failures)
        .bind(10, changed.updatedAt)
        .bind(11, changed.secret)
        .bind(12, changed.p256dh);
    bindOrNull(statement, 8, changed.failingSince);
    bindOrNull(statement, 9, changed.pausedUntil);
    statement.run();
}

bool WebhookRepository::remove(Connection& connection, Id userId, Id id)
{
    return connection.prepare("DELETE FROM webhooks WHERE id = $1 AND user_id = $2").bind(1, id).bind(2, userId).run() > 0;
}

std::optional<WebhookRecord> WebhookRepository::byId(Connection& connection, Id id)
{
    return one(connection.prepare("SELECT " WEBHOOK_COLUMNS " FROM webhooks WHERE id = $1").bind(1, id), read);
}

std::vector<WebhookRecord> WebhookRepository::ofUser(Connection& connection, Id userId, std::string_view kind)
{
    return all(connection
                   .prepare("SELECT " WEBHOOK_COLUMNS " FROM webhooks WHERE user_id = $1 AND ($2 = '' OR kind = $2) ORDER BY id")
                   .bind(1, userId)
                   .bind(2, kind),
               read);
}

std::vector<WebhookRecord> WebhookRepository::pushOf(Connection& connection, std::string_view address)
{
    return all(
        connection.prepare("SELECT " WEBHOOK_COLUMNS " FROM webhooks WHERE kind = 'push' AND url = $1 ORDER BY id").bind(1, address),
        read);
}

std::vector<Id> WebhookRepository::due(Connection& connection, std::int64_t at)
{
    return all(connection
                   .prepare("SELECT id FROM webhooks AS w WHERE enabled = 1 AND coalesce(paused_until, 0) <= $1 AND EXISTS"
                            " (SELECT 1 FROM webhook_deliveries WHERE webhook_id = w.id AND state = 'pending' AND due_at <= $1)")
                   .bind(1, at),
               [](const Statement& row) { return row.integer(0); });
}

Id WebhookRepository::queue(Connection& connection, const WebhookDeliveryRecord& made)
{
    return number(connection
                      .prepare("INSERT INTO webhook_deliveries (webhook_id, notification_id, sent_as, body, held, due_at, since,"
                               " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id")
                      .bind(1, made.webhookId)
                      .bind(2, made.notificationId)
                      .bind(3, made.sentAs)
                      .bind(4, made.body)
                      .bind(5, std::int64_t{made.held})
                      .bind(6, made.dueAt)
                      .bind(7, made.since)
                      .bind(8, made.createdAt));
}

void WebhookRepository::setDelivery(Connection& connection, const WebhookDeliveryRecord& changed)
{
    auto& statement = connection.prepare("UPDATE webhook_deliveries SET state = $2, attempts = $3, held = $4, due_at = $5,"
                                         " since = $6, ended_at = $7 WHERE id = $1");
    statement.bind(1, changed.id)
        .bind(2, changed.state)
        .bind(3, changed.attempts)
        .bind(4, std::int64_t{changed.held})
        .bind(5, changed.dueAt)
        .bind(6, changed.since);
    bindOrNull(statement, 7, changed.endedAt);
    statement.run();
}

void WebhookRepository::addAttempt(Connection& connection, const WebhookAttemptRecord& made)
{
    connection
        .prepare("INSERT INTO webhook_attempts (delivery_id, number, at, took_ms, status, error)"
                 " VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(1, made.deliveryId)
        .bind(2, made.number)
        .bind(3, made.at)
        .bind(4, made.tookMs)
        .bind(5, made.status)
        .bind(6, made.error)
        .run();
}

std::optional<WebhookDeliveryRecord> WebhookRepository::delivery(Connection& connection, Id webhookId, Id id)
{
    return one(connection.prepare("SELECT " DELIVERY_COLUMNS " FROM webhook_deliveries WHERE id = $1 AND webhook_id = $2")
                   .bind(1, id)
                   .bind(2, webhookId),
               readDelivery);
}

std::optional<WebhookDeliveryRecord> WebhookRepository::nextDue(Connection& connection, Id webhookId, std::int64_t at)
{
    return one(connection
                   .prepare("SELECT " DELIVERY_COLUMNS " FROM webhook_deliveries WHERE webhook_id = $1 AND state = 'pending'"
                            " AND due_at <= $2 ORDER BY due_at, id LIMIT 1")
                   .bind(1, webhookId)
                   .bind(2, at),
               readDelivery);
}

std::vector<WebhookDeliveryRecord> WebhookRepository::deliveries(Connection& connection, Id webhookId, Id before,
                                                                 std::size_t limit)
{
    return all(connection
                   .prepare("SELECT " DELIVERY_COLUMNS " FROM webhook_deliveries WHERE webhook_id = $1 AND ($2 = 0 OR id < $2)"
                            " ORDER BY id DESC LIMIT $3")
                   .bind(1, webhookId)
                   .bind(2, before)
                   .bind(3, static_cast<std::int64_t>(limit)),
               readDelivery);
}

std::vector<WebhookAttemptRecord> WebhookRepository::attempts(Connection& connection, Id deliveryId)
{
    return all(connection
                   .prepare("SELECT delivery_id, number, at, took_ms, status, error FROM webhook_attempts"
                            " WHERE delivery_id = $1 ORDER BY number")
                   .bind(1, deliveryId),
               readAttempt);
}

std::int64_t WebhookRepository::pending(Connection& connection)
{
    return number(connection.prepare("SELECT count(*) FROM webhook_deliveries WHERE state = 'pending'"));
}

bool WebhookRepository::anyPendingBeyond(Connection& connection, Id webhookId, std::int64_t count)
{
    return number(connection
                      .prepare("SELECT 1 FROM webhook_deliveries WHERE webhook_id = $1 AND state = 'pending' LIMIT 1 OFFSET $2")
                      .bind(1, webhookId)
                      .bind(2, count)) != 0;
}

void WebhookRepository::failPending(Connection& connection, Id webhookId, std::int64_t at)
{
    connection
        .prepare("UPDATE webhook_deliveries SET state = 'failed', ended_at = $2 WHERE webhook_id = $1 AND state = 'pending'")
        .bind(1, webhookId)
        .bind(2, at)
        .run();
}

void WebhookRepository::prune(Connection& connection, std::int64_t endedBefore)
{
    connection
        .prepare("DELETE FROM webhook_deliveries WHERE id IN"
                 " (SELECT id FROM webhook_deliveries WHERE ended_at IS NOT NULL AND ended_at < $1 LIMIT $2)")
        .bind(1, endedBefore)
        .bind(2, pruneRows)
        .run();
}

} // namespace netbit::storage
