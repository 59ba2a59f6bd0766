#include "storage/NumberRepository.h"

#include "storage/repositories/Rows.h"

namespace netbit::storage
{

Id NumberRepository::next(Connection& connection, Id projectId, Id repositoryId)
{
    return number(connection
                      .prepare("INSERT INTO numbers (holder_id, last) VALUES ($1, 1)"
                               " ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last")
                      .bind(1, projectId != 0 ? projectId : -repositoryId));
}

} // namespace netbit::storage
