#include "services/auth/Passwords.h"

#include <new>
#include <sodium.h>

namespace netbit::services::auth {

namespace {

constexpr unsigned long long passes = 2;
constexpr std::size_t memoryBytes = std::size_t{19} * 1024 * 1024;

/// What a login of nobody is compared with, so that it takes as long as any.
const std::string& nobodysHash()
{
    static const std::string hash = hashPassword("no password of anyone");
    return hash;
}

} // namespace

std::string hashPassword(std::string_view password)
{
    char out[crypto_pwhash_STRBYTES];
    if (::crypto_pwhash_str_alg(out, password.data(), password.size(), passes, memoryBytes,
                                crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw std::bad_alloc();
    return out;
}

bool verifyPassword(const std::string& stored, std::string_view password)
{
    // Too long to have been let in: compared cut, with nobody's.
    const bool somebody = !stored.empty() && password.size() <= maxPasswordBytes;
    const auto& against = somebody ? stored : nobodysHash();
    const auto given = password.substr(0, maxPasswordBytes);
    return ::crypto_pwhash_str_verify(against.c_str(), given.data(), given.size()) == 0 && somebody;
}

bool needsRehash(const std::string& stored)
{
    return ::crypto_pwhash_str_needs_rehash(stored.c_str(), passes, memoryBytes) != 0;
}

} // namespace netbit::services::auth
