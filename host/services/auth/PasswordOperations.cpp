// Passwords: users.change_password, users.reset_link, auth.reset.

#include "services/Act.h"
#include "services/auth/AccountRules.h"
#include "services/auth/Accounts.h"
#include "services/auth/Acts.h"
#include "services/auth/Core.h"
#include "services/auth/Proof.h"
#include "services/auth/Secrets.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::auth {

using base::fault;
using base::Result;
using base::Status;
using operations::Access;
using operations::Call;
using storage::Connection;
using storage::CredentialRepository;
using storage::Id;
using storage::UserRepository;
using users::User;

namespace json = boost::json;

namespace {

constexpr base::Millis resetLifeMs = base::Millis{24} * 3'600'000;

constexpr std::string_view resetSchema = R"({"type":"object","properties":{"user_id":{"type":"integer","format":"int64"},
"token":{"type":"string","description":"for POST /api/auth/reset; shown once, good once"},
"expires_at":{"type":"string","format":"date-time"}}})";

base::Error keptElsewhere(const std::string& provider)
{
    return fault(Status::conflict, "provided_user", "The password of this user is kept by the plugin " + provider + ".");
}

base::Error badReset()
{
    return fault(Status::unauthenticated, "bad_reset_token", "The reset link is unknown, used or expired: ask for a new one.");
}

Result<void> checkNew(const Core& core, std::string_view password, std::string_view pointer)
{
    auto good = checkPassword(password, core.options.load()->minPasswordBytes);
    if (good)
        return good;
    auto error = good.error();
    error.pointer = pointer;
    return error;
}

Result<void> change(Core& core, const Call& call, Done done)
{
    const auto userId = call.principal->userId();
    const auto fresh = *call.arguments.text("new_password");
    if (auto good = checkNew(core, fresh, "/new_password"); !good)
        return good;
    const auto user = core.users.byId(userId);
    if (!user)
        return userNotFound();
    const auto proved = proveOwner(core, userId, *call.arguments.text("old_password"), call.peer, "/old_password");
    if (!proved)
        return proved.error();
    if (!proved->provider.empty())
        return keptElsewhere(proved->provider);
    auto hash = hashFor(fresh);
    if (!hash)
        return hash.error();
    const auto current = call.principal->kind() == Principal::Kind::session ? call.principal->source() : 0;
    const auto ended = std::make_shared<std::vector<Id>>();
    return Act::submit(
        core.writer,
        [&core, userId, current, ended, old = proved->password, hash = std::move(*hash),
         actor = actorOf(call)](Connection& connection) -> Result<Completed> {
            const auto row = UserRepository::byId(connection, userId);
            if (!row || row->state != "active")
                return userNotFound();
            if (row->password != old)
                return fault(Status::unavailable, "password_changed", "The password has changed just now: try again.");
            UserRepository::setPassword(connection, userId, hash);
            CredentialRepository::dropResetsOf(connection, userId);
            *ended = CredentialRepository::revokeSessionsOf(connection, userId, current, core.now());
            audit(connection, core, actor, "user.password", "user", userId);
            return Completed{userId, {}};
        },
        [&core, userId, ended] {
            core.tickets.dropOf(userId);
            for (const auto session : *ended)
                core.forgetSession(session, userId);
        },
        std::move(done));
}

Result<void> link(Core& core, const Call& call, Done done)
{
    const auto token = randomToken(resetPrefix);
    const auto now = core.now();
    const storage::ResetRecord reset{.hash = hashToken(token),
                                     .userId = *call.arguments.integer("id"),
                                     .createdBy = call.principal->userId(),
                                     .createdAt = now,
                                     .expiresAt = now + resetLifeMs};
    return Act::submit(
        core.writer,
        [&core, reset, token, actor = actorOf(call)](Connection& connection) -> Result<Completed> {
            const auto user = UserRepository::byId(connection, reset.userId);
            if (!user || user->erasedAt != 0)
                return userNotFound();
            if (user->state == "deactivated")
                return fault(Status::conflict, "user_not_active", "This user is deactivated.");
            if (!user->provider.empty())
                return keptElsewhere(user->provider);
            CredentialRepository::dropResetsOf(connection, user->id); // the newest link is the one that is good
            CredentialRepository::insertReset(connection, reset);
            audit(connection, core, actor, "user.reset_link", "user", user->id);
            return Completed{user->id, json::serialize(json::object{{"user_id", user->id},
                                                                    {"token", token},
                                                                    {"expires_at", base::rfc3339(reset.expiresAt)}})};
        },
        {}, std::move(done));
}

/// The user whom the link lets in, or nobody.
std::optional<storage::UserRecord> userOfReset(Connection& connection, const std::string& hash, base::Millis now)
{
    const auto reset = CredentialRepository::reset(connection, hash);
    if (!reset || reset->expiresAt <= now)
        return std::nullopt;
    auto user = UserRepository::byId(connection, reset->userId);
    return user && user->state != "deactivated" ? std::move(user) : std::nullopt;
}

Result<void> reset(Core& core, const Call& call, Done done)
{
    const auto limit = core.options.load()->loginFailuresPerMinute;
    if (!core.throttle.allows({}, call.peer, limit, core.now()))
        return tooManyFailed();
    const auto token = *call.arguments.text("token");
    const auto hash = hashToken(token);
    bool good = false;
    if (tokenShaped(resetPrefix, token)) {
        auto read = core.read([&](Connection& connection) { good = userOfReset(connection, hash, core.now()).has_value(); });
        if (!read)
            return read;
    }
    if (!core.throttle.settle({}, call.peer, good, limit, core.now()))
        return tooManyFailed();
    if (!good)
        return badReset();
    const auto password = *call.arguments.text("password");
    if (auto fits = checkNew(core, password, "/password"); !fits)
        return fits;
    auto stored = hashFor(password);
    if (!stored)
        return stored.error();
    struct Outcome {
        Id userId = 0;
        Ended ended;
    };
    const auto outcome = std::make_shared<Outcome>();
    return Act::submit(
        core.writer,
        [&core, hash, outcome, stored = std::move(*stored), peer = call.peer](Connection& connection) -> Result<Completed> {
            const auto user = userOfReset(connection, hash, core.now());
            if (!user)
                return badReset();
            outcome->userId = user->id;
            UserRepository::setPassword(connection, user->id, stored);
            if (user->state == "imported") // who gets a password has come to claim the account
                UserRepository::setState(connection, user->id, "active");
            CredentialRepository::dropResetsOf(connection, user->id);
            outcome->ended = {CredentialRepository::revokeSessionsOf(connection, user->id, core.now()), {}};
            audit(connection, core, {user->id, peer}, "user.password_reset", "user", user->id);
            return Completed{user->id, {}};
        },
        [&core, outcome] {
            auto user = *core.users.byId(outcome->userId);
            if (user.state == "imported") {
                user.state = "active";
                core.users.put(std::make_shared<const User>(std::move(user)));
            }
            core.tickets.dropOf(outcome->userId);
            for (const auto session : outcome->ended.sessions)
                core.forgetSession(session, outcome->userId);
        },
        std::move(done));
}

} // namespace

void addPasswordOperations(operations::Operations& all, Core& core)
{
    all.addSchema("ResetLink", resetSchema);
    all.add({.name = "users.change_password",
             .summary = "Change the own password; ends all other sessions",
             .parameters = {{.name = "old_password", .what = "what it was", .required = true, .most = 4096},
                            {.name = "new_password", .what = "what it will be", .required = true, .most = 4096}},
             .result = {},
             .handler = bound(core, &change)});
    all.add({.name = "users.reset_link",
             .summary = "Make a link by which a user sets a new password, once, within 24 hours",
             .access = Access::admin,
             .parameters = {idParameter()},
             .result = "ResetLink",
             .handler = bound(core, &link),
             .secret = true});
    all.add({.name = "auth.reset",
             .summary = "Set a new password by a reset link; ends all sessions",
             .access = Access::anyone,
             .parameters = {{.name = "token", .what = "of the link", .required = true, .most = 256},
                            {.name = "password", .what = "the new one", .required = true, .most = 4096}},
             .result = {},
             .handler = bound(core, &reset)});
}

} // namespace netbit::services::auth
