#pragma once
// Profiles, addresses of sessions, scopes of tokens, invitations that can be listed, reset links, second factors, the audit log.

#include <string_view>

namespace netbit::storage
{

inline constexpr std::string_view usersInFull = R"sql(
ALTER TABLE users ADD COLUMN display_name TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN about TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN status_text TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN status_emoji TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN status_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN erased_at INTEGER NOT NULL DEFAULT 0;

ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';

ALTER TABLE access_tokens ADD COLUMN scopes INTEGER NOT NULL DEFAULT 15;

ALTER TABLE invites ADD COLUMN id INTEGER NOT NULL DEFAULT 0;
UPDATE invites SET id = (SELECT count(*) FROM invites AS other WHERE other.hash <= invites.hash);
CREATE UNIQUE INDEX invites_by_id ON invites (id);
ALTER TABLE invites ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE invites ADD COLUMN role TEXT NOT NULL DEFAULT 'member';
ALTER TABLE invites ADD COLUMN revoked_at INTEGER;

CREATE TABLE password_resets (
    hash       BLOB PRIMARY KEY CHECK (length(hash) = 32),
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_by INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX password_resets_by_user ON password_resets (user_id);

CREATE TABLE second_factors (
    user_id      INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret       BLOB NOT NULL CHECK (length(secret) = 20),
    created_at   INTEGER NOT NULL,
    confirmed_at INTEGER NOT NULL DEFAULT 0,
    last_step    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE recovery_codes (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    hash    BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (user_id, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_log (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    actor_id INTEGER NOT NULL,
    act      TEXT NOT NULL,
    object   TEXT NOT NULL,
    address  TEXT NOT NULL
) STRICT;
)sql";

} // namespace netbit::storage
