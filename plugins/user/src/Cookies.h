#pragma once
// Cookies (RFC 6265), as far as a login at a provider needs them.

#include "support/CookieHeader.h"

#include <string>
#include <string_view>

namespace netbit::user {

/// With TLS in front the browser itself sees to it that nobody else has set it (RFC 6265bis section 4.1.3.2).
inline constexpr std::string_view secureCookie = "__Host-netbit-login";
inline constexpr std::string_view plainCookie = "netbit-login";

using support::cookieOf;

/// A Set-Cookie header; no seconds: takes it away. Lax, so that it comes along when the provider sends the browser back.
std::string setCookie(std::string_view value, bool secure, long long seconds);

} // namespace netbit::user
