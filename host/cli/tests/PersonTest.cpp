#include "cli/Login.h"

#include "base/Json.h"
#include "cli/JsonFields.h"
#include "cli/tests/FakeServer.h"
#include "cli/tests/TempDir.h"

#include <gtest/gtest.h>
#include <sodium.h>

namespace netbit::cli::test
{

namespace
{

/// Knows one session, whose access tokens are a1, a2 … and whose refresh tokens are r1, r2 …
class PersonTest : public testing::Test
{
protected:
    PersonTest() { EXPECT_GE(sodium_init(), 0); }

    Answer answer(const Seen& seen)
    {
        const auto pair = [&] {
            const auto n = std::to_string(generation);
            return R"("access_token":"a)" + n + R"(","refresh_token":"r)" + n + "\"";
        };
        if (seen.target == "/api/auth/login")
            return {200, "{" + pair() + R"(,"token_type":"Bearer","user":{"id":1,"username":"anna"}})"};
        if (seen.target == "/api/auth/refresh") {
            if (text(*base::parseJson(seen.body), "refresh_token") != "r" + std::to_string(generation))
                return {401, R"({"detail":"That token was used before."})"};
            ++generation;
            return {200, "{" + pair() + "}"};
        }
        const auto authorization = seen.headers.find("Authorization");
        if (expired || authorization == seen.headers.end() ||
            authorization->second != "Bearer a" + std::to_string(generation)) {
            expired = false;
            return {401, R"({"detail":"The access token has expired."})"};
        }
        if (seen.target.starts_with("/api/chats?"))
            return {200,
                    R"({"data":[{"id":3,"name":"Room","chat_type":"group","participants_count":2,"last_message":null},)"
                    R"({"id":4,"name":"twin","chat_type":"group"},{"id":5,"name":"twin","chat_type":"group"}],)"
                    R"("pagination":{"page":1,"per_page":200,"total":3,"total_pages":1}})"};
        if (seen.method == "POST" && seen.target == "/api/chats/3/messages") {
            if (busy-- > 0)
                return {503, R"({"detail":"busy"})"};
            return {201, R"({"id":77,"chat_id":3})"};
        }
        if (seen.target.starts_with("/api/chats/3/messages?"))
            return {
                200,
                R"({"data":[{"id":2,"sender_name":"bob","content":"two\nlines","message_type":"text","created_at":"2030-01-01T10:01:00.000Z"},)"
                R"({"id":1,"sender_name":"anna","content":"one","message_type":"text","created_at":"2030-01-01T10:00:00.000Z"}]})"};
        if (seen.target == "/api/search?limit=5&q=new%20%22two%20words%22%20in%3ARoom")
            return {
                200,
                R"({"data":[{"message":{"id":2,"sender_name":"bob","content":"new two\nwords","created_at":"2030-01-01T10:01:00.000Z"},)"
                R"("chat":{"id":3,"name":"Room","chat_type":"group"},"highlights":[]},)"
                R"({"message":{"id":1,"sender_name":"anna","content":"\u001b[2J","created_at":"2030-01-01T10:00:00.000Z"},)"
                R"("chat":{"id":9,"name":"","chat_type":"direct"},"highlights":[]}],"pagination":{}})"};
        if (seen.target == "/api/auth/logout")
            return {204, ""};
        return {404, R"({"detail":"There is no such thing."})"};
    }

    void logIn()
    {
        const auto ran = netbit({"login", server.url(), "--user", "anna", "--password-stdin"}, "secret\n");
        ASSERT_EQ(ran.code, success) << ran.err;
    }

    int generation = 1;
    bool expired = false;
    int busy = 0;
    TempDir dir;
    Environment config{"XDG_CONFIG_HOME", dir.path()};
    FakeServer server{"", [this](const Seen& seen) { return answer(seen); }};
};

TEST_F(PersonTest, ALoginIsStoredAndUsed)
{
    EXPECT_EQ(netbit({"chats"}).code, failed);
    logIn();
    const auto ran = netbit({"chats"});
    EXPECT_EQ(ran.code, success) << ran.err;
    EXPECT_NE(ran.out.find("Room"), std::string::npos) << ran.out;
}

TEST_F(PersonTest, AnExpiredTokenIsRenewedOnceAndStored)
{
    logIn();
    expired = true;
    const auto ran = netbit({"chats"});
    EXPECT_EQ(ran.code, success) << ran.err;
    EXPECT_EQ(server.count("/api/auth/refresh"), 1U);
    const auto login = loadLogin(dir.path("netbit/login.json"));
    ASSERT_TRUE(login.ok());
    EXPECT_EQ(login->accessToken, "a2");
    EXPECT_EQ(login->refreshToken, "r2");
}

TEST_F(PersonTest, ASessionThatEndedSaysSo)
{
    logIn();
    generation = 9;
    const auto ran = netbit({"chats"});
    EXPECT_EQ(ran.code, failed);
    EXPECT_NE(ran.err.find("log in again"), std::string::npos) << ran.err;
}

TEST_F(PersonTest, AMessageIsTriedAgainWithTheSameKey)
{
    logIn();
    busy = 2;
    const auto ran = netbit({"send", "room", "hello", "there"});
    EXPECT_EQ(ran.code, success) << ran.err;
    EXPECT_EQ(ran.out, "77\n");
    std::set<std::string> keys;
    std::size_t posts = 0;
    for (const auto& seen : server.seen())
        if (seen.method == "POST" && seen.target == "/api/chats/3/messages") {
            keys.insert(seen.headers.at("Idempotency-Key"));
            EXPECT_EQ(text(*base::parseJson(seen.body), "content"), "hello there");
            ++posts;
        }
    EXPECT_EQ(posts, 3U);
    EXPECT_EQ(keys.size(), 1U);
    netbit({"send", "room", "-"}, "from stdin\n");
    EXPECT_EQ(text(*base::parseJson(server.seen().back().body), "content"), "from stdin");
    EXPECT_FALSE(keys.contains(server.seen().back().headers.at("Idempotency-Key")));
}

TEST_F(PersonTest, AnAmbiguousOrUnknownNameIsASentence)
{
    logIn();
    EXPECT_NE(netbit({"send", "twin", "x"}).err.find("give an id: 4, 5"), std::string::npos);
    EXPECT_NE(netbit({"send", "nobody", "x"}).err.find("None of your chats"), std::string::npos);
}

TEST_F(PersonTest, TailPrintsOldestFirst)
{
    logIn();
    const auto ran = netbit({"tail", "Room", "-n", "2"});
    EXPECT_EQ(ran.code, success) << ran.err;
    EXPECT_EQ(ran.out, "2030-01-01 10:00 <anna> one\n2030-01-01 10:01 <bob> two\n    lines\n");
}

TEST_F(PersonTest, SearchPrintsALineForEachMessage)
{
    logIn();
    const auto ran = netbit({"search", "new", "\"two words\"", "in:Room", "-n", "5"});
    EXPECT_EQ(ran.code, success) << ran.err;
    EXPECT_EQ(ran.out, "2030-01-01 10:01 Room <bob> new two words\n2030-01-01 10:00 #9 <anna>  [2J\n");
    EXPECT_EQ(netbit({"search", "x", "-n", "0"}).code, wrongUsage);
    EXPECT_EQ(netbit({"search"}).code, wrongUsage);
}

TEST_F(PersonTest, LogoutRemovesTheFileAndTellsTheServer)
{
    logIn();
    EXPECT_EQ(netbit({"logout"}).code, success);
    EXPECT_EQ(server.count("/api/auth/logout"), 1U);
    EXPECT_FALSE(std::filesystem::exists(dir.path("netbit/login.json")));
    EXPECT_EQ(netbit({"logout"}).code, success);
}

} // namespace

} // namespace netbit::cli::test
