#pragma once
// Access tokens: JSON Web Tokens (RFC 7519) signed with HS256 (RFC 7518 section 3.2). One issuer, one key, one header:
// whatever is not exactly as written here is refused.

#include "base/Time.h"
#include "storage/Records.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::services::auth {

/// No access token lives longer, whatever the configuration says or said: revoked sessions are remembered that long.
constexpr base::Millis maxAccessTokenLifeMs = base::Millis{24} * 3600 * 1000;
constexpr std::size_t maxTokenBytes = 4096;

struct Claims {
    storage::Id userId = 0;    ///< sub
    storage::Id sessionId = 0; ///< sid
    base::Millis expiresAt = 0; ///< exp
};

class Tokens {
public:
    /// `secret`: the HMAC key, 32 bytes.
    explicit Tokens(std::string secret);
    ~Tokens();

    /// [any] Signs; `now` and the expiry are cut to whole seconds. 30 µs.
    std::string issue(const Claims& claims, base::Millis now, const std::string& issuer) const;
    /// [any] The claims of a token that is ours and good at this time, or nothing. 30 µs for one that has our header.
    std::optional<Claims> check(std::string_view token, base::Millis now, const std::string& issuer) const;

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::services::auth
