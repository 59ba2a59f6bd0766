// Push subscriptions of browsers (RFC 8030) share the outbox of webhooks, and so their table.
// - kind: push: url is the push service's address for this browser, secret its authentication secret and p256dh its public key, both
//   in base64url, as the browser gives them. Empty for a webhook.
// - A delivery of such has no body: what it says is looked up when it is sent, so that a quote goes when what it quotes is deleted.
//   One that has a body is a trial.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const push = R"sql(
ALTER TABLE webhooks ADD COLUMN kind TEXT NOT NULL DEFAULT 'webhook' CHECK (kind IN ('webhook', 'push'));
ALTER TABLE webhooks ADD COLUMN p256dh TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX push_by_address ON webhooks (url, user_id) WHERE kind = 'push';
)sql";

} // namespace netbit::storage::schema
