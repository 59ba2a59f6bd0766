#include "net/TlsContext.h"

#include "base/WholeFile.h"
#include "net/TlsStream.h"

#include <array>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

namespace netbit::net {

namespace {

using base::Error;
using base::Result;
namespace fs = std::filesystem;

constexpr std::uintmax_t mostPemBytes = 1024 * 1024;

template <auto Function>
struct Free {
    template <class T>
    void operator()(T* object) const noexcept
    {
        Function(object);
    }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

Error bad(const fs::path& file, std::string_view what)
{
    return base::fault(base::Status::invalid, "bad_certificate", file.string() + ' ' + std::string(what));
}

/// What OpenSSL says went wrong, and its queue is empty. Its words name no content of a file.
std::string reason()
{
    const auto code = ERR_peek_last_error();
    ERR_clear_error();
    const auto* const words = code == 0 ? nullptr : ERR_reason_error_string(code);
    return words ? words : "unknown reason";
}

Result<std::string> readPem(const fs::path& file)
{
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        return bad(file, "is no file that can be read.");
    if (fs::file_size(file, error) > mostPemBytes || error)
        return bad(file, "is larger than a PEM file of this kind can be.");
    auto text = base::readWhole(file);
    if (!text)
        return bad(file, "cannot be read: " + text.error().detail);
    return text;
}

/// A key that others can read is nobody's secret; one that a group can read may be the one that certificates are handed to.
Result<void> checkPermissions(const fs::path& file)
{
    struct stat info{};
    if (::stat(file.c_str(), &info) != 0)
        return bad(file, "is no file that can be read.");
    if ((info.st_mode & (S_IRWXO | S_IWGRP)) != 0)
        return bad(file, "holds a key and may be read or written by others; give it mode 0600, or 0640 with a group of its own.");
    return {};
}

Bio bioOf(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

/// Instead of asking at a terminal that nobody sits at.
int noPassphrase(char*, int, int, void* asked)
{
    *static_cast<bool*>(asked) = true;
    return -1;
}

std::string fingerprintOf(const X509& certificate)
{
    static constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    std::string out;
    if (X509_digest(&certificate, EVP_sha256(), digest.data(), &size) != 1)
        return out;
    for (unsigned i = 0; i < size; ++i) {
        out += digits[digest[i] >> 4];
        out += digits[digest[i] & 15];
    }
    return out;
}

std::string subjectOf(const X509& certificate)
{
    const Bio out(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(out.get(), X509_get_subject_name(&certificate), 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(out.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::time_t timeOf(const ASN1_TIME* time)
{
    std::tm parts{};
    return ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

std::string dayOf(std::time_t time)
{
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts)};
}

Result<Certificate> useCertificates(SSL_CTX& context, const fs::path& file)
{
    const auto text = readPem(file);
    if (!text)
        return text.error();
    ERR_clear_error();
    const auto bio = bioOf(*text);
    Certificate leaf(PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr));
    if (!leaf)
        return bad(file, "holds no certificate in PEM (" + reason() + ").");
    if (SSL_CTX_use_certificate(&context, leaf.get()) != 1)
        return bad(file, "holds a certificate that cannot be used: " + reason() + ".");
    while (auto* const next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
        if (SSL_CTX_add0_chain_cert(&context, next) != 1) {
            X509_free(next);
            return bad(file, "holds a chain that cannot be used: " + reason() + ".");
        }
    }
    const auto end = ERR_peek_last_error();
    ERR_clear_error();
    if (ERR_GET_LIB(end) != ERR_LIB_PEM || ERR_GET_REASON(end) != PEM_R_NO_START_LINE)
        return bad(file, "holds a chain of which a certificate is damaged.");
    return leaf;
}

Result<void> useKey(SSL_CTX& context, const fs::path& file, const fs::path& certificate)
{
    if (auto checked = checkPermissions(file); !checked)
        return checked;
    auto text = readPem(file);
    if (!text)
        return text.error();
    ERR_clear_error();
    bool asked = false;
    const auto bio = bioOf(*text);
    const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &noPassphrase, &asked));
    OPENSSL_cleanse(text->data(), text->size());
    if (asked)
        return bad(file, "holds a key with a passphrase; nobody is there to type it.");
    if (!key)
        return bad(file, "holds no private key in PEM (" + reason() + ").");
    if (SSL_CTX_use_PrivateKey(&context, key.get()) != 1 || SSL_CTX_check_private_key(&context) != 1) {
        ERR_clear_error();
        return bad(file, "is not the key of the certificate in " + certificate.string() + ".");
    }
    return {};
}

/// Of what the client offers, the one that is spoken here. A client that offers others only is told so (RFC 7301).
int selectProtocol(SSL* connection, const unsigned char** out, unsigned char* length, const unsigned char* offered,
                   unsigned offeredBytes, void*)
{
    const auto& spoken = TlsStream::protocolOf(*connection);
    if (spoken.empty())
        return SSL_TLSEXT_ERR_NOACK;
    for (unsigned at = 0; at < offeredBytes; at += offered[at] + 1u) {
        const std::string_view each(reinterpret_cast<const char*>(offered + at + 1), offered[at]);
        if (each == spoken) {
            *out = offered + at + 1;
            *length = offered[at];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// Forward secrecy and authenticated encryption only; what a client cannot do without that, it cannot do here.
bool setRules(SSL_CTX& context, bool onlyTls13)
{
    SSL_CTX_set_options(&context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                      SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(&context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                   SSL_MODE_RELEASE_BUFFERS); // an idle connection holds no buffer
    SSL_CTX_set_read_ahead(&context, 1);
    // Sessions are resumed by tickets: the server keeps nothing, and a new certificate is a new key for them.
    SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(&context, &selectProtocol, nullptr);
    return SSL_CTX_set_min_proto_version(&context, onlyTls13 ? TLS1_3_VERSION : TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(&context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
           SSL_CTX_set1_groups_list(&context, "X25519:P-256:P-384") == 1;
}

} // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsOptions& options, const TlsContext* before)
{
    const std::shared_ptr<TlsContext> made(new TlsContext);
    made->_context = SSL_CTX_new(TLS_server_method());
    if (!made->_context || !setRules(*made->_context, options.onlyTls13))
        return base::fault(base::Status::internal, "bad_certificate", "OpenSSL gives no TLS: " + reason() + ".");
    const auto leaf = useCertificates(*made->_context, options.certificate);
    if (!leaf)
        return leaf.error();
    if (auto used = useKey(*made->_context, options.key, options.certificate); !used)
        return used.error();
    made->_onlyTls13 = options.onlyTls13;
    made->_handshakeTimeout = options.handshakeTimeout;
    made->_fingerprint = fingerprintOf(**leaf);
    made->_subject = subjectOf(**leaf);
    made->_notAfter = timeOf(X509_get0_notAfter(leaf->get()));
    const bool another = before && before->_fingerprint != made->_fingerprint;
    if (another && made->_notAfter <= std::time(nullptr))
        return bad(options.certificate, "holds a certificate that ran out on " + dayOf(made->_notAfter) + ".");
    if (const auto from = timeOf(X509_get0_notBefore(leaf->get())); another && from > std::time(nullptr))
        return bad(options.certificate, "holds a certificate that begins on " + dayOf(from) + " only.");
    return std::shared_ptr<const TlsContext>(made);
}

std::shared_ptr<const TlsContext> TlsContext::renewed() const
{
    const std::shared_ptr<TlsContext> made(new TlsContext);
    made->_context = SSL_CTX_new(TLS_server_method());
    STACK_OF(X509)* chain = nullptr;
    ERR_clear_error();
    if (!made->_context || !setRules(*made->_context, _onlyTls13) ||
        SSL_CTX_use_certificate(made->_context, SSL_CTX_get0_certificate(_context)) != 1 ||
        SSL_CTX_get0_chain_certs(_context, &chain) != 1 || (chain && SSL_CTX_set1_chain(made->_context, chain) != 1) ||
        SSL_CTX_use_PrivateKey(made->_context, SSL_CTX_get0_privatekey(_context)) != 1)
        return nullptr;
    made->_handshakeTimeout = _handshakeTimeout;
    made->_fingerprint = _fingerprint;
    made->_subject = _subject;
    made->_notAfter = _notAfter;
    made->_onlyTls13 = _onlyTls13;
    return made;
}

TlsContext::~TlsContext() { SSL_CTX_free(_context); }

} // namespace netbit::net
