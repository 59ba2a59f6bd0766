#include "services/delivery/Signing.h"

#include "base/Base64Url.h"
#include "base/Digest.h"
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

} // namespace

std::string newSecret() { return std::string(secretPrefix) + base64(auth::randomBytes(32)); }

std::string newMessageId() { return "msg_" + base::toBase64Url(auth::randomBytes(16)); }

std::vector<std::string> signedHeaders(std::string_view secret, std::string_view messageId, base::Millis at,
                                       std::string_view body)
{
    const auto timestamp = std::to_string(at / 1'000);
    return {"Content-Type: application/json", "webhook-id: " + std::string(messageId), "webhook-timestamp: " + timestamp,
            "webhook-signature: v1," + base64(base::hmacSha256(keyOf(secret), {messageId, ".", timestamp, ".", body})),
            "X-Hub-Signature-256: sha256=" + auth::toHex(base::hmacSha256(secret, {body}))};
}

} // namespace netbit::services::delivery
