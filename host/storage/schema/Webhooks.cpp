// Where users have their notifications sent, and the outbox of that.
// - webhooks.secret: as text, since each delivery is signed with it.
// - webhooks.paused_until: the receiver has failed; nothing goes there before. failing_since: since when; NULL: it does not.
// - webhook_deliveries: a row comes in the transaction of its notification, and stays pending until the receiver has said that it
//   has it, or its time is over. The body is what was told then, without quotes of others, and signed anew for each attempt.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const webhooks = R"sql(
CREATE TABLE webhooks (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    url           TEXT NOT NULL,
    secret        TEXT NOT NULL,
    rules         TEXT NOT NULL DEFAULT '',
    enabled       INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    disabled_why  TEXT NOT NULL DEFAULT '',
    failures      INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    paused_until  INTEGER,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX webhooks_by_user ON webhooks (user_id, id);

CREATE TABLE webhook_deliveries (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id      INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    notification_id INTEGER NOT NULL,
    sent_as         TEXT NOT NULL UNIQUE,
    body            TEXT NOT NULL,
    state           TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed', 'dropped')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    held            INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)),
    due_at          INTEGER NOT NULL,
    since           INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    ended_at        INTEGER
) STRICT;
CREATE INDEX webhook_deliveries_by_hook ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (webhook_id, due_at) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE webhook_attempts (
    delivery_id INTEGER NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    took_ms     INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    error       TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (delivery_id, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER webhooks_of_erased_users AFTER UPDATE OF erased_at ON users
WHEN old.erased_at = 0 AND new.erased_at <> 0
BEGIN
    DELETE FROM webhooks WHERE user_id = new.id;
END;
)sql";

} // namespace netbit::storage::schema
