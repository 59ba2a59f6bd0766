#include "base/Digest.h"

#include <new>
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

namespace {

crypto_hash_sha256_state& stateIn(std::array<unsigned char, 128>& room) noexcept
{
    static_assert(sizeof(crypto_hash_sha256_state) <= sizeof room);
    return *std::launder(reinterpret_cast<crypto_hash_sha256_state*>(room.data()));
}

} // namespace

Sha256::Sha256()
{
    crypto_hash_sha256_init(new (_state.data()) crypto_hash_sha256_state);
}

void Sha256::add(std::string_view bytes)
{
    crypto_hash_sha256_update(&stateIn(_state), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::string Sha256::end()
{
    std::string out(crypto_hash_sha256_BYTES, '\0');
    crypto_hash_sha256_final(&stateIn(_state), reinterpret_cast<unsigned char*>(out.data()));
    return out;
}

} // namespace netbit::base
