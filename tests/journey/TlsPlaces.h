#pragma once
// Where a server under test has its certificates.

#include "support/Daemon.h"
#include "support/Tls.h"

#include <filesystem>

namespace netbit::test {

/// A folder for a certificate and its key.
struct TlsPlace {
    TemporaryFolder folder;
    TlsPair pem;

    explicit TlsPlace(TlsPair first = makeTlsPair()) { put(std::move(first)); }
    void put(TlsPair next)
    {
        pem = std::move(next);
        writeFile(certificate(), pem.certificate);
        writeFile(key(), pem.key);
        std::filesystem::permissions(key(), std::filesystem::perms(0600));
    }
    std::string certificate() const { return folder.path() + "/certificate.pem"; }
    std::string key() const { return folder.path() + "/key.pem"; }
};

} // namespace netbit::test
