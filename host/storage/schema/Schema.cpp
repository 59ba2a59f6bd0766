// The host's own tables. A step that was ever released is never edited: its digest is remembered in the databases it
// made.
//
// An insert of a message with its event is the hot path, so each key and index here was weighed:
// - messages: one index besides the row id. (chat_id, created_at) is completed by the row id, so it gives the order
//   (created_at, id) without a wider entry. chat_id and sender_id are foreign keys (two look-ups in small tables that
//   stay in memory); reply_to is none, because deleting a message would then search all others for it.
// - events: no index and no foreign key. It is read by id only, and outlives what it speaks of.
// - message_keys: the key's row is written beside its message, whose sender has been checked there already.

#include "storage/schema/Identities.h"
#include "storage/schema/Search.h"
#include "storage/schema/Steps.h"
#include "storage/schema/UsersInFull.h"

namespace netbit::storage
{

namespace
{

constexpr std::string_view hostTables = R"sql(
CREATE TABLE users (
    id         INTEGER PRIMARY KEY,
    username   TEXT NOT NULL COLLATE NOCASE UNIQUE,
    password   TEXT NOT NULL DEFAULT '',
    email      TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    role       TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('admin', 'member', 'guest', 'bot')),
    state      TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'deactivated', 'imported'))
) STRICT;

CREATE TABLE chats (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL,
    chat_type  TEXT NOT NULL CHECK (chat_type IN ('direct', 'group', 'channel')),
    creator_id INTEGER REFERENCES users (id),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE chat_participants (
    chat_id      INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role         TEXT NOT NULL DEFAULT 'member' CHECK (role IN ('admin', 'moderator', 'member')),
    joined_at    INTEGER NOT NULL,
    last_read_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chat_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX chat_participants_by_user ON chat_participants (user_id);

CREATE TABLE messages (
    id           INTEGER PRIMARY KEY,
    chat_id      INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    sender_id    INTEGER NOT NULL REFERENCES users (id),
    content      TEXT NOT NULL,
    message_type TEXT NOT NULL DEFAULT 'text' CHECK (message_type IN ('text', 'image', 'file', 'system')),
    created_at   INTEGER NOT NULL,
    is_edited    INTEGER NOT NULL DEFAULT 0 CHECK (is_edited IN (0, 1)),
    edited_at    INTEGER,
    reply_to     INTEGER
) STRICT;
CREATE INDEX messages_by_time ON messages (chat_id, created_at);

CREATE TABLE message_keys (
    sender_id  INTEGER NOT NULL,
    key        TEXT NOT NULL,
    digest     BLOB NOT NULL,
    message_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (sender_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_keys_by_time ON message_keys (created_at);

CREATE TABLE events (
    id         INTEGER PRIMARY KEY,
    topic      TEXT NOT NULL,
    chat_id    INTEGER,
    actor_id   INTEGER,
    object_id  INTEGER,
    data       TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    id           INTEGER PRIMARY KEY,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client       TEXT NOT NULL DEFAULT '',
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    revoked_at   INTEGER
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
    hash        BLOB PRIMARY KEY CHECK (length(hash) = 32),
    session_id  INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at  INTEGER NOT NULL,
    replaced_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

CREATE TABLE access_tokens (
    id         INTEGER PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    hash       BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE INDEX access_tokens_by_user ON access_tokens (user_id);

CREATE TABLE invites (
    hash       BLOB PRIMARY KEY CHECK (length(hash) = 32),
    created_by INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_by    INTEGER REFERENCES users (id) ON DELETE SET NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE imports (
    chat_id          INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    source           TEXT NOT NULL,
    first_line       INTEGER NOT NULL,
    line_count       INTEGER NOT NULL,
    digest           TEXT NOT NULL,
    first_message_id INTEGER NOT NULL,
    message_count    INTEGER NOT NULL,
    imported_at      INTEGER NOT NULL,
    PRIMARY KEY (chat_id, source, first_line)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::string_view providedUsers = R"sql(
ALTER TABLE users ADD COLUMN provider TEXT NOT NULL DEFAULT '';
)sql";

const Migration steps[] = {
    {1, "host tables", hostTables},
    {2, "provided users", providedUsers},
    {3, "search", searchTables},
    {4, "users in full", usersInFull},
    {5, "chats in full", schema::chatsInFull},
    {6, "files", schema::files},
    {7, "transfers", schema::transfers},
    {8, "identities", identityTables},
    {9, "projects", schema::projects},
    {10, "numbers", schema::numbers},
    {11, "pulls", schema::pulls},
    {12, "issues", schema::issues},
    {13, "external kinds", schema::externalKinds},
    {14, "told threads", schema::told},
    {15, "spoken of", schema::spoken},
    {16, "activity data", schema::activityData},
    {17, "notifications", schema::notifications},
    {18, "webhooks", schema::webhooks},
    {19, "push", schema::push},
    {20, "mails", schema::mails},
};

} // namespace

std::span<const Migration> hostMigrations() noexcept { return steps; }

} // namespace netbit::storage
