#pragma once
// Projects, their members and settings, and repositories as records. What it can do is declared as operations.

#include "base/Time.h"
#include "services/auth/Principal.h"

#include <memory>

namespace netbit::storage {
class Database;
class Writer;
} // namespace netbit::storage

namespace netbit::services::events {
class EventLog;
}
namespace netbit::services::users {
class UserDirectory;
}
namespace netbit::services::operations {
class Operations;
}

namespace netbit::services::projects {

struct Core;
struct ProjectOptions;

class ProjectService {
public:
    ProjectService(storage::Database& database, storage::Writer& writer, users::UserDirectory& users, events::EventLog& events);
    ~ProjectService(); ///< behind the writer's stop(): its jobs use it
    ProjectService(const ProjectService&) = delete;
    ProjectService& operator=(const ProjectService&) = delete;

    void load();                                       ///< [control] before the events start; says who reads which event
    void setOptions(const ProjectOptions& options);    ///< [control]
    void addOperations(operations::Operations& all);   ///< [control]
    /// [worker] Forgets pushes that ended long ago, and deleted projects whose repositories are purged.
    void prune();

    Core& core() noexcept; ///< for the services that stand on it

private:
    std::unique_ptr<Core> _core;
};

} // namespace netbit::services::projects
