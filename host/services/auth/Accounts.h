#pragma once
// Accounts are made here: by their owner, or by an admin.

#include "services/auth/AuthService.h"

namespace netbit::services::auth {

struct Core;

/// [worker] Checks form, registration mode and invitation, hashes the password, then submits.
base::Result<void> registerAccount(Core& core, const NewAccount& account, Done done);
/// [worker] Waits for the writer.
base::Result<users::UserPtr> addAccount(Core& core, const NewAccount& account, std::string_view role);
/// [worker] The stored string of a password, or unavailable / overloaded.
base::Result<std::string> hashFor(std::string_view password);

} // namespace netbit::services::auth
