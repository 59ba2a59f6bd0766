#pragma once
// What the parts of the project service share. Internal to the room, and to those that stand on it (issues, pulls).

#include "services/auth/Principal.h"
#include "services/events/EventLog.h"
#include "services/operations/Operations.h"
#include "services/projects/Directory.h"
#include "services/users/UserDirectory.h"
#include "storage/Database.h"
#include "storage/ProjectRepository.h"
#include "storage/Writer.h"

#include <atomic>
#include <functional>
#include <vector>

namespace netbit::services::projects {

class Turn;

/// What was pushed, for those who look into it in its own transaction.
struct Pushed {
    storage::RepositoryRecord repository;
    storage::PushRecord push;
    const boost::json::array* updated = nullptr; ///< as repositories.end_push has it
};

struct ProjectOptions {
    base::Millis graceMs = base::Millis{7} * 24 * 3'600'000; ///< what was deleted stays so long
    std::int64_t maxOwned = 1'000;       ///< projects of one user; personal repositories likewise
    std::int64_t maxRepositories = 1'000; ///< in one project
    std::int64_t maxMembers = 1'000;
    std::int64_t maxPushBytes = std::int64_t{2} << 30;
    std::int64_t quotaBytes = std::int64_t{10} << 30; ///< of one repository
};

struct Core {
    Core(storage::Database& ofDatabase, storage::Writer& ofWriter, users::UserDirectory& ofUsers, events::EventLog& ofEvents)
        : database(ofDatabase), writer(ofWriter), users(ofUsers), events(ofEvents)
    {
    }

    std::string nameOf(storage::Id userId) const
    {
        const auto user = users.byId(userId);
        return user ? user->username : std::string();
    }
    /// A read for one request; what the engine says against it becomes an error.
    base::Result<void> read(const std::function<void(storage::Connection&)>& work) const;
    ProjectOptions options() const
    {
        return {graceMs.load(), maxOwned, 1'000, 1'000, maxPushBytes.load(), quotaBytes.load()};
    }

    storage::Database& database;
    storage::Writer& writer;
    users::UserDirectory& users;
    events::EventLog& events;
    Directory directory;
    std::atomic<base::Millis> graceMs{ProjectOptions().graceMs};
    std::int64_t maxOwned = ProjectOptions().maxOwned;
    std::atomic<std::int64_t> maxPushBytes{ProjectOptions().maxPushBytes};
    std::atomic<std::int64_t> quotaBytes{ProjectOptions().quotaBytes};
    base::Millis lastTime = 0; ///< the writer's
    /// Each is called within the transaction of a push's end; an error undoes that. Set before the first call.
    std::vector<std::function<base::Result<void>(Turn&, const Pushed&)>> onPush;
    /// Closes the issues of the project that a text says are fixed; `by`: members of the event that say what did it. Within a
    /// transaction. Empty: there are no issues here. Set before the first call.
    std::function<base::Result<void>(Turn&, storage::Id projectId, std::string_view text, const boost::json::object& by)> closeNamed;
    /// Each event that the readers of a project see, within the transaction that it is written in. Empty: nobody listens. Set
    /// before the first call.
    std::function<void(Turn&, const storage::EventRecord&)> onTold;
};

} // namespace netbit::services::projects
