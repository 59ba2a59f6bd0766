#pragma once
// SHA-256 (FIPS 180-4).

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace netbit::base {

std::string sha256(std::string_view bytes);    ///< 32 bytes
std::string sha256Hex(std::string_view bytes); ///< 64 lower-case hex digits

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
