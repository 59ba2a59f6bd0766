#include "services/delivery/Signing.h"

#include <gtest/gtest.h>
#include <set>

namespace netbit::services::delivery::test {

// The first is the example of the specification of Standard Webhooks; the last was made with `openssl dgst -sha256 -hmac`.
TEST(Signing, IsWhatReceiversExpect)
{
    const auto headers = signedHeaders("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330'999,
                                       R"({"test": 2432232314})");
    ASSERT_EQ(headers.size(), 5u);
    EXPECT_EQ(headers[0], "Content-Type: application/json");
    EXPECT_EQ(headers[1], "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek");
    EXPECT_EQ(headers[2], "webhook-timestamp: 1614265330");
    EXPECT_EQ(headers[3], "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    EXPECT_EQ(headers[4], "X-Hub-Signature-256: sha256=80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c");
}

TEST(Signing, SecretsAndIdsAreNeverTheSame)
{
    std::set<std::string> seen;
    for (int n = 0; n < 1'000; ++n) {
        EXPECT_TRUE(seen.insert(newSecret()).second);
        EXPECT_TRUE(seen.insert(newMessageId()).second);
    }
    EXPECT_EQ(newSecret().size(), 6u + 44u);
    EXPECT_NO_THROW((void)signedHeaders(newSecret(), newMessageId(), 0, "{}"));
}

} // namespace netbit::services::delivery::test
