#pragma once
// What an authenticator on a phone shows.

#include <string>
#include <string_view>

namespace netbit::test {

/// The code (RFC 6238: SHA-1, six digits, 30 s) of this moment, or so many steps ahead of it. `secret`: base32.
std::string authenticatorCode(std::string_view secret, int stepsAhead = 0);

} // namespace netbit::test
