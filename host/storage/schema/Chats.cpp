// Chats in full. What an ordinary insert of a message costs has not grown: it writes no row more, and the new indexes hold
// replies and pins only.
// - messages.mentions and .reactions are what the message's JSON shows of the tables beside it, so that a page is read in
//   one walk; whoever changes those tables writes it in the same transaction.
// - message_mentions is what is counted: user 0 is everyone, and a message that mentions everyone has no other row.
// - operation_keys: the answers of operations, for those who ask again.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const chatsInFull = R"sql(
ALTER TABLE chats ADD COLUMN visibility TEXT NOT NULL DEFAULT 'private' CHECK (visibility IN ('private', 'public'));
ALTER TABLE chats ADD COLUMN topic TEXT NOT NULL DEFAULT '';
ALTER TABLE chats ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE chats ADD COLUMN archived_at INTEGER;
ALTER TABLE chats ADD COLUMN retention_days INTEGER;
ALTER TABLE chats ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;

ALTER TABLE chat_participants ADD COLUMN last_read_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chat_participants ADD COLUMN muted INTEGER NOT NULL DEFAULT 0 CHECK (muted IN (0, 1));
ALTER TABLE chat_participants ADD COLUMN favourite INTEGER NOT NULL DEFAULT 0 CHECK (favourite IN (0, 1));
CREATE INDEX chat_admins ON chat_participants (chat_id) WHERE role = 'admin';
-- Before there were marks, nobody could leave one: what is there counts as read.
UPDATE chat_participants SET (last_read_at, last_read_id) =
    (SELECT created_at, id FROM messages WHERE chat_id = chat_participants.chat_id ORDER BY created_at DESC, id DESC LIMIT 1)
    WHERE EXISTS (SELECT 1 FROM messages WHERE chat_id = chat_participants.chat_id);

ALTER TABLE messages ADD COLUMN thread_id INTEGER;
ALTER TABLE messages ADD COLUMN mentions TEXT;
ALTER TABLE messages ADD COLUMN reactions TEXT;
ALTER TABLE messages ADD COLUMN reply_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN last_reply_at INTEGER;
ALTER TABLE messages ADD COLUMN deleted_at INTEGER;
ALTER TABLE messages ADD COLUMN deleted_by INTEGER;
ALTER TABLE messages ADD COLUMN pinned_at INTEGER;
ALTER TABLE messages ADD COLUMN pinned_by INTEGER;
CREATE INDEX messages_of_threads ON messages (thread_id, created_at) WHERE thread_id IS NOT NULL;
CREATE INDEX messages_pinned ON messages (chat_id, pinned_at) WHERE pinned_at IS NOT NULL;

CREATE TABLE message_mentions (
    chat_id    INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    PRIMARY KEY (chat_id, user_id, created_at, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_mentions_by_message ON message_mentions (message_id);

CREATE TABLE message_edits (
    message_id INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    content    TEXT NOT NULL,
    written_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE message_reactions (
    message_id INTEGER NOT NULL,
    emoji      TEXT NOT NULL,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (message_id, emoji, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_reactions_by_user ON message_reactions (user_id);

CREATE TABLE thread_reads (
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    thread_id    INTEGER NOT NULL,
    last_read_at INTEGER NOT NULL,
    last_read_id INTEGER NOT NULL,
    PRIMARY KEY (user_id, thread_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE drafts (
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    chat_id    INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    content    TEXT NOT NULL,
    reply_to   INTEGER,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, chat_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE scheduled_messages (
    id         INTEGER PRIMARY KEY,
    chat_id    INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    sender_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    content    TEXT NOT NULL,
    reply_to   INTEGER,
    send_at    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    state      TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'failed')),
    message_id INTEGER,
    error      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX scheduled_waiting ON scheduled_messages (send_at) WHERE state = 'waiting';
CREATE INDEX scheduled_by_sender ON scheduled_messages (sender_id, send_at) WHERE state = 'waiting';

CREATE TABLE chat_hooks (
    id         INTEGER PRIMARY KEY,
    chat_id    INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    created_by INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    bot_id     INTEGER NOT NULL REFERENCES users (id),
    name       TEXT NOT NULL,
    hash       BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX chat_hooks_by_chat ON chat_hooks (chat_id);

CREATE TABLE operation_keys (
    user_id    INTEGER NOT NULL,
    key        TEXT NOT NULL,
    digest     BLOB NOT NULL,
    object_id  INTEGER NOT NULL,
    json       TEXT NOT NULL,
    replayed   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX operation_keys_by_time ON operation_keys (created_at);
)sql";

} // namespace netbit::storage::schema
