#include "edge/Conditional.h"
#include "edge/tests/ServerFixture.h"

namespace netbit::tests {

namespace {

using edge::makeConditional;
using edge::matchesEtag;

class Conditional : public ServerFixture {};

edge::Reply replyWith(std::vector<std::pair<std::string, std::string>> headers, int status = 200)
{
    auto reply = textReply("text");
    reply.status = status;
    reply.headers = std::move(headers);
    return reply;
}

TEST(Etag, IsComparedWeaklyWithEachOfAList)
{
    EXPECT_TRUE(matchesEtag("\"a\"", "\"a\""));
    EXPECT_TRUE(matchesEtag("W/\"a\"", "\"a\""));
    EXPECT_TRUE(matchesEtag("\"x\", W/\"y\" ,\"a\"", "\"a\""));
    EXPECT_TRUE(matchesEtag("\"x,y\", \"a\"", "\"a\""));
    EXPECT_TRUE(matchesEtag("*", "\"a\""));
}

TEST(Etag, OtherTagsAndNonsenseDoNotMatch)
{
    for (const auto* field : {"", "\"b\"", "a", "\"a", "W/", "W/a", ",", "\"aa\"", "\"x\"\"b\""})
        EXPECT_FALSE(matchesEtag(field, "\"a\"")) << field;
}

TEST(Etag, FollowsTheContentHoweverItIsCut)
{
    auto whole = textReply("one and two");
    auto cut = textReply("one");
    cut.body.text(" and ");
    cut.body.text("two");
    auto other = textReply("one and three");
    for (auto* const reply : {&whole, &cut, &other})
        makeConditional(*reply, "");
    EXPECT_EQ(whole.headers, cut.headers);
    EXPECT_NE(whole.headers, other.headers);
}

TEST(Etag, AHandlersOwnIsKept)
{
    auto reply = replyWith({{"etag", "\"mine\""}});
    makeConditional(reply, "\"mine\"");
    EXPECT_EQ(reply.status, 304);
    EXPECT_TRUE(reply.body.empty());
    ASSERT_EQ(reply.headers.size(), 1u);
}

TEST(Etag, WhatMayNotBeStoredAndWhatIsNo200HasNone)
{
    for (auto reply : {0, 1}) {
        auto made = reply == 0 ? replyWith({{"Cache-Control", "no-store"}}) : replyWith({}, 201);
        const auto before = made.headers.size();
        makeConditional(made, "*");
        EXPECT_EQ(made.headers.size(), before);
        EXPECT_NE(made.status, 304);
    }
}

TEST_F(Conditional, WhoHasItGetsA304AndTheConnectionGoesOn)
{
    serve();
    Client client(port);
    client.send("GET /fast HTTP/1.1\r\nHost: a\r\n\r\n");
    const auto etag = readAnswer(client).field("ETag");
    ASSERT_EQ(etag.size(), 13u);
    client.send("GET /fast HTTP/1.1\r\nHost: a\r\nIf-None-Match: " + etag + "\r\n\r\n");
    const auto same = readAnswer(client, true);
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.field("ETag"), etag);
    EXPECT_EQ(get(client, "/fast").body, "fast") << "no byte of a body may have come before";
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nIf-None-Match: *\r\n\r\n");
    EXPECT_EQ(readAnswer(client).status, 200) << "only GET and HEAD are answered from a cache";
}

} // namespace

} // namespace netbit::tests
