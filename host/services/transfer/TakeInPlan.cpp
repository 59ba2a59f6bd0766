// What is planned and reviewed in projects, row by row.

#include "services/search/Folded.h"
#include "services/transfer/TakeIn.h"

namespace netbit::services::transfer {

using storage::ExternalKind;
using storage::ExternalRepository;
using storage::PlanRepository;
using storage::PlanTable;
using storage::PlanType;
using storage::PlanValue;

namespace {

Kind kindOf(const PlanTable& table)
{
    return static_cast<Kind>(firstOfPlan + static_cast<std::size_t>(&table - storage::planTables.data()));
}

std::string_view nameOf(ExternalKind kind) noexcept
{
    switch (kind) {
    case ExternalKind::user: return "user";
    case ExternalKind::project: return "project";
    case ExternalKind::repository: return "repository";
    default: break;
    }
    for (const auto& table : storage::planTables)
        if (table.named && table.own == kind)
            return table.kind;
    return "record";
}

/// The value of a column; nothing: the table has none of that name.
const PlanValue* valueOf(const PlanTable& table, const std::vector<PlanValue>& values, std::string_view name)
{
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (table.columns[i].name == name)
            return &values[i];
    return nullptr;
}

std::string textOf(const PlanTable& table, const std::vector<PlanValue>& values, std::string_view name)
{
    const auto* const value = valueOf(table, values, name);
    const auto* const text = value ? std::get_if<std::string>(value) : nullptr;
    return text ? *text : std::string();
}

Id idOf(const PlanTable& table, const std::vector<PlanValue>& values, std::string_view name)
{
    const auto* const value = valueOf(table, values, name);
    const auto* const id = value ? std::get_if<std::int64_t>(value) : nullptr;
    return id ? *id : 0;
}

} // namespace

std::optional<std::vector<PlanValue>> TakeIn::resolved(const PlanRecord& record)
{
    auto values = record.values;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto& column = record.table->columns[i];
        if (column.type != PlanType::key)
            continue;
        const auto key = std::get<std::string>(values[i]);
        const auto id = key.empty() ? 0 : column.of == ExternalKind::user ? userOf(key) : _keys->find(column.of, key);
        values[i] = id;
        if (id != 0 || key.empty())
            continue;
        const auto reason = "unknown_" + std::string(nameOf(column.of));
        if (column.required) {
            leaveOut(reason, "What its \"" + std::string(column.name) + "\" names is not here.");
            return std::nullopt;
        }
        note(reason, "What its \"" + std::string(column.name) + "\" names is not here.");
    }
    return values;
}

void TakeIn::take(const PlanRecord& record)
{
    const auto& table = *record.table;
    if (!_projects)
        return leaveOut("no_projects", "This server keeps no projects.");
    if (table.named && _keys->find(table.own, record.key) != 0)
        return already(kindOf(table));
    const auto values = resolved(record);
    if (!values)
        return;
    const auto folded = PlanRepository::searched(table)
        ? search::foldedUtf8(textOf(table, *values, "title") + "\n" + textOf(table, *values, "body"))
        : std::string();
    const auto id = PlanRepository::insert(*_connection, table, *values, folded);
    if (id == 0)
        return table.named ? leaveOut("place_taken", "Another one has its name or its number here.") : already(kindOf(table));
    if (table.named)
        ExternalRepository::insert(*_connection, _source, table.own, record.key, id);
    afterPlan(record, *values);
    added(kindOf(table));
}

/// What the server keeps of it beside the row.
void TakeIn::afterPlan(const PlanRecord& record, const std::vector<PlanValue>& values)
{
    const auto& table = *record.table;
    if (table.kind == "project_member")
        _touchedProjects.insert(idOf(table, values, "project"));
    if (table.kind == "issue_comment")
        PlanRepository::countComments(*_connection, idOf(table, values, "issue"));
    const auto number = idOf(table, values, "number");
    if (table.kind == "issue")
        PlanRepository::numbered(*_connection, idOf(table, values, "project"), 0, number);
    if (table.kind == "pull") {
        const auto repository = idOf(table, values, "repository");
        const auto there = storage::RepoRepository::byId(*_connection, repository);
        PlanRepository::numbered(*_connection, there ? there->projectId : 0, repository, number);
    }
}

} // namespace netbit::services::transfer
