// Every chat route of the contract: what it shows, what it takes, whom it refuses and how.

#include "journey/Stage.h"

#include <algorithm>

namespace netbit::test {

namespace {

class ChatApi : public OnStage {
protected:
    HttpReply create(const User& user, const json::object& body) { return as(user).post("/api/chats", json::serialize(body)); }
    HttpReply send(const User& user, std::int64_t chat, const json::object& body, const Headers& headers = {})
    {
        return as(user).post(messagesOf(chat), json::serialize(body), headers);
    }
    std::int64_t countIn(const User& user, std::int64_t chat)
    {
        return integerAt(as(user).expect(200, "GET", messagesOf(chat, "page=1&per_page=1")), "/pagination/total");
    }
};

json::array ids(std::initializer_list<User> users)
{
    json::array out;
    for (const auto& user : users)
        out.emplace_back(user.id);
    return out;
}

/// RFC 3339, UTC, with milliseconds.
void expectTime(const json::value& document, std::string_view pointer)
{
    auto form = textAt(document, pointer);
    std::replace_if(form.begin(), form.end(), [](char c) { return c >= '0' && c <= '9'; }, '0');
    EXPECT_EQ(form, "0000-00-00T00:00:00.000Z") << pointer << ": " << textAt(document, pointer);
}

} // namespace

TEST_F(ChatApi, ANewGroupHasTheMembersOfTheContract)
{
    const auto reply = create(ada(), {{"name", "the group"}, {"chat_type", "group"}, {"participants", ids({bob()})}});
    ASSERT_EQ(reply.status, 201) << reply.body;
    const auto chat = reply.document();
    EXPECT_GT(integerAt(chat, "/id"), 0);
    EXPECT_EQ(textAt(chat, "/name"), "the group");
    EXPECT_EQ(textAt(chat, "/chat_type"), "group");
    EXPECT_EQ(integerAt(chat, "/creator_id"), ada().id);
    EXPECT_EQ(integerAt(chat, "/participants_count"), 2);
    expectTime(chat, "/created_at");
    expectTime(chat, "/updated_at");

    const auto seen = as(bob()).expect(200, "GET", "/api/chats/" + std::to_string(integerAt(chat, "/id")));
    EXPECT_EQ(textAt(seen, "/role"), "member");
    EXPECT_EQ(textAt(seen, "/name"), "the group");
    EXPECT_TRUE(at(seen, "/last_message").is_null());
    EXPECT_EQ(textAt(as(ada()).expect(200, "GET", "/api/chats/" + std::to_string(integerAt(chat, "/id"))), "/role"), "admin");
}

TEST_F(ChatApi, TheListIsTheCallersOwnAndNewestActivityComesFirst)
{
    const auto carol = makeUser(daemon(), "carol");
    const auto one = makeChat(daemon(), carol, "group", {ada()}, "one");
    const auto two = makeChat(daemon(), carol, "group", {ada(), bob()}, "two");
    makeChat(daemon(), ada(), "group", {bob()}, "without carol");
    auto http = as(carol);
    // Activity is told apart by the millisecond.
    const auto made = textAt(http.expect(200, "GET", "/api/chats/" + std::to_string(two)), "/created_at");
    for (std::string last; last <= made;) {
        say(http, one, "activity");
        last = textAt(http.expect(200, "GET", "/api/chats/" + std::to_string(one)), "/last_message/created_at");
    }

    const auto list = http.expect(200, "GET", "/api/chats");
    ASSERT_EQ(listAt(list, "/data").size(), 2u);
    EXPECT_EQ(integerAt(list, "/data/0/id"), one);
    EXPECT_EQ(integerAt(list, "/data/1/id"), two);
    EXPECT_EQ(integerAt(list, "/data/1/participants_count"), 3);
    EXPECT_EQ(textAt(list, "/data/0/last_message/content"), "activity");
    EXPECT_EQ(integerAt(list, "/data/0/last_message/sender_id"), carol.id);
    EXPECT_TRUE(at(list, "/data/1/last_message").is_null());
    EXPECT_EQ(integerAt(list, "/pagination/total"), 2);

    const auto newest = textAt(list, "/data/0/last_message/created_at");
    for (std::string last; last <= newest;) {
        say(http, two, "newer activity");
        last = textAt(http.expect(200, "GET", "/api/chats/" + std::to_string(two)), "/last_message/created_at");
    }
    EXPECT_EQ(integerAt(http.expect(200, "GET", "/api/chats"), "/data/0/id"), two);
    const auto second = http.expect(200, "GET", "/api/chats?page=2&per_page=1");
    EXPECT_EQ(integerAt(second, "/data/0/id"), one);
    EXPECT_EQ(integerAt(second, "/pagination/total_pages"), 2);
}

TEST_F(ChatApi, ADirectChatTakesExactlyOneOther)
{
    EXPECT_EQ(create(ada(), {{"chat_type", "direct"}, {"participants", ids({bob()})}}).status, 201);
    expectProblem(create(ada(), {{"chat_type", "direct"}, {"participants", ids({bob(), eve()})}}), 422);
    expectProblem(create(ada(), {{"chat_type", "direct"}, {"participants", json::array()}}), 422);
}

TEST_F(ChatApi, AMessageHasTheMembersOfTheContract)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    const auto reply = send(ada(), chat, {{"content", "first"}, {"message_type", "text"}});
    ASSERT_EQ(reply.status, 201) << reply.body;
    const auto message = reply.document();
    EXPECT_GT(integerAt(message, "/id"), 0);
    EXPECT_EQ(integerAt(message, "/chat_id"), chat);
    EXPECT_EQ(integerAt(message, "/sender_id"), ada().id);
    EXPECT_EQ(textAt(message, "/content"), "first");
    EXPECT_EQ(textAt(message, "/message_type"), "text");
    EXPECT_FALSE(truthAt(message, "/is_edited"));
    expectTime(message, "/created_at");

    const auto page = as(bob()).expect(200, "GET", messagesOf(chat));
    EXPECT_EQ(at(page, "/data/0"), message) << "The page shows another message than the answer did.";
}

TEST_F(ChatApi, ContentComesBackAsItWasSent)
{
    const auto chat = makeChat(daemon(), ada(), "group", {});
    const std::vector<std::string> contents{
        "plain", " spaces around ", "two\nlines\r\n\tand a tab", "\"quotes\" \\ and / <b>&amp;</b>", "Grüße, 你好, שלום, 🎉👩‍💻",
        "\x01\x1f control characters", "\xEF\xBF\xBF", std::string(16'384, 'x'), "{\"json\":true}", "'; DROP TABLE messages; --"};
    for (const auto& content : contents)
        ASSERT_EQ(send(ada(), chat, {{"content", content}}).status, 201) << content.substr(0, 100);
    const auto page = as(ada()).expect(200, "GET", messagesOf(chat));
    ASSERT_EQ(listAt(page, "/data").size(), contents.size());
    for (std::size_t i = 0; i < contents.size(); ++i)
        EXPECT_EQ(textAt(page, "/data/" + std::to_string(i) + "/content"), contents[i]);
}

TEST_F(ChatApi, BadInputIsRefusedByNameAndLeavesNothing)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    struct Case {
        json::object body;
        std::string pointer;
    };
    const std::vector<Case> messages{
        {{{"content", "x"}, {"colour", "red"}}, "/colour"},
        {{{"content", ""}}, "/content"},
        {{}, "/content"},
        {{{"content", 7}}, "/content"},
        {{{"content", json::array{"x"}}}, "/content"},
        {{{"content", "x"}, {"message_type", "shout"}}, "/message_type"},
        {{{"content", "x"}, {"message_type", "system"}}, "/message_type"},
        {{{"content", std::string("a\0b", 3)}}, "/content"},
    };
    for (const auto& each : messages) {
        SCOPED_TRACE(json::serialize(each.body));
        const auto reply = send(ada(), chat, each.body);
        EXPECT_TRUE(reply.status == 422 || reply.status == 403) << reply.status;
        expectProblem(reply, reply.status);
        if (reply.status == 422) {
            EXPECT_EQ(textAt(reply.document(), "/errors/0/pointer"), each.pointer);
        }
    }
    const std::vector<Case> chats{
        {{{"name", "x"}, {"chat_type", "group"}, {"participants", json::array{}}, {"colour", "red"}}, "/colour"},
        {{{"name", "x"}, {"chat_type", "club"}, {"participants", json::array{}}}, "/chat_type"},
        {{{"name", "x"}, {"participants", json::array{}}}, "/chat_type"},
        {{{"name", "  "}, {"chat_type", "group"}, {"participants", json::array{}}}, "/name"},
        {{{"name", std::string(201, 'x')}, {"chat_type", "group"}, {"participants", json::array{}}}, "/name"},
        {{{"name", "x"}, {"chat_type", "group"}, {"participants", json::array{bob().id, 999'999}}}, "/participants/1"},
        {{{"name", "x"}, {"chat_type", "group"}, {"participants", json::array{"bob"}}}, "/participants/0"},
        {{{"name", "x"}, {"chat_type", "group"}, {"participants", "bob"}}, "/participants"},
    };
    for (const auto& each : chats) {
        SCOPED_TRACE(json::serialize(each.body));
        const auto reply = create(ada(), each.body);
        expectProblem(reply, 422);
        EXPECT_EQ(textAt(reply.document(), "/errors/0/pointer"), each.pointer);
    }
    EXPECT_EQ(countIn(ada(), chat), 0);
}

TEST_F(ChatApi, AMessageThatIsTooLongIsRefused)
{
    const auto chat = makeChat(daemon(), ada(), "group", {});
    const auto reply = send(ada(), chat, {{"content", std::string(16'385, 'x')}});
    EXPECT_TRUE(reply.status == 413 || reply.status == 422) << reply.status;
    expectProblem(reply, reply.status);
    const auto huge = send(ada(), chat, {{"content", std::string(1'100'000, 'x')}});
    expectProblem(huge, 413);
}

TEST_F(ChatApi, WhoIsNoMemberIsToldThatThereIsNoSuchChat)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    const auto there = "/api/chats/" + std::to_string(chat);
    const auto mine = as(eve()).get(there);
    const auto none = as(eve()).get("/api/chats/99999999");
    expectProblem(mine, 404, "chat_not_found");
    expectProblem(none, 404, "chat_not_found");
    EXPECT_EQ(textAt(mine.document(), "/detail"), textAt(none.document(), "/detail"));
    expectProblem(as(eve()).get(messagesOf(chat)), 404, "chat_not_found");
    expectProblem(send(eve(), chat, {{"content", "let me in"}}), 404, "chat_not_found");
    EXPECT_EQ(countIn(ada(), chat), 0);
}

TEST_F(ChatApi, InAChannelOnlyAdminsAndModeratorsWrite)
{
    const auto channel = makeChat(daemon(), ada(), "channel", {bob()}, "announcements");
    expectProblem(send(bob(), channel, {{"content", "may I?"}}), 403);
    EXPECT_EQ(send(ada(), channel, {{"content", "hear, hear"}}).status, 201);
    EXPECT_EQ(countIn(bob(), channel), 1) << "A member reads what the admin wrote.";
}

TEST_F(ChatApi, TheSameKeyGivesTheFirstAnswerAgain)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    const Headers key{{"Idempotency-Key", "a-key-of-ada"}};
    const auto first = send(ada(), chat, {{"content", "once"}}, key);
    ASSERT_EQ(first.status, 201) << first.body;
    const auto second = send(ada(), chat, {{"content", "once"}}, key);
    EXPECT_LT(second.status, 300);
    EXPECT_EQ(second.body, first.body);
    expectProblem(send(ada(), chat, {{"content", "something else"}}, key), 422, "idempotency_key_reused");
    EXPECT_EQ(send(bob(), chat, {{"content", "once"}}, key).status, 201) << "A key is its sender's own.";
    EXPECT_EQ(countIn(ada(), chat), 2);
}

TEST_F(ChatApi, AKeyThatIsTooLongIsRefused)
{
    const auto chat = makeChat(daemon(), ada(), "group", {});
    const auto reply = send(ada(), chat, {{"content", "x"}}, {{"Idempotency-Key", std::string(129, 'k')}});
    EXPECT_TRUE(reply.status == 400 || reply.status == 422) << reply.status;
    EXPECT_EQ(countIn(ada(), chat), 0);
}

TEST_F(ChatApi, AnEtagMakesAnUnchangedAnswer304)
{
    const auto chat = makeChat(daemon(), ada(), "group", {});
    auto http = as(ada());
    say(http, chat, "one");
    for (const std::string& target : {messagesOf(chat), messagesOf(chat) + "?limit=1", "/api/chats/" + std::to_string(chat),
                                     std::string("/api/chats")}) {
        SCOPED_TRACE(target);
        const auto full = http.get(target);
        const auto etag = full.header("etag");
        ASSERT_FALSE(etag.empty());
        const auto same = http.get(target, {{"If-None-Match", etag}});
        EXPECT_EQ(same.status, 304);
        EXPECT_TRUE(same.body.empty());
        EXPECT_EQ(same.header("etag"), etag);
        EXPECT_EQ(http.get(target, {{"If-None-Match", "\"other\", W/" + etag}}).status, 304) << "a list, compared weakly";
        EXPECT_EQ(http.get(target, {{"If-None-Match", "\"other\""}}).status, 200);
        say(http, chat, "another");
        EXPECT_EQ(http.get(target, {{"If-None-Match", etag}}).status, 200);
    }
}

TEST_F(ChatApi, HeadIsGetWithoutTheBody)
{
    const auto chat = makeChat(daemon(), ada(), "group", {});
    auto http = as(ada());
    say(http, chat, "one");
    const auto get = http.get(messagesOf(chat));
    const auto head = http.request("HEAD", messagesOf(chat));
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-length"), get.header("content-length"));
    EXPECT_EQ(head.header("etag"), get.header("etag"));
}

TEST_F(ChatApi, AMethodThatIsNotKnownIs405WithAllow)
{
    const auto reply = as(ada()).request("DELETE", "/api/chats");
    expectProblem(reply, 405);
    EXPECT_NE(reply.header("allow").find("GET"), std::string::npos);
    EXPECT_NE(reply.header("allow").find("POST"), std::string::npos);
}

TEST_F(ChatApi, NobodyIsToldHowToSignIn)
{
    for (const auto* target : {"/api/chats", "/api/chats/1", "/api/chats/1/messages", "/api/user/profile"}) {
        SCOPED_TRACE(target);
        expectProblem(daemon().client().get(target), 401);
    }
    expectProblem(daemon().client().post("/api/chats", "{}"), 401);
}

} // namespace netbit::test
