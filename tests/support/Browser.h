#pragma once
// A browser that is subscribed to a push service: it decrypts what comes (RFC 8291) and checks who sent it (RFC 8292). Header only, so
// that unit tests have it too. Everything that is wrong is an exception.

#include <array>
#include <boost/json.hpp>
#include <memory>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <stdexcept>
#include <string>
#include <string_view>

namespace netbit::test {

class Browser {
public:
    Browser() : _key(EVP_EC_gen("P-256"), &EVP_PKEY_free), _auth(16, '\0')
    {
        require(_key && RAND_bytes(bytes(_auth), 16) == 1, "no keys");
    }

    /// What PushSubscription.toJSON() gives, without its expirationTime.
    boost::json::object subscription(std::string_view endpoint) const
    {
        return {{"endpoint", endpoint}, {"keys", {{"p256dh", encode(point())}, {"auth", encode(_auth)}}}};
    }

    /// Of a body in the content coding aes128gcm.
    std::string decrypt(const std::string& body) const
    {
        require(body.size() > 86 && body.size() <= 4'096, "a length that is not taken");
        const auto salt = body.substr(0, 16);
        std::size_t record = 0;
        for (std::size_t i = 16; i < 20; ++i)
            record = record << 8U | static_cast<unsigned char>(body[i]);
        require(body[20] == 65 && body.size() - 86 <= record, "a header that is not taken");
        const auto theirs = body.substr(21, 65);
        const auto ikm = hkdf(_auth, agree(theirs), std::string("WebPush: info\0", 14) + point() + theirs, 32);
        const auto plain = open(hkdf(salt, ikm, std::string("Content-Encoding: aes128gcm\0", 28), 16),
                                hkdf(salt, ikm, std::string("Content-Encoding: nonce\0", 24), 12), body.substr(86));
        const auto end = plain.find_last_not_of('\0');
        require(end != plain.npos && plain[end] == '\2', "no delimiter of a last record");
        return plain.substr(0, end);
    }

    static std::string encode(const std::string& text)
    {
        std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
        out.resize(static_cast<std::size_t>(EVP_EncodeBlock(bytes(out), bytes(text), static_cast<int>(text.size()))));
        while (!out.empty() && out.back() == '=')
            out.pop_back();
        for (auto& c : out)
            c = c == '+' ? '-' : c == '/' ? '_' : c;
        return out;
    }

    static std::string decode(std::string text)
    {
        for (auto& c : text)
            c = c == '-' ? '+' : c == '_' ? '/' : c;
        const auto padding = (4 - text.size() % 4) % 4;
        text.append(padding, '=');
        std::string out(text.size() / 4 * 3 + 1, '\0');
        const auto size = EVP_DecodeBlock(bytes(out), bytes(text), static_cast<int>(text.size()));
        require(size >= static_cast<int>(padding), "no base64url");
        out.resize(static_cast<std::size_t>(size) - padding);
        return out;
    }

    /// The claims of the header Authorization, as a push service reads it that was told `publicKey` when its browser subscribed.
    static boost::json::object claimsOf(const std::string& authorization, const std::string& publicKey)
    {
        require(authorization.starts_with("vapid t="), "another scheme");
        const auto comma = authorization.find(", k=");
        require(comma != authorization.npos && authorization.substr(comma + 4) == publicKey, "another key");
        const auto token = authorization.substr(8, comma - 8);
        const auto dot = token.rfind('.');
        const auto signature = decode(token.substr(dot + 1));
        const auto signedPart = token.substr(0, dot);
        require(signature.size() == 64, "no signature by ES256");
        ECDSA_SIG* const numbers = ECDSA_SIG_new();
        ECDSA_SIG_set0(numbers, BN_bin2bn(bytes(signature), 32, nullptr), BN_bin2bn(bytes(signature) + 32, 32, nullptr));
        unsigned char* der = nullptr;
        const auto size = i2d_ECDSA_SIG(numbers, &der);
        ECDSA_SIG_free(numbers);
        EVP_MD_CTX* const context = EVP_MD_CTX_new();
        const bool good = EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, keyOf(decode(publicKey)).get()) == 1 &&
                          EVP_DigestVerify(context, der, static_cast<std::size_t>(size), bytes(signedPart), signedPart.size()) == 1;
        EVP_MD_CTX_free(context);
        OPENSSL_free(der);
        require(good, "a signature that does not hold");
        const auto middle = signedPart.find('.');
        require(boost::json::parse(decode(signedPart.substr(0, middle))).at("alg").as_string() == "ES256", "another algorithm");
        return boost::json::parse(decode(signedPart.substr(middle + 1))).as_object();
    }

private:
    using Key = std::shared_ptr<EVP_PKEY>;

    static void require(bool good, const char* what)
    {
        if (!good)
            throw std::runtime_error(std::string("a push has ") + what);
    }
    static const unsigned char* bytes(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }
    static unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

    std::string point() const
    {
        std::string out(65, '\0');
        std::size_t size = 0;
        require(EVP_PKEY_get_octet_string_param(_key.get(), OSSL_PKEY_PARAM_PUB_KEY, bytes(out), out.size(), &size) == 1, "no key");
        return out;
    }

    static Key keyOf(const std::string& point)
    {
        EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr);
        std::string copy = point;
        std::string group = "prime256v1";
        std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
                              OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy.data(), copy.size()),
                              OSSL_PARAM_construct_end()};
        EVP_PKEY* key = nullptr;
        const bool good = EVP_PKEY_fromdata_init(context) == 1 &&
                          EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters.data()) == 1;
        EVP_PKEY_CTX_free(context);
        require(good, "no public key");
        return {key, &EVP_PKEY_free};
    }

    std::string agree(const std::string& theirs) const
    {
        const auto peer = keyOf(theirs);
        EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new(_key.get(), nullptr);
        std::string out(32, '\0');
        std::size_t size = out.size();
        const bool good = EVP_PKEY_derive_init(context) == 1 && EVP_PKEY_derive_set_peer(context, peer.get()) == 1 &&
                          EVP_PKEY_derive(context, bytes(out), &size) == 1;
        EVP_PKEY_CTX_free(context);
        require(good && size == 32, "a key that nothing is agreed with");
        return out;
    }

    static std::string hkdf(std::string salt, std::string secret, std::string info, std::size_t size)
    {
        EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
        EVP_KDF_CTX* const context = EVP_KDF_CTX_new(kdf);
        std::string digest = "SHA256";
        const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
                                    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
                                    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salt.data(), salt.size()),
                                    OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
                                    OSSL_PARAM_construct_end()};
        std::string out(size, '\0');
        const bool good = EVP_KDF_derive(context, bytes(out), size, parameters.data()) == 1;
        EVP_KDF_CTX_free(context);
        EVP_KDF_free(kdf);
        require(good, "no key derived");
        return out;
    }

    static std::string open(const std::string& key, const std::string& nonce, const std::string& closed)
    {
        EVP_CIPHER_CTX* const context = EVP_CIPHER_CTX_new();
        const auto length = closed.size() - 16;
        auto tag = closed.substr(length);
        std::string out(length, '\0');
        int size = 0;
        const bool good = EVP_DecryptInit_ex(context, EVP_aes_128_gcm(), nullptr, bytes(key), bytes(nonce)) == 1 &&
                          EVP_DecryptUpdate(context, bytes(out), &size, bytes(closed), static_cast<int>(length)) == 1 &&
                          EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, 16, tag.data()) == 1 &&
                          EVP_DecryptFinal_ex(context, bytes(out) + size, &size) == 1;
        EVP_CIPHER_CTX_free(context);
        require(good, "been changed, or is for another browser");
        return out;
    }

    Key _key;
    std::string _auth;
};

} // namespace netbit::test
