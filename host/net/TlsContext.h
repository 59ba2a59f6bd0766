#pragma once
// A certificate with its key, and the rules of TLS: what new connections of a listener begin with.

#include "base/Result.h"
#include "base/SharedCell.h"

#include <chrono>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>

using SSL_CTX = struct ssl_ctx_st;

namespace netbit::net {

struct TlsOptions {
    std::filesystem::path certificate; ///< PEM: the server's, then those between it and the authority
    std::filesystem::path key;         ///< PEM, without a passphrase; readable by its owner and group only
    bool onlyTls13 = false;            ///< else 1.2 as well
    std::chrono::milliseconds handshakeTimeout{10'000}; ///< from the accept to its end
};

/// Never changes: a new certificate is a new context. [any]
class TlsContext {
public:
    /// Error: invalid / bad_certificate, a sentence that names the file; it never quotes the key. With `before`: the pair may
    /// not have run out unless it is that one's.
    static base::Result<std::shared_ptr<const TlsContext>> load(const TlsOptions& options, const TlsContext* before = nullptr);
    /// The same with a new key for session tickets: who gets hold of an old one reads no more than what it was used for.
    /// nullptr: the system has no memory for it.
    std::shared_ptr<const TlsContext> renewed() const;
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    SSL_CTX* native() const noexcept { return _context; }
    std::chrono::milliseconds handshakeTimeout() const noexcept { return _handshakeTimeout; }
    const std::string& fingerprint() const noexcept { return _fingerprint; } ///< SHA-256 of the certificate, in hex
    const std::string& subject() const noexcept { return _subject; }         ///< "CN = chat.example.org"
    std::time_t notAfter() const noexcept { return _notAfter; }

private:
    TlsContext() = default;

    SSL_CTX* _context = nullptr;
    std::chrono::milliseconds _handshakeTimeout{};
    std::string _fingerprint;
    std::string _subject;
    std::time_t _notAfter = 0;
    bool _onlyTls13 = false;
};

/// What new connections take; connections that are open keep what they began with.
using TlsCell = base::SharedCell<const TlsContext>;

/// A listener's part. Without a cell it is plain.
struct TlsDoor {
    std::shared_ptr<const TlsCell> context; ///< holds one as long as the listener accepts
    std::string protocol;                   ///< ALPN: the one that is spoken here; empty: not asked about
    std::string plainAnswer; ///< to who begins with a capital letter, as HTTP without TLS does; empty: a close
};

} // namespace netbit::net
