// What came from elsewhere, under the names that it has there: so that an import that is run again adds what is missing, and
// an export says of each record who it is, on whichever server.
// - external_ids: key is the record's name in its source; kinds: 1 a user, 2 a chat, 3 a message, 4 a file.
// - external_references: what refers to a message that has not come (yet): a reply to one that was pruned, a mark at one.
//   It is resolved when the message comes, and an export names the message all the same.
// - instance: what tells this server's ids from those of others.
//
// Replies that were imported before there were threads are given theirs: the message that their chain of answers began with.
// Replies to them that were written since are in a thread of such a reply, and move to the same one. A chain that bites its
// tail has no beginning, so nothing of it is found, and it stays as it is.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const transfers = R"sql(
CREATE TABLE instance (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL
) STRICT;
INSERT INTO instance (id, name) VALUES (1, lower(hex(randomblob(8))));

CREATE TABLE external_sources (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE external_ids (
    source_id INTEGER NOT NULL REFERENCES external_sources (id),
    kind      INTEGER NOT NULL CHECK (kind IN (1, 2, 3, 4)),
    key       TEXT NOT NULL,
    local_id  INTEGER NOT NULL,
    PRIMARY KEY (source_id, kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX external_ids_by_local ON external_ids (kind, local_id);

CREATE TABLE external_references (
    source_id INTEGER NOT NULL REFERENCES external_sources (id),
    key       TEXT NOT NULL,
    use       TEXT NOT NULL CHECK (use IN ('reply', 'thread', 'read', 'thread_read')),
    holder_id INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    PRIMARY KEY (source_id, key, use, holder_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX external_references_by_holder ON external_references (use, holder_id, user_id);

CREATE TEMP TABLE imported_answers (parent INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (parent, id)) WITHOUT ROWID;
INSERT INTO temp.imported_answers (parent, id) SELECT reply_to, id FROM messages
    WHERE reply_to IS NOT NULL AND EXISTS (SELECT 1 FROM messages WHERE reply_to IS NOT NULL AND thread_id IS NULL);
CREATE TEMP TABLE imported_roots (id INTEGER PRIMARY KEY, root INTEGER NOT NULL);
INSERT INTO temp.imported_roots (id, root)
    WITH RECURSIVE down (id, root) AS (
        SELECT answers.id, answers.parent FROM temp.imported_answers AS answers
            JOIN messages ON messages.id = answers.parent WHERE messages.reply_to IS NULL
        UNION ALL
        SELECT answers.id, down.root FROM down JOIN temp.imported_answers AS answers ON answers.parent = down.id)
    SELECT id, root FROM down;
DROP TABLE temp.imported_answers;
UPDATE messages SET thread_id = (SELECT root FROM temp.imported_roots AS found WHERE found.id = messages.id)
    WHERE id IN (SELECT id FROM temp.imported_roots);
UPDATE messages SET reply_count = 0, last_reply_at = NULL
    WHERE reply_count > 0 AND id IN (SELECT id FROM temp.imported_roots);
UPDATE messages SET
    reply_count = max(reply_count, (SELECT count(*) FROM messages AS reply WHERE reply.thread_id = messages.id)),
    last_reply_at = max(coalesce(last_reply_at, 0),
                        (SELECT max(created_at) FROM messages AS reply WHERE reply.thread_id = messages.id))
    WHERE id IN (SELECT root FROM temp.imported_roots);
DROP TABLE temp.imported_roots;
)sql";

} // namespace netbit::storage::schema
