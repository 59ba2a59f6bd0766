#pragma once
// What an ID token must say (OpenID Connect Core 1.0, section 3.1.3.7), and what is read from one that says it.

#include "base/Result.h"
#include "base/Time.h"
#include "services/auth/oidc/Settings.h"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace netbit::services::auth::oidc {

/// How far the provider's clock may be off.
inline constexpr base::Millis clockSkewMs = 60'000;
/// A token was made for the login that is under way: an older one is none of it.
inline constexpr base::Millis oldestTokenMs = 11 * 60'000;

/// Who somebody is at a provider. Only issuer and subject say it; the rest is what the provider tells of them.
struct Identity {
    std::string issuer{};
    std::string subject{};
    std::string username{}; ///< as claimed, of any form; may be empty
    std::string email{};    ///< only one that the provider has verified
    std::optional<bool> admin{}; ///< where the provider says who is an admin
};

/// Claims whose signature holds. Error: unauthenticated / oidc_bad_token, saying what is wrong.
base::Result<Identity> readIdentity(const boost::json::object& claims, const ProviderSettings& provider, std::string_view nonce,
                                    base::Millis now);

/// A username that could be given to this one: the claim where it is one; else what is left of it, or "user".
std::string usernameOf(const Identity& identity);

} // namespace netbit::services::auth::oidc
