#pragma once
// Logins at OpenID providers as a browser makes them: redirects, and the cookie that binds a login to the browser that began
// it. What holds is decided by the host's operations.

#include "Cookies.h"

#include <netbit/draft/operations.hpp>
#include <netbit/http.hpp>

namespace netbit::user {

/// GET …/start: to the provider.
Result<void> startOidc(const Operations& operations, Request& request);
/// GET …/callback: from there, to the page that began, or with the session as the answer.
Result<void> finishOidc(const Operations& operations, Request& request);
/// POST /api/user/identities/{provider}: says where the browser has to go, and gives it its cookie.
Result<void> beginLink(const Operations& operations, const Principal& caller, Request& request);

} // namespace netbit::user
