#pragma once
// A TLS client of a port at 127.0.0.1, and certificates to go with it. Header only, so that unit tests have it too.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

namespace netbit::test {

/// PEM of both. The certificate is its own authority.
struct TlsPair {
    std::string certificate;
    std::string key;
};

inline std::string pemOf(const auto& write)
{
    BIO* const out = BIO_new(BIO_s_mem());
    write(out);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out, &text);
    std::string pem(text, static_cast<std::size_t>(size));
    BIO_free(out);
    return pem;
}

/// To be freed.
inline X509* certificateOf(const std::string& pem)
{
    BIO* const in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    X509* const certificate = PEM_read_bio_X509(in, nullptr, nullptr, nullptr);
    BIO_free(in);
    return certificate;
}
inline EVP_PKEY* keyOf(const std::string& pem)
{
    BIO* const in = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    EVP_PKEY* const key = PEM_read_bio_PrivateKey(in, nullptr, nullptr, nullptr);
    BIO_free(in);
    return key;
}

struct TlsExtras {
    const char* names = "DNS:localhost,IP:127.0.0.1";
    const TlsPair* authority = nullptr; ///< who signs it, or itself; its certificate is then put behind
    std::vector<std::pair<int, const char*>> extensions{};
};

/// Valid from `fromDay` to `toDay`, counted from now.
inline TlsPair makeTlsPair(const std::string& name = "localhost", int toDay = 30, int fromDay = -1,
                           const char* passphrase = nullptr, const TlsExtras& extras = {})
{
    static long serial = 1;
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    X509_time_adj_ex(X509_getm_notBefore(certificate), fromDay, 0, nullptr);
    X509_time_adj_ex(X509_getm_notAfter(certificate), toDay, 0, nullptr);
    X509_set_pubkey(certificate, key);
    auto* const subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.data()),
                               static_cast<int>(name.size()), -1, 0);
    const auto* const authority = extras.authority;
    X509* const issuer = authority ? certificateOf(authority->certificate) : nullptr;
    EVP_PKEY* const issuerKey = authority ? keyOf(authority->key) : nullptr;
    X509_set_issuer_name(certificate, authority ? X509_get_subject_name(issuer) : subject);
    X509V3_CTX context;
    X509V3_set_ctx(&context, authority ? issuer : certificate, certificate, nullptr, nullptr, 0);
    auto extensions = extras.extensions;
    extensions.emplace_back(NID_basic_constraints, authority ? "critical,CA:FALSE" : "critical,CA:TRUE");
    if (*extras.names)
        extensions.emplace_back(NID_subject_alt_name, extras.names);
    for (const auto& [id, value] : extensions) {
        auto* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value);
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    X509_sign(certificate, authority ? issuerKey : key, EVP_sha256());
    X509_free(issuer);
    EVP_PKEY_free(issuerKey);
    TlsPair pair{pemOf([&](BIO* out) { PEM_write_bio_X509(out, certificate); }), pemOf([&](BIO* out) {
                     PEM_write_bio_PrivateKey(out, key, passphrase ? EVP_aes_256_cbc() : nullptr, nullptr, 0, nullptr,
                                              const_cast<char*>(passphrase));
                 })};
    X509_free(certificate);
    EVP_PKEY_free(key);
    if (authority)
        pair.certificate += authority->certificate;
    return pair;
}

struct TlsWishes {
    int least = 0; ///< TLS1_2_VERSION…; 0: whatever there is
    int most = 0;
    std::vector<std::string> protocols{}; ///< ALPN
    SSL_SESSION* session = nullptr;       ///< to be resumed
    int receiveBuffer = 0;
    std::string name = "localhost"; ///< that is asked for, and must be in the certificate; empty: none is asked for
};

/// Blocking, with a time-out of 20 seconds. A handshake that fails is told by shaken().
class TlsPeer {
public:
    /// Verifies the server against `authority` (PEM, one or more) unless that is empty.
    explicit TlsPeer(std::uint16_t port, const std::string& authority = {}, const TlsWishes& wishes = {})
        : _context(SSL_CTX_new(TLS_client_method())), _socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        const timeval limit{20, 0};
        const int yes = 1;
        ::setsockopt(_socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(_socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        ::setsockopt(_socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (wishes.receiveBuffer > 0)
            ::setsockopt(_socket, SOL_SOCKET, SO_RCVBUF, &wishes.receiveBuffer, sizeof wishes.receiveBuffer);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool connected = ::connect(_socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;

        SSL_CTX_set_options(_context, SSL_OP_IGNORE_UNEXPECTED_EOF);
        SSL_CTX_set_session_cache_mode(_context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(_context, [](SSL* ssl, SSL_SESSION* session) {
            auto* const self = static_cast<TlsPeer*>(SSL_get_app_data(ssl));
            SSL_SESSION_free(std::exchange(self->_session, session));
            return 1;
        });
        SSL_CTX_set_cipher_list(_context, "ALL:@SECLEVEL=0"); // so that old versions are refused by the server, not here
        SSL_CTX_set_min_proto_version(_context, wishes.least);
        SSL_CTX_set_max_proto_version(_context, wishes.most);
        if (!authority.empty()) {
            BIO* const in = BIO_new_mem_buf(authority.data(), static_cast<int>(authority.size()));
            while (X509* const certificate = PEM_read_bio_X509(in, nullptr, nullptr, nullptr)) {
                X509_STORE_add_cert(SSL_CTX_get_cert_store(_context), certificate);
                X509_free(certificate);
            }
            BIO_free(in);
            SSL_CTX_set_verify(_context, SSL_VERIFY_PEER, nullptr);
        }
        _ssl = SSL_new(_context);
        SSL_set_app_data(_ssl, this);
        SSL_set_fd(_ssl, _socket);
        if (!authority.empty())
            SSL_set1_host(_ssl, wishes.name.empty() ? "localhost" : wishes.name.c_str());
        if (!wishes.name.empty())
            SSL_set_tlsext_host_name(_ssl, wishes.name.c_str());
        std::string protocols;
        for (const auto& each : wishes.protocols)
            protocols += static_cast<char>(each.size()) + each;
        if (!protocols.empty())
            SSL_set_alpn_protos(_ssl, reinterpret_cast<const unsigned char*>(protocols.data()),
                                static_cast<unsigned>(protocols.size()));
        if (wishes.session)
            SSL_set_session(_ssl, wishes.session);
        ERR_clear_error();
        _shaken = connected && SSL_connect(_ssl) == 1;
    }
    ~TlsPeer()
    {
        close();
        SSL_SESSION_free(_session);
        SSL_free(_ssl);
        SSL_CTX_free(_context);
    }
    TlsPeer(const TlsPeer&) = delete;
    TlsPeer& operator=(const TlsPeer&) = delete;

    bool shaken() const noexcept { return _shaken; }
    SSL* ssl() const noexcept { return _ssl; }
    int socket() const noexcept { return _socket; }
    bool resumed() const { return SSL_session_reused(_ssl) == 1; }
    SSL_SESSION* session() const noexcept { return _session; } ///< the newest ticket, once something was read
    std::string protocol() const
    {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(_ssl, &name, &size);
        return {reinterpret_cast<const char*>(name), size};
    }
    std::string subject() const ///< empty: not shaken
    {
        X509* const certificate = SSL_get1_peer_certificate(_ssl);
        char name[256] = {};
        if (certificate)
            X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
        X509_free(certificate);
        return name;
    }

    /// In one record where it fits.
    bool send(std::string_view bytes)
    {
        std::size_t sent = 0;
        return bytes.empty() || (SSL_write_ex(_ssl, bytes.data(), bytes.size(), &sent) == 1 && sent == bytes.size());
    }
    std::string read(std::size_t size)
    {
        while (_received.size() < size && receive()) { }
        auto out = _received.substr(0, size);
        _received.erase(0, out.size());
        return out;
    }
    std::string readUntil(std::string_view end)
    {
        std::size_t found;
        while ((found = _received.find(end)) == std::string::npos && receive()) { }
        auto out = _received.substr(0, found == std::string::npos ? found : found + end.size());
        _received.erase(0, out.size());
        return out;
    }
    std::string readAll()
    {
        while (receive()) { }
        return std::exchange(_received, {});
    }
    /// Whether the server's end was a close_notify, after readAll().
    bool endedWell() const { return (SSL_get_shutdown(_ssl) & SSL_RECEIVED_SHUTDOWN) != 0 && !_cut; }
    void endSending() { SSL_shutdown(_ssl); }
    void close()
    {
        if (_socket >= 0)
            ::close(std::exchange(_socket, -1));
    }

private:
    bool receive()
    {
        char buffer[16 * 1024];
        std::size_t got = 0;
        ERR_clear_error();
        if (SSL_read_ex(_ssl, buffer, sizeof buffer, &got) != 1) {
            char rest = 0;
            _cut = SSL_get_error(_ssl, 0) != SSL_ERROR_ZERO_RETURN || ::recv(_socket, &rest, 1, 0) != 0;
            return false;
        }
        _received.append(buffer, got);
        return true;
    }

    SSL_CTX* _context;
    SSL* _ssl = nullptr;
    SSL_SESSION* _session = nullptr;
    int _socket;
    bool _shaken = false;
    bool _cut = false;
    std::string _received;
};

} // namespace netbit::test
