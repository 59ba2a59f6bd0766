// The second factor: second_factor.get, .enrol, .confirm, .recovery_codes, .remove, .reset, and auth.second_factor, which
// finishes a login.

#include "services/Act.h"
#include "services/auth/Acts.h"
#include "services/auth/AuthService.h"
#include "services/auth/Core.h"
#include "services/auth/Proof.h"
#include "services/auth/Secrets.h"
#include "services/auth/SecondFactor.h"
#include "services/auth/Sessions.h"
#include "services/auth/Totp.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::auth {

using base::fault;
using base::Result;
using base::Status;
using operations::Access;
using operations::Call;
using storage::Connection;
using storage::Id;
using storage::SecondFactorRepository;
using storage::UserRepository;

namespace json = boost::json;

namespace {

constexpr int recoveryCodes = 10;

constexpr std::string_view factorSchema = R"({"type":"object","properties":{"enabled":{"type":"boolean"},
"confirmed_at":{"type":["string","null"],"format":"date-time"},"recovery_codes":{"type":"integer","description":"that are left"}}})";

constexpr std::string_view enrolmentSchema = R"({"type":"object","properties":{"secret":{"type":"string","description":"base32"},
"uri":{"type":"string","description":"otpauth://…, for a QR code"}}})";

constexpr std::string_view codesSchema = R"({"type":"object","properties":{"recovery_codes":{"type":"array",
"items":{"type":"string"},"description":"each good once instead of a code; shown once"}}})";

constexpr std::string_view sessionSchema = R"({"type":"object","properties":{"access_token":{"type":"string"},
"refresh_token":{"type":"string"},"token_type":{"type":"string"},"expires_in":{"type":"integer"},
"user":{"$ref":"#/components/schemas/User"}}})";

base::Error badCode(Status status)
{
    return fault(status, "bad_code", "The code is wrong, too old, or was used already.", "/code");
}

base::Error notOn() { return fault(Status::conflict, "second_factor_off", "There is no second factor: enrol one first."); }

/// Writes new recovery codes and gives them, for once.
std::string freshCodes(Connection& connection, Id userId)
{
    json::array codes;
    std::vector<std::string> hashes;
    for (int i = 0; i < recoveryCodes; ++i) {
        const auto code = newRecoveryCode();
        hashes.push_back(*recoveryHash(userId, code));
        codes.emplace_back(code);
    }
    SecondFactorRepository::putRecoveryCodes(connection, userId, hashes);
    return json::serialize(json::object{{"recovery_codes", std::move(codes)}});
}

Result<void> get(Core& core, const Call& call, const Done& done)
{
    std::optional<storage::SecondFactorRecord> factor;
    std::int64_t left = 0;
    auto read = core.read([&](Connection& connection) {
        factor = SecondFactorRepository::of(connection, call.principal->userId());
        left = SecondFactorRepository::recoveryCodes(connection, call.principal->userId());
    });
    if (!read)
        return read;
    const auto since = factor ? factor->confirmedAt : 0;
    return answered(done, json::serialize(json::object{
                              {"enabled", since != 0}, {"confirmed_at", timeOrNull(since)}, {"recovery_codes", left}}));
}

Result<void> enrol(Core& core, const Call& call, Done done)
{
    const auto proved = proveOwner(core, call.principal->userId(), *call.arguments.text("password"), call.peer);
    if (!proved)
        return proved.error();
    const storage::SecondFactorRecord factor{
        .userId = proved->id, .secret = randomBytes(totpSecretBytes), .createdAt = core.now()};
    return Act::submit(
        core.writer,
        [factor, username = proved->username](Connection& connection) -> Result<Completed> {
            const auto there = SecondFactorRepository::of(connection, factor.userId);
            if (there && there->confirmedAt != 0)
                return fault(Status::conflict, "second_factor_on", "There is a second factor already: remove it first.");
            SecondFactorRepository::put(connection, factor);
            return Completed{factor.userId, json::serialize(json::object{{"secret", base32(factor.secret)},
                                                                         {"uri", otpauthUri(factor.secret, username)}})};
        },
        {}, std::move(done));
}

Result<void> confirm(Core& core, const Call& call, Done done)
{
    return Act::submit(
        core.writer,
        [&core, code = std::string(*call.arguments.text("code")),
         actor = actorOf(call)](Connection& connection) -> Result<Completed> {
            auto factor = SecondFactorRepository::of(connection, actor.userId);
            if (!factor)
                return notOn();
            if (factor->confirmedAt != 0)
                return fault(Status::conflict, "second_factor_on", "The second factor is confirmed already.");
            const auto step = totpStep(factor->secret, code, core.now(), factor->lastStep);
            if (!step)
                return badCode(Status::forbidden);
            factor->confirmedAt = core.now();
            factor->lastStep = *step;
            SecondFactorRepository::put(connection, *factor);
            audit(connection, core, actor, "second_factor.on", "user", actor.userId);
            return Completed{actor.userId, freshCodes(connection, actor.userId)};
        },
        {}, std::move(done));
}

/// A wrong code of one who has signed in is no 401: nothing is wrong with the token.
Result<void> useOwnCode(Connection& connection, const Core& core, Id userId, std::string_view code)
{
    auto used = useCode(connection, core, userId, code);
    if (!used && used.error().code == "bad_code")
        return badCode(Status::forbidden);
    return used;
}

/// Counts what failed at the code as a failed login.
Done counted(Core& core, std::string username, std::string peer, Done done)
{
    return [&core, username = std::move(username), peer = std::move(peer), done = std::move(done)](const Result<Completed>& result) {
        if (!result && result.error().code == "bad_code")
            (void)core.throttle.settle(username, peer, false, core.options.load()->loginFailuresPerMinute, core.now());
        done(result);
    };
}

/// What only the owner may do, with the password and a code. `act` gives the answer; `name` goes into the audit log.
Result<void> byOwner(Core& core, const Call& call, Done done, std::string_view name,
                     std::string (*act)(Connection& connection, Id userId))
{
    const auto proved = proveOwner(core, call.principal->userId(), *call.arguments.text("password"), call.peer);
    if (!proved)
        return proved.error();
    return Act::submit(
        core.writer,
        [&core, name, act, code = std::string(*call.arguments.text("code")),
         actor = actorOf(call)](Connection& connection) -> Result<Completed> {
            if (auto used = useOwnCode(connection, core, actor.userId, code); !used)
                return used.error();
            auto answer = act(connection, actor.userId);
            audit(connection, core, actor, name, "user", actor.userId);
            return Completed{actor.userId, std::move(answer)};
        },
        {}, counted(core, proved->username, call.peer, std::move(done)));
}

Result<void> renewCodes(Core& core, const Call& call, Done done)
{
    return byOwner(core, call, std::move(done), "second_factor.recovery_codes", &freshCodes);
}

Result<void> removeOwn(Core& core, const Call& call, Done done)
{
    return byOwner(core, call, std::move(done), "second_factor.off", [](Connection& connection, Id userId) {
        SecondFactorRepository::remove(connection, userId);
        return std::string();
    });
}

Result<void> resetOf(Core& core, const Call& call, Done done)
{
    return Act::submit(
        core.writer,
        [&core, id = *call.arguments.integer("id"), actor = actorOf(call)](Connection& connection) -> Result<Completed> {
            const auto user = UserRepository::byId(connection, id);
            if (!user || user->erasedAt != 0)
                return userNotFound();
            if (!SecondFactorRepository::of(connection, id))
                return fault(Status::conflict, "second_factor_off", "This user has no second factor.");
            SecondFactorRepository::remove(connection, id);
            audit(connection, core, actor, "second_factor.off", "user", id);
            return Completed{id, {}};
        },
        {}, std::move(done));
}

Result<void> finish(Core& core, const Call& call, Done done)
{
    const auto ticket = core.tickets.attempt(*call.arguments.text("ticket"), core.now());
    if (!ticket)
        return fault(Status::unauthenticated, "bad_ticket", "The ticket is unknown, spent or expired: sign in again.");
    if (!core.throttle.allows(ticket->username, call.peer, core.options.load()->loginFailuresPerMinute, core.now()))
        return tooManyFailed();
    auto settled = [&core, userId = ticket->userId, done = std::move(done)](const Result<Completed>& result) {
        if (result)
            core.tickets.dropOf(userId);
        done(result);
    };
    return startSession(core, ticket->userId, ticket->provedHash, ticket->client, call.peer,
                        counted(core, ticket->username, call.peer, std::move(settled)),
                        std::string(*call.arguments.text("code")));
}

} // namespace

Result<void> useCode(Connection& connection, const Core& core, Id userId, std::string_view code)
{
    const auto factor = SecondFactorRepository::of(connection, userId);
    if (!factor || factor->confirmedAt == 0)
        return notOn();
    if (const auto step = totpStep(factor->secret, code, core.now(), factor->lastStep)) {
        SecondFactorRepository::setLastStep(connection, userId, *step);
        return {};
    }
    const auto hash = recoveryHash(userId, code);
    if (hash && SecondFactorRepository::useRecoveryCode(connection, userId, *hash))
        return {};
    return badCode(Status::unauthenticated);
}

Result<void> askForCode(Core& core, const storage::UserRecord& user, const LoginAttempt& attempt, const Done& done)
{
    const auto ticket = core.tickets.issue({.userId = user.id,
                                            .username = user.username,
                                            .provedHash = user.password,
                                            .client = attempt.client,
                                            .peer = attempt.peer},
                                           core.now());
    return answered(done, json::serialize(json::object{
                              {"second_factor", "totp"}, {"ticket", ticket}, {"expires_in", Tickets::lifeMs / 1000}}));
}

void addSecondFactorOperations(operations::Operations& all, Core& core)
{
    const operations::Parameter code{
        .name = "code", .what = "six digits of the authenticator, or a recovery code", .required = true, .least = 1, .most = 64};
    const operations::Parameter password{.name = "password", .what = "the own one", .required = true, .most = 4096};
    all.addSchema("SecondFactor", factorSchema);
    all.addSchema("SecondFactorEnrolment", enrolmentSchema);
    all.addSchema("RecoveryCodes", codesSchema);
    all.addSchema("Session", sessionSchema);
    all.add({.name = "second_factor.get",
             .summary = "Whether the caller has a second factor",
             .parameters = {},
             .result = "SecondFactor",
             .handler = bound(core, &get),
             .reads = true});
    all.add({.name = "second_factor.enrol",
             .summary = "Begin to use an authenticator; in force once confirmed",
             .parameters = {password},
             .result = "SecondFactorEnrolment",
             .handler = bound(core, &enrol),
             .secret = true});
    all.add({.name = "second_factor.confirm",
             .summary = "Put the second factor in force with its first code",
             .parameters = {code},
             .result = "RecoveryCodes",
             .handler = bound(core, &confirm),
             .secret = true});
    all.add({.name = "second_factor.recovery_codes",
             .summary = "New recovery codes instead of the old",
             .parameters = {password, code},
             .result = "RecoveryCodes",
             .handler = bound(core, &renewCodes),
             .secret = true});
    all.add({.name = "second_factor.remove",
             .summary = "Use no second factor any more",
             .parameters = {password, code},
             .result = {},
             .handler = bound(core, &removeOwn)});
    all.add({.name = "second_factor.reset",
             .summary = "Take the second factor of a user away who has lost it",
             .access = Access::admin,
             .parameters = {idParameter()},
             .result = {},
             .handler = bound(core, &resetOf)});
    all.add({.name = "auth.second_factor",
             .summary = "Finish a login with the second factor",
             .access = Access::anyone,
             .parameters = {{.name = "ticket", .what = "what the login gave", .required = true, .most = 256}, code},
             .result = "Session",
             .handler = bound(core, &finish)});
}

} // namespace netbit::services::auth
