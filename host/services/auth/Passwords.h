#pragma once
// argon2id (RFC 9106) by libsodium: 19 MiB, two passes, one lane; about 15 ms, so on a worker.

#include <string>
#include <string_view>

namespace netbit::services::auth {

constexpr std::size_t maxPasswordBytes = 1024;

/// The PHC string to store. Throws std::bad_alloc when the 19 MiB are not to be had.
std::string hashPassword(std::string_view password);

/// Whether the password belongs to the stored string. An empty string belongs to nobody; finding that out takes as long.
bool verifyPassword(const std::string& stored, std::string_view password);

/// The stored string was made with other costs than today's.
bool needsRehash(const std::string& stored);

} // namespace netbit::services::auth
