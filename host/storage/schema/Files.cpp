// Files and what they are attached to.
// - files.sha256 names the bytes, which lie in the data directory; several files may have the same. media_type is what the
//   bytes say. avatar: the one picture of its owner.
// - messages.attachments is what the message's JSON shows of its files, as with mentions and reactions; attachment_kinds has
//   the bits 1 for an image and 2 for anything else, for the search. Both are NULL for an ordinary message, and its insert
//   writes no row more.
// - A file that was attached goes with the last message that it was attached to, by the triggers: whatever deletes messages
//   need not know of files.
// - file_orphans: bytes that no file has, and since when. They are written down before the bytes have their final name, so
//   that nothing is ever in the folder that the database does not know of.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const files = R"sql(
CREATE TABLE files (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id   INTEGER NOT NULL REFERENCES users (id),
    sha256     BLOB NOT NULL CHECK (length(sha256) = 32),
    size       INTEGER NOT NULL CHECK (size >= 0),
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    width      INTEGER NOT NULL DEFAULT 0,
    height     INTEGER NOT NULL DEFAULT 0,
    avatar     INTEGER NOT NULL DEFAULT 0 CHECK (avatar IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX files_by_owner ON files (owner_id, id, size);
CREATE INDEX files_by_digest ON files (sha256);
CREATE UNIQUE INDEX files_avatars ON files (owner_id) WHERE avatar = 1;

CREATE TABLE message_files (
    message_id INTEGER NOT NULL,
    file_id    INTEGER NOT NULL,
    chat_id    INTEGER NOT NULL,
    PRIMARY KEY (message_id, file_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_files_by_file ON message_files (file_id, chat_id);

CREATE TABLE file_orphans (
    sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32),
    since  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX file_orphans_by_time ON file_orphans (since);

ALTER TABLE messages ADD COLUMN attachments TEXT;
ALTER TABLE messages ADD COLUMN attachment_kinds INTEGER;

CREATE TRIGGER files_taken AFTER INSERT ON files
BEGIN
    DELETE FROM file_orphans WHERE sha256 = new.sha256;
END;

CREATE TRIGGER files_left AFTER DELETE ON files
WHEN NOT EXISTS (SELECT 1 FROM files WHERE sha256 = old.sha256)
BEGIN
    INSERT INTO file_orphans (sha256, since) VALUES (old.sha256, unixepoch() * 1000) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER message_files_left AFTER DELETE ON message_files
WHEN NOT EXISTS (SELECT 1 FROM message_files WHERE file_id = old.file_id)
BEGIN
    DELETE FROM files WHERE id = old.file_id;
END;

CREATE TRIGGER message_files_deleted AFTER DELETE ON messages
WHEN old.attachments IS NOT NULL
BEGIN
    DELETE FROM message_files WHERE message_id = old.id;
END;

CREATE TRIGGER message_files_dropped AFTER UPDATE OF attachments ON messages
WHEN old.attachments IS NOT NULL AND new.attachments IS NULL
BEGIN
    DELETE FROM message_files WHERE message_id = old.id;
END;
)sql";

} // namespace netbit::storage::schema
