-- The database as the first build of all made it, for UpgradeTest. What stands in people's databases never changes, nor does this.
CREATE TABLE schema_migrations (
    owner TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
    applied_at INTEGER NOT NULL, PRIMARY KEY (owner, number)) STRICT, WITHOUT ROWID;
INSERT INTO schema_migrations VALUES ('netbit', 1, 'host tables', 'c8807b758dac70233b3a711265e60a15a9c86f48a3ad19802770c404d7756edb', 1700000000000);

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
