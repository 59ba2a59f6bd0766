#include "services/auth/Secrets.h"

#include "base/Base64.h"

#include <sodium.h>

namespace netbit::services::auth {

namespace {

constexpr std::size_t secretBytes = 32;
constexpr std::size_t encodedBytes = 43;

unsigned char* bytesOf(std::string& text) noexcept { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* bytesOf(std::string_view text) noexcept
{
    return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

std::string randomBytes(std::size_t count)
{
    std::string bytes(count, '\0');
    ::randombytes_buf(bytes.data(), count);
    return bytes;
}

std::string randomToken(std::string_view prefix)
{
    auto secret = randomBytes(secretBytes);
    auto token = std::string(prefix) + base::toBase64Url(secret);
    ::sodium_memzero(secret.data(), secret.size());
    return token;
}

bool tokenShaped(std::string_view prefix, std::string_view token) noexcept
{
    if (token.size() != prefix.size() + encodedBytes || !token.starts_with(prefix))
        return false;
    token.remove_prefix(prefix.size());
    return std::all_of(token.begin(), token.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

std::string hashToken(std::string_view token)
{
    std::string hash(crypto_generichash_BYTES, '\0');
    ::crypto_generichash(bytesOf(hash), hash.size(), bytesOf(token), token.size(), nullptr, 0);
    return hash;
}

std::string toHex(std::string_view bytes)
{
    std::string hex(bytes.size() * 2 + 1, '\0');
    ::sodium_bin2hex(hex.data(), hex.size(), bytesOf(bytes), bytes.size());
    hex.pop_back();
    return hex;
}

std::optional<std::string> fromHex(std::string_view hex, std::size_t bytes)
{
    if (hex.size() != bytes * 2)
        return std::nullopt;
    std::string out(bytes, '\0');
    std::size_t written = 0;
    if (::sodium_hex2bin(bytesOf(out), out.size(), hex.data(), hex.size(), nullptr, &written, nullptr) != 0 ||
        written != bytes)
        return std::nullopt;
    return out;
}

} // namespace netbit::services::auth
