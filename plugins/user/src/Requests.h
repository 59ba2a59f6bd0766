#pragma once
// What clients send to /api/auth, as values. The views point into the RequestBody they were read from.

#include "support/RequestBody.h"

#include <optional>
#include <string_view>

namespace netbit::user {

struct Registration {
    std::string_view username;
    std::string_view email;
    std::string_view password;
    std::optional<std::string_view> invite;
};

struct Credentials {
    std::string_view username;
    std::string_view password;
};

struct RefreshToken {
    std::string_view token;
};

/// Only the form is checked here: which names and passwords are allowed is the host's to say.
Result<Registration> readRegistration(support::RequestBody& body, std::string_view text);
Result<Credentials> readCredentials(support::RequestBody& body, std::string_view text);
Result<RefreshToken> readRefreshToken(support::RequestBody& body, std::string_view text);

} // namespace netbit::user
