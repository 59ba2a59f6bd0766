#include "storage/IssueRepository.h"

#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

BoardRecord read(const Statement& row) { return {row.integer(0), row.integer(1), textOf(row, 2)}; }

BoardCardRecord readCard(const Statement& row)
{
    return {row.integer(0), row.integer(1), row.integer(2), textOf(row, 3), row.integer(4)};
}

} // namespace

Id BoardRepository::insert(Connection& connection, const BoardRecord& board)
{
    return number(connection.prepare("INSERT INTO boards (project_id, name) VALUES ($1, $2) RETURNING id")
                      .bind(1, board.projectId)
                      .bind(2, board.name));
}

std::optional<BoardRecord> BoardRepository::byId(Connection& connection, Id id)
{
    return one(connection.prepare("SELECT id, project_id, name FROM boards WHERE id = $1").bind(1, id), read);
}

std::optional<BoardRecord> BoardRepository::byName(Connection& connection, Id projectId, std::string_view name)
{
    return one(connection.prepare("SELECT id, project_id, name FROM boards WHERE project_id = $1 AND name = $2")
                   .bind(1, projectId)
                   .bind(2, name),
               read);
}

void BoardRepository::remove(Connection& connection, Id id)
{
    connection.prepare("DELETE FROM boards WHERE id = $1").bind(1, id).run();
}

std::vector<BoardRecord> BoardRepository::of(Connection& connection, Id projectId)
{
    return all(connection.prepare("SELECT id, project_id, name FROM boards WHERE project_id = $1 ORDER BY id").bind(1, projectId),
               read);
}

Id BoardRepository::insertColumn(Connection& connection, const BoardColumnRecord& column)
{
    return number(connection.prepare("INSERT INTO board_columns (board_id, name, place) VALUES ($1, $2, $3) RETURNING id")
                      .bind(1, column.boardId)
                      .bind(2, column.name)
                      .bind(3, column.place));
}

std::vector<BoardColumnRecord> BoardRepository::columns(Connection& connection, Id boardId)
{
    return all(connection
                   .prepare("SELECT id, board_id, name, place FROM board_columns WHERE board_id = $1 ORDER BY place, id")
                   .bind(1, boardId),
               [](const Statement& row) {
                   return BoardColumnRecord{row.integer(0), row.integer(1), textOf(row, 2), row.integer(3)};
               });
}

void BoardRepository::updateColumn(Connection& connection, const BoardColumnRecord& column)
{
    connection.prepare("UPDATE board_columns SET name = $2, place = $3 WHERE id = $1")
        .bind(1, column.id)
        .bind(2, column.name)
        .bind(3, column.place)
        .run();
}

void BoardRepository::removeColumn(Connection& connection, Id id)
{
    connection.prepare("DELETE FROM board_columns WHERE id = $1").bind(1, id).run();
}

std::optional<BoardCardRecord> BoardRepository::card(Connection& connection, Id boardId, Id issueId)
{
    return one(connection
                   .prepare("SELECT c.board_id, c.issue_id, c.column_id, c.rank, i.number FROM board_cards c"
                            " JOIN issues i ON i.id = c.issue_id WHERE c.board_id = $1 AND c.issue_id = $2")
                   .bind(1, boardId)
                   .bind(2, issueId),
               readCard);
}

std::vector<BoardCardRecord> BoardRepository::cards(Connection& connection, Id columnId)
{
    return all(connection
                   .prepare("SELECT c.board_id, c.issue_id, c.column_id, c.rank, i.number FROM board_cards c"
                            " JOIN issues i ON i.id = c.issue_id WHERE c.column_id = $1 ORDER BY c.rank")
                   .bind(1, columnId),
               readCard);
}

std::int64_t BoardRepository::cardCount(Connection& connection, Id boardId)
{
    return number(connection.prepare("SELECT count(*) FROM board_cards WHERE board_id = $1").bind(1, boardId));
}

void BoardRepository::putCard(Connection& connection, const BoardCardRecord& card)
{
    connection
        .prepare("INSERT INTO board_cards (board_id, issue_id, column_id, rank) VALUES ($1, $2, $3, $4)"
                 " ON CONFLICT (board_id, issue_id) DO UPDATE SET column_id = $3, rank = $4")
        .bind(1, card.boardId)
        .bind(2, card.issueId)
        .bind(3, card.columnId)
        .bind(4, card.rank)
        .run();
}

void BoardRepository::removeCard(Connection& connection, Id boardId, Id issueId)
{
    connection.prepare("DELETE FROM board_cards WHERE board_id = $1 AND issue_id = $2").bind(1, boardId).bind(2, issueId).run();
}

std::string BoardRepository::rankBefore(Connection& connection, Id columnId, std::string_view rank)
{
    return one(connection.prepare("SELECT max(rank) FROM board_cards WHERE column_id = $1 AND ($2 = '' OR rank < $2)")
                   .bind(1, columnId)
                   .bind(2, rank),
               [](const Statement& row) { return textOf(row, 0); })
        .value_or(std::string());
}

std::string BoardRepository::rankBehind(Connection& connection, Id columnId, std::string_view rank)
{
    return one(connection.prepare("SELECT min(rank) FROM board_cards WHERE column_id = $1 AND rank > $2")
                   .bind(1, columnId)
                   .bind(2, rank),
               [](const Statement& row) { return textOf(row, 0); })
        .value_or(std::string());
}

} // namespace netbit::storage
