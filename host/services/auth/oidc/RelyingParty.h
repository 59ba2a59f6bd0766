#pragma once
// One provider as we see it: what its discovery document says, its keys, and the exchange of a code for an identity.

#include "base/Fetch.h"
#include "services/auth/oidc/Claims.h"
#include "services/auth/oidc/Keys.h"

#include <memory>
#include <mutex>

namespace netbit::services::auth::oidc {

/// OpenID Connect Discovery 1.0, as far as it is used.
struct Metadata {
    std::string authorizationEndpoint{};
    std::string tokenEndpoint{};
    std::string keysUrl{};
    bool namesIssuer = false; ///< RFC 9207: every answer to the browser says who gives it
    bool secretInForm = false; ///< takes the client's secret as client_secret_post only
};

/// Errors: unavailable / oidc_provider_unavailable; unauthenticated / oidc_bad_token, oidc_code_refused, both saying why.
class RelyingParty {
public:
    RelyingParty(ProviderSettings settings, std::chrono::milliseconds timeout, base::Fetch fetch,
                 std::function<base::Millis()> clock)
        : _settings(std::move(settings)), _timeout(timeout), _fetch(std::move(fetch)), _clock(std::move(clock))
    {
    }

    const ProviderSettings& settings() const noexcept { return _settings; }
    std::chrono::milliseconds timeout() const noexcept { return _timeout; }

    /// [any] What is known of it now, without asking; null: nothing, or it is too old.
    std::shared_ptr<const Metadata> known() const;
    /// [may wait]
    base::Result<std::shared_ptr<const Metadata>> metadata();

    struct Grant {
        std::string code{};
        std::string verifier{}; ///< RFC 7636
        std::string redirectUri{};
        std::string nonce{};
    };
    /// [may wait] Takes the code to the token endpoint, and checks the ID token that comes back.
    base::Result<Identity> redeem(const Grant& grant);

private:
    using Keys = std::shared_ptr<const std::vector<Key>>;

    base::Result<base::FetchReply> ask(base::FetchRequest request);
    base::Result<Metadata> discover();
    base::Result<Keys> keys(const Metadata& metadata, const Keys& notThese);
    base::Result<std::string> idToken(const Metadata& metadata, const Grant& grant);
    base::Error unavailable(std::string_view why) const;

    const ProviderSettings _settings;
    const std::chrono::milliseconds _timeout;
    const base::Fetch _fetch;
    const std::function<base::Millis()> _clock;

    mutable std::mutex _mutex; // guards all below; never held while waiting
    std::shared_ptr<const Metadata> _metadata;
    base::Millis _metadataAt = 0;
    Keys _keys;
    base::Millis _keysAt = 0;
    double _refetches = refetchBurst; ///< how often the keys may be fetched anew for a key that is not among them
    base::Millis _refetchesAt = 0;
    base::Millis _downUntil = 0;
    std::mutex _fetching; // one discovery or fetch of keys at a time; taken before _mutex

    static constexpr double refetchBurst = 3;
    static constexpr base::Millis refetchEveryMs = 10'000;
};

} // namespace netbit::services::auth::oidc
