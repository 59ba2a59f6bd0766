#pragma once
// Who may read which project, in memory: what is asked for each event and each reader of it.

#include "services/projects/Permissions.h"
#include "storage/ProjectRepository.h"

#include <memory>
#include <shared_mutex>
#include <unordered_map>

namespace netbit::services::projects {

using storage::Id;

class Directory {
public:
    struct Entry {
        bool isPublic = false;
        bool deleted = false;
        std::unordered_map<Id, Role> members{};
    };

    /// As the database has it now. nullptr: there is no such project.
    static std::shared_ptr<const Entry> read(storage::Connection& connection, Id projectId);

    void load(storage::Connection& connection); ///< [control]
    void put(Id projectId, std::shared_ptr<const Entry> entry); ///< [writer] after the commit; nullptr: it is gone
    std::shared_ptr<const Entry> find(Id projectId) const;      ///< [any]

private:
    mutable std::shared_mutex _mutex; // guards what follows
    std::unordered_map<Id, std::shared_ptr<const Entry>> _entries;
};

} // namespace netbit::services::projects
