#include "services/auth/oidc/Flows.h"

#include "services/auth/Secrets.h"
#include "base/Base64.h"

namespace netbit::services::auth::oidc {

std::string Flows::begin(Flow flow, base::Millis now)
{
    auto state = randomToken(loginStatePrefix);
    _flows.put(hashToken(state), std::move(flow), now);
    return state;
}

std::optional<Flows::Flow> Flows::take(std::string_view state, std::string_view provider, std::string_view browser,
                                       base::Millis now)
{
    if (!tokenShaped(loginStatePrefix, state) || !tokenShaped(browserPrefix, browser))
        return std::nullopt;
    return _flows.take(hashToken(state), now, [&, hash = hashToken(browser)](const Flow& flow) {
        return flow.provider == provider && flow.browserHash == hash;
    });
}

std::string Flows::finish(Finished finished, base::Millis now)
{
    auto code = randomToken(loginCodePrefix);
    _finished.put(hashToken(code), std::move(finished), now);
    return code;
}

std::optional<Flows::Finished> Flows::redeem(std::string_view code, std::string_view verifier, base::Millis now)
{
    if (!tokenShaped(loginCodePrefix, code))
        return std::nullopt;
    auto finished = _finished.take(hashToken(code), now, [](const Finished&) { return true; });
    if (!finished || base::challengeOf(verifier) != finished->challenge)
        return std::nullopt;
    return finished;
}

} // namespace netbit::services::auth::oidc
