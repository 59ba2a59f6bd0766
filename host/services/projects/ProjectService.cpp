#include "services/projects/ProjectService.h"

#include "services/projects/Acts.h"

namespace netbit::services::projects {

using base::Result;
using storage::ProjectRepository;

namespace {

constexpr base::Millis keptPushesMs = base::Millis{30} * 24 * 3'600'000;
constexpr std::size_t atOnce = 100;

/// Members always; strangers hear of public projects if they name the topic, so that nobody's stream is full of others' work.
bool reads(const Core& core, Id userId, Id projectId, bool asked)
{
    const auto entry = core.directory.find(projectId);
    if (!entry || entry->deleted)
        return false;
    if (entry->members.contains(userId))
        return true;
    if (!entry->isPublic || !asked)
        return false;
    const auto user = core.users.byId(userId);
    return user && user->role != "guest";
}

} // namespace

ProjectService::ProjectService(storage::Database& database, storage::Writer& writer, users::UserDirectory& users,
                               events::EventLog& events)
    : _core(std::make_unique<Core>(database, writer, users, events))
{
}

ProjectService::~ProjectService() = default;

void ProjectService::load()
{
    _core->database.read([this](storage::Connection& connection) { _core->directory.load(connection); });
    _core->events.setReadership(
        [core = _core.get()](Id userId, Id projectId, bool asked) { return reads(*core, userId, projectId, asked); });
}

void ProjectService::setOptions(const ProjectOptions& options)
{
    _core->graceMs = options.graceMs;
    _core->maxPushBytes = options.maxPushBytes;
    _core->quotaBytes = options.quotaBytes;
}

void ProjectService::addOperations(operations::Operations& all)
{
    addProjectOperations(all, *_core);
    addRepositoryOperations(all, *_core);
}

void ProjectService::prune()
{
    const auto now = base::now();
    std::vector<storage::ProjectRecord> due;
    (void)_core->read([&](storage::Connection& connection) {
        due = ProjectRepository::deletedBefore(connection, now - _core->graceMs.load(), atOnce);
    });
    for (const auto& project : due) {
        bool gone = false;
        (void)_core->writer.run(
            [&](storage::Connection& connection) -> Result<void> {
                const auto still = ProjectRepository::byId(connection, project.id);
                gone = still && still->deletedAt == project.deletedAt &&
                       storage::RepoRepository::countIn(connection, project.id, 0) == 0;
                if (gone)
                    ProjectRepository::remove(connection, project.id);
                return {};
            },
            [&] {
                if (gone)
                    _core->directory.put(project.id, nullptr);
            });
    }
    for (bool more = true; more;) {
        more = false;
        (void)_core->writer.run([&](storage::Connection& connection) -> Result<void> {
            more = storage::PushRepository::prune(connection, now - keptPushesMs) > 0;
            return {};
        });
    }
}

Core& ProjectService::core() noexcept { return *_core; }

} // namespace netbit::services::projects
