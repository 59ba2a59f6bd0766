#pragma once
// What reading the files of TLS has in common: bounds, times, and words for what is wrong. For TlsContext and TlsStaple.

#include "base/Result.h"

#include <ctime>
#include <filesystem>
#include <string>
#include <string_view>

#include <openssl/asn1.h>

namespace netbit::net {

/// invalid / bad_certificate: "FILE what".
base::Error badTlsFile(const std::filesystem::path& file, std::string_view what);
/// What OpenSSL says went wrong, and its queue is empty. Its words name no content of a file.
std::string tlsReason();
/// Of at most a megabyte.
base::Result<std::string> readTlsFile(const std::filesystem::path& file);
/// 0: none, or none that can be read.
std::time_t tlsTime(const ASN1_TIME* time);
std::string tlsDay(std::time_t time); ///< "2026-11-29 11:40 UTC"

} // namespace netbit::net
