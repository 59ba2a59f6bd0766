// Everything that can be done with chats and messages, over HTTP, and what others hear of it.

#include "journey/Stage.h"
#include "support/TcpClient.h"

#include <ctime>

namespace netbit::test {

namespace {

class ChatActs : public OnStage {
protected:
    static std::string chatPath(std::int64_t chat, std::string_view rest = {})
    {
        return "/api/chats/" + std::to_string(chat) + std::string(rest);
    }
    static std::string messagePath(std::int64_t chat, std::int64_t message, std::string_view rest = {})
    {
        return chatPath(chat, "/messages/" + std::to_string(message)) + std::string(rest);
    }
    static HttpReply put(const User& user, const std::string& path, std::string_view body = {}) { return as(user).request("PUT", path, body); }
    static HttpReply patch(const User& user, const std::string& path, std::string_view body, const Headers& headers = {})
    {
        return as(user).request("PATCH", path, body, headers);
    }
    static HttpReply del(const User& user, const std::string& path) { return as(user).request("DELETE", path); }

    /// A subscriber over TCP, who hears what comes from now on.
    static TcpClient listener(const User& user)
    {
        TcpClient tcp(daemon().tcp(), user.token);
        EXPECT_TRUE(truthAt(tcp.ask(R"({"packet_type":"Subscribe"})"), "/success"));
        return tcp;
    }
    static json::value hear(TcpClient& tcp, std::string_view topic)
    {
        for (;;) {
            const auto packet = tcp.read();
            if (has(packet, "/event/topic") && textAt(packet, "/event/topic") == topic)
                return at(packet, "/event");
        }
    }
};

} // namespace

TEST_F(ChatActs, AChatIsMadeOnceForAKey)
{
    const std::string body = R"({"name":"once","chat_type":"group","topic":"t","visibility":"private"})";
    const Headers key{{"Idempotency-Key", "make-it"}};
    const auto first = as(ada()).post("/api/chats", body, key);
    ASSERT_EQ(first.status, 201) << first.body;
    EXPECT_EQ(first.header("location"), chatPath(integerAt(first.document(), "/id")));
    const auto again = as(ada()).post("/api/chats", body, key);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("location"), first.header("location"));
    expectProblem(as(ada()).post("/api/chats", R"({"name":"twice","chat_type":"group"})", key), 422, "idempotency_key_reused");
    EXPECT_EQ(as(bob()).post("/api/chats", body, key).status, 201) << "A key is its user's own.";
}

TEST_F(ChatActs, AChangeThatWouldLoseAnotherIsRefused)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    const auto etag = as(ada()).get(chatPath(chat)).header("etag");
    EXPECT_EQ(patch(ada(), chatPath(chat), R"({"topic":"mine"})", {{"If-Match", etag}}).status, 200);
    expectProblem(patch(ada(), chatPath(chat), R"({"topic":"lost"})", {{"If-Match", etag}}), 412, "precondition_failed");
    EXPECT_EQ(textAt(as(bob()).expect(200, "GET", chatPath(chat)), "/topic"), "mine");

    auto http = as(bob());
    const auto message = say(http, chat, "one");
    const auto tag = http.get(messagePath(chat, message)).header("etag");
    EXPECT_EQ(patch(bob(), messagePath(chat, message), R"({"content":"two"})", {{"If-Match", tag}}).status, 200);
    expectProblem(patch(bob(), messagePath(chat, message), R"({"content":"three"})", {{"If-Match", tag}}), 412);
}

TEST_F(ChatActs, PeopleComeAndGo)
{
    const auto carol = makeUser(daemon(), "carol");
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    auto heard = listener(bob());
    auto hers = listener(carol);
    EXPECT_EQ(as(ada()).post(chatPath(chat, "/members"), "{\"user_id\":" + std::to_string(carol.id) + "}").status, 201);
    EXPECT_EQ(integerAt(hear(heard, "chat.member_added"), "/data/user_id"), carol.id);
    EXPECT_EQ(as(ada()).post(chatPath(chat, "/members"), "{\"user_id\":" + std::to_string(carol.id) + "}").status, 200) << "is in it";
    hear(hers, "chat.member_added");

    const auto members = as(carol).expect(200, "GET", chatPath(chat, "/members?limit=2"));
    EXPECT_EQ(listAt(members, "/data").size(), 2u);
    EXPECT_EQ(integerAt(members, "/pagination/total"), 3);

    const auto carolPath = chatPath(chat, "/members/" + std::to_string(carol.id));
    EXPECT_EQ(textAt(as(ada()).expect(200, "PUT", carolPath, R"({"role":"moderator"})"), "/role"), "moderator");
    expectProblem(put(bob(), carolPath, R"({"role":"admin"})"), 403, "not_allowed");
    expectProblem(put(ada(), carolPath, R"({"role":"king"})"), 422);
    expectProblem(as(ada()).post(chatPath(chat, "/leave"), ""), 409, "last_admin");

    EXPECT_EQ(del(ada(), carolPath).status, 204);
    EXPECT_EQ(integerAt(hear(hers, "chat.left"), "/data/chat_id"), chat) << "Who is sent away is told.";
    EXPECT_EQ(integerAt(hear(heard, "chat.member_removed"), "/data/user_id"), carol.id);
    expectProblem(as(carol).get(chatPath(chat)), 404, "chat_not_found");
    auto http = as(ada());
    say(http, chat, "without carol");
    const auto other = makeChat(daemon(), ada(), "group", {carol});
    say(http, other, "with carol");
    EXPECT_EQ(integerAt(hear(hers, "message.created"), "/chat_id"), other) << "She hears nothing more of the first.";
}

TEST_F(ChatActs, APublicChatIsFoundJoinedAndLeft)
{
    const auto made = as(ada()).expect(201, "POST", "/api/chats",
                                       R"({"name":"Market place","chat_type":"group","visibility":"public","description":"fish"})");
    const auto chat = integerAt(made, "/id");
    const auto found = as(eve()).expect(200, "GET", "/api/chats/public?q=FISH");
    ASSERT_EQ(listAt(found, "/data").size(), 1u);
    EXPECT_EQ(integerAt(found, "/data/0/id"), chat);
    expectProblem(as(eve()).get(chatPath(chat)), 404, "chat_not_found");
    EXPECT_EQ(as(eve()).post(chatPath(chat, "/join"), "").status, 200);
    EXPECT_EQ(textAt(as(eve()).expect(200, "GET", chatPath(chat)), "/role"), "member");
    EXPECT_EQ(as(eve()).post(chatPath(chat, "/leave"), "").status, 204);
    expectProblem(as(eve()).get(chatPath(chat)), 404);
    expectProblem(as(eve()).get("/api/chats/public?colour=red"), 422);
    expectProblem(as(eve()).get("/api/chats/public?limit=0"), 422);
    expectProblem(as(eve()).post(chatPath(999'999, "/join"), ""), 404, "chat_not_found");
}

TEST_F(ChatActs, AMessageIsWhereItsLocationSays)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    const auto sent = as(bob()).post(messagesOf(chat), R"({"content":"hello @ada"})");
    ASSERT_EQ(sent.status, 201);
    const auto got = as(ada()).get(sent.header("location"));
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.document(), sent.document());
    EXPECT_EQ(integerAt(got.document(), "/mentions/0/user_id"), ada().id);
    expectProblem(as(bob()).post(messagesOf(chat), R"({"content":" \n\t"})"), 422);
    expectProblem(as(ada()).get(messagePath(chat, 987'654)), 404, "message_not_found");
    expectProblem(as(ada()).get(chatPath(chat, "/messages/x")), 404);
    expectProblem(as(eve()).get(sent.header("location")), 404, "chat_not_found");
}

TEST_F(ChatActs, EditsReactionsPinsAndDeletionsReachEverybody)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    auto http = as(ada());
    const auto message = say(http, chat, "tpyo");
    auto heard = listener(bob());
    EXPECT_EQ(patch(ada(), messagePath(chat, message), R"({"content":"typo"})").status, 200);
    EXPECT_EQ(textAt(hear(heard, "message.edited"), "/data/content"), "typo");
    EXPECT_EQ(put(bob(), messagePath(chat, message, "/reactions/%F0%9F%91%8D")).status, 200);
    EXPECT_EQ(textAt(hear(heard, "reaction.added"), "/data/emoji"), "👍");
    EXPECT_EQ(put(bob(), messagePath(chat, message, "/pin")).status, 200);
    hear(heard, "message.pinned");
    const auto page = http.expect(200, "GET", messagesOf(chat));
    EXPECT_EQ(textAt(page, "/data/0/content"), "typo");
    EXPECT_EQ(integerAt(page, "/data/0/reactions/0/count"), 1);
    EXPECT_EQ(integerAt(page, "/data/0/pinned_by"), bob().id);
    EXPECT_EQ(integerAt(http.expect(200, "GET", chatPath(chat, "/pins")), "/data/0/id"), message);
    EXPECT_EQ(listAt(http.expect(200, "GET", messagePath(chat, message, "/history")), "/data").size(), 2u);
    EXPECT_EQ(del(bob(), messagePath(chat, message, "/reactions/%F0%9F%91%8D")).status, 200);
    hear(heard, "reaction.removed");

    expectProblem(patch(bob(), messagePath(chat, message), R"({"content":"mine"})"), 403, "not_yours");
    expectProblem(del(bob(), messagePath(chat, message)), 403, "not_yours");
    expectProblem(patch(ada(), messagePath(chat, message), R"({"content":""})"), 422);
    expectProblem(patch(ada(), messagePath(chat, message), R"({"content":"x","sender_id":1})"), 422, "unknown_member");
    expectProblem(patch(ada(), messagePath(chat, message), R"({"content":"x","content":"y"})"), 400, "duplicate_member");

    EXPECT_EQ(del(ada(), messagePath(chat, message)).status, 204);
    EXPECT_EQ(textAt(hear(heard, "message.deleted"), "/data/content"), "");
    EXPECT_EQ(textAt(http.expect(200, "GET", messagesOf(chat)), "/data/0/content"), "");
    expectProblem(put(bob(), messagePath(chat, message, "/pin")), 404, "message_deleted");
}

TEST_F(ChatActs, AThreadIsPagedAndHasItsOwnMark)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    auto http = as(ada());
    const auto root = say(http, chat, "root");
    std::int64_t last = 0;
    for (int i = 0; i < 3; ++i)
        last = integerAt(as(ada()).expect(201, "POST", messagesOf(chat), R"({"content":"reply","reply_to":)" + std::to_string(root) + "}"), "/id");
    const auto thread = as(bob()).expect(200, "GET", messagePath(chat, root, "/thread?limit=2"));
    EXPECT_EQ(integerAt(thread, "/root/reply_count"), 3);
    EXPECT_EQ(listAt(thread, "/data").size(), 2u);
    EXPECT_EQ(integerAt(thread, "/unread_count"), 3);
    const auto marked = as(bob()).expect(200, "PUT", chatPath(chat, "/read"),
                                         "{\"message_id\":" + std::to_string(last) + ",\"thread\":" + std::to_string(root) + "}");
    EXPECT_EQ(integerAt(marked, "/unread_count"), 0);
    EXPECT_EQ(integerAt(as(bob()).expect(200, "GET", chatPath(chat)), "/unread_count"), 4);
}

TEST_F(ChatActs, AMarkIsTheSameOnAllDevicesOfOneAndOnNoOther)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    auto http = as(ada());
    const auto first = say(http, chat, "@bob first");
    const auto second = say(http, chat, "second");
    auto device = listener(bob());
    auto other = listener(ada());
    auto chatOf = [&] { return as(bob()).expect(200, "GET", chatPath(chat)); };
    EXPECT_EQ(integerAt(chatOf(), "/unread_count"), 2);
    EXPECT_EQ(integerAt(chatOf(), "/mention_count"), 1);
    EXPECT_EQ(put(bob(), chatPath(chat, "/read"), "{\"message_id\":" + std::to_string(second) + "}").status, 200);
    EXPECT_EQ(integerAt(hear(device, "read.marked"), "/data/last_read_message_id"), second);
    EXPECT_EQ(put(bob(), chatPath(chat, "/read"), "{\"message_id\":" + std::to_string(first) + "}").status, 200);
    EXPECT_EQ(integerAt(chatOf(), "/unread_count"), 0) << "A mark does not go back by itself.";
    EXPECT_EQ(put(bob(), chatPath(chat, "/read"), "{\"message_id\":" + std::to_string(first) + ",\"unread\":true}").status, 200);
    daemon().restart();
    EXPECT_EQ(integerAt(chatOf(), "/unread_count"), 1);
    EXPECT_EQ(integerAt(chatOf(), "/last_read_message_id"), first);
    for (;;) { // until the daemon ends the connection: ada heard of none of it
        std::string packet;
        try {
            packet = other.readText();
        } catch (const std::exception&) {
            break;
        }
        EXPECT_EQ(packet.find("read.marked"), std::string::npos) << packet;
    }
    expectProblem(put(bob(), chatPath(chat, "/read"), "{}"), 422, "missing_member");
    expectProblem(put(bob(), chatPath(chat, "/read"), R"({"message_id":424242})"), 422, "unknown_message");
}

TEST_F(ChatActs, AScheduledMessageIsSentOnceThoughTheServerIsKilled)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    const auto time = std::time(nullptr) + 2;
    std::tm parts{};
    gmtime_r(&time, &parts);
    char at[32];
    std::strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &parts);
    as(ada()).expect(201, "POST", chatPath(chat, "/scheduled"), R"({"content":"on time","send_at":")" + std::string(at) + "\"}");
    const auto count = [&] { return integerAt(as(bob()).expect(200, "GET", messagesOf(chat)), "/pagination/total"); };
    EXPECT_EQ(count(), 0);
    daemon().kill();
    daemon().start();
    for (const Deadline deadline; count() == 0;)
        ASSERT_FALSE(deadline.over());
    daemon().kill();
    daemon().start();
    auto heard = listener(bob());
    EXPECT_FALSE(heard.readUntil(Deadline(std::chrono::milliseconds(1'500)))) << "The next look at what is due sends it again.";
    EXPECT_EQ(count(), 1);
    EXPECT_TRUE(listAt(as(ada()).expect(200, "GET", chatPath(chat, "/scheduled")), "/data").empty());
}

TEST_F(ChatActs, DraftsHtmlAndWebhooksAreThere)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    EXPECT_EQ(put(bob(), chatPath(chat, "/draft"), R"({"content":"half"})").status, 200);
    EXPECT_EQ(textAt(as(bob()).expect(200, "GET", chatPath(chat, "/draft")), "/draft/content"), "half");
    EXPECT_EQ(del(bob(), chatPath(chat, "/draft")).status, 204);

    expectProblem(as(bob()).post(chatPath(chat, "/hooks"), R"({"name":"ci"})"), 403, "not_allowed");
    const auto hook = as(ada()).expect(201, "POST", chatPath(chat, "/hooks"), R"({"name":"ci"})");
    auto nobody = daemon().client();
    const auto message = integerAt(nobody.expect(201, "POST", textAt(hook, "/path"), R"({"text":"**green** <script>x</script>"})"), "/id");
    expectProblem(nobody.post("/hooks/nbh_wrong", R"({"text":"x"})"), 404, "hook_not_found");
    const auto html = as(bob()).expect(200, "GET", messagePath(chat, message, "?format=html"));
    EXPECT_NE(textAt(html, "/html").find("<strong>green</strong>"), std::string::npos);
    EXPECT_EQ(textAt(html, "/html").find("<script"), std::string::npos);
    EXPECT_EQ(as(bob()).expect(200, "GET", chatPath(chat, "/messages/html?ids=" + std::to_string(message))).at("data").at(0), html);
    const auto shown = as(bob()).expect(200, "POST", "/api/markdown", R"({"texts":[{"text":"**green** <script>x</script>"},{"text":"red"}]})");
    EXPECT_EQ(textAt(shown, "/data/0/html"), textAt(html, "/html"));
    EXPECT_EQ(textAt(shown, "/data/1/html"), "<p>red</p>\n");
    const auto wrong = as(bob()).post("/api/markdown", R"({"texts":[{"text":"red"},{"words":"green"}]})");
    expectProblem(wrong, 422, "invalid_item");
    EXPECT_EQ(textAt(wrong.document(), "/errors/0/pointer"), "/texts/1");
    EXPECT_EQ(del(ada(), chatPath(chat, "/hooks/" + std::to_string(integerAt(hook, "/id")))).status, 204);
    expectProblem(nobody.post(textAt(hook, "/path"), R"({"text":"x"})"), 404, "hook_not_found");
}

} // namespace netbit::test
