#pragma once
// SHA-256 (FIPS 180-4).

#include <string>
#include <string_view>

namespace netbit::base {

std::string sha256(std::string_view bytes);    ///< 32 bytes
std::string sha256Hex(std::string_view bytes); ///< 64 lower-case hex digits

} // namespace netbit::base
