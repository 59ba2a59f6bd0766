#pragma once
// Whose account an identity is. It is found by issuer and subject alone: names and e-mail addresses can be claimed by
// anybody at a provider, so they link nothing.

#include "base/Result.h"
#include "services/auth/Acts.h"
#include "services/auth/oidc/Claims.h"

namespace netbit::services::auth {
struct Core;
}

namespace netbit::services::auth::oidc {

/// [may wait] The user of this identity, made where the provider may; its role as the provider says. Waits for the writer.
/// Error: forbidden / oidc_not_registered, user_not_active.
base::Result<storage::Id> accountOf(Core& core, const ProviderSettings& provider, const Identity& identity,
                                    const std::string& peer);

/// [may wait] Links the identity with a user. Waits for the writer. Error: conflict / identity_taken; notFound / user_not_found.
base::Result<storage::IdentityRecord> link(Core& core, const ProviderSettings& provider, const std::string& subject,
                                           storage::Id userId, const Actor& actor);

} // namespace netbit::services::auth::oidc
