#include "storage/HistoryRepository.h"

#include "storage/repositories/Rows.h"

namespace netbit::storage
{

std::vector<DayOfSender> HistoryRepository::senders(Connection& connection, Id chatId)
{
    return all(connection
                   .prepare("SELECT created_at / 86400000, sender_id, count(*), max(created_at), sum(id), sum(created_at % 86400000),"
                            " sum(CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END), sum(coalesce(deleted_at, 0) / 1000),"
                            " sum(coalesce(reply_to, 0)), sum(coalesce(thread_id, 0)), sum(length(coalesce(attachments, '')))"
                            " FROM messages WHERE chat_id = $1 GROUP BY 1, 2 ORDER BY 1, 2")
                   .bind(1, chatId),
               [](const Statement& row) {
                   DayOfSender out{row.integer(0), row.integer(1), row.integer(2), row.integer(3), {}};
                   for (int column = 4; column <= 10; ++column)
                       out.sums.push_back(row.integer(column));
                   return out;
               });
}

std::vector<DayOfEdits> HistoryRepository::edits(Connection& connection, Id chatId)
{
    return all(connection
                   .prepare("SELECT day, origin, count(*), max(at), sum(id), sum(at % 86400000), sum(size) FROM ("
                            "SELECT e.written_at / 86400000 AS day, m.created_at / 86400000 AS origin, m.id AS id, e.written_at AS at,"
                            " length(e.content) AS size FROM messages m JOIN message_edits e ON e.message_id = m.id"
                            " WHERE m.chat_id = $1 AND m.is_edited = 1 AND m.deleted_at IS NULL"
                            " UNION ALL SELECT m.edited_at / 86400000, m.created_at / 86400000, m.id, m.edited_at, length(m.content)"
                            " FROM messages m WHERE m.chat_id = $1 AND m.edited_at IS NOT NULL AND m.deleted_at IS NULL) AS versions"
                            " WHERE day > origin GROUP BY 1, 2 ORDER BY 1, 2")
                   .bind(1, chatId),
               [](const Statement& row) {
                   DayOfEdits out{row.integer(0), row.integer(1), row.integer(2), row.integer(3), {}};
                   for (int column = 4; column <= 6; ++column)
                       out.sums.push_back(row.integer(column));
                   return out;
               });
}

std::vector<Id> HistoryRepository::sendersOf(Connection& connection, Id chatId, std::int64_t fromAt, std::int64_t endAt)
{
    return all(connection
                   .prepare("SELECT DISTINCT sender_id FROM messages WHERE chat_id = $1 AND created_at >= $2 AND created_at < $3"
                            " ORDER BY sender_id")
                   .bind(1, chatId)
                   .bind(2, fromAt)
                   .bind(3, endAt),
               [](const Statement& row) { return row.integer(0); });
}

} // namespace netbit::storage
