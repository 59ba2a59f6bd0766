#pragma once
// Accounts, sessions, tokens: who may come in, and for how long.

#include "base/Body.h"
#include "base/Fetch.h"
#include "base/Result.h"
#include "services/Done.h"
#include "services/auth/Principal.h"
#include "services/auth/Providers.h"
#include "services/auth/oidc/Settings.h"
#include "services/users/UserDirectory.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace netbit::services::operations {
class Operations;
}
namespace netbit::storage {
class Database;
class Writer;
} // namespace netbit::storage

namespace netbit::services::auth {

enum class Registration : std::uint8_t { open, invite, closed };

struct AuthOptions {
    Registration registration = Registration::invite;
    std::chrono::seconds accessTokenLife{900}; ///< at most 24 h, to which it is cut
    std::chrono::seconds refreshTokenLife{30 * 24 * 3600};
    std::chrono::seconds inviteLife{7 * 24 * 3600};
    bool membersInvite = false; ///< members as well as admins
    std::size_t minPasswordBytes = 8; ///< at most 1024 always
    unsigned loginFailuresPerMinute = 5; ///< per account and per address; then 429 until the minute is over
    std::string issuer = "netbit";
    std::function<base::Millis()> clock{}; ///< for tests; empty: base::now
};

struct NewAccount {
    std::string username; ///< 1…64 of [A-Za-z0-9._-], starting with a letter or digit
    std::string email;
    std::string password;
    std::string invite;   ///< may be empty
};

struct LoginAttempt {
    std::string username;
    std::string password;
    std::string peer;   ///< address, for the throttle
    std::string client; ///< User-Agent, for the session list
};

struct SigningKey {
    std::string session; ///< 32 hex digits
    std::string key;     ///< 64 hex digits
    std::chrono::seconds expiresIn;
};

struct IssuedToken {
    storage::Id id;
    std::string token; ///< shown once
    base::Millis expiresAt; ///< 0: never
};

/// Errors, besides the writer's: unauthenticated / invalid_token, bad_credentials, bad_refresh_token, invalid_signature;
/// rateLimited / too_many_failed_logins; forbidden / registration_closed, invite_required, invite_invalid, admin_only;
/// conflict / username_taken, user_not_active, no_admin, provided_user; invalid / invalid_username, invalid_email, weak_password,
/// invalid_role, invalid_name, invalid_life, each with a pointer; notFound / user_not_found, token_not_found;
/// unavailable / password_changed, overloaded, provider_unavailable.
/// The writer is stopped before this goes: its jobs use it.
class AuthService {
public:
    /// `signingSecret`: 32 random bytes kept in the data directory; it signs the access tokens (HS256).
    AuthService(storage::Database& database, storage::Writer& writer, users::UserDirectory& users,
                std::string signingSecret, AuthOptions options);
    ~AuthService();

    /// [control] Reads what must be known in memory: revoked sessions whose tokens may still be alive, access tokens.
    void load();
    void setOptions(AuthOptions options); ///< [control]
    /// [control] Before addOperations: how OpenID providers are asked. `run`: soon, on a thread that may wait for them; false:
    /// too much waits there.
    void askProvidersBy(base::Fetch fetch, std::function<bool(std::function<void()>)> run);
    void setOidc(oidc::Settings settings); ///< [control] after it
    /// [control] Sessions, tokens, passwords, accounts, invitations, second factors, the audit log, own data: as operations,
    /// which this outlives.
    void addOperations(operations::Operations& operations);
    /// [control] Before the first call: told on the writer's thread when a user was erased, and so has another name.
    void onErased(std::function<void(storage::Id)> told);

    // Proof of identity: [any], memory only.
    base::Result<PrincipalPtr> verify(std::string_view token);
    base::Result<PrincipalPtr> impersonate(storage::Id userId);
    PrincipalPtr localAdmin() const; ///< whoever may open the admin's socket

    // Accounts. register and login compute argon2id: on a worker.
    base::Result<void> registerUser(const NewAccount& account, Done done);
    base::Result<void> login(const LoginAttempt& attempt, Done done);
    base::Result<void> refresh(std::string_view refreshToken, Done done);
    base::Result<void> logout(std::string_view refreshToken, Done done);
    /// wouldBlock: a guest asks for somebody else, so the database is needed, and `mayBlock` is false.
    base::Result<base::Body> profile(const Principal& principal, storage::Id userId, bool mayBlock);

    /// [control] Who else proves logins: the rules stand in netbit/auth.h at add_provider.
    void addProvider(ProviderPtr provider);
    void removeProvider(const Provider& provider);

    base::Result<SigningKey> issueSigningKey(const PrincipalPtr& principal);
    base::Result<PrincipalPtr> verifyMac(std::string_view session, std::string_view bytes, std::string_view mac,
                                         std::uint64_t sequence);

    // The admin's acts: wait for the writer, so never on a reactor. `role`: admin, member, guest, bot.
    base::Result<users::UserPtr> addUser(const NewAccount& account, std::string_view role);
    base::Result<void> setPassword(std::string_view username, std::string_view password); ///< revokes all sessions
    base::Result<IssuedToken> createAccessToken(std::string_view username, std::string_view name,
                                                std::chrono::seconds life); ///< 0: for ever
    base::Result<void> revokeAccessToken(storage::Id id);
    base::Result<IssuedToken> createInvite(const Principal& by);
    base::Result<void> deactivate(std::string_view username); ///< and revokes everything of that user

    void prune(); ///< [worker] forgets what has expired; called every hour

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::services::auth
