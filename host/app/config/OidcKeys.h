#pragma once
// OpenID providers, each under a name of its own: "oidc.<name>.issuer", "….client_id"…

#include "base/Result.h"
#include "services/auth/oidc/Settings.h"

#include <map>
#include <string>
#include <string_view>

namespace netbit::app {

struct Setting;

struct OidcProvider {
    services::auth::oidc::ProviderSettings settings;
    std::string place; ///< of one of its keys, for faults of the whole
};
using OidcProviderMap = std::map<std::string, OidcProvider>; ///< by name

/// Whether the key is one of these, well-formed or not; "oidc.public_url" is the host's own.
bool isOidcProviderKey(std::string_view key) noexcept;

/// Error: invalid / bad_setting naming file, line and key.
base::Result<void> takeOidcProviderKey(const std::string& key, const Setting& setting, OidcProviderMap& into);

/// What only all keys together can tell: that nothing is missing, and that addresses may be trusted.
base::Result<void> checkOidc(const OidcProviderMap& providers, const Setting& publicUrl);

} // namespace netbit::app
