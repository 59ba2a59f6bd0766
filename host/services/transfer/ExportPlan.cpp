// Projects and repositories as lines, and what is planned and reviewed in them.

#include "services/transfer/Export.h"
#include "storage/Repositories.h"

#include "base/JsonLine.h"

#include <algorithm>

namespace netbit::services::transfer {

using base::JsonLine;
using storage::ExternalKind;
using storage::PlanRepository;
using storage::PlanType;

std::string Export::line(const storage::ProjectRecord& project)
{
    const auto since = PlanRepository::ownerSince(_connection, project.id);
    return JsonLine("project")
        .text("id", _names.any(ExternalKind::project, project.id))
        .text("owner", _names.user(project.ownerId))
        .text("name", project.name)
        .text("description", project.description)
        .flag("public", project.isPublic)
        .when("created_at", project.createdAt)
        .time("updated_at", project.updatedAt)
        .text("state", project.state == "active" ? std::string_view() : project.state)
        .text("chat", _names.chat(project.chatId))
        .time("owner_since", since == project.createdAt ? 0 : since)
        .raw("config", storage::ProjectRepository::config(_connection, project.id).value_or(std::string()))
        .line();
}

std::string Export::line(const storage::RepositoryRecord& repository)
{
    const auto from = PlanRepository::liveRepository(_connection, repository.forkedFrom) ? repository.forkedFrom : 0;
    return JsonLine("repository")
        .text("id", _names.any(ExternalKind::repository, repository.id))
        .text("owner", _names.user(repository.ownerId))
        .text("project", _names.any(ExternalKind::project, repository.projectId))
        .text("name", repository.name)
        .text("description", repository.description)
        .flag("public", repository.isPublic)
        .when("created_at", repository.createdAt)
        .time("updated_at", repository.updatedAt)
        .text("default_branch", repository.defaultBranch)
        .text("state", repository.state == "active" ? std::string_view() : repository.state)
        .text("forked_from", _names.any(ExternalKind::repository, from))
        .text("mirror_url", repository.mirrorUrl)
        .line();
}

std::string Export::line(const storage::PlanTable& table, const std::string& name, const std::vector<storage::PlanValue>& values)
{
    JsonLine out(table.kind);
    out.text("id", name);
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const auto& column = table.columns[i];
        if (const auto* const text = std::get_if<std::string>(&values[i])) {
            out.text(column.name, *text);
            continue;
        }
        const auto number = std::get<std::int64_t>(values[i]);
        switch (column.type) {
        case PlanType::flag: out.flag(column.name, number != 0); break;
        case PlanType::time:
            if (column.required)
                out.when(column.name, number);
            else
                out.time(column.name, number);
            break;
        case PlanType::key: // a repository that is deleted goes nowhere, and nothing names it there
            if (column.of != ExternalKind::repository || column.required || PlanRepository::liveRepository(_connection, number))
                out.text(column.name, _names.any(column.of, number));
            break;
        default: out.number(column.name, number);
        }
    }
    return out.line();
}

bool Export::putPlan(const storage::PlanTable& table)
{
    if (table.named) {
        std::vector<std::pair<std::string, Id>> all;
        for (const auto id : PlanRepository::ids(_connection, table))
            all.emplace_back(_names.any(table.own, id), id);
        std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return nameBefore(a.first, b.first); });
        return std::all_of(all.begin(), all.end(), [&](const auto& one) {
            return put(line(table, one.first, PlanRepository::row(_connection, table, one.second)));
        });
    }
    struct Row {
        std::vector<std::string> keys;
        std::string line;
    };
    std::vector<Row> all;
    for (const auto& values : PlanRepository::rows(_connection, table)) {
        Row row;
        for (std::size_t i = 0; i < table.keys; ++i) {
            const auto* const text = std::get_if<std::string>(&values[i]);
            row.keys.push_back(text ? *text : _names.any(table.columns[i].of, std::get<std::int64_t>(values[i])));
        }
        row.line = line(table, {}, values);
        all.push_back(std::move(row));
    }
    std::sort(all.begin(), all.end(), [&](const Row& a, const Row& b) {
        for (std::size_t i = 0; i < table.keys; ++i)
            if (a.keys[i] != b.keys[i])
                return table.columns[i].type == PlanType::key ? nameBefore(a.keys[i], b.keys[i]) : a.keys[i] < b.keys[i];
        return false;
    });
    return std::all_of(all.begin(), all.end(), [this](const Row& row) { return put(row.line); });
}

bool Export::putProjects()
{
    const auto byName = [this](ExternalKind kind, const std::vector<Id>& ids) {
        std::vector<std::pair<std::string, Id>> out;
        for (const auto id : ids)
            out.emplace_back(_names.any(kind, id), id);
        std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return nameBefore(a.first, b.first); });
        return out;
    };
    for (const auto& [name, id] : byName(ExternalKind::project, PlanRepository::projects(_connection)))
        if (!put(line(storage::ProjectRepository::byId(_connection, id).value())))
            return false;
    for (const auto& [name, id] : byName(ExternalKind::repository, PlanRepository::repositories(_connection)))
        if (!put(line(storage::RepoRepository::byId(_connection, id).value())))
            return false;
    return std::all_of(storage::planTables.begin(), storage::planTables.end(), [this](const auto& table) { return putPlan(table); });
}

} // namespace netbit::services::transfer
