#pragma once
// The second factor of a login: a code of an authenticator, or one of the recovery codes.

#include "base/Result.h"
#include "services/Done.h"
#include "storage/Records.h"

#include <string>
#include <string_view>

namespace netbit::storage {
class Connection;
}

namespace netbit::services::auth {

struct Core;
struct LoginAttempt;

/// [writer] In a transaction: uses the code up. Error: unauthenticated / bad_code with the pointer /code.
base::Result<void> useCode(storage::Connection& connection, const Core& core, storage::Id userId, std::string_view code);

/// [worker] The password is proved; answers with a ticket for auth.second_factor.
base::Result<void> askForCode(Core& core, const storage::UserRecord& user, const LoginAttempt& attempt, const Done& done);

} // namespace netbit::services::auth
