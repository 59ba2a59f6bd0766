#pragma once
// base64url without padding (RFC 4648 section 5), in its one canonical spelling.

#include <optional>
#include <string>
#include <string_view>

namespace netbit::base {

std::string toBase64Url(std::string_view bytes);
/// Nothing for padding, white space, other characters, or bits left over.
std::optional<std::string> fromBase64Url(std::string_view text);

/// The S256 challenge of a verifier (RFC 7636 section 4.2).
std::string challengeOf(std::string_view verifier);

} // namespace netbit::base
