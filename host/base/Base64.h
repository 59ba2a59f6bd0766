#pragma once
// base64 with padding (RFC 4648 section 4) and base64url without (section 5), each in its one canonical spelling.

#include <optional>
#include <string>
#include <string_view>

namespace netbit::base {

std::string toBase64(std::string_view bytes);
std::string toBase64Url(std::string_view bytes);
/// Nothing for padding that is missing (base64) or there (base64url), white space, other characters, or bits left over.
std::optional<std::string> fromBase64(std::string_view text);
std::optional<std::string> fromBase64Url(std::string_view text);

/// The S256 challenge of a verifier (RFC 7636 section 4.2).
std::string challengeOf(std::string_view verifier);

} // namespace netbit::base
