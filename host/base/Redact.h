#pragma once
// Leaves out of a text what opens doors: for what is written down to be looked at later, maybe by others.

#include <string>
#include <string_view>

namespace netbit::base {

/// What stands in the place of a secret.
inline constexpr std::string_view leftOut = "(left out)";

/// Whether a header, a parameter, a member or a setting of that name holds a secret: password, token, secret,
/// authorization, cookie, signature, credential, api key. Upper and lower case are one.
bool namesSecret(std::string_view name) noexcept;

/// A body of JSON or of a form, with the values of such names replaced, in any depth. Others, and those without one, come
/// back byte for byte.
std::string withoutSecrets(std::string_view body);
/// "/path?query", with the values of such parameters replaced.
std::string targetWithoutSecrets(std::string_view target);

} // namespace netbit::base
