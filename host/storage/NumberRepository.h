#pragma once
// The numbers of issues and pull requests.

#include "storage/Database.h"
#include "storage/Records.h"

namespace netbit::storage
{

struct NumberRepository {
    /// The next one of the project; of the repository, where `projectId` is 0.
    static Id next(Connection&, Id projectId, Id repositoryId);
};

} // namespace netbit::storage
