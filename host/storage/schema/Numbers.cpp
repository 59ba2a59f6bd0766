// What issues and pull requests are called: one sequence for both in a project, and one for each personal repository.
// - holder_id: the project, or for a personal repository its negated id.
// - The last number that was given, kept apart from the rows: a number is never given twice, whatever is deleted.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const numbers = R"sql(
CREATE TABLE numbers (
    holder_id INTEGER PRIMARY KEY,
    last      INTEGER NOT NULL CHECK (last > 0)
) STRICT;
)sql";

} // namespace netbit::storage::schema
