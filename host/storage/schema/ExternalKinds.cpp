// external_ids for whatever comes to be exported: 5 a scheduled message, 6 a hook, 7 a project, 8 a
// repository. SQLite changes no CHECK, so the table is made anew.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const externalKinds = R"sql(
CREATE TABLE external_ids_new (
    source_id INTEGER NOT NULL REFERENCES external_sources (id),
    kind      INTEGER NOT NULL CHECK (kind > 0),
    key       TEXT NOT NULL,
    local_id  INTEGER NOT NULL,
    PRIMARY KEY (source_id, kind, key)
) STRICT, WITHOUT ROWID;
INSERT INTO external_ids_new (source_id, kind, key, local_id) SELECT source_id, kind, key, local_id FROM external_ids;
DROP TABLE external_ids;
ALTER TABLE external_ids_new RENAME TO external_ids;
CREATE INDEX external_ids_by_local ON external_ids (kind, local_id);
)sql";

} // namespace netbit::storage::schema
