#include "services/auth/Core.h"

#include "storage/Repositories.h"

#include <sodium.h>
#include <stdexcept>

namespace netbit::services::auth {

using base::fault;
using base::Millis;
using base::Result;
using base::Status;

namespace {

std::function<Millis()> clockOf(const AuthOptions& options)
{
    return options.clock ? options.clock : std::function<Millis()>(base::now);
}

/// Before anything of libsodium is used.
std::string withSodium(std::string secret)
{
    if (::sodium_init() < 0)
        throw std::runtime_error("libsodium cannot be started: no source of randomness");
    return secret;
}

} // namespace

base::Error badToken()
{
    return fault(Status::unauthenticated, "invalid_token", "The token is not valid: it is unknown, expired or revoked.");
}

Core::Core(storage::Database& ofDatabase, storage::Writer& withWriter, users::UserDirectory& ofUsers,
           std::string signingSecret, AuthOptions firstOptions)
    : database(ofDatabase), writer(withWriter), users(ofUsers), clock(clockOf(firstOptions)),
      tokens(withSodium(std::move(signingSecret)))
{
    setOptions(std::move(firstOptions));
}

void Core::setOptions(AuthOptions wanted)
{
    constexpr auto longestLife = std::chrono::seconds(maxAccessTokenLifeMs / 1000);
    wanted.accessTokenLife = std::clamp(wanted.accessTokenLife, std::chrono::seconds(1), longestLife);
    options.store(std::make_shared<const AuthOptions>(std::move(wanted)));
}

void Core::load()
{
    database.read([this](storage::Connection& connection) {
        using Credentials = storage::CredentialRepository;
        lastSessionId = Credentials::highestSessionId(connection);
        lastAccessTokenId = Credentials::highestAccessTokenId(connection);
        lastInviteId = Credentials::highestInviteId(connection);
        Credentials::eachLiveAccessToken(connection, now(), [this](storage::AccessTokenRecord&& token) {
            accessTokens.put(std::move(token.hash), {token.id, token.userId, token.expiresAt, static_cast<Scopes>(token.scopes)});
        });
        const auto since = now() - maxAccessTokenLifeMs;
        Credentials::eachSessionRevokedSince(connection, since, [this](storage::Id id, Millis revokedAt) {
            revocations.rememberSession(id, revokedAt + maxAccessTokenLifeMs);
        });
    });
}

Result<void> Core::read(const std::function<void(storage::Connection&)>& work) const
{
    try {
        database.read(work);
        return {};
    } catch (const storage::DatabaseError&) {
        return fault(Status::unavailable, "storage_unavailable", "The storage cannot be read at the moment.");
    }
}

Result<void> Core::submit(std::unique_ptr<storage::Job> job)
{
    if (!writer.submit(job))
        return fault(Status::unavailable, "writer_busy", "The writer takes no more work at the moment.");
    return {};
}

void Core::forgetSession(storage::Id sessionId, storage::Id userId)
{
    revocations.revokeSession(sessionId, userId, now() + maxAccessTokenLifeMs);
}

bool Core::active(storage::Id userId) const
{
    const auto user = users.byId(userId);
    return user && user->state == "active";
}

} // namespace netbit::services::auth
