// activity.data: what a row tells beside its number and title (who joined, what was pushed), a JSON object or empty.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const activityData = R"sql(
ALTER TABLE activity ADD COLUMN data TEXT NOT NULL DEFAULT '';
)sql";

} // namespace netbit::storage::schema
