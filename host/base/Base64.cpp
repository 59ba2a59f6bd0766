#include "base/Base64.h"

#include "base/Digest.h"

#include <sodium.h>

namespace netbit::base {

namespace {

constexpr int padded = sodium_base64_VARIANT_ORIGINAL;
constexpr int forUrls = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string encoded(std::string_view bytes, int variant)
{
    std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    ::sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), variant);
    out.pop_back(); // the terminating zero
    return out;
}

std::optional<std::string> decoded(std::string_view text, int variant)
{
    std::string out(text.size() / 4 * 3 + 3, '\0');
    std::size_t size = 0;
    if (::sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(), nullptr, &size,
                            nullptr, variant) != 0)
        return std::nullopt;
    out.resize(size);
    return out;
}

} // namespace

std::string toBase64(std::string_view bytes) { return encoded(bytes, padded); }
std::string toBase64Url(std::string_view bytes) { return encoded(bytes, forUrls); }

std::optional<std::string> fromBase64(std::string_view text) { return decoded(text, padded); }
std::optional<std::string> fromBase64Url(std::string_view text) { return decoded(text, forUrls); }

std::string challengeOf(std::string_view verifier) { return toBase64Url(sha256(verifier)); }

} // namespace netbit::base
