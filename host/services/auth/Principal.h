#pragma once
// A proven identity. Shared by everything that acts for it; revoked in place, so that revocation holds at once.

#include "base/Time.h"
#include "storage/Records.h"

#include <atomic>
#include <memory>
#include <string>

namespace netbit::services::auth {

class Principal {
public:
    enum class Kind : std::uint8_t { session, accessToken, impersonated, localAdmin };

    Principal(Kind kind, storage::Id userId, std::string username, bool admin, storage::Id source, base::Millis expiresAt)
        : _username(std::move(username)), _userId(userId), _source(source), _expiresAt(expiresAt), _kind(kind), _admin(admin)
    {
    }

    storage::Id userId() const noexcept { return _userId; }
    const std::string& username() const noexcept { return _username; }
    bool admin() const noexcept { return _admin; }
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
    mutable std::atomic<bool> _revoked{false};
};

using PrincipalPtr = std::shared_ptr<const Principal>;

} // namespace netbit::services::auth
