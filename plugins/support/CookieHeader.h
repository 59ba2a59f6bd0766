#pragma once
// The Cookie header (RFC 6265), as far as a login needs it.

#include <string_view>

namespace netbit::support {

/// The value of a cookie in a Cookie header; empty: it is not there, or there twice, so that nobody can tell which is meant.
std::string_view cookieOf(std::string_view header, std::string_view name) noexcept;

} // namespace netbit::support
