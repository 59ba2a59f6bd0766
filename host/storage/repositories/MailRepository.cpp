#include "storage/MailRepository.h"

#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

#define SETTINGS_COLUMNS                                                                                                       \
    "user_id, mode, delay_s, digest_at, address, confirmed, confirmed_at, digest_from, next_digest, refusals, refused_at,"     \
    " refused_why, updated_at"
#define MAIL_COLUMNS                                                                                                           \
    "id, user_id, kind, address, notification_id, from_id, to_id, message_id, state, tries, due_at, since, error, created_at,"  \
    " ended_at"

MailSettingsRecord readSettings(const Statement& row)
{
    return {.userId = row.integer(0),
            .mode = textOf(row, 1),
            .delayS = row.integer(2),
            .digestAt = row.integer(3),
            .address = textOf(row, 4),
            .confirmed = textOf(row, 5),
            .confirmedAt = row.integer(6),
            .digestFrom = row.integer(7),
            .nextDigest = row.integer(8),
            .refusals = row.integer(9),
            .refusedAt = row.integer(10),
            .refusedWhy = textOf(row, 11),
            .updatedAt = row.integer(12)};
}

MailRecord readMail(const Statement& row)
{
    return {.id = row.integer(0),
            .userId = row.integer(1),
            .kind = textOf(row, 2),
            .address = textOf(row, 3),
            .notificationId = row.integer(4),
            .fromId = row.integer(5),
            .toId = row.integer(6),
            .messageId = textOf(row, 7),
            .state = textOf(row, 8),
            .tries = row.integer(9),
            .dueAt = row.integer(10),
            .since = row.integer(11),
            .error = textOf(row, 12),
            .createdAt = row.integer(13),
            .endedAt = row.integer(14)};
}

Id readId(const Statement& row) { return row.integer(0); }

ConfirmationCounts readCounts(Statement& statement)
{
    return one(statement, [](const Statement& row) { return ConfirmationCounts{row.integer(0), row.integer(1)}; })
        .value_or(ConfirmationCounts());
}

} // namespace

std::optional<MailSettingsRecord> MailRepository::settings(Connection& connection, Id userId)
{
    return one(connection.prepare("SELECT " SETTINGS_COLUMNS " FROM mail_settings WHERE user_id = $1").bind(1, userId),
               readSettings);
}

void MailRepository::putSettings(Connection& connection, const MailSettingsRecord& changed)
{
    auto& statement = connection.prepare(
        "INSERT INTO mail_settings (" SETTINGS_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        " ON CONFLICT (user_id) DO UPDATE SET mode = excluded.mode, delay_s = excluded.delay_s, digest_at = excluded.digest_at,"
        " address = excluded.address, confirmed = excluded.confirmed, confirmed_at = excluded.confirmed_at,"
        " digest_from = excluded.digest_from, next_digest = excluded.next_digest, refusals = excluded.refusals,"
        " refused_at = excluded.refused_at, refused_why = excluded.refused_why, updated_at = excluded.updated_at");
    statement.bind(1, changed.userId)
        .bind(2, changed.mode)
        .bind(3, changed.delayS)
        .bind(4, changed.digestAt)
        .bind(5, changed.address)
        .bind(6, changed.confirmed)
        .bind(8, changed.digestFrom)
        .bind(10, changed.refusals)
        .bind(12, changed.refusedWhy)
        .bind(13, changed.updatedAt);
    bindOrNull(statement, 7, changed.confirmedAt);
    bindOrNull(statement, 9, changed.nextDigest);
    bindOrNull(statement, 11, changed.refusedAt);
    statement.run();
}

std::vector<Id> MailRepository::dueDigests(Connection& connection, std::int64_t at, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT user_id FROM mail_settings WHERE next_digest IS NOT NULL AND next_digest <= $1"
                            " ORDER BY next_digest LIMIT $2")
                   .bind(1, at)
                   .bind(2, static_cast<std::int64_t>(limit)),
               readId);
}

Id MailRepository::queue(Connection& connection, const MailRecord& made)
{
    auto& statement = connection.prepare("INSERT INTO mails (user_id, kind, address, notification_id, from_id, to_id, message_id,"
                                         " due_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id");
    statement.bind(1, made.userId)
        .bind(2, made.kind)
        .bind(3, made.address)
        .bind(5, made.fromId)
        .bind(6, made.toId)
        .bind(7, made.messageId)
        .bind(8, made.dueAt)
        .bind(9, made.createdAt);
    bindOrNull(statement, 4, made.notificationId);
    return number(statement);
}

std::optional<MailRecord> MailRepository::byId(Connection& connection, Id id)
{
    return one(connection.prepare("SELECT " MAIL_COLUMNS " FROM mails WHERE id = $1").bind(1, id), readMail);
}

void MailRepository::setMail(Connection& connection, const MailRecord& changed)
{
    auto& statement = connection.prepare("UPDATE mails SET state = $2, tries = $3, due_at = $4, since = $5, error = $6,"
                                         " ended_at = $7 WHERE id = $1");
    statement.bind(1, changed.id)
        .bind(2, changed.state)
        .bind(3, changed.tries)
        .bind(4, changed.dueAt)
        .bind(6, changed.error);
    bindOrNull(statement, 5, changed.since);
    bindOrNull(statement, 7, changed.endedAt);
    statement.run();
}

std::vector<Id> MailRepository::due(Connection& connection, std::int64_t at, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT id FROM mails WHERE state = 'pending' AND due_at <= $1 ORDER BY due_at, id LIMIT $2")
                   .bind(1, at)
                   .bind(2, static_cast<std::int64_t>(limit)),
               readId);
}

std::int64_t MailRepository::pending(Connection& connection)
{
    return number(connection.prepare("SELECT count(*) FROM mails WHERE state = 'pending'"));
}

ConfirmationCounts MailRepository::confirmationsOf(Connection& connection, Id userId, std::int64_t since)
{
    return readCounts(connection
                          .prepare("SELECT count(*), max(created_at) FROM mails WHERE kind = 'confirmation' AND created_at > $2"
                                   " AND user_id = $1")
                          .bind(1, userId)
                          .bind(2, since));
}

ConfirmationCounts MailRepository::confirmationsTo(Connection& connection, std::string_view address, std::int64_t since)
{
    return readCounts(connection
                          .prepare("SELECT count(*), max(created_at) FROM mails WHERE kind = 'confirmation' AND created_at > $2"
                                   " AND address = $1 COLLATE NOCASE")
                          .bind(1, address)
                          .bind(2, since));
}

Id MailRepository::newestNotification(Connection& connection, Id userId)
{
    return number(connection.prepare("SELECT max(id) FROM notifications WHERE user_id = $1").bind(1, userId));
}

void MailRepository::prune(Connection& connection, std::int64_t endedBefore)
{
    connection
        .prepare("DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE ended_at IS NOT NULL AND ended_at < $1 LIMIT $2)")
        .bind(1, endedBefore)
        .bind(2, pruneRows)
        .run();
}

} // namespace netbit::storage
