#include "base/Digest.h"

#include <array>
#include <sodium.h>

namespace netbit::base {

std::string sha256(std::string_view bytes)
{
    std::string out(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                       bytes.size());
    return out;
}

std::string sha256Hex(std::string_view bytes)
{
    const auto digest = sha256(bytes);
    std::array<char, 2 * crypto_hash_sha256_BYTES + 1> hex;
    return sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(digest.data()), digest.size());
}

} // namespace netbit::base
