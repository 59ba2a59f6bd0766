// What users are told of, and by which rules.
// - notifications.event_id: the event that made it; NULL: its user wrote it. An event makes at most one for a user.
// - content quotes what was said, so it goes with that: when the message is edited or deleted, and all of it when its user may
//   not read the place any more.
// - notify_mark: every event up to this one has been looked at. It moves in the transaction of what that made.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const notifications = R"sql(
CREATE TABLE notifications (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    event_id      INTEGER,
    kind          TEXT NOT NULL CHECK (kind IN ('note', 'message', 'issue', 'pull', 'push')),
    name          TEXT NOT NULL,
    content       TEXT NOT NULL DEFAULT '',
    rule          TEXT NOT NULL DEFAULT '',
    url           TEXT NOT NULL DEFAULT '',
    actor_id      INTEGER,
    chat_id       INTEGER REFERENCES chats (id) ON DELETE CASCADE,
    message_id    INTEGER,
    thread_id     INTEGER,
    project_id    INTEGER REFERENCES projects (id) ON DELETE CASCADE,
    repository_id INTEGER,
    issue_id      INTEGER,
    pull_id       INTEGER,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    read_at       INTEGER,
    held_until    INTEGER
) STRICT;
CREATE INDEX notifications_by_user ON notifications (user_id, id);
CREATE INDEX notifications_unread ON notifications (user_id, id) WHERE read_at IS NULL;
CREATE UNIQUE INDEX notifications_once ON notifications (event_id, user_id) WHERE event_id IS NOT NULL;
CREATE INDEX notifications_by_message ON notifications (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX notifications_by_chat ON notifications (chat_id, user_id) WHERE chat_id IS NOT NULL;
CREATE INDEX notifications_by_project ON notifications (project_id, user_id) WHERE project_id IS NOT NULL;

CREATE TABLE notification_rules (
    user_id    INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    rules      TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE notify_mark (
    only     INTEGER PRIMARY KEY CHECK (only = 1),
    event_id INTEGER NOT NULL
) STRICT;
INSERT INTO notify_mark (only, event_id) SELECT 1, coalesce(max(id), 0) FROM events;

CREATE TRIGGER notifications_of_edited_messages AFTER UPDATE OF content ON messages
WHEN new.content IS NOT old.content AND new.deleted_at IS NULL
BEGIN
    UPDATE notifications SET content = substr(new.content, 1, 200) WHERE message_id = new.id;
END;

CREATE TRIGGER notifications_of_tombstones AFTER UPDATE OF deleted_at ON messages
WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL
BEGIN
    UPDATE notifications SET content = '' WHERE message_id = new.id;
END;

CREATE TRIGGER notifications_of_gone_messages AFTER DELETE ON messages
BEGIN
    UPDATE notifications SET content = '' WHERE message_id = old.id;
END;

CREATE TRIGGER notifications_of_left_chats AFTER DELETE ON chat_participants
BEGIN
    DELETE FROM notifications WHERE chat_id = old.chat_id AND user_id = old.user_id;
END;

CREATE TRIGGER notifications_of_left_projects AFTER DELETE ON project_members
BEGIN
    DELETE FROM notifications WHERE project_id = old.project_id AND user_id = old.user_id;
END;

CREATE TRIGGER notifications_of_erased_users AFTER UPDATE OF erased_at ON users
WHEN old.erased_at = 0 AND new.erased_at <> 0
BEGIN
    DELETE FROM notifications WHERE user_id = new.id;
    DELETE FROM notification_rules WHERE user_id = new.id;
    UPDATE notifications SET name = '', content = '' WHERE actor_id = new.id;
END;
)sql";

} // namespace netbit::storage::schema
