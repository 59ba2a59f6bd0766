#include "net/TlsStaple.h"

#include "base/Owned.h"
#include "net/TlsFiles.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

namespace netbit::net {

namespace {

namespace fs = std::filesystem;
using base::Result;

using Response = base::Owned<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using Basic = base::Owned<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using Id = base::Owned<OCSP_CERTID, OCSP_CERTID_free>;
using Store = base::Owned<X509_STORE, X509_STORE_free>;

constexpr std::time_t skewOfClocks = 300;

X509* issuerOf(const X509& leaf, STACK_OF(X509)* chain)
{
    for (int i = 0; chain && i < sk_X509_num(chain); ++i)
        if (auto* const each = sk_X509_value(chain, i); X509_check_issued(each, const_cast<X509*>(&leaf)) == X509_V_OK)
            return each;
    return nullptr;
}

struct Word {
    int status = -1; ///< V_OCSP_CERTSTATUS_…; -1: it says nothing of that certificate
    std::time_t from = 0;
    std::time_t until = 0;
};

Word wordOn(const X509& leaf, const X509& issuer, OCSP_BASICRESP& basic)
{
    for (const auto* const digest : {EVP_sha1(), EVP_sha256()}) { // what responders name certificates by
        const Id id(OCSP_cert_to_id(digest, &leaf, &issuer));
        Word word;
        ASN1_GENERALIZEDTIME* from = nullptr;
        ASN1_GENERALIZEDTIME* until = nullptr;
        if (id && OCSP_resp_find_status(&basic, id.get(), &word.status, nullptr, nullptr, &from, &until) == 1) {
            word.from = tlsTime(from);
            word.until = tlsTime(until);
            return word;
        }
    }
    return {};
}

} // namespace

Result<TlsStaple> readStaple(const fs::path& file, const X509& leaf, STACK_OF(X509)* chain)
{
    auto bytes = readTlsFile(file);
    if (!bytes)
        return bytes.error();
    auto* const issuer = issuerOf(leaf, chain);
    if (!issuer)
        return badTlsFile(file, "cannot be checked: the certificate of the authority is not behind the server's own one.");
    ERR_clear_error();
    const auto* at = reinterpret_cast<const unsigned char*>(bytes->data());
    const auto* const end = at + bytes->size();
    const Response response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(bytes->size())));
    if (!response || at != end)
        return badTlsFile(file, "holds no OCSP response in DER (" + tlsReason() + ").");
    if (const int status = OCSP_response_status(response.get()); status != OCSP_RESPONSE_STATUS_SUCCESSFUL)
        return badTlsFile(file, std::string("holds no answer but a refusal: ") + OCSP_response_status_str(status) + ".");
    const Basic basic(OCSP_response_get1_basic(response.get()));
    const Store store(X509_STORE_new());
    if (!basic || !store || X509_STORE_add_cert(store.get(), issuer) != 1 ||
        OCSP_basic_verify(basic.get(), chain, store.get(), OCSP_PARTIAL_CHAIN) != 1)
        return badTlsFile(file, "is not signed by the certificate's authority (" + tlsReason() + ").");
    const auto word = wordOn(leaf, *issuer, *basic);
    if (word.status < 0)
        return badTlsFile(file, "says nothing of this certificate.");
    if (word.status != V_OCSP_CERTSTATUS_GOOD)
        return badTlsFile(file, std::string("does not call the certificate good, but ") + OCSP_cert_status_str(word.status) + ".");
    const auto now = std::time(nullptr);
    if (word.from > now + skewOfClocks)
        return badTlsFile(file, "begins on " + tlsDay(word.from) + " only.");
    if (word.until == 0)
        return badTlsFile(file, "does not say until when it holds.");
    if (word.until <= now)
        return badTlsFile(file, "ran out on " + tlsDay(word.until) + ".");
    return TlsStaple{std::move(bytes).value(), word.until};
}

} // namespace netbit::net
