#include "services/delivery/push/Encryption.h"

#include "base/Base64.h"
#include "base/Digest.h"
#include "services/auth/Secrets.h"

#include <openssl/evp.h>
#include <stdexcept>

namespace netbit::services::delivery::push {

namespace {

constexpr std::size_t saltBytes = 16;
constexpr std::size_t tagBytes = 16;
constexpr std::uint32_t recordBytes = 4'096; // all of it is one record

const unsigned char* bytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytesOf(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// HKDF (RFC 5869) of no more than one block.
std::string derived(std::string_view salt, std::string_view secret, std::string_view info, std::size_t bytes)
{
    return base::hmacSha256(base::hmacSha256(salt, {secret}), {info, "\x01"}).substr(0, bytes);
}

std::string sealed(const std::string& key, const std::string& nonce, const std::string& plain)
{
    const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(::EVP_CIPHER_CTX_new(), &::EVP_CIPHER_CTX_free);
    std::string out(plain.size() + tagBytes, '\0');
    int size = 0;
    int more = 0;
    if (!context || ::EVP_EncryptInit_ex(context.get(), ::EVP_aes_128_gcm(), nullptr, bytesOf(key), bytesOf(nonce)) != 1 ||
        ::EVP_EncryptUpdate(context.get(), bytesOf(out), &size, bytesOf(plain), static_cast<int>(plain.size())) != 1 ||
        ::EVP_EncryptFinal_ex(context.get(), bytesOf(out) + size, &more) != 1 ||
        ::EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tagBytes, bytesOf(out) + plain.size()) != 1)
        throw std::runtime_error("OpenSSL has no AES-128-GCM");
    return out;
}

} // namespace

std::optional<BrowserKeys> readBrowserKeys(std::string_view p256dh, std::string_view auth, std::string_view& wrong)
{
    const auto point = base::fromBase64Url(p256dh);
    auto key = point ? publicKey(*point) : nullptr;
    auto secret = base::fromBase64Url(auth);
    wrong = !key ? "p256dh" : "auth";
    if (!key || !secret || secret->size() != authBytes)
        return std::nullopt;
    return BrowserKeys{std::move(key), std::move(*secret)};
}

std::string encryptWith(std::string_view plain, const BrowserKeys& keys, const P256Key& own, std::string_view salt,
                        std::size_t padded)
{
    if (plain.size() >= padded)
        throw std::logic_error("a push is longer than what it is padded to");
    const auto ours = pointOf(own);
    const auto ikm = derived(keys.auth, sharedSecret(own, keys.point),
                             std::string("WebPush: info\0", 14) + pointOf(keys.point) + ours, 32);
    const auto key = derived(salt, ikm, std::string("Content-Encoding: aes128gcm\0", 28), 16);
    const auto nonce = derived(salt, ikm, std::string("Content-Encoding: nonce\0", 24), 12);
    std::string record(plain);
    record += '\x02'; // the last one
    record.resize(padded, '\0');
    std::string out(salt);
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>(recordBytes >> shift & 0xFFU);
    out += static_cast<char>(ours.size());
    return out + ours + sealed(key, nonce, record);
}

std::string encrypt(std::string_view plain, const BrowserKeys& keys)
{
    return encryptWith(plain, keys, newKey(), auth::randomBytes(saltBytes), paddedBytes);
}

} // namespace netbit::services::delivery::push
