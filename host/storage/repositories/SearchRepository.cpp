#include "storage/SearchRepository.h"

#include "storage/repositories/MessageRow.h"

namespace netbit::storage
{

namespace
{

constexpr std::string_view padding = "\x03\x03";

Id mark(Connection& connection)
{
    return number(connection.prepare("SELECT indexed_through FROM search_progress"));
}

void setMark(Connection& connection, Id through)
{
    connection.prepare("UPDATE search_progress SET indexed_through = $1").bind(1, through).run();
}

void add(Connection& connection, Id id, std::string_view content, const SearchRepository::Fold& fold)
{
    const auto text = fold(content).append(padding);
    connection.prepare("INSERT INTO search_index (rowid, content) VALUES ($1, $2)").bind(1, id).bind(2, text).run();
}

void remove(Connection& connection, Id id, std::string_view content, const SearchRepository::Fold& fold)
{
    const auto text = fold(content).append(padding);
    connection.prepare("INSERT INTO search_index (search_index, rowid, content) VALUES ('delete', $1, $2)")
        .bind(1, id)
        .bind(2, text)
        .run();
}

#define MESSAGE "SELECT " MESSAGE_COLUMNS " "
#define FILTERED                                                                                                       \
    " (m.content <> '' OR m.attachments IS NOT NULL) AND m.chat_id IN (SELECT value FROM json_each($1)) AND ($2 = 0 "  \
    "OR m.sender_id = $2)"                                                                                             \
    " AND (($3 & 1) = 0 OR m.message_type = 'image' OR (m.attachment_kinds & 1) <> 0)"                                 \
    " AND (($3 & 2) = 0 OR m.message_type = 'file' OR m.attachments IS NOT NULL)"                                      \
    " AND m.created_at >= $4 AND m.created_at < $5"                                                                    \
    " AND (m.created_at, m.id) < ($6, $7)"
#define NEWEST_FIRST " ORDER BY m.created_at DESC, m.id DESC LIMIT $8"

Statement& filtered(Connection& connection, std::string_view sql, const SearchFilter& filter)
{
    return connection.prepare(sql)
        .bind(1, filter.chats)
        .bind(2, filter.senderId)
        .bind(3, filter.has)
        .bind(4, filter.from)
        .bind(5, filter.until)
        .bind(6, filter.beforeAt)
        .bind(7, filter.beforeId);
}

void give(Statement& statement, const SearchRepository::Use& use)
{
    Rows rows(statement);
    while (rows.next())
        if (!use(readMessage(statement)))
            return;
}

} // namespace

void SearchRepository::lowerMark(Connection& connection)
{
    connection
        .prepare("UPDATE search_progress SET indexed_through = (SELECT coalesce(max(id), 0) FROM messages)"
                 " WHERE indexed_through > (SELECT coalesce(max(id), 0) FROM messages)")
        .run();
}

std::size_t SearchRepository::indexChanged(Connection& connection, std::size_t limit, const Fold& fold)
{
    struct Changed {
        Id id;
        std::string before, now;
        bool stays;
    };
    const auto changed = storage::all(
        connection
            .prepare("SELECT c.message_id, c.content, m.content FROM search_changed c LEFT JOIN messages m"
                     " ON m.id = c.message_id AND m.id <= (SELECT indexed_through FROM search_progress) LIMIT $1")
            .bind(1, static_cast<std::int64_t>(limit)),
        [](const Statement& row) {
            return Changed{row.integer(0), textOf(row, 1), textOf(row, 2), !row.isNull(2)};
        });
    for (const auto& message : changed) {
        remove(connection, message.id, message.before, fold);
        if (message.stays)
            add(connection, message.id, message.now, fold);
        connection.prepare("DELETE FROM search_changed WHERE message_id = $1").bind(1, message.id).run();
    }
    return changed.size();
}

std::size_t SearchRepository::indexNew(Connection& connection, std::size_t limit, const Fold& fold)
{
    std::size_t count = 0;
    Id last = 0;
    {
        auto& statement = connection.prepare("SELECT id, content FROM messages WHERE id > $1 ORDER BY id LIMIT $2")
                              .bind(1, mark(connection))
                              .bind(2, static_cast<std::int64_t>(limit));
        Rows rows(statement);
        for (; rows.next(); ++count) {
            last = statement.integer(0);
            add(connection, last, statement.text(1), fold);
        }
    }
    if (count > 0)
        setMark(connection, last);
    return count;
}

std::vector<std::string> SearchRepository::continuations(Connection& connection, std::string_view start, std::size_t limit)
{
    const auto end = std::string(start) + "\xF4\x8F\xBF\xBF"; // U+10FFFF, the highest there is
    return storage::all(connection.prepare("SELECT term FROM search_terms WHERE term >= $1 AND term < $2 LIMIT $3")
                            .bind(1, start)
                            .bind(2, end)
                            .bind(3, static_cast<std::int64_t>(limit)),
                        [](const Statement& row) { return textOf(row, 0); });
}

std::string SearchRepository::quoted(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text)
        out.append(c == '"' ? 2 : 1, c);
    out += '"';
    return out;
}

void SearchRepository::indexed(Connection& connection, const SearchFilter& filter, std::string_view match,
                               std::int64_t limit, const Use& use)
{
    // CROSS JOIN: the index first, then a look-up by id for each that it gives.
    give(filtered(connection,
                  MESSAGE "FROM search_index f CROSS JOIN messages m ON m.id = f.rowid"
                          " WHERE f.search_index MATCH $9 AND f.rowid <= (SELECT indexed_through FROM search_progress)"
                          " AND f.rowid NOT IN (SELECT message_id FROM search_changed) AND" FILTERED NEWEST_FIRST,
                  filter)
             .bind(8, limit)
             .bind(9, match),
         use);
}

void SearchRepository::unindexed(Connection& connection, const SearchFilter& filter, const Use& use)
{
    bool more = true;
    const Use watched = [&](MessageRecord&& message) { return more = use(std::move(message)); };
    // NOT INDEXED: by id from the mark on, not by the chats' index.
    give(filtered(connection,
                  MESSAGE "FROM messages m NOT INDEXED WHERE m.id > (SELECT indexed_through FROM search_progress) AND" FILTERED,
                  filter),
         watched);
    if (more)
        give(filtered(connection,
                      MESSAGE "FROM search_changed c CROSS JOIN messages m ON m.id = c.message_id"
                              " WHERE m.id <= (SELECT indexed_through FROM search_progress) AND" FILTERED,
                      filter),
             watched);
}

void SearchRepository::all(Connection& connection, const SearchFilter& filter, std::int64_t limit, const Use& use)
{
    give(filtered(connection, MESSAGE "FROM messages m WHERE" FILTERED NEWEST_FIRST, filter).bind(8, limit), use);
}

} // namespace netbit::storage
