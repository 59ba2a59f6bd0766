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

std::string hmacSha256(std::string_view key, std::initializer_list<std::string_view> parts)
{
    const auto bytes = [](std::string_view of) { return reinterpret_cast<const unsigned char*>(of.data()); };
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
    for (const auto part : parts)
        crypto_auth_hmacsha256_update(&state, bytes(part), part.size());
    std::string out(crypto_auth_hmacsha256_BYTES, '\0');
    crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(out.data()));
    return out;
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
