#pragma once
// The public keys of a provider (RFC 7517), and signatures by them (RFC 7515, compact form).

#include "base/Result.h"

#include <boost/json/object.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

using EVP_PKEY = struct evp_pkey_st;

namespace netbit::services::auth::oidc {

inline constexpr std::size_t maxKeys = 100;
inline constexpr std::size_t maxIdTokenBytes = 16 * 1024;

/// What a key can be used for here: one algorithm each.
struct Key {
    std::string id{};        ///< kid; may be empty
    std::string algorithm{}; ///< RS256, ES256 or EdDSA
    std::shared_ptr<EVP_PKEY> key{};
};

/// The keys of a JWK set that can check such signatures: RSA of 2,048 to 8,192 bits, P-256, Ed25519. Others (symmetric ones,
/// those for encryption, those of other algorithms) are left out. Error: unavailable / oidc_provider_unavailable for what is
/// no key set.
base::Result<std::vector<Key>> readKeys(std::string_view json);

/// A token taken apart, its signature not looked at yet.
struct SignedToken {
    std::string algorithm{};
    std::string keyId{}; ///< may be empty
    std::string signedPart{};
    std::string signature{};
    boost::json::object claims{};
};

/// Error: unauthenticated / oidc_bad_token, saying why. An algorithm that is not in the list is refused, and so is `crit`.
base::Result<SignedToken> readToken(std::string_view token, const std::vector<std::string>& algorithms);

/// The key that the token names; where it names none, the only one of its algorithm. Null: there is none.
const Key* keyFor(const SignedToken& token, const std::vector<Key>& keys);

bool signedBy(const SignedToken& token, const Key& key);

base::Error badIdToken(std::string_view why);

} // namespace netbit::services::auth::oidc
