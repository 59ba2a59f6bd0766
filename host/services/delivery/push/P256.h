#pragma once
// Key pairs on the curve P-256, as web push has them: a private key is 32 bytes, a public one the 65 of an uncompressed point.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

using EVP_PKEY = struct evp_pkey_st;

namespace netbit::services::delivery::push {

inline constexpr std::size_t scalarBytes = 32;
inline constexpr std::size_t pointBytes = 65;

using P256Key = std::shared_ptr<EVP_PKEY>;

P256Key newKey();
/// With its public part. Null: the bytes are none between 1 and the order of the curve.
P256Key privateKey(std::string_view scalar);
/// Null: that is no point of the curve, or not written in full.
P256Key publicKey(std::string_view point);
std::string pointOf(const P256Key& key);

/// ECDH: 32 bytes.
std::string sharedSecret(const P256Key& own, const P256Key& theirs);
/// ES256 (RFC 7518 section 3.4): 64 bytes.
std::string sign(const P256Key& key, std::string_view text);

} // namespace netbit::services::delivery::push
