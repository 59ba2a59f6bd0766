#include "services/delivery/Signing.h"

#include "base/Base64Url.h"
#include "services/auth/Secrets.h"

#include <sodium.h>

#include <array>
#include <stdexcept>

namespace netbit::services::delivery {

namespace {

constexpr std::string_view secretPrefix = "whsec_";

std::string base64(std::string_view bytes)
{
    std::string out(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    ::sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                        sodium_base64_VARIANT_ORIGINAL);
    out.pop_back(); // its NUL
    return out;
}

std::string keyOf(std::string_view secret)
{
    const auto text = secret.substr(std::min(secret.size(), secretPrefix.size()));
    std::string key(text.size(), '\0');
    std::size_t size = 0;
    if (::sodium_base642bin(reinterpret_cast<unsigned char*>(key.data()), key.size(), text.data(), text.size(), nullptr, &size,
                            nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
        throw std::logic_error("a webhook's secret is not one that was made here");
    key.resize(size);
    return key;
}

std::string hmac(std::string_view key, std::initializer_list<std::string_view> parts)
{
    const auto bytes = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
    crypto_auth_hmacsha256_state state;
    ::crypto_auth_hmacsha256_init(&state, bytes(key), key.size());
    for (const auto part : parts)
        ::crypto_auth_hmacsha256_update(&state, bytes(part), part.size());
    std::string out(crypto_auth_hmacsha256_BYTES, '\0');
    ::crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(out.data()));
    return out;
}

} // namespace

std::string newSecret() { return std::string(secretPrefix) + base64(auth::randomBytes(32)); }

std::string newMessageId() { return "msg_" + base::toBase64Url(auth::randomBytes(16)); }

std::vector<std::string> signedHeaders(std::string_view secret, std::string_view messageId, base::Millis at,
                                       std::string_view body)
{
    const auto timestamp = std::to_string(at / 1'000);
    return {"Content-Type: application/json", "webhook-id: " + std::string(messageId), "webhook-timestamp: " + timestamp,
            "webhook-signature: v1," + base64(hmac(keyOf(secret), {messageId, ".", timestamp, ".", body})),
            "X-Hub-Signature-256: sha256=" + auth::toHex(hmac(secret, {body}))};
}

} // namespace netbit::services::delivery
