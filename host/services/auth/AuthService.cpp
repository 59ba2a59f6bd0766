#include "services/auth/AuthService.h"

#include "services/auth/AccountRules.h"
#include "services/auth/Accounts.h"
#include "services/auth/Acts.h"
#include "services/auth/Core.h"
#include "services/auth/Passwords.h"
#include "services/auth/Proof.h"
#include "services/auth/SecondFactor.h"
#include "services/auth/Secrets.h"
#include "services/auth/Sessions.h"
#include "services/auth/oidc/Logins.h"
#include "services/users/Profiles.h"
#include "storage/Repositories.h"

#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace netbit::services::auth {

using base::fault;
using base::Millis;
using base::Result;
using base::Status;
using storage::Connection;
using storage::CredentialRepository;
using storage::Id;
using storage::UserRepository;
using users::User;
using users::UserPtr;

namespace {

UserPtr withState(const User& user, std::string_view state)
{
    auto changed = user;
    changed.state = state;
    return std::make_shared<const User>(std::move(changed));
}

PrincipalPtr principalOf(Principal::Kind kind, const User& user, Id source, Millis expiresAt, Scopes scopes = allScopes)
{
    return std::make_shared<const Principal>(kind, user.id, user.username, user.role == "admin", source, expiresAt, scopes);
}

} // namespace

struct AuthService::Impl {
    Core core;

    std::shared_mutex impersonatedMutex; // guards impersonated
    std::unordered_map<Id, PrincipalPtr> impersonated;
    base::SharedCell<const Principal> localAdmin;
    std::unique_ptr<oidc::Logins> logins; // at providers

    Impl(storage::Database& database, storage::Writer& writer, users::UserDirectory& users, std::string signingSecret,
         AuthOptions options)
        : core(database, writer, users, std::move(signingSecret), std::move(options))
    {
    }

    Result<PrincipalPtr> verifyAccessToken(std::string_view token)
    {
        const auto held = tokenShaped(accessTokenPrefix, token) ? core.accessTokens.find(token) : std::nullopt;
        const auto user = held ? core.users.byId(held->userId) : nullptr;
        if (!user || (held->expiresAt != 0 && held->expiresAt <= core.now()))
            return badToken();
        auto principal = principalOf(Principal::Kind::accessToken, *user, held->id, held->expiresAt, held->scopes);
        return admit(token, *user, std::move(principal), [&] { return core.accessTokens.byId(held->id).has_value(); });
    }

    Result<PrincipalPtr> verifyJwt(std::string_view token)
    {
        const auto claims = core.tokens.check(token, core.now(), core.options.load()->issuer);
        const auto user = claims ? core.users.byId(claims->userId) : nullptr;
        if (!user)
            return badToken();
        auto principal = principalOf(Principal::Kind::session, *user, claims->sessionId, claims->expiresAt);
        return admit(token, *user, std::move(principal), [&] { return !core.revocations.sessionRevoked(claims->sessionId); });
    }

    // Enrolled first and asked afterwards: see Revocations.
    template <class SourceGood>
    Result<PrincipalPtr> admit(std::string_view token, const User& as, PrincipalPtr principal, SourceGood sourceGood)
    {
        core.revocations.enrol(principal);
        if (!sourceGood() || !core.active(principal->userId()))
            return badToken();
        if (core.users.byId(as.id)->role != as.role)
            principal->revoke(); // the role has changed since it was looked at: this one request is refused
        core.verified.put(token, principal, core.now());
        return principal;
    }

    PrincipalPtr knownImpersonation(const User& user)
    {
        const std::shared_lock lock(impersonatedMutex); // impersonated
        const auto found = impersonated.find(user.id);
        if (found == impersonated.end() || found->second->revoked() || found->second->admin() != (user.role == "admin"))
            return nullptr;
        return found->second;
    }

    /// Passwords are hashed with other costs now. Nobody waits for it, and a changed password wins.
    void storeRehash(Id userId, const std::string& old, std::string_view password)
    {
        class RehashJob final : public storage::Job {
        public:
            RehashJob(Id userId, std::string old, std::string fresh)
                : _userId(userId), _old(std::move(old)), _fresh(std::move(fresh))
            {
            }
            Result<void> apply(Connection& connection) override
            {
                const auto user = UserRepository::byId(connection, _userId);
                if (user && user->password == _old)
                    UserRepository::setPassword(connection, _userId, _fresh);
                return {};
            }
            void complete(const Result<void>&) override {} // else the next login does it

        private:
            Id _userId;
            std::string _old;
            std::string _fresh;
        };
        if (auto fresh = hashFor(password))
            (void)core.submit(std::make_unique<RehashJob>(userId, old, std::move(*fresh)));
    }
};

AuthService::AuthService(storage::Database& database, storage::Writer& writer, users::UserDirectory& users,
                         std::string signingSecret, AuthOptions options)
    : _impl(std::make_unique<Impl>(database, writer, users, std::move(signingSecret), std::move(options)))
{
}

AuthService::~AuthService() = default;

void AuthService::load() { _impl->core.load(); }

void AuthService::setOptions(AuthOptions options) { _impl->core.setOptions(std::move(options)); }

void AuthService::addOperations(operations::Operations& operations)
{
    auto& core = _impl->core;
    addSessionOperations(operations, core);
    addTokenOperations(operations, core);
    addPasswordOperations(operations, core);
    addAdminOperations(operations, core);
    addInviteOperations(operations, core);
    addSecondFactorOperations(operations, core);
    addAuditOperations(operations, core);
    addOwnDataOperations(operations, core);
    if (_impl->logins)
        _impl->logins->addOperations(operations);
}

void AuthService::askProvidersBy(base::Fetch fetch, std::function<bool(std::function<void()>)> run)
{
    _impl->logins = std::make_unique<oidc::Logins>(_impl->core, std::move(fetch), std::move(run));
}

void AuthService::setOidc(oidc::Settings settings) { _impl->logins->set(std::move(settings)); }

void AuthService::onErased(std::function<void(Id)> told) { _impl->core.erased = std::move(told); }

// ---- proof of identity ------------------------------------------------------------------------------------------------

Result<PrincipalPtr> AuthService::verify(std::string_view token)
{
    if (token.empty() || token.size() > maxTokenBytes)
        return badToken();
    // One that is revoked may come of a token that is still good: another role needs another principal.
    if (auto principal = _impl->core.verified.find(token); principal && _impl->core.alive(*principal))
        return principal;
    return token.starts_with(accessTokenPrefix) ? _impl->verifyAccessToken(token) : _impl->verifyJwt(token);
}

Result<PrincipalPtr> AuthService::impersonate(Id userId)
{
    const auto user = _impl->core.users.byId(userId);
    if (!user || user->state == "deactivated")
        return userNotFound();
    if (auto known = _impl->knownImpersonation(*user))
        return known;
    auto principal = principalOf(Principal::Kind::impersonated, *user, 0, 0);
    _impl->core.revocations.enrol(principal);
    const auto again = _impl->core.users.byId(userId);
    if (!again || again->state == "deactivated")
        return userNotFound();
    const std::unique_lock lock(_impl->impersonatedMutex); // impersonated
    _impl->impersonated[userId] = principal;
    return principal;
}

PrincipalPtr AuthService::localAdmin() const
{
    const auto admin = _impl->core.users.oldestAdmin();
    const auto userId = admin ? admin->id : 0;
    if (auto known = _impl->localAdmin.load(); known && known->userId() == userId && !known->revoked())
        return known;
    auto principal = std::make_shared<const Principal>(Principal::Kind::localAdmin, userId,
                                                       admin ? admin->username : std::string("admin"), true, 0, 0);
    if (admin)
        _impl->core.revocations.enrol(principal);
    _impl->localAdmin.store(principal);
    return principal;
}

Result<SigningKey> AuthService::issueSigningKey(const PrincipalPtr& principal)
{
    if (!principal || !_impl->core.alive(*principal))
        return badToken();
    const auto now = _impl->core.now();
    const auto issued = _impl->core.signingKeys.issue(principal, now);
    const auto life = std::chrono::milliseconds(issued.expiresAt - now);
    return SigningKey{toHex(issued.session), toHex(issued.key), std::chrono::duration_cast<std::chrono::seconds>(life)};
}

Result<PrincipalPtr> AuthService::verifyMac(std::string_view session, std::string_view bytes, std::string_view mac,
                                            std::uint64_t sequence)
{
    const auto name = fromHex(session, 16);
    const auto code = fromHex(mac, 32);
    auto principal =
        name && code ? _impl->core.signingKeys.verify(*name, bytes, *code, sequence, _impl->core.now()) : nullptr;
    if (!principal)
        return fault(Status::unauthenticated, "invalid_signature", "The packet is not signed by a key that is known here.");
    return principal;
}

// ---- accounts ---------------------------------------------------------------------------------------------------------

Result<void> AuthService::registerUser(const NewAccount& account, Done done)
{
    return registerAccount(_impl->core, account, std::move(done));
}

Result<void> AuthService::login(const LoginAttempt& attempt, Done done)
{
    auto& core = _impl->core;
    const auto limit = core.options.load()->loginFailuresPerMinute;
    const bool possible = validUsername(attempt.username);
    const auto account = possible ? std::string_view(attempt.username) : std::string_view();
    if (!core.throttle.allows(account, attempt.peer, limit, core.now()))
        return tooManyFailed();

    std::optional<storage::UserRecord> user;
    bool secondFactor = false;
    if (possible) {
        auto read = core.read([&](Connection& connection) {
            user = UserRepository::byName(connection, attempt.username);
            const auto factor = user ? storage::SecondFactorRepository::of(connection, user->id) : std::nullopt;
            secondFactor = factor && factor->confirmedAt != 0;
        });
        if (!read)
            return read;
    }
    const bool own = user && user->provider.empty();
    bool proved = false;
    try {
        // The same work whoever it is: an empty hash is compared with nobody's.
        proved = verifyPassword(own ? user->password : std::string(), attempt.password);
    } catch (const std::bad_alloc&) {
        return fault(Status::unavailable, "overloaded", "There is not enough memory to do this now: try again.");
    }
    Provided provided;
    if (possible && !own && (!user || user->state == "active"))
        provided = askProviders(core, user ? &*user : nullptr, attempt.username, attempt.password);
    if (!provided.by && provided.unavailable)
        return providerUnavailable();
    const bool good = own ? proved && user->state == "active" : provided.by != nullptr;
    if (!core.throttle.settle(account, attempt.peer, good, limit, core.now()))
        return tooManyFailed();
    if (!good)
        return badCredentials();
    if (secondFactor)
        return askForCode(core, *user, attempt, done);
    if (!own) {
        const auto id = provideAccount(core, user ? user->username : attempt.username, provided.email, provided.by->name());
        if (!id)
            return id.error();
        return startSession(core, *id, {}, attempt.client, attempt.peer, std::move(done));
    }
    auto started = startSession(core, user->id, user->password, attempt.client, attempt.peer, std::move(done));
    if (started && needsRehash(user->password))
        _impl->storeRehash(user->id, user->password, attempt.password);
    return started;
}

Result<void> AuthService::refresh(std::string_view refreshToken, Done done)
{
    return refreshSession(_impl->core, refreshToken, std::move(done));
}

Result<void> AuthService::logout(std::string_view refreshToken, Done done)
{
    return endSession(_impl->core, refreshToken, std::move(done));
}

void AuthService::addProvider(ProviderPtr provider) { _impl->core.providers.add(std::move(provider)); }

void AuthService::removeProvider(const Provider& provider) { _impl->core.providers.remove(provider); }

Result<base::Body> AuthService::profile(const Principal& principal, Id userId, bool mayBlock)
{
    auto& core = _impl->core;
    if (!core.alive(principal))
        return badToken();
    const auto user = core.users.byId(userId);
    if (!user)
        return userNotFound();
    const bool own = principal.userId() == userId;
    if (!own && !users::seesEverybody(core.users.byId(principal.userId()).get())) {
        if (!mayBlock)
            return fault(Status::wouldBlock, "would_block", "Whom a guest may see stands in the database.");
        bool seen = false;
        auto read = core.read([&](Connection& connection) {
            seen = UserRepository::shareChat(connection, principal.userId(), userId);
        });
        if (!read)
            return read.error();
        if (!seen)
            return userNotFound();
    }
    return base::Body(users::userJson(*user, own, core.now()));
}

// ---- the admin's acts -------------------------------------------------------------------------------------------------

Result<UserPtr> AuthService::addUser(const NewAccount& account, std::string_view role)
{
    return addAccount(_impl->core, account, role, {}, false);
}

Result<void> AuthService::setPassword(std::string_view username, std::string_view password)
{
    auto& core = _impl->core;
    const auto user = core.users.byName(username);
    if (!user)
        return userNotFound();
    if (auto good = checkPassword(password, core.options.load()->minPasswordBytes); !good)
        return good;
    const auto hash = hashFor(password);
    if (!hash)
        return hash.error();
    std::vector<Id> ended;
    bool claimed = false; // an imported user who gets a password has come to claim his account
    return core.writer.run(
        [&](Connection& connection) -> Result<void> {
            const auto row = UserRepository::byId(connection, user->id);
            if (!row)
                return userNotFound();
            if (!row->provider.empty())
                return fault(Status::conflict, "provided_user",
                             "The password of this user is kept by the plugin " + row->provider + ".");
            UserRepository::setPassword(connection, user->id, *hash);
            claimed = row->state == "imported";
            if (claimed)
                UserRepository::setState(connection, user->id, "active");
            ended = CredentialRepository::revokeSessionsOf(connection, user->id, core.now());
            CredentialRepository::dropResetsOf(connection, user->id);
            audit(connection, core, {}, "user.password", "user", user->id);
            return {};
        },
        [&] {
            if (claimed)
                core.users.put(withState(*core.users.byId(user->id), "active"));
            for (const auto session : ended)
                core.forgetSession(session, user->id);
        });
}

Result<IssuedToken> AuthService::createAccessToken(std::string_view username, std::string_view name,
                                                   std::chrono::seconds life)
{
    auto& core = _impl->core;
    constexpr std::chrono::seconds longest{std::int64_t{100} * 365 * 24 * 3600};
    if (auto good = checkTokenName(name); !good)
        return good.error();
    if (life.count() < 0 || life > longest)
        return fault(Status::invalid, "invalid_life", "A token lives for ever or up to a hundred years.", "/life");
    const auto user = core.users.byName(username);
    if (!user)
        return userNotFound();
    const auto now = core.now();
    IssuedToken issued{++core.lastAccessTokenId, randomToken(accessTokenPrefix),
                       life.count() == 0 ? 0 : now + life.count() * 1000};
    const auto hash = hashToken(issued.token);
    auto stored = core.writer.run(
        [&](Connection& connection) -> Result<void> {
            const auto row = UserRepository::byId(connection, user->id);
            if (!row || row->state != "active")
                return fault(Status::conflict, "user_not_active", "Only an active user can have access tokens.");
            CredentialRepository::insertAccessToken(connection, {.id = issued.id,
                                                                 .userId = user->id,
                                                                 .name = std::string(name),
                                                                 .hash = hash,
                                                                 .createdAt = now,
                                                                 .expiresAt = issued.expiresAt,
                                                                 .revokedAt = 0});
            audit(connection, core, {}, "token.create", "token", issued.id);
            return {};
        },
        [&] { core.accessTokens.put(hash, {issued.id, user->id, issued.expiresAt, allScopes}); });
    if (!stored)
        return stored.error();
    return issued;
}

Result<void> AuthService::revokeAccessToken(Id id)
{
    auto& core = _impl->core;
    return core.writer.run(
        [&](Connection& connection) -> Result<void> {
            if (!CredentialRepository::revokeAccessToken(connection, id, core.now()))
                return fault(Status::notFound, "token_not_found", "There is no such access token.");
            audit(connection, core, {}, "token.revoke", "token", id);
            return {};
        },
        [&] {
            if (const auto held = core.accessTokens.remove(id))
                core.revocations.revokeAccessToken(held->id, held->userId);
        });
}

Result<IssuedToken> AuthService::createInvite(const Principal& by)
{
    auto& core = _impl->core;
    if (!core.alive(by))
        return badToken();
    if (!by.admin())
        return fault(Status::forbidden, "admin_only", "Only an admin of this server may invite.");
    if (by.userId() == 0) // the machine's admin, before there is an admin among the users
        return fault(Status::conflict, "no_admin", "An invitation is some admin's: make one first.");
    const auto now = core.now();
    const auto life = std::chrono::duration_cast<std::chrono::milliseconds>(core.options.load()->inviteLife).count();
    IssuedToken issued{++core.lastInviteId, randomToken(invitePrefix), now + life};
    auto stored = core.writer.run([&](Connection& connection) -> Result<void> {
        CredentialRepository::insertInvite(connection, {.hash = hashToken(issued.token),
                                                        .createdBy = by.userId(),
                                                        .createdAt = now,
                                                        .expiresAt = issued.expiresAt,
                                                        .usedBy = 0,
                                                        .id = issued.id});
        audit(connection, core, {}, "invite.create", "invite", issued.id);
        return {};
    });
    if (!stored)
        return stored.error();
    return issued;
}

Result<void> AuthService::deactivate(std::string_view username)
{
    auto& core = _impl->core;
    const auto user = core.users.byName(username);
    if (!user)
        return userNotFound();
    Ended ended;
    return core.writer.run(
        [&](Connection& connection) -> Result<void> {
            const auto row = UserRepository::byId(connection, user->id);
            if (!row)
                return userNotFound();
            if (auto may = mayLoseAdmin(connection, *row); !may)
                return may;
            UserRepository::setState(connection, user->id, "deactivated");
            ended = revokeAllOf(connection, core, user->id);
            audit(connection, core, {}, "user.deactivate", "user", user->id);
            return {};
        },
        [&] {
            core.users.put(withState(*core.users.byId(user->id), "deactivated"));
            forgetAllOf(core, user->id, ended);
        });
}

void AuthService::prune()
{
    auto& core = _impl->core;
    const auto now = core.now();
    core.verified.prune(now);
    core.accessTokens.prune(now);
    core.signingKeys.prune(now);
    core.throttle.prune(now);
    core.tickets.prune(now);
    core.revocations.prune(now);
    // A revoked session stays in the database an hour longer than a token of it can live: a restart must know it.
    constexpr Millis hourMs = 3'600'000;
    std::int64_t deleted = 1;
    while (deleted > 0) {
        deleted = 0;
        const auto ran = core.writer.run([&](Connection& connection) -> Result<void> {
            deleted = CredentialRepository::prune(connection, now - maxAccessTokenLifeMs - hourMs);
            return {};
        });
        if (!ran)
            return; // the next hour has another
    }
}

} // namespace netbit::services::auth
