#include "net/TlsContext.h"
#include "tests/support/Tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace netbit::net {
namespace {

namespace fs = std::filesystem;
using netbit::test::makeTlsPair;
using Context = std::shared_ptr<const TlsContext>;

class TlsNames : public testing::Test {
protected:
    void SetUp() override
    {
        std::string name = (fs::temp_directory_path() / "netbit-tls-names-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder = name;
    }
    void TearDown() override { fs::remove_all(folder); }

    Context certificate(const std::string& subject, const char* names)
    {
        const auto pair = makeTlsPair(subject, 30, -1, nullptr, {.names = names});
        std::ofstream(folder / "certificate.pem") << pair.certificate;
        std::ofstream(folder / "key.pem") << pair.key;
        fs::permissions(folder / "key.pem", fs::perms(0600));
        TlsOptions options;
        options.certificate = folder / "certificate.pem";
        options.key = folder / "key.pem";
        return TlsContext::load(options).value();
    }
    static std::string subjectFor(const TlsContext& context, std::string_view host)
    {
        const auto* const found = context.named(host);
        return found ? found->subject() : "none";
    }

    fs::path folder;
};

TEST_F(TlsNames, EachHostGetsTheCertificateThatNamesIt)
{
    const auto first = certificate("first", "DNS:chat.example.org,DNS:www.example.org");
    const auto together = *first->with({certificate("second", "DNS:Git.Example.org,DNS:chat.example.org"),
                                        certificate("wild", "DNS:*.example.org,IP:127.0.0.1")});
    for (const auto& context : {together, together->renewed()}) {
        EXPECT_EQ(subjectFor(*context, "chat.example.org"), "CN = first") << "where two name it, the first";
        EXPECT_EQ(subjectFor(*context, "git.example.org"), "CN = second");
        EXPECT_EQ(subjectFor(*context, "GIT.EXAMPLE.ORG"), "CN = second");
        EXPECT_EQ(subjectFor(*context, "www.example.org"), "CN = first") << "a name goes before a wildcard";
        EXPECT_EQ(subjectFor(*context, "any.example.org"), "CN = wild");
        for (const auto* const none : {"a.b.example.org", "example.org", "example.com", ".example.org.", "127.0.0.1", "second", ".", "*", ""})
            EXPECT_EQ(subjectFor(*context, none), "none") << none;
        EXPECT_EQ(context->all().size(), 3U);
        EXPECT_EQ(context->find(context->all()[2]->fingerprint()), context->all()[2]);
        EXPECT_EQ(context->find("other"), nullptr);
    }
}

TEST_F(TlsNames, ACertificateThatNobodyWouldGetIsRefused)
{
    const auto first = certificate("first", "DNS:chat.example.org");
    for (const auto* const names : {"DNS:chat.example.org", "IP:127.0.0.1", ""}) {
        const auto refused = first->with({certificate("unused", names)});
        ASSERT_FALSE(refused.ok()) << names;
        EXPECT_THAT(refused.error().detail, testing::HasSubstr("CN = unused names no host"));
    }
    EXPECT_TRUE(certificate("alone", "")->with({}).ok()) << "the first is for all others";
}

} // namespace
} // namespace netbit::net
