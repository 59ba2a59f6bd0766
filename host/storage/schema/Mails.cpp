// What users have mailed to them, and the outbox of that.
// - mail_settings.address: another one than the account's, or empty. confirmed: the address that its reader has confirmed; mail goes
//   there and nowhere else, and only as long as it is the one that is wanted.
// - mail_settings.digest_from: notifications up to this one were in a digest, or before the first. It moves in the transaction of
//   each digest, with next_digest.
// - mails: a row comes in the transaction of its notification, and stays pending until the relay has said that it has it, or its
//   time is over. message_id is fixed by then, so that what comes twice can be told; the text is made when it is sent, of what is
//   still there and unread. A notification's mail goes with it.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const mails = R"sql(
CREATE TABLE mail_settings (
    user_id      INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    mode         TEXT NOT NULL CHECK (mode IN ('off', 'at_once', 'digest')),
    delay_s      INTEGER NOT NULL CHECK (delay_s BETWEEN 0 AND 86400),
    digest_at    INTEGER NOT NULL CHECK (digest_at BETWEEN 0 AND 1439),
    address      TEXT NOT NULL DEFAULT '',
    confirmed    TEXT NOT NULL DEFAULT '',
    confirmed_at INTEGER,
    digest_from  INTEGER NOT NULL DEFAULT 0,
    next_digest  INTEGER,
    refusals     INTEGER NOT NULL DEFAULT 0,
    refused_at   INTEGER,
    refused_why  TEXT NOT NULL DEFAULT '',
    updated_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX mail_settings_by_digest ON mail_settings (next_digest) WHERE next_digest IS NOT NULL;

CREATE TABLE mails (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id         INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind            TEXT NOT NULL CHECK (kind IN ('confirmation', 'notification', 'digest')),
    address         TEXT NOT NULL,
    notification_id INTEGER REFERENCES notifications (id) ON DELETE CASCADE,
    from_id         INTEGER NOT NULL DEFAULT 0,
    to_id           INTEGER NOT NULL DEFAULT 0,
    message_id      TEXT NOT NULL UNIQUE,
    state           TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'failed', 'dropped')),
    tries           INTEGER NOT NULL DEFAULT 0,
    due_at          INTEGER NOT NULL,
    since           INTEGER,
    error           TEXT NOT NULL DEFAULT '',
    created_at      INTEGER NOT NULL,
    ended_at        INTEGER
) STRICT;
CREATE INDEX mails_pending ON mails (due_at, id) WHERE state = 'pending';
CREATE UNIQUE INDEX mails_by_notification ON mails (notification_id) WHERE notification_id IS NOT NULL;
CREATE INDEX mails_confirmations ON mails (created_at) WHERE kind = 'confirmation';
CREATE INDEX mails_by_user ON mails (user_id);
CREATE INDEX mails_ended ON mails (ended_at) WHERE ended_at IS NOT NULL;

CREATE TRIGGER mails_of_erased_users AFTER UPDATE OF erased_at ON users
WHEN old.erased_at = 0 AND new.erased_at <> 0
BEGIN
    DELETE FROM mails WHERE user_id = new.id;
    DELETE FROM mail_settings WHERE user_id = new.id;
END;
)sql";

} // namespace netbit::storage::schema
