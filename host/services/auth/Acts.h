#pragma once
// What the operations of this room share. Internal to the room.

#include "base/Time.h"
#include "services/operations/Operations.h"
#include "services/users/UserDirectory.h"
#include "storage/Repositories.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace netbit::services::auth {

struct Core;

/// Who did it, and from where, for the audit log.
struct Actor {
    storage::Id userId = 0; ///< 0: the machine's admin, or nobody signed in
    std::string address{};
};
Actor actorOf(const operations::Call& call);

/// [writer] One row of the audit log, in the transaction of what it tells of. `act`: "user.role.admin", `kind` of the
/// object: "user".
void audit(storage::Connection& connection, const Core& core, const Actor& actor, std::string_view act,
           std::string_view kind, storage::Id id);

base::Error userNotFound();
base::Error lastAdmin();

/// [writer] What was a user's way in, and is revoked now.
struct Ended {
    std::vector<storage::Id> sessions;
    std::vector<storage::Id> tokens;
};
/// [writer] In a transaction: every session and access token of the user, and every reset link.
Ended revokeAllOf(storage::Connection& connection, const Core& core, storage::Id userId);
/// [writer] Behind its commit: every principal of the user ends, whatever it came from.
void forgetAllOf(Core& core, storage::Id userId, const Ended& ended);
/// [writer] An error, where without this user the server would have no active admin.
base::Result<void> mayLoseAdmin(storage::Connection& connection, const storage::UserRecord& user);

/// [worker] The row of a user whose password this is; a plugin may have to say so. Counted by the throttle. Error: forbidden
/// / wrong_password, conflict / no_password, both with the pointer given; rateLimited / too_many_failed_logins; unavailable /
/// provider_unavailable, overloaded.
base::Result<storage::UserRecord> proveOwner(Core& core, storage::Id userId, std::string_view password,
                                             std::string_view peer, std::string_view pointer = "/password");

boost::json::value timeOrNull(base::Millis time); ///< 0: null
/// {"data":[…],"pagination":{"next_after":…}}; `next` 0: null.
std::string listJson(boost::json::array data, storage::Id next = 0, std::string_view cursor = "next_after");
const operations::Parameter& idParameter();
/// Answers an operation that has written nothing.
base::Result<void> answered(const Done& done, std::string json, storage::Id id = 0);

// Each declares its operations; `core` outlives them.
void addSessionOperations(operations::Operations& all, Core& core);
void addTokenOperations(operations::Operations& all, Core& core);
void addPasswordOperations(operations::Operations& all, Core& core);
void addAdminOperations(operations::Operations& all, Core& core);
void addInviteOperations(operations::Operations& all, Core& core);
void addSecondFactorOperations(operations::Operations& all, Core& core);
void addAuditOperations(operations::Operations& all, Core& core);
void addOwnDataOperations(operations::Operations& all, Core& core);

} // namespace netbit::services::auth
