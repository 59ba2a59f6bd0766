#include "base/Base64Url.h"

#include "base/Digest.h"

#include <sodium.h>

namespace netbit::base {

namespace {

constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

const unsigned char* bytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

} // namespace

std::string toBase64Url(std::string_view bytes)
{
    std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    ::sodium_bin2base64(out.data(), out.size(), bytesOf(bytes), bytes.size(), variant);
    out.pop_back(); // the terminating zero
    return out;
}

std::optional<std::string> fromBase64Url(std::string_view text)
{
    std::string out(text.size() / 4 * 3 + 3, '\0');
    std::size_t size = 0;
    if (::sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(), nullptr, &size,
                            nullptr, variant) != 0)
        return std::nullopt;
    out.resize(size);
    return out;
}

std::string challengeOf(std::string_view verifier) { return toBase64Url(sha256(verifier)); }

} // namespace netbit::base
