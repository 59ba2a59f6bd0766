#include "services/auth/Sessions.h"

#include "base/Json.h"
#include "services/auth/AccountRules.h"
#include "services/auth/Acts.h"
#include "services/auth/Core.h"
#include "services/auth/SecondFactor.h"
#include "services/auth/Secrets.h"
#include "storage/Repositories.h"

namespace netbit::services::auth {

using base::fault;
using base::Millis;
using base::Result;
using base::Status;
using storage::CredentialRepository;
using storage::Id;

namespace {

base::Error badRefreshToken()
{
    return fault(Status::unauthenticated, "bad_refresh_token", "The refresh token is not valid: log in again.");
}

/// What login and refresh answer. [writer] Signing takes 30 µs, a few times a second at most.
std::string sessionJson(const Core& core, Id userId, Id sessionId, const std::string& refreshToken, Millis now,
                        Millis sessionEnds)
{
    const auto options = core.options.load();
    const auto user = core.users.byId(userId);
    const auto life = std::chrono::duration_cast<std::chrono::milliseconds>(options->accessTokenLife).count();
    const Claims claims{userId, sessionId, std::min(now + life, sessionEnds)};
    std::string out = "{\"access_token\":";
    base::appendJsonString(out, core.tokens.issue(claims, now, options->issuer));
    out += ",\"refresh_token\":";
    base::appendJsonString(out, refreshToken);
    out += ",\"token_type\":\"Bearer\",\"expires_in\":";
    base::appendJsonInt(out, (claims.expiresAt - now) / 1000);
    out += ",\"user\":";
    out += user ? users::userJson(*user, true, now) : "null";
    out += '}';
    return out;
}

Millis refreshLifeMs(const AuthOptions& options)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(options.refreshTokenLife).count();
}

class LoginJob final : public storage::Job {
public:
    LoginJob(Core& core, Id userId, std::string provedHash, std::string code, std::string_view client,
             std::string_view address, Done done)
        : _core(core), _provedHash(std::move(provedHash)), _code(std::move(code)), _token(randomToken(refreshTokenPrefix)),
          _done(std::move(done))
    {
        const auto now = core.now();
        _session = {.id = ++core.lastSessionId,
                    .userId = userId,
                    .client = clientName(client),
                    .createdAt = now,
                    .lastUsedAt = now,
                    .expiresAt = now + refreshLifeMs(*core.options.load()),
                    .address = std::string(address)};
    }

    Result<void> apply(storage::Connection& connection) override
    {
        // Proving the password took its time. What an admin did meanwhile must hold.
        const auto user = storage::UserRepository::byId(connection, _session.userId);
        if (!user || user->state != "active")
            return badCredentials();
        if (user->password != _provedHash)
            return fault(Status::unavailable, "password_changed", "The password has changed just now: try again.");
        if (!_code.empty()) {
            if (auto used = useCode(connection, _core, user->id, _code); !used)
                return used;
        } else if (const auto factor = storage::SecondFactorRepository::of(connection, user->id); factor && factor->confirmedAt != 0)
            return fault(Status::unavailable, "password_changed", "The account has changed just now: try again.");
        CredentialRepository::insertSession(connection, _session);
        CredentialRepository::insertRefreshToken(
            connection,
            {.hash = hashToken(_token), .sessionId = _session.id, .expiresAt = _session.expiresAt, .replacedAt = 0});
        if (user->role == "admin")
            audit(connection, _core, {user->id, _session.address}, "session.create", "session", _session.id);
        return {};
    }

    void complete(const Result<void>& result) override
    {
        if (!result)
            return _done(result.error());
        _done(Completed{_session.id, sessionJson(_core, _session.userId, _session.id, _token, _session.createdAt,
                                                 _session.expiresAt)});
    }

private:
    Core& _core;
    std::string _provedHash;
    std::string _code;
    std::string _token;
    storage::SessionRecord _session;
    Done _done;
};

class RefreshJob final : public storage::Job {
public:
    RefreshJob(Core& core, std::string hash, Done done)
        : _core(core), _hash(std::move(hash)), _token(randomToken(refreshTokenPrefix)), _now(core.now()),
          _ends(_now + refreshLifeMs(*core.options.load())), _done(std::move(done))
    {
    }

    Result<void> apply(storage::Connection& connection) override
    {
        _reused = false;
        const auto token = CredentialRepository::refreshToken(connection, _hash);
        const auto session = token ? CredentialRepository::session(connection, token->sessionId) : std::nullopt;
        if (!session || session->revokedAt != 0)
            return badRefreshToken();
        _sessionId = session->id;
        _userId = session->userId;
        if (token->replacedAt != 0) {
            // Two hold this session, and nobody knows which of them is the thief. This job succeeds, so that the end of
            // the session is committed; the caller is refused in complete().
            _reused = true;
            CredentialRepository::revokeSession(connection, _sessionId, _now);
            return {};
        }
        if (token->expiresAt <= _now || session->expiresAt <= _now || !_core.active(_userId))
            return badRefreshToken();
        CredentialRepository::replaceRefreshToken(connection, _hash, _now);
        CredentialRepository::insertRefreshToken(
            connection, {.hash = hashToken(_token), .sessionId = _sessionId, .expiresAt = _ends, .replacedAt = 0});
        CredentialRepository::touchSession(connection, _sessionId, _now, _ends);
        return {};
    }

    void publish() override
    {
        if (_reused)
            _core.forgetSession(_sessionId, _userId);
    }

    void complete(const Result<void>& result) override
    {
        if (!result)
            return _done(result.error());
        if (_reused)
            return _done(badRefreshToken());
        _done(Completed{_sessionId, sessionJson(_core, _userId, _sessionId, _token, _now, _ends)});
    }

private:
    Core& _core;
    std::string _hash;
    std::string _token;
    Millis _now;
    Millis _ends;
    Id _sessionId = 0;
    Id _userId = 0;
    bool _reused = false;
    Done _done;
};

class LogoutJob final : public storage::Job {
public:
    LogoutJob(Core& core, std::string hash, Done done) : _core(core), _hash(std::move(hash)), _done(std::move(done)) {}

    Result<void> apply(storage::Connection& connection) override
    {
        _userId = 0;
        const auto token = CredentialRepository::refreshToken(connection, _hash);
        const auto session = token ? CredentialRepository::session(connection, token->sessionId) : std::nullopt;
        if (!session)
            return {};
        _sessionId = session->id;
        _userId = session->userId;
        CredentialRepository::revokeSession(connection, _sessionId, _core.now());
        return {};
    }

    void publish() override
    {
        if (_userId != 0)
            _core.forgetSession(_sessionId, _userId);
    }

    void complete(const Result<void>& result) override
    {
        if (!result)
            return _done(result.error());
        _done(Completed{_sessionId, {}});
    }

private:
    Core& _core;
    std::string _hash;
    Id _sessionId = 0;
    Id _userId = 0;
    Done _done;
};

} // namespace

base::Error badCredentials()
{
    return fault(Status::unauthenticated, "bad_credentials", "The username or the password is wrong.");
}

Result<void> startSession(Core& core, Id userId, std::string provedHash, std::string_view client, std::string_view address,
                          Done done, std::string code)
{
    return core.submit(std::make_unique<LoginJob>(core, userId, std::move(provedHash), std::move(code), client, address,
                                                  std::move(done)));
}

Result<void> refreshSession(Core& core, std::string_view refreshToken, Done done)
{
    if (!tokenShaped(refreshTokenPrefix, refreshToken))
        return badRefreshToken();
    return core.submit(std::make_unique<RefreshJob>(core, hashToken(refreshToken), std::move(done)));
}

Result<void> endSession(Core& core, std::string_view refreshToken, Done done)
{
    // What cannot be one of ours belongs to no session, like one that is gone: the job finds nothing.
    auto hash = tokenShaped(refreshTokenPrefix, refreshToken) ? hashToken(refreshToken) : std::string();
    return core.submit(std::make_unique<LogoutJob>(core, std::move(hash), std::move(done)));
}

} // namespace netbit::services::auth
