#include "storage/NotificationRepository.h"

#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

#define NOTIFICATION_COLUMNS                                                                                                   \
    "id, user_id, event_id, kind, name, content, rule, url, actor_id, chat_id, message_id, thread_id, project_id,"            \
    " repository_id, issue_id, pull_id, created_at, updated_at, read_at, held_until"

NotificationRecord read(const Statement& row)
{
    return {.id = row.integer(0),
            .userId = row.integer(1),
            .eventId = row.integer(2),
            .kind = textOf(row, 3),
            .name = textOf(row, 4),
            .content = textOf(row, 5),
            .rule = textOf(row, 6),
            .url = textOf(row, 7),
            .actorId = row.integer(8),
            .chatId = row.integer(9),
            .messageId = row.integer(10),
            .threadId = row.integer(11),
            .projectId = row.integer(12),
            .repositoryId = row.integer(13),
            .issueId = row.integer(14),
            .pullId = row.integer(15),
            .createdAt = row.integer(16),
            .updatedAt = row.integer(17),
            .readAt = row.integer(18),
            .heldUntil = row.integer(19)};
}

Id readId(const Statement& row) { return row.integer(0); }

} // namespace

Id NotificationRepository::insert(Connection& connection, const NotificationRecord& made)
{
    auto& statement =
        connection.prepare("INSERT INTO notifications (user_id, event_id, kind, name, content, rule, url, actor_id, chat_id,"
                           " message_id, thread_id, project_id, repository_id, issue_id, pull_id, created_at, updated_at,"
                           " read_at, held_until)"
                           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)"
                           " ON CONFLICT DO NOTHING RETURNING id");
    statement.bind(1, made.userId)
        .bind(3, made.kind)
        .bind(4, made.name)
        .bind(5, made.content)
        .bind(6, made.rule)
        .bind(7, made.url)
        .bind(16, made.createdAt)
        .bind(17, made.updatedAt);
    bindOrNull(statement, 2, made.eventId);
    bindOrNull(statement, 8, made.actorId);
    bindOrNull(statement, 9, made.chatId);
    bindOrNull(statement, 10, made.messageId);
    bindOrNull(statement, 11, made.threadId);
    bindOrNull(statement, 12, made.projectId);
    bindOrNull(statement, 13, made.repositoryId);
    bindOrNull(statement, 14, made.issueId);
    bindOrNull(statement, 15, made.pullId);
    bindOrNull(statement, 18, made.readAt);
    bindOrNull(statement, 19, made.heldUntil);
    return number(statement);
}

std::optional<NotificationRecord> NotificationRepository::byId(Connection& connection, Id userId, Id id)
{
    return one(connection.prepare("SELECT " NOTIFICATION_COLUMNS " FROM notifications WHERE id = $1 AND user_id = $2")
                   .bind(1, id)
                   .bind(2, userId),
               read);
}

std::vector<NotificationRecord> NotificationRepository::list(Connection& connection, Id userId, bool unreadOnly, Id before,
                                                             std::size_t limit)
{
    auto& statement = unreadOnly
        ? connection.prepare("SELECT " NOTIFICATION_COLUMNS " FROM notifications WHERE user_id = $1 AND read_at IS NULL"
                             " AND ($2 = 0 OR id < $2) ORDER BY id DESC LIMIT $3")
        : connection.prepare("SELECT " NOTIFICATION_COLUMNS " FROM notifications WHERE user_id = $1"
                             " AND ($2 = 0 OR id < $2) ORDER BY id DESC LIMIT $3");
    return all(statement.bind(1, userId).bind(2, before).bind(3, static_cast<std::int64_t>(limit)), read);
}

NotificationCounts NotificationRepository::counts(Connection& connection, Id userId)
{
    return {number(connection.prepare("SELECT count(*) FROM notifications WHERE user_id = $1").bind(1, userId)),
            unread(connection, userId)};
}

std::int64_t NotificationRepository::unread(Connection& connection, Id userId)
{
    return number(
        connection.prepare("SELECT count(*) FROM notifications WHERE user_id = $1 AND read_at IS NULL").bind(1, userId));
}

void NotificationRepository::setText(Connection& connection, const NotificationRecord& changed)
{
    connection.prepare("UPDATE notifications SET name = $2, content = $3, updated_at = $4 WHERE id = $1")
        .bind(1, changed.id)
        .bind(2, changed.name)
        .bind(3, changed.content)
        .bind(4, changed.updatedAt)
        .run();
}

bool NotificationRepository::setRead(Connection& connection, Id userId, Id id, std::int64_t readAt)
{
    return connection.prepare("UPDATE notifications SET read_at = $3 WHERE id = $1 AND user_id = $2 AND read_at IS NULL")
               .bind(1, id)
               .bind(2, userId)
               .bind(3, readAt)
               .run() > 0;
}

std::int64_t NotificationRepository::readUpTo(Connection& connection, Id userId, Id upTo, std::int64_t readAt)
{
    return connection.prepare("UPDATE notifications SET read_at = $3 WHERE user_id = $1 AND id <= $2 AND read_at IS NULL")
        .bind(1, userId)
        .bind(2, upTo)
        .bind(3, readAt)
        .run();
}

bool NotificationRepository::remove(Connection& connection, Id userId, Id id)
{
    return connection.prepare("DELETE FROM notifications WHERE id = $1 AND user_id = $2").bind(1, id).bind(2, userId).run() > 0;
}

void NotificationRepository::trim(Connection& connection, Id userId, std::int64_t keep)
{
    connection
        .prepare("DELETE FROM notifications WHERE user_id = $1 AND id <="
                 " (SELECT id FROM notifications WHERE user_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)")
        .bind(1, userId)
        .bind(2, keep)
        .run();
}

Id NotificationRepository::mark(Connection& connection)
{
    return number(connection.prepare("SELECT event_id FROM notify_mark WHERE only = 1"));
}

void NotificationRepository::setMark(Connection& connection, Id eventId)
{
    connection.prepare("UPDATE notify_mark SET event_id = $1 WHERE only = 1").bind(1, eventId).run();
}

void NotificationRepository::raiseMark(Connection& connection, Id eventId)
{
    connection.prepare("UPDATE notify_mark SET event_id = $1 WHERE only = 1 AND event_id < $1").bind(1, eventId).run();
}

std::optional<std::string> NotificationRepository::rules(Connection& connection, Id userId)
{
    return one(connection.prepare("SELECT rules FROM notification_rules WHERE user_id = $1").bind(1, userId),
               [](const Statement& row) { return textOf(row, 0); });
}

void NotificationRepository::putRules(Connection& connection, Id userId, std::string_view rules, std::int64_t updatedAt)
{
    connection
        .prepare("INSERT INTO notification_rules (user_id, rules, updated_at) VALUES ($1, $2, $3)"
                 " ON CONFLICT (user_id) DO UPDATE SET rules = excluded.rules, updated_at = excluded.updated_at")
        .bind(1, userId)
        .bind(2, rules)
        .bind(3, updatedAt)
        .run();
}

void NotificationRepository::eachRules(Connection& connection, const std::function<void(Id, std::string_view)>& use)
{
    auto& row = connection.prepare("SELECT user_id, rules FROM notification_rules");
    Rows rows(row);
    while (rows.next())
        use(row.integer(0), row.text(1));
}

std::vector<Id> NotificationRepository::threadWriters(Connection& connection, Id threadId, Id before)
{
    return all(connection
                   .prepare("SELECT sender_id FROM messages WHERE id = $1 AND id < $2"
                            " UNION SELECT sender_id FROM messages WHERE thread_id = $1 AND id < $2 LIMIT 10000")
                   .bind(1, threadId)
                   .bind(2, before),
               readId);
}

std::vector<Id> NotificationRepository::issuePeople(Connection& connection, Id issueId, Id beforeComment)
{
    return all(connection
                   .prepare("SELECT author_id FROM issues WHERE id = $1"
                            " UNION SELECT user_id FROM issue_assignees WHERE issue_id = $1"
                            " UNION SELECT author_id FROM issue_comments WHERE issue_id = $1 AND ($2 = 0 OR id < $2)")
                   .bind(1, issueId)
                   .bind(2, beforeComment),
               readId);
}

std::vector<Id> NotificationRepository::pullPeople(Connection& connection, Id pullId, std::int64_t before)
{
    return all(connection
                   .prepare("SELECT author_id FROM pulls WHERE id = $1"
                            " UNION SELECT user_id FROM pull_reviewers WHERE pull_id = $1"
                            " UNION SELECT reviewer_id FROM pull_reviews WHERE pull_id = $1 AND created_at < $2"
                            " UNION SELECT author_id FROM pull_comments WHERE pull_id = $1 AND created_at < $2")
                   .bind(1, pullId)
                   .bind(2, before),
               readId);
}

Id NotificationRepository::projectOfChat(Connection& connection, Id chatId)
{
    return number(
        connection.prepare("SELECT min(id) FROM projects WHERE chat_id = $1 AND state <> 'deleted'").bind(1, chatId));
}

// Events are in the order of time and have no index on it.
Id NotificationRepository::firstEventSince(Connection& connection, std::int64_t time)
{
    Id low = number(connection.prepare("SELECT min(id) FROM events"));
    Id high = number(connection.prepare("SELECT max(id) FROM events")) + 1;
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        const auto at =
            number(connection.prepare("SELECT created_at FROM events WHERE id >= $1 ORDER BY id LIMIT 1").bind(1, middle));
        if (at >= time)
            high = middle;
        else
            low = middle + 1;
    }
    return number(connection.prepare("SELECT min(id) FROM events WHERE id >= $1").bind(1, low));
}

} // namespace netbit::storage
