#pragma once
// SHA-256 (FIPS 180-4) and HMAC with it (RFC 2104).

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace netbit::base {

std::string sha256(std::string_view bytes);    ///< 32 bytes
std::string sha256Hex(std::string_view bytes); ///< 64 lower-case hex digits

/// 32 bytes: of the parts, one after the other.
std::string hmacSha256(std::string_view key, std::initializer_list<std::string_view> parts);

/// Of bytes that come piece by piece.
class Sha256 {
public:
    Sha256();
    void add(std::string_view bytes);
    std::string end(); ///< 32 bytes; once

private:
    alignas(std::max_align_t) std::array<unsigned char, 128> _state; // libsodium's, whose header stays out of this one
};

} // namespace netbit::base
