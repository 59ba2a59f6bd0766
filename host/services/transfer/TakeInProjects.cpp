// Projects and repositories as records; the bytes of a repository come by git.

#include "services/transfer/TakeIn.h"

#include "services/projects/Acts.h"
#include "services/projects/Config.h"
#include "services/projects/Names.h"

namespace netbit::services::transfer {

using storage::ExternalKind;
using storage::ExternalRepository;
using storage::ProjectRepository;
using storage::RepoRepository;

namespace {

/// The name made plain, or the first of it with a number behind that is not taken.
template <class Taken>
std::string nameThatIsFree(std::string_view wanted, std::string_view other, Taken taken)
{
    const auto plain = projects::plainName(wanted, other);
    auto name = plain;
    for (int i = 2; taken(name); ++i)
        name = plain + "-" + std::to_string(i);
    return name;
}

} // namespace

void TakeIn::take(const ProjectRecord& record)
{
    if (!_projects)
        return leaveOut("no_projects", "This server keeps no projects.");
    if (_keys->find(ExternalKind::project, record.key) != 0)
        return already(Kind::project);
    auto project = record.project;
    project.ownerId = userOf(record.owner);
    if (project.ownerId == 0)
        return leaveOut("unknown_user", "Its owner is not here.");
    project.name = nameThatIsFree(record.project.name, "project-" + std::to_string(_index), [&](const std::string& name) {
        return ProjectRepository::byName(*_connection, project.ownerId, name).has_value();
    });
    if (project.name != record.project.name)
        note("project_renamed", "Here it is called " + project.name + ".");
    project.createdAt = project.createdAt != 0 ? project.createdAt : _now;
    project.updatedAt = _exact && project.updatedAt != 0 ? project.updatedAt : _now;
    project.chatId = chatOf(record.chat);
    if (project.chatId == 0 && !record.chat.empty())
        note("unknown_chat", "The chat that it tells its events in is not here.");
    project.id = projects::insertProject(*_connection, project);
    if (record.ownerSince != 0)
        storage::PlanRepository::setOwnerSince(*_connection, project.id, record.ownerSince);
    if (!record.config.empty()) {
        std::vector<std::string> leftOut;
        const auto config = projects::foreignConfig(record.config, leftOut);
        ProjectRepository::putConfig(*_connection, project.id, projects::configJson(config, project.isPublic), _now);
        for (const auto& member : leftOut)
            note("project_config", "Its setting \"" + member.substr(0, 100) + "\" means nothing here.");
    }
    ExternalRepository::insert(*_connection, _source, ExternalKind::project, record.key, project.id);
    _touchedProjects.insert(project.id);
    added(Kind::project);
}

void TakeIn::take(const RepositoryRecord& record)
{
    if (!_projects)
        return leaveOut("no_projects", "This server keeps no projects.");
    if (_keys->find(ExternalKind::repository, record.key) != 0)
        return already(Kind::repository);
    auto repository = record.repository;
    if (record.project.empty()) {
        repository.ownerId = userOf(record.owner);
        if (repository.ownerId == 0)
            return leaveOut("unknown_user", "Its owner is not here.");
    } else {
        repository.projectId = _keys->find(ExternalKind::project, record.project);
        const auto project = repository.projectId != 0 ? ProjectRepository::byId(*_connection, repository.projectId) : std::nullopt;
        if (!project)
            return leaveOut("unknown_project", "Its project is not here.");
        repository.ownerId = project->ownerId;
    }
    repository.name = nameThatIsFree(record.repository.name, "repository-" + std::to_string(_index), [&](const std::string& name) {
        return RepoRepository::byName(*_connection, repository.projectId, repository.ownerId, name).has_value();
    });
    if (repository.name != record.repository.name)
        note("repository_renamed", "Here it is called " + repository.name + ".");
    repository.createdAt = repository.createdAt != 0 ? repository.createdAt : _now;
    repository.updatedAt = _exact && repository.updatedAt != 0 ? repository.updatedAt : _now;
    if (!record.forkedFrom.empty()) {
        repository.forkedFrom = _keys->find(ExternalKind::repository, record.forkedFrom);
        if (repository.forkedFrom == 0)
            note("unknown_repository", "The repository that it was forked from is not here.");
    }
    RepoRepository::dropFormerName(*_connection, repository.projectId, repository.ownerId, repository.name);
    repository.id = RepoRepository::insert(*_connection, repository);
    if (repository.state != "active")
        RepoRepository::update(*_connection, repository);
    ExternalRepository::insert(*_connection, _source, ExternalKind::repository, record.key, repository.id);
    added(Kind::repository);
}

} // namespace netbit::services::transfer
