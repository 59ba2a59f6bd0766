#include "net/TlsContext.h"

#include "base/Owned.h"
#include "net/TlsFiles.h"
#include "net/TlsStaple.h"
#include "net/TlsStream.h"

#include <algorithm>
#include <array>

#include <Poco/String.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

namespace netbit::net {

namespace {

using base::Result;
namespace fs = std::filesystem;

using Bio = base::Owned<BIO, BIO_free_all>;
using Certificate = base::Owned<X509, X509_free>;
using Key = base::Owned<EVP_PKEY, EVP_PKEY_free>;

/// A key that others can read is nobody's secret; one that a group can read may be the one that certificates are handed to.
Result<void> checkPermissions(const fs::path& file)
{
    struct stat info{};
    if (::stat(file.c_str(), &info) != 0)
        return badTlsFile(file, "is no file that can be read.");
    if ((info.st_mode & (S_IRWXO | S_IWGRP)) != 0)
        return badTlsFile(file, "holds a key and may be read or written by others; give it mode 0600, or 0640 with a group of its own.");
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

/// Of its subjectAltName, in small letters; the common name is none (RFC 9525).
std::vector<std::string> hostNamesOf(const X509& certificate)
{
    std::vector<std::string> out;
    const base::Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        int type = 0;
        const auto* const value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
        if (type != GEN_DNS)
            continue;
        const auto* const text = static_cast<const ASN1_STRING*>(value);
        out.push_back(Poco::toLower(std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                                static_cast<std::size_t>(ASN1_STRING_length(text)))));
    }
    return out;
}

Result<Certificate> useCertificates(SSL_CTX& context, const fs::path& file)
{
    const auto text = readTlsFile(file);
    if (!text)
        return text.error();
    ERR_clear_error();
    const auto bio = bioOf(*text);
    Certificate leaf(PEM_read_bio_X509_AUX(bio.get(), nullptr, nullptr, nullptr));
    if (!leaf)
        return badTlsFile(file, "holds no certificate in PEM (" + tlsReason() + ").");
    if (SSL_CTX_use_certificate(&context, leaf.get()) != 1)
        return badTlsFile(file, "holds a certificate that cannot be used: " + tlsReason() + ".");
    while (auto* const next = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
        if (SSL_CTX_add0_chain_cert(&context, next) != 1) {
            X509_free(next);
            return badTlsFile(file, "holds a chain that cannot be used: " + tlsReason() + ".");
        }
    }
    const auto end = ERR_peek_last_error();
    ERR_clear_error();
    if (ERR_GET_LIB(end) != ERR_LIB_PEM || ERR_GET_REASON(end) != PEM_R_NO_START_LINE)
        return badTlsFile(file, "holds a chain of which a certificate is damaged.");
    return leaf;
}

Result<void> useKey(SSL_CTX& context, const fs::path& file, const fs::path& certificate)
{
    if (auto checked = checkPermissions(file); !checked)
        return checked;
    auto text = readTlsFile(file);
    if (!text)
        return text.error();
    ERR_clear_error();
    bool asked = false;
    const auto bio = bioOf(*text);
    const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &noPassphrase, &asked));
    OPENSSL_cleanse(text->data(), text->size());
    if (asked)
        return badTlsFile(file, "holds a key with a passphrase; nobody is there to type it.");
    if (!key)
        return badTlsFile(file, "holds no private key in PEM (" + tlsReason() + ").");
    if (SSL_CTX_use_PrivateKey(&context, key.get()) != 1 || SSL_CTX_check_private_key(&context) != 1) {
        ERR_clear_error();
        return badTlsFile(file, "is not the key of the certificate in " + certificate.string() + ".");
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

/// What is configured for the name that the client asks for (RFC 6066); else it stays with the first. The keys for tickets are
/// the first's at any rate, so sessions of all names are resumed.
int selectByName(SSL* connection, int*, void* first)
{
    const char* const name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
    const auto* const named = name ? static_cast<const TlsContext*>(first)->named(name) : nullptr;
    if (!named)
        return SSL_TLSEXT_ERR_NOACK;
    SSL_set_SSL_CTX(connection, named->native());
    return SSL_TLSEXT_ERR_OK;
}

/// To a client that asks for it. OpenSSL frees what it is given.
int staple(SSL* connection, void* of)
{
    const auto& staple = static_cast<const TlsContext*>(of)->staple();
    if (staple.until <= std::time(nullptr))
        return SSL_TLSEXT_ERR_NOACK;
    auto* const copy = static_cast<unsigned char*>(OPENSSL_memdup(staple.response.data(), staple.response.size()));
    if (!copy)
        return SSL_TLSEXT_ERR_NOACK;
    SSL_set_tlsext_status_ocsp_resp(connection, copy, static_cast<long>(staple.response.size()));
    return SSL_TLSEXT_ERR_OK;
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

Result<void> TlsContext::prepare()
{
    _context = SSL_CTX_new(TLS_server_method());
    if (!_context || !setRules(*_context, _onlyTls13))
        return base::fault(base::Status::internal, "bad_certificate", "OpenSSL gives no TLS: " + tlsReason() + ".");
    SSL_CTX_set_tlsext_servername_callback(_context, &selectByName);
    SSL_CTX_set_tlsext_servername_arg(_context, this);
    SSL_CTX_set_tlsext_status_cb(_context, &net::staple);
    SSL_CTX_set_tlsext_status_arg(_context, this);
    return {};
}

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsOptions& options, const TlsContext* before)
{
    const std::shared_ptr<TlsContext> made(new TlsContext);
    made->_onlyTls13 = options.onlyTls13;
    made->_handshakeTimeout = options.handshakeTimeout;
    if (auto prepared = made->prepare(); !prepared)
        return prepared.error();
    const auto leaf = useCertificates(*made->_context, options.certificate);
    if (!leaf)
        return leaf.error();
    if (auto used = useKey(*made->_context, options.key, options.certificate); !used)
        return used.error();
    made->_fingerprint = fingerprintOf(**leaf);
    made->_subject = subjectOf(**leaf);
    made->_names = hostNamesOf(**leaf);
    made->_notAfter = tlsTime(X509_get0_notAfter(leaf->get()));
    const bool another = before && !before->find(made->_fingerprint);
    if (another && made->_notAfter <= std::time(nullptr))
        return badTlsFile(options.certificate, "holds a certificate that ran out on " + tlsDay(made->_notAfter) + ".");
    if (const auto from = tlsTime(X509_get0_notBefore(leaf->get())); another && from > std::time(nullptr))
        return badTlsFile(options.certificate, "holds a certificate that begins on " + tlsDay(from) + " only.");
    if (!options.ocspResponse.empty()) {
        STACK_OF(X509)* chain = nullptr;
        SSL_CTX_get0_chain_certs(made->_context, &chain);
        if (auto read = readStaple(options.ocspResponse, **leaf, chain))
            made->_staple = std::move(read).value();
        else
            made->_notStapled = read.error().detail;
    }
    return std::shared_ptr<const TlsContext>(made);
}

std::shared_ptr<TlsContext> TlsContext::copy() const
{
    const std::shared_ptr<TlsContext> made(new TlsContext);
    made->_handshakeTimeout = _handshakeTimeout;
    made->_fingerprint = _fingerprint;
    made->_subject = _subject;
    made->_names = _names;
    made->_notAfter = _notAfter;
    made->_onlyTls13 = _onlyTls13;
    made->_staple = _staple;
    made->_notStapled = _notStapled;
    STACK_OF(X509)* chain = nullptr;
    ERR_clear_error();
    if (!made->prepare() || SSL_CTX_use_certificate(made->_context, SSL_CTX_get0_certificate(_context)) != 1 ||
        SSL_CTX_get0_chain_certs(_context, &chain) != 1 || (chain && SSL_CTX_set1_chain(made->_context, chain) != 1) ||
        SSL_CTX_use_PrivateKey(made->_context, SSL_CTX_get0_privatekey(_context)) != 1)
        return nullptr;
    return made;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::with(std::vector<std::shared_ptr<const TlsContext>> others) const
{
    const auto made = copy();
    if (!made)
        return base::fault(base::Status::internal, "bad_certificate", "OpenSSL gives no TLS: " + tlsReason() + ".");
    made->_others = std::move(others);
    for (const auto* const each : made->all()) {
        bool fresh = each == made.get();
        for (const auto& name : each->_names)
            fresh = made->_byName.try_emplace(name, each).second || fresh;
        if (!fresh)
            return base::fault(base::Status::invalid, "bad_certificate",
                               "The certificate of " + each->_subject + " names no host that none before it names: nobody would get it.");
    }
    return std::shared_ptr<const TlsContext>(made);
}

std::shared_ptr<const TlsContext> TlsContext::renewed() const
{
    auto made = with(_others);
    return made ? std::move(made).value() : nullptr;
}

std::vector<const TlsContext*> TlsContext::all() const
{
    std::vector<const TlsContext*> out{this};
    for (const auto& each : _others)
        out.push_back(each.get());
    return out;
}

const TlsContext* TlsContext::find(std::string_view fingerprint) const
{
    const auto each = all();
    const auto found = std::find_if(each.begin(), each.end(), [&](const auto* one) { return one->_fingerprint == fingerprint; });
    return found == each.end() ? nullptr : *found;
}

const TlsContext* TlsContext::named(std::string_view host) const
{
    const auto name = Poco::toLower(std::string(host));
    auto found = _byName.find(name);
    if (const auto dot = name.find('.'); found == _byName.end() && dot != std::string::npos)
        found = _byName.find('*' + name.substr(dot)); // a wildcard stands for one label, the first
    return found == _byName.end() ? nullptr : found->second;
}

TlsContext::~TlsContext() { SSL_CTX_free(_context); }

} // namespace netbit::net
