#pragma once
// A session lives from a login to a logout. It is a family of refresh tokens of which only the newest is good.

#include "base/Result.h"
#include "services/Done.h"
#include "storage/Records.h"

#include <string>
#include <string_view>

namespace netbit::services::auth {

struct Core;

base::Error badCredentials();

/// [any] For a user whose password was just proved; `provedHash` is the stored string that it was proved against.
/// `code`: of the second factor, used up with it; who has one and shows none is refused.
base::Result<void> startSession(Core& core, storage::Id userId, std::string provedHash, std::string_view client,
                                std::string_view address, Done done, std::string code = {});
/// [any] Replaces the refresh token. One that was replaced already has been copied: its session ends, durably, although
/// the caller is refused.
base::Result<void> refreshSession(Core& core, std::string_view refreshToken, Done done);
/// [any] Succeeds whether there was such a session or not.
base::Result<void> endSession(Core& core, std::string_view refreshToken, Done done);

} // namespace netbit::services::auth
