#include "services/auth/Acts.h"

#include "services/auth/Core.h"
#include "services/auth/Passwords.h"
#include "services/auth/Proof.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::auth {

using base::fault;
using base::Result;
using base::Status;
using storage::Connection;
using storage::CredentialRepository;
using storage::Id;
using storage::UserRepository;

namespace json = boost::json;

Actor actorOf(const operations::Call& call) { return {call.principal ? call.principal->userId() : 0, call.peer}; }

void audit(Connection& connection, const Core& core, const Actor& actor, std::string_view act, std::string_view kind, Id id)
{
    storage::AuditRepository::insert(connection, {.at = core.now(),
                                                  .actorId = actor.userId,
                                                  .act = std::string(act),
                                                  .object = std::string(kind) + ":" + std::to_string(id),
                                                  .address = actor.address});
}

base::Error userNotFound() { return fault(Status::notFound, "user_not_found", "There is no such user."); }

base::Error lastAdmin()
{
    return fault(Status::conflict, "last_admin", "This is the last active admin of the server: make another one first.");
}

Ended revokeAllOf(Connection& connection, const Core& core, Id userId)
{
    const auto now = core.now();
    CredentialRepository::dropResetsOf(connection, userId);
    return {CredentialRepository::revokeSessionsOf(connection, userId, now),
            CredentialRepository::revokeAccessTokensOf(connection, userId, now)};
}

void forgetAllOf(Core& core, Id userId, const Ended& ended)
{
    for (const auto id : ended.sessions)
        core.forgetSession(id, userId);
    for (const auto id : ended.tokens)
        core.accessTokens.remove(id);
    core.tickets.dropOf(userId);
    core.revocations.revokeUser(userId);
}

Result<void> mayLoseAdmin(Connection& connection, const storage::UserRecord& user)
{
    if (user.role == "admin" && user.state == "active" && UserRepository::activeAdminsBeside(connection, user.id) == 0)
        return lastAdmin();
    return {};
}

Result<storage::UserRecord> proveOwner(Core& core, Id userId, std::string_view password, std::string_view peer,
                                       std::string_view pointer)
{
    std::optional<storage::UserRecord> user;
    auto read = core.read([&](Connection& connection) { user = UserRepository::byId(connection, userId); });
    if (!read)
        return read.error();
    if (!user || user->state != "active")
        return userNotFound();
    if (user->password.empty() && user->provider.empty())
        return fault(Status::conflict, "no_password",
                     "This account has no password: an admin can make a link by which to set one.", pointer);
    const auto limit = core.options.load()->loginFailuresPerMinute;
    if (!core.throttle.allows(user->username, peer, limit, core.now()))
        return tooManyFailed();
    bool good = false;
    if (user->provider.empty()) {
        try {
            good = verifyPassword(user->password, password);
        } catch (const std::bad_alloc&) {
            return fault(Status::unavailable, "overloaded", "There is not enough memory to do this now: try again.");
        }
    } else {
        const auto said = askProviders(core, &*user, user->username, password);
        if (!said.by && said.unavailable)
            return providerUnavailable();
        good = said.by != nullptr;
    }
    if (!core.throttle.settle(user->username, peer, good, limit, core.now()))
        return tooManyFailed();
    if (!good)
        return fault(Status::forbidden, "wrong_password", "This is not the password of this account.", pointer);
    return std::move(*user);
}

json::value timeOrNull(base::Millis time)
{
    if (time == 0)
        return nullptr;
    return json::string(base::rfc3339(time));
}

std::string listJson(json::array data, Id next, std::string_view cursor)
{
    json::object pagination;
    pagination[cursor] = next == 0 ? json::value(nullptr) : json::value(next);
    json::object out;
    out["data"] = std::move(data);
    out["pagination"] = std::move(pagination);
    return json::serialize(out);
}

const operations::Parameter& idParameter()
{
    static const operations::Parameter parameter{
        .name = "id", .kind = operations::Kind::integer, .what = "its id", .required = true, .least = 1};
    return parameter;
}

Result<void> answered(const Done& done, std::string json, Id id)
{
    done(Completed{id, std::move(json)});
    return {};
}

} // namespace netbit::services::auth
