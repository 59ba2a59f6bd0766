#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

EventRecord readEvent(const Statement& row)
{
    return {.id = row.integer(0),
            .topic = textOf(row, 1),
            .chatId = row.integer(2),
            .projectId = row.integer(7),
            .actorId = row.integer(3),
            .objectId = row.integer(4),
            .data = textOf(row, 5),
            .createdAt = row.integer(6)};
}

} // namespace

void EventRepository::insert(Connection& connection, const EventRecord& event)
{
    // The hot path's statement has not grown.
    auto& statement = event.projectId == 0
        ? connection.prepare("INSERT INTO events (id, topic, chat_id, actor_id, object_id, data, created_at)"
                             " VALUES ($1, $2, $3, $4, $5, $6, $7)")
        : connection.prepare("INSERT INTO events (id, topic, chat_id, actor_id, object_id, data, created_at, project_id)"
                             " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    if (event.projectId != 0)
        statement.bind(8, event.projectId);
    statement.bind(1, event.id).bind(2, event.topic).bind(6, event.data).bind(7, event.createdAt);
    bindOrNull(statement, 3, event.chatId);
    bindOrNull(statement, 4, event.actorId);
    bindOrNull(statement, 5, event.objectId);
    statement.run();
}

std::vector<EventRecord> EventRepository::after(Connection& connection, Id after, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT id, topic, chat_id, actor_id, object_id, data, created_at, project_id FROM events"
                            " WHERE id > $1 ORDER BY id LIMIT $2")
                   .bind(1, after)
                   .bind(2, static_cast<std::int64_t>(limit)),
               readEvent);
}

Id EventRepository::highestId(Connection& connection)
{
    return number(connection.prepare("SELECT max(id) FROM events"));
}

Id EventRepository::lowestId(Connection& connection)
{
    return number(connection.prepare("SELECT min(id) FROM events"));
}

// Events are written in the order of time, so what is too old is where the table begins, and no index on the time is
// needed. The newest event always stays: it is what keeps its id from being given out again after a restart.
std::int64_t EventRepository::prune(Connection& connection, std::int64_t before)
{
    const auto keptFrom = number(connection
                                     .prepare("SELECT coalesce((SELECT id FROM events WHERE created_at >= $1"
                                              " ORDER BY id LIMIT 1), (SELECT max(id) FROM events))")
                                     .bind(1, before));
    return connection
        .prepare("DELETE FROM events WHERE id IN (SELECT id FROM events WHERE id < $1 ORDER BY id LIMIT $2)")
        .bind(1, keptFrom)
        .bind(2, pruneRows)
        .run();
}

} // namespace netbit::storage
