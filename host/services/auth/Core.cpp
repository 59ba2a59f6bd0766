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

// Two questions that only a start asks, and the only SQL of the services; CredentialRepository has the rest.
void eachLiveAccessToken(storage::Connection& connection, Millis now,
                         const std::function<void(std::string hash, const AccessTokens::Held&)>& use)
{
    auto& rows = connection.prepare("SELECT hash, id, user_id, expires_at FROM access_tokens"
                                    " WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)");
    rows.bind(1, now);
    while (rows.step())
        use(std::string(rows.text(0)), {rows.integer(1), rows.integer(2), rows.isNull(3) ? 0 : rows.integer(3)});
}

void eachSessionRevokedSince(storage::Connection& connection, Millis since,
                             const std::function<void(storage::Id, Millis revokedAt)>& use)
{
    auto& rows = connection.prepare("SELECT id, revoked_at FROM sessions WHERE revoked_at >= $1");
    rows.bind(1, since);
    while (rows.step())
        use(rows.integer(0), rows.integer(1));
}

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
        lastSessionId = storage::CredentialRepository::highestSessionId(connection);
        lastAccessTokenId = storage::CredentialRepository::highestAccessTokenId(connection);
        eachLiveAccessToken(connection, now(), [this](std::string hash, const AccessTokens::Held& token) {
            accessTokens.put(std::move(hash), token);
        });
        eachSessionRevokedSince(connection, now() - maxAccessTokenLifeMs, [this](storage::Id id, Millis revokedAt) {
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
