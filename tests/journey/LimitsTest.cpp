// How often one may ask, and what is said about it.

#include "journey/Stage.h"

namespace netbit::test {

TEST(Limits, AUsersWritesAreCountedAndRefusedWhenTheyAreTooMany)
{
    Daemon daemon({"limits.user_writes_per_minute=6"});
    const auto ann = makeUser(daemon, "ann");
    const auto bea = makeUser(daemon, "bea");
    auto http = daemon.client(ann.token);
    auto other = daemon.client(ann.token, "127.0.5.5");
    const auto chat = makeChat(daemon, ann, "group", {bea}); // the first write
    for (int left = 4; left >= 0; --left) {
        const auto reply = (left % 2 ? http : other).post(messagesOf(chat), R"({"content":"x"})");
        ASSERT_EQ(reply.status, 201) << reply.body;
        EXPECT_EQ(reply.header("ratelimit-policy"), "\"user-writes\";q=6;w=60");
        EXPECT_TRUE(reply.header("ratelimit").starts_with("\"user-writes\";r=" + std::to_string(left) + ";t=")) << reply.header("ratelimit");
    }
    const auto refused = http.post(messagesOf(chat), R"({"content":"x"})");
    expectProblem(refused, 429, "rate_limited");
    EXPECT_TRUE(refused.header("ratelimit").starts_with("\"user-writes\";r=0;t="));
    const auto wait = std::stoi(refused.header("retry-after"));
    EXPECT_GE(wait, 1);
    EXPECT_LE(wait, 10);
    EXPECT_EQ(integerAt(http.expect(200, "GET", messagesOf(chat, "page=1")), "/pagination/total"), 5) << "reads go on";
    EXPECT_EQ(daemon.client(bea.token).post(messagesOf(chat), R"({"content":"x"})").status, 201) << "others have their own";
    EXPECT_EQ(daemon.client(bea.token).get(messagesOf(chat)).header("ratelimit"), "") << "no limit, no word of it";
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(daemon.admin().get("/admin/status").status, 200) << "the admin's socket is never limited";
}

TEST(Limits, AnAddressWithoutAGoodTokenIsCounted)
{
    Daemon daemon({"limits.address_requests_per_minute=5"});
    const auto ann = makeUser(daemon, "ann");
    auto guessing = daemon.client("guess", "127.0.5.6");
    for (int i = 0; i < 5; ++i)
        expectProblem(guessing.get("/api/chats"), 401);
    expectProblem(guessing.get("/api/chats"), 429, "rate_limited");
    expectProblem(daemon.client("", "127.0.5.6").get("/api/server"), 429, "rate_limited");
    EXPECT_EQ(daemon.client(ann.token, "127.0.5.6").get("/api/chats").status, 200) << "who is signed in is not the address";
    EXPECT_EQ(daemon.client("", "127.0.5.7").get("/api/server").status, 200);
}

} // namespace netbit::test
