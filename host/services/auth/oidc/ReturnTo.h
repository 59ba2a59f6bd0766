#pragma once
// Where a browser may be sent when a login ends. Everything else would be an open redirect.

#include <string_view>

namespace netbit::services::auth::oidc {

/// A path on this server ("/app/login", no query, no fragment), or "http://127.0.0.1:PORT/path" or "http://[::1]:PORT/path" of
/// a program on the browser's own machine (RFC 8252 section 7.3). At most 512 bytes of plain characters.
bool validReturnTo(std::string_view target) noexcept;

/// Whether it is a program's on the browser's machine: such one reads the query, a page of this server its fragment, which no
/// server and no log sees.
bool onLoopback(std::string_view target) noexcept;

} // namespace netbit::services::auth::oidc
