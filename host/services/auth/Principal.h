#pragma once
// A proven identity. Shared by everything that acts for it; revoked in place, so that revocation holds at once.

#include "base/Result.h"
#include "base/Time.h"
#include "services/auth/Scopes.h"
#include "storage/Records.h"

#include <atomic>
#include <memory>
#include <string>

namespace netbit::services::auth {

class Principal {
public:
    enum class Kind : std::uint8_t { session, accessToken, impersonated, localAdmin };

    /// Without the scope admin, whoever it is of is no admin.
    Principal(Kind kind, storage::Id userId, std::string username, bool admin, storage::Id source, base::Millis expiresAt,
              Scopes scopes = allScopes)
        : _username(std::move(username)), _userId(userId), _source(source), _expiresAt(expiresAt), _kind(kind),
          _admin(admin && (scopes & static_cast<Scopes>(Scope::admin)) != 0), _scopes(scopes)
    {
    }

    storage::Id userId() const noexcept { return _userId; }
    const std::string& username() const noexcept { return _username; }
    bool admin() const noexcept { return _admin; }
    Scopes scopes() const noexcept { return _scopes; }
    bool has(Scope scope) const noexcept { return (_scopes & static_cast<Scopes>(scope)) != 0; }
    Kind kind() const noexcept { return _kind; }
    storage::Id source() const noexcept { return _source; } ///< session or access token id
    base::Millis expiresAt() const noexcept { return _expiresAt; } ///< 0: never

    bool revoked() const noexcept { return _revoked.load(std::memory_order_acquire); }
    void revoke() const noexcept { _revoked.store(true, std::memory_order_release); }
    bool valid() const noexcept { return !revoked() && (_expiresAt == 0 || base::now() < _expiresAt); }

private:
    std::string _username;
    storage::Id _userId;
    storage::Id _source;
    base::Millis _expiresAt;
    Kind _kind;
    bool _admin;
    Scopes _scopes;
    mutable std::atomic<bool> _revoked{false};
};

using PrincipalPtr = std::shared_ptr<const Principal>;

/// Whether what it came with is good for this. Error: forbidden / scope_missing.
inline base::Result<void> needs(const Principal& principal, Scope scope)
{
    if (principal.has(scope)) [[likely]]
        return {};
    return base::fault(base::Status::forbidden, "scope_missing",
                       "This access token has not the scope \"" + std::string(nameOf(scope)) + "\".");
}

} // namespace netbit::services::auth
