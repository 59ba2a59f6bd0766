#include "services/delivery/push/P256.h"

#include "base/Owned.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdexcept>

namespace netbit::services::delivery::push {

using base::Owned;

namespace {

using Number = Owned<BIGNUM, BN_clear_free>;
using Context = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

const unsigned char* bytesOf(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytesOf(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// What only fails where memory is short or OpenSSL is not what it was built against.
void require(bool good)
{
    if (!good)
        throw std::runtime_error("OpenSSL cannot work with P-256");
}

P256Key keyOf(std::string_view point, const BIGNUM* scalar)
{
    const Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(::OSSL_PARAM_BLD_new());
    require(builder && ::OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
            ::OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1 &&
            (!scalar || ::OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar) == 1));
    const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(::OSSL_PARAM_BLD_to_param(builder.get()));
    const Context context(::EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    require(parameters && context && ::EVP_PKEY_fromdata_init(context.get()) == 1);
    EVP_PKEY* key = nullptr;
    if (::EVP_PKEY_fromdata(context.get(), &key, scalar ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
        ::ERR_clear_error(); // else TLS on this thread would take it for its own
        return nullptr;
    }
    return {key, &::EVP_PKEY_free};
}

} // namespace

P256Key newKey()
{
    P256Key key(EVP_EC_gen("P-256"), &::EVP_PKEY_free);
    require(key != nullptr);
    return key;
}

P256Key privateKey(std::string_view scalar)
{
    const Owned<EC_GROUP, EC_GROUP_free> group(::EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    require(group != nullptr);
    const Number number(::BN_bin2bn(bytesOf(scalar), static_cast<int>(scalar.size()), nullptr));
    const Owned<EC_POINT, EC_POINT_free> point(::EC_POINT_new(group.get()));
    require(number && point);
    if (scalar.size() != scalarBytes || ::BN_is_zero(number.get()) ||
        ::BN_cmp(number.get(), ::EC_GROUP_get0_order(group.get())) >= 0)
        return nullptr;
    std::string written(pointBytes, '\0');
    require(::EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, nullptr) == 1 &&
            ::EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, bytesOf(written), written.size(),
                                 nullptr) == written.size());
    return keyOf(written, number.get());
}

P256Key publicKey(std::string_view point)
{
    if (point.size() != pointBytes || point.front() != '\x04')
        return nullptr;
    return keyOf(point, nullptr);
}

std::string pointOf(const P256Key& key)
{
    std::string point(pointBytes, '\0');
    std::size_t size = 0;
    require(::EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, bytesOf(point), point.size(), &size) == 1 &&
            size == point.size());
    return point;
}

std::string sharedSecret(const P256Key& own, const P256Key& theirs)
{
    const Context context(::EVP_PKEY_CTX_new(own.get(), nullptr));
    std::string out(scalarBytes, '\0');
    std::size_t size = out.size();
    require(context && ::EVP_PKEY_derive_init(context.get()) == 1 &&
            ::EVP_PKEY_derive_set_peer(context.get(), theirs.get()) == 1 &&
            ::EVP_PKEY_derive(context.get(), bytesOf(out), &size) == 1 && size == out.size());
    return out;
}

std::string sign(const P256Key& key, std::string_view text)
{
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(::EVP_MD_CTX_new());
    unsigned char der[80];
    std::size_t size = sizeof der;
    require(context && ::EVP_DigestSignInit(context.get(), nullptr, ::EVP_sha256(), nullptr, key.get()) == 1 &&
            ::EVP_DigestSign(context.get(), der, &size, bytesOf(text), text.size()) == 1);
    const unsigned char* next = der;
    const Owned<ECDSA_SIG, ECDSA_SIG_free> numbers(::d2i_ECDSA_SIG(nullptr, &next, static_cast<long>(size)));
    require(numbers != nullptr);
    std::string out(2 * scalarBytes, '\0');
    require(::BN_bn2binpad(::ECDSA_SIG_get0_r(numbers.get()), bytesOf(out), scalarBytes) == scalarBytes &&
            ::BN_bn2binpad(::ECDSA_SIG_get0_s(numbers.get()), bytesOf(out) + scalarBytes, scalarBytes) == scalarBytes);
    return out;
}

} // namespace netbit::services::delivery::push
