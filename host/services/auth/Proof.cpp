#include "services/auth/Proof.h"

#include "services/auth/Core.h"

namespace netbit::services::auth {

using base::fault;
using base::Status;

Provided askProviders(Core& core, const storage::UserRecord* user, std::string_view username, std::string_view password)
{
    Provided said;
    const auto all = core.providers.all();
    for (const auto& provider : *all) {
        if (user && user->provider != provider->name())
            continue;
        auto answer = provider->check(user ? user->username : username, password);
        if (answer.status == Status::ok)
            return {provider, std::move(answer.email), false};
        said.unavailable |= answer.status != Status::unauthenticated;
    }
    // A user whose provider is not there now may have the right password all the same.
    said.unavailable |= user && std::ranges::none_of(*all, [&](const auto& each) { return each->name() == user->provider; });
    return said;
}

base::Error tooManyFailed()
{
    return fault(Status::rateLimited, "too_many_failed_logins", "Too many logins have failed: try again in a minute.");
}

base::Error providerUnavailable()
{
    return fault(Status::unavailable, "provider_unavailable",
                 "Whoever keeps the passwords cannot be asked at the moment: try again later.");
}

} // namespace netbit::services::auth
