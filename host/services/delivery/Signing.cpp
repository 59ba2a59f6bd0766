#include "services/delivery/Signing.h"

#include "base/Base64.h"
#include "base/Digest.h"
#include "services/auth/Secrets.h"

#include <array>
#include <stdexcept>

namespace netbit::services::delivery {

namespace {

constexpr std::string_view secretPrefix = "whsec_";

std::string keyOf(std::string_view secret)
{
    auto key = base::fromBase64(secret.substr(std::min(secret.size(), secretPrefix.size())));
    if (!key)
        throw std::logic_error("a webhook's secret is not one that was made here");
    return *std::move(key);
}

} // namespace

std::string newSecret() { return std::string(secretPrefix) + base::toBase64(auth::randomBytes(32)); }

std::string newMessageId() { return "msg_" + base::toBase64Url(auth::randomBytes(16)); }

std::vector<std::string> signedHeaders(std::string_view secret, std::string_view messageId, base::Millis at,
                                       std::string_view body)
{
    const auto timestamp = std::to_string(at / 1'000);
    return {"Content-Type: application/json", "webhook-id: " + std::string(messageId), "webhook-timestamp: " + timestamp,
            "webhook-signature: v1," + base::toBase64(base::hmacSha256(keyOf(secret), {messageId, ".", timestamp, ".", body})),
            "X-Hub-Signature-256: sha256=" + auth::toHex(base::hmacSha256(secret, {body}))};
}

} // namespace netbit::services::delivery
