#include "services/auth/oidc/Keys.h"

#include "base/Base64.h"
#include "base/Json.h"
#include "base/Owned.h"

#include <algorithm>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <optional>

namespace netbit::services::auth::oidc {

using base::fault;
using base::Owned;
using base::Result;
using base::Status;

namespace json = boost::json;

namespace {

using OwnedContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using OwnedNumber = Owned<BIGNUM, BN_free>;

const unsigned char* bytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string_view textOf(const json::object& object, std::string_view name)
{
    const auto* const value = object.if_contains(name);
    const auto* const text = value ? value->if_string() : nullptr;
    return text ? std::string_view(*text) : std::string_view();
}

std::shared_ptr<EVP_PKEY> shared(EVP_PKEY* key) { return key ? std::shared_ptr<EVP_PKEY>(key, &EVP_PKEY_free) : nullptr; }

std::shared_ptr<EVP_PKEY> keyOf(const char* type, OSSL_PARAM_BLD* builder)
{
    const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(::OSSL_PARAM_BLD_to_param(builder));
    const OwnedContext context(::EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || ::EVP_PKEY_fromdata_init(context.get()) != 1 ||
        ::EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    return shared(key);
}

std::shared_ptr<EVP_PKEY> rsaKey(const json::object& jwk)
{
    const auto modulus = base::fromBase64Url(textOf(jwk, "n"));
    const auto exponent = base::fromBase64Url(textOf(jwk, "e"));
    if (!modulus || !exponent || modulus->size() < 256 || modulus->size() > 1'024 || exponent->empty() || exponent->size() > 8)
        return nullptr;
    const OwnedNumber n(::BN_bin2bn(bytesOf(*modulus), static_cast<int>(modulus->size()), nullptr));
    const OwnedNumber e(::BN_bin2bn(bytesOf(*exponent), static_cast<int>(exponent->size()), nullptr));
    const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(::OSSL_PARAM_BLD_new());
    if (!n || !e || !builder || ::BN_num_bits(n.get()) < 2'048 || !::BN_is_odd(e.get()) || ::BN_is_one(e.get()) ||
        ::OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        ::OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        return nullptr;
    return keyOf("RSA", builder.get());
}

std::shared_ptr<EVP_PKEY> p256Key(const json::object& jwk)
{
    const auto x = base::fromBase64Url(textOf(jwk, "x"));
    const auto y = base::fromBase64Url(textOf(jwk, "y"));
    if (textOf(jwk, "crv") != "P-256" || !x || !y || x->size() != 32 || y->size() != 32)
        return nullptr;
    const auto point = "\x04" + *x + *y;
    const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(::OSSL_PARAM_BLD_new());
    if (!builder || ::OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
        ::OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1)
        return nullptr;
    return keyOf("EC", builder.get());
}

std::shared_ptr<EVP_PKEY> ed25519Key(const json::object& jwk)
{
    const auto x = base::fromBase64Url(textOf(jwk, "x"));
    if (textOf(jwk, "crv") != "Ed25519" || !x || x->size() != 32)
        return nullptr;
    return shared(::EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytesOf(*x), x->size()));
}

std::optional<Key> readKey(const json::object& jwk)
{
    if (const auto use = textOf(jwk, "use"); !use.empty() && use != "sig")
        return std::nullopt;
    const auto type = textOf(jwk, "kty");
    Key key{.id = std::string(textOf(jwk, "kid"))};
    if (type == "RSA") {
        key.algorithm = "RS256";
        key.key = rsaKey(jwk);
    } else if (type == "EC") {
        key.algorithm = "ES256";
        key.key = p256Key(jwk);
    } else if (type == "OKP") {
        key.algorithm = "EdDSA";
        key.key = ed25519Key(jwk);
    }
    const auto algorithm = textOf(jwk, "alg");
    if (!key.key || (!algorithm.empty() && algorithm != key.algorithm))
        return std::nullopt;
    return key;
}

/// JWS has the two numbers side by side (RFC 7518 section 3.4), OpenSSL wants them in DER.
std::string derOf(std::string_view signature)
{
    if (signature.size() != 64)
        return {};
    const Owned<ECDSA_SIG, ECDSA_SIG_free> numbers(::ECDSA_SIG_new());
    OwnedNumber r(::BN_bin2bn(bytesOf(signature), 32, nullptr));
    OwnedNumber s(::BN_bin2bn(bytesOf(signature.substr(32)), 32, nullptr));
    if (!numbers || !r || !s || ::ECDSA_SIG_set0(numbers.get(), r.get(), s.get()) != 1)
        return {};
    (void)r.release();
    (void)s.release();
    unsigned char* bytes = nullptr;
    const auto size = ::i2d_ECDSA_SIG(numbers.get(), &bytes);
    if (size <= 0)
        return {};
    std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    ::OPENSSL_free(bytes);
    return der;
}

} // namespace

base::Error badIdToken(std::string_view why)
{
    return fault(Status::unauthenticated, "oidc_bad_token", "The provider's ID token is not taken: " + std::string(why));
}

Result<std::vector<Key>> readKeys(std::string_view text)
{
    const auto refused = [](std::string_view why) {
        return fault(Status::unavailable, "oidc_provider_unavailable", "The provider's keys cannot be read: " + std::string(why));
    };
    const auto document = base::parseJson(text);
    const auto* const object = document ? document->if_object() : nullptr;
    const auto* const member = object ? object->if_contains("keys") : nullptr;
    const auto* const list = member ? member->if_array() : nullptr;
    if (!list)
        return refused("it is no JSON Web Key Set.");
    if (list->size() > maxKeys)
        return refused("there are more than " + std::to_string(maxKeys) + ".");
    std::vector<Key> keys;
    for (const auto& each : *list)
        if (const auto* const jwk = each.if_object())
            if (auto key = readKey(*jwk))
                keys.push_back(std::move(*key));
    return keys;
}

Result<SignedToken> readToken(std::string_view token, const std::vector<std::string>& algorithms)
{
    if (token.size() > maxIdTokenBytes)
        return badIdToken("it is too long.");
    const auto first = token.find('.');
    const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
    if (second == token.npos || token.find('.', second + 1) != token.npos)
        return badIdToken("it is no signed token of three parts.");
    const auto object = [](std::string_view part) -> std::optional<json::object> {
        const auto text = base::fromBase64Url(part);
        auto value = text ? base::parseJson(*text) : base::Result<json::value>(base::Error{});
        if (!value || !value->is_object())
            return std::nullopt;
        return std::move(value->as_object());
    };
    const auto header = object(token.substr(0, first));
    if (!header)
        return badIdToken("its header cannot be read.");
    SignedToken out;
    out.algorithm = textOf(*header, "alg");
    if (std::find(algorithms.begin(), algorithms.end(), out.algorithm) == algorithms.end())
        return badIdToken("its algorithm is none that is taken here.");
    if (header->contains("crit"))
        return badIdToken("its header has what is critical and not known here.");
    out.keyId = textOf(*header, "kid");
    auto signature = base::fromBase64Url(token.substr(second + 1));
    auto claims = object(token.substr(first + 1, second - first - 1));
    if (!signature || signature->empty() || !claims)
        return badIdToken("it cannot be read.");
    out.signedPart = token.substr(0, second);
    out.signature = std::move(*signature);
    out.claims = std::move(*claims);
    return out;
}

const Key* keyFor(const SignedToken& token, const std::vector<Key>& keys)
{
    const Key* found = nullptr;
    for (const auto& key : keys) {
        if (key.algorithm != token.algorithm || (!token.keyId.empty() && key.id != token.keyId))
            continue;
        if (found)
            return nullptr; // which of them was meant nobody can tell
        found = &key;
    }
    return found;
}

bool signedBy(const SignedToken& token, const Key& key)
{
    if (token.algorithm != key.algorithm)
        return false;
    const bool elliptic = key.algorithm == "ES256";
    const auto signature = elliptic ? derOf(token.signature) : token.signature;
    const auto* const digest = key.algorithm == "EdDSA" ? nullptr : ::EVP_sha256();
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(::EVP_MD_CTX_new());
    return !signature.empty() && context &&
           ::EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.key.get()) == 1 &&
           ::EVP_DigestVerify(context.get(), bytesOf(signature), signature.size(), bytesOf(token.signedPart),
                              token.signedPart.size()) == 1;
}

} // namespace netbit::services::auth::oidc
