#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

std::vector<ImportRecord> ImportRepository::of(Connection& connection, Id chatId, std::string_view source)
{
    return all(connection
                   .prepare("SELECT chat_id, source, first_line, line_count, digest, first_message_id, message_count,"
                            " imported_at FROM imports WHERE chat_id = $1 AND source = $2 ORDER BY first_line")
                   .bind(1, chatId)
                   .bind(2, source),
               [](const Statement& row) {
                   return ImportRecord{.chatId = row.integer(0),
                                       .source = textOf(row, 1),
                                       .firstLine = row.integer(2),
                                       .lineCount = row.integer(3),
                                       .digest = textOf(row, 4),
                                       .firstMessageId = row.integer(5),
                                       .messageCount = row.integer(6),
                                       .importedAt = row.integer(7)};
               });
}

void ImportRepository::insert(Connection& connection, const ImportRecord& record)
{
    connection
        .prepare(
            "INSERT INTO imports (chat_id, source, first_line, line_count, digest, first_message_id, message_count,"
            " imported_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(1, record.chatId)
        .bind(2, record.source)
        .bind(3, record.firstLine)
        .bind(4, record.lineCount)
        .bind(5, record.digest)
        .bind(6, record.firstMessageId)
        .bind(7, record.messageCount)
        .bind(8, record.importedAt)
        .run();
}

} // namespace netbit::storage
