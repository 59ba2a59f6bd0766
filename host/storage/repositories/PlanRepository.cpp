#include "storage/PlanRepository.h"

#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

bool isText(PlanType type) noexcept { return type == PlanType::text || type == PlanType::line || type == PlanType::commit; }

std::string columnsOf(const PlanTable& table)
{
    std::string out;
    for (const auto& column : table.columns)
        out += (out.empty() ? "" : ", ") + std::string(column.column);
    return out;
}

std::vector<PlanValue> valuesOf(const PlanTable& table, const Statement& row)
{
    std::vector<PlanValue> out;
    int at = 0;
    for (const auto& column : table.columns) {
        if (isText(column.type))
            out.emplace_back(textOf(row, at++));
        else
            out.emplace_back(row.integer(at++));
    }
    return out;
}

Id firstNumber(const Statement& row) { return row.integer(0); }

} // namespace

std::vector<Id> PlanRepository::projects(Connection& connection)
{
    return all(connection.prepare("SELECT id FROM projects WHERE state <> 'deleted' ORDER BY id"), firstNumber);
}

std::vector<Id> PlanRepository::repositories(Connection& connection)
{
    return all(connection.prepare("SELECT id FROM repositories WHERE state <> 'deleted' AND (project_id IS NULL OR project_id IN"
                                  " (SELECT id FROM projects WHERE state <> 'deleted')) ORDER BY id"),
               firstNumber);
}

bool PlanRepository::liveRepository(Connection& connection, Id id)
{
    return number(connection
                      .prepare("SELECT count(*) FROM repositories WHERE id = $1 AND state <> 'deleted' AND (project_id IS NULL"
                               " OR project_id IN (SELECT id FROM projects WHERE state <> 'deleted'))")
                      .bind(1, id)) > 0;
}

std::vector<Id> PlanRepository::ids(Connection& connection, const PlanTable& table)
{
    return all(connection.prepare("SELECT id FROM " + std::string(table.table) + " WHERE " + std::string(table.live) + " ORDER BY id"),
               firstNumber);
}

std::vector<PlanValue> PlanRepository::row(Connection& connection, const PlanTable& table, Id id)
{
    auto found = one(connection.prepare("SELECT " + columnsOf(table) + " FROM " + std::string(table.table) + " WHERE id = $1").bind(1, id),
                     [&](const Statement& row) { return valuesOf(table, row); });
    return std::move(found).value();
}

std::vector<std::vector<PlanValue>> PlanRepository::rows(Connection& connection, const PlanTable& table)
{
    return all(connection.prepare("SELECT " + columnsOf(table) + " FROM " + std::string(table.table) + " WHERE " + std::string(table.live)),
               [&](const Statement& row) { return valuesOf(table, row); });
}

bool PlanRepository::exists(Connection& connection, ExternalKind kind, Id id)
{
    for (const auto& table : planTables)
        if (table.named && table.own == kind)
            return number(connection.prepare("SELECT count(*) FROM " + std::string(table.table) + " WHERE id = $1").bind(1, id)) > 0;
    return false;
}

bool PlanRepository::searched(const PlanTable& table) { return table.table == "issues" || table.table == "issue_comments"; }

Id PlanRepository::insert(Connection& connection, const PlanTable& table, const std::vector<PlanValue>& values, std::string_view folded)
{
    std::string marks;
    for (std::size_t i = 1; i <= table.columns.size(); ++i)
        marks += (i == 1 ? "$" : ", $") + std::to_string(i);
    const bool kept = searched(table);
    const auto text = "INSERT INTO " + std::string(table.table) + " (" + columnsOf(table) + (kept ? ", folded" : "") + ") VALUES (" + marks +
                      (kept ? ", $" + std::to_string(table.columns.size() + 1) : "") + ") ON CONFLICT DO NOTHING RETURNING " +
                      (table.named ? "id" : "1");
    auto& statement = connection.prepare(text);
    int at = 0;
    for (const auto& column : table.columns) {
        const auto& value = values[static_cast<std::size_t>(at++)];
        if (const auto* const words = std::get_if<std::string>(&value)) {
            if (words->empty() && column.mayBeNull)
                statement.bindNull(at);
            else
                statement.bind(at, *words);
        } else if (std::get<std::int64_t>(value) == 0 && column.mayBeNull) {
            statement.bindNull(at);
        } else {
            statement.bind(at, std::get<std::int64_t>(value));
        }
    }
    if (kept)
        statement.bind(at + 1, folded);
    return number(statement);
}

void PlanRepository::countComments(Connection& connection, Id issueId)
{
    connection
        .prepare("UPDATE issues SET comment_count = (SELECT count(*) FROM issue_comments WHERE issue_id = issues.id) WHERE id = $1")
        .bind(1, issueId)
        .run();
}

void PlanRepository::numbered(Connection& connection, Id projectId, Id repositoryId, std::int64_t last)
{
    connection.prepare("INSERT INTO numbers (holder_id, last) VALUES ($1, $2) ON CONFLICT DO UPDATE SET last = max(last, $2)")
        .bind(1, projectId != 0 ? projectId : -repositoryId)
        .bind(2, last)
        .run();
}

std::int64_t PlanRepository::ownerSince(Connection& connection, Id projectId)
{
    return number(connection.prepare("SELECT joined_at FROM project_members WHERE project_id = $1 AND role = 'owner'").bind(1, projectId));
}

void PlanRepository::setOwnerSince(Connection& connection, Id projectId, std::int64_t at)
{
    connection.prepare("UPDATE project_members SET joined_at = $2 WHERE project_id = $1 AND role = 'owner'")
        .bind(1, projectId)
        .bind(2, at)
        .run();
}

} // namespace netbit::storage
