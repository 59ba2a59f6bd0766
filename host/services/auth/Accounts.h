#pragma once
// Accounts are made here: by their owner, or by an admin.

#include "services/auth/Acts.h"
#include "services/auth/AuthService.h"

namespace netbit::services::auth {

struct Core;

/// [worker] Checks form, registration mode and invitation, hashes the password, then submits.
base::Result<void> registerAccount(Core& core, const NewAccount& account, Done done);
/// [worker] Waits for the writer. `passwordLater`: without a password nobody can sign in until a reset link was used; else
/// only a bot needs none.
base::Result<users::UserPtr> addAccount(Core& core, const NewAccount& account, std::string_view role, const Actor& actor,
                                        bool passwordLater);
/// [worker] Waits for the writer. The user of this name that the provider made, now or before; bad_credentials where
/// somebody else has the name. An e-mail address that is none is left out.
base::Result<storage::Id> provideAccount(Core& core, std::string_view username, std::string_view email,
                                         std::string_view provider);
/// [worker] The stored string of a password, or unavailable / overloaded.
base::Result<std::string> hashFor(std::string_view password);

} // namespace netbit::services::auth
