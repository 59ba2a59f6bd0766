#pragma once
// Certificates with their keys, and the rules of TLS: what new connections of a listener begin with.

#include "base/Result.h"
#include "base/SharedCell.h"

#include <chrono>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using SSL_CTX = struct ssl_ctx_st;

namespace netbit::net {

struct TlsOptions {
    std::filesystem::path certificate; ///< PEM: the server's, then those between it and the authority
    std::filesystem::path key;         ///< PEM, without a passphrase; readable by its owner and group only
    std::filesystem::path ocspResponse; ///< DER, to be stapled; empty: none is looked for
    bool onlyTls13 = false;            ///< else 1.2 as well
    std::chrono::milliseconds handshakeTimeout{10'000}; ///< from the accept to its end
};

/// What a certificate's authority says of it now (OCSP, RFC 6960), handed out with it to who asks for that (RFC 6066).
struct TlsStaple {
    std::string response;  ///< DER
    std::time_t until = 0; ///< nextUpdate: from then on it is handed out no more; 0: there is none
};

/// One certificate, and with it those that are for other names. Never changes: a new certificate is a new context. [any]
class TlsContext {
public:
    /// Error: invalid / bad_certificate, a sentence that names the file; it never quotes the key. With `before`: the pair may
    /// not have run out unless it is one of those. An OCSP response that cannot be stapled is no error: see notStapled().
    static base::Result<std::shared_ptr<const TlsContext>> load(const TlsOptions& options, const TlsContext* before = nullptr);
    /// The same, and each of `others` for who asks for a name that is in its subjectAltName, by itself or by a wildcard; where two
    /// have it, the first. This one is for its own names, for all that nobody has, and for who asks for none.
    /// Error: bad_certificate, if one of them has no name of its own.
    base::Result<std::shared_ptr<const TlsContext>> with(std::vector<std::shared_ptr<const TlsContext>> others) const;
    /// The same with a new key for session tickets: who gets hold of an old one reads no more than what it was used for.
    /// nullptr: the system has no memory for it.
    std::shared_ptr<const TlsContext> renewed() const;
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    std::vector<const TlsContext*> all() const;                 ///< this one and the others, which live as long
    const TlsContext* find(std::string_view fingerprint) const; ///< among them; or nullptr
    const TlsContext* named(std::string_view host) const;       ///< the same

    SSL_CTX* native() const noexcept { return _context; }
    std::chrono::milliseconds handshakeTimeout() const noexcept { return _handshakeTimeout; }
    const std::string& fingerprint() const noexcept { return _fingerprint; } ///< SHA-256 of the certificate, in hex
    const std::string& subject() const noexcept { return _subject; }         ///< "CN = chat.example.org"
    const std::vector<std::string>& names() const noexcept { return _names; } ///< of hosts, in small letters
    std::time_t notAfter() const noexcept { return _notAfter; }
    const TlsStaple& staple() const noexcept { return _staple; }
    const std::string& notStapled() const noexcept { return _notStapled; } ///< why not, in a sentence, if one was asked for

private:
    TlsContext() = default;
    base::Result<void> prepare();
    std::shared_ptr<TlsContext> copy() const; ///< without the others

    SSL_CTX* _context = nullptr;
    std::chrono::milliseconds _handshakeTimeout{};
    std::string _fingerprint;
    std::string _subject;
    std::vector<std::string> _names;
    std::time_t _notAfter = 0;
    bool _onlyTls13 = false;
    TlsStaple _staple;
    std::string _notStapled;
    std::vector<std::shared_ptr<const TlsContext>> _others;
    std::map<std::string, const TlsContext*, std::less<>> _byName; // of this one and the others
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
