// Drafts, messages sent at their time, what goes with age, and what comes by webhooks.

#include "services/chat/LaterActs.h"
#include "services/chat/tests/Server.h"

namespace netbit::services::chat {
namespace {

using test::codeOf;
using test::pointerOf;
using test::principal;

class Later : public test::Server {
protected:
    std::string in(std::string_view rest = {}) const
    {
        return "{\"id\":" + std::to_string(chat) + (rest.empty() ? "" : ",") + std::string(rest) + "}";
    }
    static std::string at(base::Millis ahead) { return "\"send_at\":\"" + base::rfc3339(base::now() + ahead) + "\""; }
    void makeDue(Id scheduled)
    {
        close();
        connection().prepare("UPDATE scheduled_messages SET send_at = 1 WHERE id = $1").bind(1, scheduled).run();
        open();
    }
    void sendAllDue()
    {
        chats->sendDue();
        ASSERT_TRUE(writer->run([](storage::Connection&) { return base::Result<void>(); }).ok()); // it has had its turn
    }
    std::int64_t stored() { return storage::MessageRepository::count(connection(), chat); }

    Id chat = group();
};

TEST_F(Later, ADraftIsTheSameOnAllDevices)
{
    EXPECT_EQ(call(bob, "drafts.get", in())->json, "{\"draft\":null}");
    ASSERT_TRUE(call(bob, "drafts.set", in(R"("content":"half a")")).ok());
    ASSERT_TRUE(call(bob, "drafts.set", in(R"("content":"half a thought")")).ok());
    open();
    EXPECT_EQ(boost::json::parse(call(bob, "drafts.get", in())->json).at("draft").at("content").as_string(), "half a thought");
    EXPECT_EQ(call(carol, "drafts.get", in())->json, "{\"draft\":null}") << "a draft is its writer's own";
    EXPECT_EQ(eventsAfter(0).back().actorId, bob);
    EXPECT_EQ(eventsAfter(0).back().chatId, 0);
    ASSERT_TRUE(call(bob, "drafts.delete", in()).ok());
    ASSERT_TRUE(call(bob, "drafts.delete", in()).ok());
    EXPECT_EQ(call(bob, "drafts.get", in())->json, "{\"draft\":null}");
    EXPECT_EQ(codeOf(call(dave, "drafts.set", in(R"("content":"x")"))), "chat_not_found");
    EXPECT_EQ(pointerOf(call(bob, "drafts.set", in(R"("content":" ")"))), "/content");
    EXPECT_EQ(pointerOf(call(bob, "drafts.set", in(R"("content":"x","reply_to":99)"))), "/reply_to");
}

TEST_F(Later, AScheduledMessageIsSentOnceAtItsTime)
{
    const auto made = call(bob, "scheduled.create", in(R"("content":"good morning @user1",)" + at(3'600'000)));
    ASSERT_TRUE(made.ok()) << made.error().detail;
    sendAllDue();
    EXPECT_EQ(stored(), 0) << "its time has not come";
    makeDue(made->id); // and the server was restarted meanwhile
    std::vector<std::future<void>> callers;
    for (int i = 0; i < 4; ++i)
        callers.push_back(std::async(std::launch::async, [&] { chats->sendDue(); }));
    for (auto& caller : callers)
        caller.get();
    sendAllDue();
    EXPECT_EQ(stored(), 1);
    open();
    sendAllDue();
    EXPECT_EQ(stored(), 1);
    const auto message = pageJson(alice, {.chatId = chat, .lead = {}}).at("data").at(0);
    EXPECT_EQ(message.at("sender_id").to_number<Id>(), bob);
    EXPECT_EQ(message.at("mentions").as_array().size(), 1U);
    EXPECT_EQ(chatJson(alice, chat).at("mention_count").to_number<int>(), 1);
    EXPECT_TRUE(boost::json::parse(call(bob, "scheduled.list", in())->json).at("data").as_array().empty());
    EXPECT_EQ(eventsAfter(0).back().topic, "scheduled.sent");
    EXPECT_EQ(codeOf(call(bob, "scheduled.delete", in("\"scheduled\":" + std::to_string(made->id)))), "scheduled_ended");
}

TEST_F(Later, WhoMayNotWriteWhenItsTimeComesIsTold)
{
    const auto made = call(bob, "scheduled.create", in(R"("content":"too late",)" + at(3'600'000)));
    ASSERT_TRUE(call(alice, "chats.remove_member", in(R"("user":2)")).ok());
    const auto before = stored();
    makeDue(made->id);
    sendAllDue();
    EXPECT_EQ(stored(), before);
    EXPECT_EQ(eventsAfter(0).back().topic, "scheduled.failed");
    EXPECT_NE(eventsAfter(0).back().data.find("chat_not_found"), std::string::npos);
}

TEST_F(Later, WhatIsScheduledCanBeSeenAndTakenBackByItsWriter)
{
    const auto made = call(bob, "scheduled.create", in(R"("content":"later",)" + at(60'000)), "key");
    EXPECT_EQ(call(bob, "scheduled.create", in(R"("content":"other",)" + at(60'000)), "key").error().code, "idempotency_key_reused");
    EXPECT_EQ(boost::json::parse(call(bob, "scheduled.list", in())->json).at("data").as_array().size(), 1U);
    EXPECT_TRUE(boost::json::parse(call(carol, "scheduled.list", in())->json).at("data").as_array().empty());
    const auto its = in("\"scheduled\":" + std::to_string(made->id));
    EXPECT_EQ(codeOf(call(carol, "scheduled.delete", its)), "scheduled_not_found");
    ASSERT_TRUE(call(bob, "scheduled.delete", its).ok());
    EXPECT_EQ(codeOf(call(bob, "scheduled.delete", its)), "scheduled_not_found");
    EXPECT_EQ(pointerOf(call(bob, "scheduled.create", in(R"("content":"x",)" + at(-1'000)))), "/send_at");
    EXPECT_EQ(pointerOf(call(bob, "scheduled.create", in(R"("content":"x",)" + at(400LL * 24 * 3'600'000)))), "/send_at");
    EXPECT_EQ(pointerOf(call(bob, "scheduled.create", in(R"("content":"x","send_at":"tomorrow")"))), "/send_at");
}

TEST_F(Later, AChatForgetsWhatIsOlderThanItKeeps)
{
    std::vector<Id> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(send(bob, chat, "message @user1")->id);
    ASSERT_TRUE(call(carol, "messages.react", in("\"message\":" + std::to_string(ids[0]) + R"(,"emoji":"x")")).ok());
    ASSERT_TRUE(call(alice, "chats.update", in(R"("retention_days":7)")).ok());
    EXPECT_EQ(chatJson(alice, chat).at("unread_count").to_number<int>(), 5);
    chats->prune();
    EXPECT_EQ(stored(), 5) << "none is so old";
    const auto tag = chats->page(*principal(alice), {.chatId = chat, .lead = {}}, true)->etag;
    ASSERT_TRUE(writer->run([&](storage::Connection& with) {
        with.prepare("UPDATE messages SET created_at = created_at - 8 * 86400000 WHERE id <= $1").bind(1, ids[2]).run();
        with.prepare("UPDATE message_mentions SET created_at = created_at - 8 * 86400000 WHERE message_id <= $1").bind(1, ids[2]).run();
        return base::Result<void>();
    }).ok());
    chats->prune();
    EXPECT_EQ(test::idsOf(pageJson(alice, {.chatId = chat, .lead = {}})), (std::vector<Id>{ids[3], ids[4]}));
    EXPECT_EQ(chatJson(alice, chat).at("unread_count").to_number<int>(), 2);
    EXPECT_EQ(chatJson(alice, chat).at("mention_count").to_number<int>(), 2);
    EXPECT_NE(chats->page(*principal(alice), {.chatId = chat, .lead = {}}, true)->etag, tag);
    EXPECT_EQ(codeOf(call(alice, "messages.get", in("\"message\":" + std::to_string(ids[0])))), "message_not_found");
}

TEST_F(Later, AWebhookWritesAsItsBot)
{
    const auto made = call(alice, "hooks.create", in(R"("name":"builds")"));
    ASSERT_TRUE(made.ok()) << made.error().detail;
    const std::string secret(boost::json::parse(made->json).at("secret").as_string());
    const auto post = [&](const std::string& with, std::string_view text) {
        operations::RawCall raw;
        raw.operation = "hooks.post";
        const auto arguments = "{\"secret\":\"" + with + "\",\"text\":\"" + std::string(text) + "\"}";
        raw.arguments = arguments;
        return later([&](Done done) { return operations->call(nullptr, raw, std::move(done)); }).get();
    };
    const auto sent = post(secret, "build 7 is **green**");
    ASSERT_TRUE(sent.ok()) << sent.error().detail;
    open();
    const auto message = pageJson(bob, {.chatId = chat, .lead = {}}).at("data").at(0);
    EXPECT_EQ(message.at("sender_name").as_string(), "builds");
    EXPECT_EQ(message.at("content").as_string(), "build 7 is **green**");
    for (const auto& wrong : {std::string("x"), std::string("nbh_"), secret.substr(0, 46) + (secret[46] == 'A' ? "B" : "A")})
        EXPECT_EQ(codeOf(post(wrong, "x")), "hook_not_found") << wrong;
    EXPECT_EQ(pointerOf(post(secret, " ")), "/text");
    const auto list = call(alice, "hooks.list", in());
    EXPECT_EQ(list->json.find("nbh_"), std::string::npos) << "the secret is shown once";
    for (const auto& event : eventsAfter(0))
        EXPECT_EQ(event.data.find("nbh_"), std::string::npos) << event.topic;
    EXPECT_EQ(codeOf(call(bob, "hooks.list", in())), "not_allowed");
    EXPECT_EQ(codeOf(call(bob, "hooks.create", in(R"("name":"mine")"))), "not_allowed");
    EXPECT_EQ(codeOf(call(alice, "hooks.create", in(R"("name":"builds")"))), "username_taken");
    EXPECT_EQ(pointerOf(call(alice, "hooks.create", in(R"("name":"a b")"))), "/name");
    ASSERT_TRUE(call(alice, "hooks.delete", in("\"hook\":" + std::to_string(made->id))).ok());
    EXPECT_EQ(codeOf(post(secret, "still there?")), "hook_not_found");
}

TEST_F(Later, MessagesAreShownAsHtmlOneOrMany)
{
    const auto one = send(bob, chat, "**bold**");
    const auto two = send(bob, chat, "<b>raw</b>");
    const auto single = boost::json::parse(call(carol, "messages.get", in("\"message\":" + std::to_string(one->id) + R"(,"format":"html")"))->json);
    EXPECT_EQ(single.at("html").as_string(), "<p><strong>bold</strong></p>\n");
    const auto both = boost::json::parse(
        call(carol, "messages.html", in("\"ids\":[" + std::to_string(one->id) + "," + std::to_string(two->id) + ",99]"))->json);
    ASSERT_EQ(both.at("data").as_array().size(), 2U);
    EXPECT_EQ(both.at("data").at(1).at("html").as_string().find("<b>"), boost::json::string::npos);
    EXPECT_EQ(codeOf(call(dave, "messages.html", in("\"ids\":[" + std::to_string(one->id) + "]"))), "chat_not_found");
}

} // namespace
} // namespace netbit::services::chat
