#pragma once
// From a file to an OCSP response that may be stapled. For TlsContext.

#include "net/TlsContext.h"

#include <openssl/x509.h>

namespace netbit::net {

/// Only one that says "good" of `leaf`, in force now, with an end, signed by the authority of `leaf` (which is in `chain`) or by whom
/// that has appointed. Error: invalid / bad_certificate, a sentence that names the file.
base::Result<TlsStaple> readStaple(const std::filesystem::path& file, const X509& leaf, STACK_OF(X509)* chain);

} // namespace netbit::net
