#pragma once
// Whose password it is, when a plugin keeps it.

#include "base/Result.h"
#include "services/auth/Providers.h"
#include "storage/Records.h"

#include <string>
#include <string_view>

namespace netbit::services::auth {

struct Core;

struct Provided {
    ProviderPtr by{}; ///< who says that the password is right; nullptr: nobody
    std::string email{};
    bool unavailable = false; ///< somebody could not say
};

/// [worker] `user` is nobody, or one that a provider made, and then that one alone is asked.
Provided askProviders(Core& core, const storage::UserRecord* user, std::string_view username, std::string_view password);

base::Error tooManyFailed();
base::Error providerUnavailable();

} // namespace netbit::services::auth
