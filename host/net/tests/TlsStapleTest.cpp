#include "net/TlsStaple.h"
#include "net/tests/Client.h"
#include "tests/support/Tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>

#include <openssl/ocsp.h>

namespace netbit::net {
namespace {

namespace fs = std::filesystem;
using netbit::test::makeTlsPair;
using netbit::test::TlsPair;
using testing::HasSubstr;

/// What a client gets that shakes hands with it, in memory.
std::string stapledTo(const TlsContext& context, bool asking)
{
    auto* const rules = SSL_CTX_new(TLS_client_method());
    auto* const client = SSL_new(rules);
    auto* const server = SSL_new(context.native());
    BIO* near = nullptr;
    BIO* far = nullptr;
    BIO_new_bio_pair(&near, 0, &far, 0);
    SSL_set_bio(client, near, near);
    SSL_set_bio(server, far, far);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    if (asking)
        SSL_set_tlsext_status_type(client, TLSEXT_STATUSTYPE_ocsp);
    for (int turn = 0; turn < 10 && !(SSL_is_init_finished(client) && SSL_is_init_finished(server)); ++turn) {
        SSL_do_handshake(client);
        SSL_do_handshake(server);
    }
    EXPECT_TRUE(SSL_is_init_finished(client));
    const unsigned char* bytes = nullptr;
    const auto size = SSL_get_tlsext_status_ocsp_resp(client, &bytes);
    std::string out(reinterpret_cast<const char*>(bytes), size > 0 ? static_cast<std::size_t>(size) : 0);
    SSL_free(client);
    SSL_free(server);
    SSL_CTX_free(rules);
    return out;
}

struct Saying {
    int status = V_OCSP_CERTSTATUS_GOOD;
    long from = -60; ///< seconds from now
    long until = 3600;
    bool ends = true;
    const EVP_MD* names = EVP_sha1();
    unsigned long flags = 0; ///< OCSP_NOCERTS: the signer's certificate does not come along
};

class TlsStapleTest : public testing::Test {
protected:
    void SetUp() override
    {
        std::string name = (fs::temp_directory_path() / "netbit-ocsp-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder = name;
    }
    void TearDown() override { fs::remove_all(folder); }

    /// What a responder that has `signer`'s key would send about `pair`.
    std::string response(const TlsPair& pair, const TlsPair& signer, const Saying& saying = {}) const
    {
        auto* const about = test::certificateOf(pair.certificate);
        auto* const issuer = test::certificateOf(authority.certificate);
        auto* const signs = test::certificateOf(signer.certificate);
        auto* const key = test::keyOf(signer.key);
        auto* const basic = OCSP_BASICRESP_new();
        auto* const id = OCSP_cert_to_id(saying.names, about, issuer);
        auto* const from = X509_gmtime_adj(nullptr, saying.from);
        auto* const until = X509_gmtime_adj(nullptr, saying.until);
        OCSP_basic_add1_status(basic, id, saying.status, OCSP_REVOKED_STATUS_NOSTATUS, from, from, saying.ends ? until : nullptr);
        OCSP_basic_sign(basic, signs, key, EVP_sha256(), nullptr, saying.flags);
        auto* const whole = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
        unsigned char* bytes = nullptr;
        const int size = i2d_OCSP_RESPONSE(whole, &bytes);
        std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
        OPENSSL_free(bytes);
        OCSP_RESPONSE_free(whole);
        ASN1_TIME_free(from);
        ASN1_TIME_free(until);
        OCSP_CERTID_free(id);
        OCSP_BASICRESP_free(basic);
        EVP_PKEY_free(key);
        for (auto* const each : {about, issuer, signs})
            X509_free(each);
        return out;
    }
    base::Result<TlsStaple> read(const std::string& bytes, bool withChain = true) const
    {
        std::ofstream(folder / "response", std::ios::binary) << bytes;
        auto* const certificate = test::certificateOf(leaf.certificate);
        auto* const chain = sk_X509_new_null();
        if (withChain)
            sk_X509_push(chain, test::certificateOf(authority.certificate));
        auto out = readStaple(folder / "response", *certificate, chain);
        sk_X509_pop_free(chain, X509_free);
        X509_free(certificate);
        return out;
    }
    std::string refusal(const std::string& bytes, bool withChain = true) const
    {
        const auto out = read(bytes, withChain);
        return out ? "" : out.error().detail;
    }

    fs::path folder;
    const TlsPair authority = makeTlsPair("authority");
    const TlsPair leaf = makeTlsPair("leaf", 30, -1, nullptr, {.authority = &authority});
};

TEST_F(TlsStapleTest, AGoodOneIsTakenAndItsEndKnown)
{
    for (const auto* const digest : {EVP_sha1(), EVP_sha256()}) {
        const auto bytes = response(leaf, authority, {.names = digest});
        const auto taken = read(bytes);
        ASSERT_TRUE(taken.ok()) << taken.error().detail;
        EXPECT_EQ(taken->response, bytes);
        EXPECT_NEAR(static_cast<double>(taken->until), static_cast<double>(std::time(nullptr) + 3600), 5);
    }
}

TEST_F(TlsStapleTest, WhoTheAuthorityHasAppointedMaySignAndNobodyElse)
{
    const auto appointed = makeTlsPair("ocsp", 30, -1, nullptr,
                                       {.names = "", .authority = &authority, .extensions = {{NID_ext_key_usage, "OCSPSigning"}}});
    EXPECT_EQ(refusal(response(leaf, appointed)), "");
    for (const auto& signer : {makeTlsPair("authority"), leaf, makeTlsPair("ocsp", -1, -9, nullptr,
                                   {.names = "", .authority = &authority, .extensions = {{NID_ext_key_usage, "OCSPSigning"}}})})
        EXPECT_THAT(refusal(response(leaf, signer)), HasSubstr("is not signed by the certificate's authority"));
}

TEST_F(TlsStapleTest, WhatIsNotGoodOrNotInForceIsRefusedInWords)
{
    EXPECT_THAT(refusal(response(leaf, authority, {.status = V_OCSP_CERTSTATUS_REVOKED})), HasSubstr("but revoked."));
    EXPECT_THAT(refusal(response(leaf, authority, {.status = V_OCSP_CERTSTATUS_UNKNOWN})), HasSubstr("but unknown."));
    EXPECT_THAT(refusal(response(leaf, authority, {.from = -7200, .until = -1})), HasSubstr("ran out on"));
    EXPECT_THAT(refusal(response(leaf, authority, {.from = 1000, .until = 7200})), HasSubstr("begins on"));
    EXPECT_THAT(refusal(response(leaf, authority, {.ends = false})), HasSubstr("does not say until when"));
    const auto other = makeTlsPair("other", 30, -1, nullptr, {.authority = &authority});
    EXPECT_THAT(refusal(response(other, authority)), HasSubstr("says nothing of this certificate"));
    EXPECT_THAT(refusal(response(leaf, authority), false), HasSubstr("cannot be checked"));
}

TEST_F(TlsStapleTest, DamagedBytesAreRefused)
{
    const auto good = response(leaf, authority, {.flags = OCSP_NOCERTS});
    ASSERT_EQ(refusal(good), "");
    auto* const busy = OCSP_response_create(OCSP_RESPONSE_STATUS_TRYLATER, nullptr);
    unsigned char* bytes = nullptr;
    const int size = i2d_OCSP_RESPONSE(busy, &bytes);
    EXPECT_THAT(refusal({reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size)}), HasSubstr("trylater"));
    OPENSSL_free(bytes);
    OCSP_RESPONSE_free(busy);
    for (const auto& each : {std::string(), std::string("no"), good + "x", good.substr(0, good.size() / 2), std::string(2 << 20, 'x')})
        EXPECT_NE(refusal(each), "") << each.size();
    std::minstd_rand random(7);
    int refused = 0;
    for (int i = 0; i < 500; ++i) {
        auto damaged = good;
        damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
        refused += refusal(damaged).empty() ? 0 : 1;
    }
    EXPECT_GE(refused, 490) << "what is not signed (an algorithm's parameters) may differ";
}

TEST_F(TlsStapleTest, OnlyWhoAsksForItGetsItAndOnlyUntilItRunsOut)
{
    TlsOptions options{.certificate = folder / "certificate.pem", .key = folder / "key.pem", .ocspResponse = folder / "response"};
    std::ofstream(options.certificate) << leaf.certificate;
    std::ofstream(options.key) << leaf.key;
    fs::permissions(options.key, fs::perms(0600));
    const auto bytes = response(leaf, authority, {.until = 3});
    std::ofstream(options.ocspResponse, std::ios::binary) << bytes;
    const auto loaded = TlsContext::load(options);
    ASSERT_TRUE(loaded.ok()) << loaded.error().detail;
    EXPECT_EQ((*loaded)->notStapled(), "");
    EXPECT_EQ(stapledTo(**loaded, false), "");
    EXPECT_TRUE(stapledTo(**loaded, true) == bytes);
    EXPECT_TRUE(stapledTo(*(*loaded)->renewed(), true) == bytes);
    std::ofstream(options.ocspResponse, std::ios::binary) << response(leaf, leaf);
    const auto bad = TlsContext::load(options);
    ASSERT_TRUE(bad.ok()) << "it serves on without";
    EXPECT_THAT((*bad)->notStapled(), HasSubstr("is not signed by"));
    EXPECT_EQ(stapledTo(**bad, true), "");
    EXPECT_TRUE(tests::eventually([&] { return std::time(nullptr) >= (*loaded)->staple().until; }));
    EXPECT_EQ(stapledTo(**loaded, true), "");
}

} // namespace
} // namespace netbit::net
