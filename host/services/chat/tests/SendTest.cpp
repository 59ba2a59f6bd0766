#include "services/chat/tests/Server.h"

namespace netbit::services::chat {
namespace {

using test::codeOf;
using test::pointerOf;
using test::principal;

class Sending : public test::Server {
protected:
    std::int64_t stored() { return storage::MessageRepository::count(connection(), chat); }

    Id chat = group();
};

TEST_F(Sending, AMessageIsStoredAndReadable)
{
    const auto sent = send(bob, chat, "hel\"lo \xc3\xa9");
    ASSERT_TRUE(sent.ok());
    const auto json = boost::json::parse(sent->json);
    EXPECT_EQ(json.at("id").to_number<Id>(), sent->id);
    EXPECT_EQ(json.at("chat_id").to_number<Id>(), chat);
    EXPECT_EQ(json.at("sender_id").to_number<Id>(), bob);
    EXPECT_EQ(json.at("sender_name").as_string(), "user2");
    EXPECT_EQ(json.at("content").as_string(), "hel\"lo \xc3\xa9");
    EXPECT_EQ(json.at("message_type").as_string(), "text");
    EXPECT_FALSE(json.at("is_edited").as_bool());
    EXPECT_TRUE(json.at("edited_at").is_null());
    EXPECT_TRUE(json.at("reply_to").is_null());
    EXPECT_TRUE(json.at("thread_id").is_null());
    EXPECT_TRUE(json.at("mentions").as_array().empty());
    EXPECT_EQ(json.as_object().size(), 12U);
    EXPECT_FALSE(sent->replayed);

    const auto page = chats->page(*principal(carol), {.chatId = chat, .lead = {}}, false);
    ASSERT_TRUE(page.ok());
    EXPECT_NE(page->body.str().find("\"data\":[" + sent->json + "]"), std::string::npos);
    EXPECT_EQ(storage::MessageRepository::byId(connection(), sent->id)->content, "hel\"lo \xc3\xa9");
}

TEST_F(Sending, WhoIsNoMemberLearnsNothing)
{
    EXPECT_EQ(codeOf(send(dave, chat, "x")), "chat_not_found");
    EXPECT_EQ(codeOf(send(dave, 999, "x")), "chat_not_found");
    EXPECT_EQ(codeOf(chats->page(*principal(dave), {.chatId = chat, .lead = {}}, true)), "chat_not_found");
    EXPECT_EQ(codeOf(chats->get(*principal(dave), chat, true)), "chat_not_found");
    EXPECT_EQ(codeOf(chats->mayRead(*principal(dave), chat)), "chat_not_found");
    EXPECT_TRUE(chats->mayRead(*principal(bob), chat).ok());
    EXPECT_TRUE(chats->isMember(bob, chat));
    EXPECT_FALSE(chats->isMember(dave, chat));
}

TEST_F(Sending, OnlyTheValidSend)
{
    const auto who = principal(bob);
    who->revoke();
    NewMessage message;
    message.chatId = chat;
    message.content = "x";
    EXPECT_EQ(chats->send(who, message, {}).status(), base::Status::unauthenticated);
    EXPECT_EQ(chats->page(*who, {.chatId = chat, .lead = {}}, true).status(), base::Status::unauthenticated);
}

TEST_F(Sending, OneRevokedWhileHisMessageWaitedIsRefused)
{
    const auto who = principal(bob);
    std::future<test::Answer> answer;
    inOneBatch([&] {
        answer = later([&](Done done) {
            NewMessage message;
            message.chatId = chat;
            message.content = "too late";
            return chats->send(who, std::move(message), std::move(done));
        });
        who->revoke();
    });
    EXPECT_EQ(answer.get().status(), base::Status::unauthenticated);
    EXPECT_EQ(stored(), 0);
}

TEST_F(Sending, InAChannelOnlyAdminsWrite)
{
    const auto channel = create(alice, "news", "channel", {bob});
    ASSERT_TRUE(channel.ok());
    EXPECT_TRUE(send(alice, channel->id, "x").ok());
    const auto refused = send(bob, channel->id, "x");
    EXPECT_EQ(codeOf(refused), "channel_read_only");
    EXPECT_EQ(refused.status(), base::Status::forbidden);
}

TEST_F(Sending, ModeratorsWriteInAChannel)
{
    const auto channel = create(alice, "news", "channel", {bob});
    close();
    storage::ChatRepository::setRole(connection(), channel->id, bob, "moderator");
    open();
    EXPECT_TRUE(send(bob, channel->id, "x").ok());
}

TEST_F(Sending, WhatIsNotAMessageIsRefusedWithItsPlace)
{
    const auto with = [&](auto change) {
        NewMessage message;
        message.chatId = chat;
        message.content = "x";
        change(message);
        return send(bob, std::move(message));
    };
    EXPECT_EQ(pointerOf(with([](auto& m) { m.content.clear(); })), "/content");
    EXPECT_EQ(pointerOf(with([](auto& m) { m.content = std::string("a\0b", 3); })), "/content");
    EXPECT_EQ(pointerOf(with([](auto& m) { m.content = "\xff"; })), "/content");
    EXPECT_EQ(pointerOf(with([](auto& m) { m.content = std::string(16 * 1024 + 1, 'x'); })), "/content");
    EXPECT_EQ(pointerOf(with([](auto& m) { m.messageType = "system"; })), "/message_type");
    EXPECT_EQ(pointerOf(with([](auto& m) { m.messageType = "Text"; })), "/message_type");
    EXPECT_EQ(codeOf(with([](auto& m) { m.key = std::string(129, 'k'); })), "invalid_key");
    EXPECT_TRUE(with([](auto& m) { m.content = std::string(16 * 1024, 'x'); }).ok());
    EXPECT_EQ(pointerOf(with([](auto& m) { m.content = " \n\t\u00a0\u200b"; })), "/content") << "nothing to be seen";
    EXPECT_TRUE(with([](auto& m) { m.content = " a "; }).ok());
    EXPECT_TRUE(with([](auto& m) { m.messageType = "image"; }).ok());
    EXPECT_TRUE(with([](auto& m) { m.messageType = "file"; }).ok());
    EXPECT_EQ(stored(), 4);
}

TEST_F(Sending, AReplyIsToAMessageOfTheSameChat)
{
    const auto first = send(bob, chat, "first");
    const auto reply = send(carol, chat, "second", first->id);
    ASSERT_TRUE(reply.ok());
    EXPECT_EQ(boost::json::parse(reply->json).at("reply_to").to_number<Id>(), first->id);
    const auto elsewhere = send(alice, create(alice, "other", "group", {bob})->id, "there");
    for (const Id wrong : {elsewhere->id, Id{12'345}, Id{-1}}) {
        const auto refused = send(carol, chat, "x", wrong);
        EXPECT_EQ(codeOf(refused), "unknown_reply") << wrong;
        EXPECT_EQ(pointerOf(refused), "/reply_to");
    }
}

TEST_F(Sending, TheSameKeyGivesTheFirstAnswerAlsoAfterARestart)
{
    const auto first = send(bob, chat, "once", 0, "key");
    const auto again = send(bob, chat, "once", 0, "key");
    open();
    const auto restarted = send(bob, chat, "once", 0, "key");
    for (const auto* const answer : {&again, &restarted}) {
        ASSERT_TRUE(answer->ok());
        EXPECT_TRUE((*answer)->replayed);
        EXPECT_EQ((*answer)->id, first->id);
        EXPECT_EQ((*answer)->json, first->json);
    }
    EXPECT_EQ(stored(), 1);
    EXPECT_FALSE(send(carol, chat, "once", 0, "key")->replayed) << "a key is its sender's own";
}

TEST_F(Sending, TheSameKeyTwiceInOneBatchIsOneMessage)
{
    std::vector<std::future<test::Answer>> answers;
    inOneBatch([&] {
        for (int i = 0; i < 3; ++i) {
            NewMessage message;
            message.chatId = chat;
            message.content = i < 2 ? "once" : "other";
            message.key = "key";
            answers.push_back(sendLater(bob, message));
        }
    });
    const auto first = answers[0].get();
    const auto second = answers[1].get();
    const auto other = answers[2].get();
    ASSERT_TRUE(first.ok());
    ASSERT_TRUE(second.ok());
    EXPECT_FALSE(first->replayed);
    EXPECT_TRUE(second->replayed);
    EXPECT_EQ(second->json, first->json);
    EXPECT_EQ(codeOf(other), "idempotency_key_reused");
    EXPECT_EQ(pointerOf(other), "");
    EXPECT_EQ(stored(), 1);
}

TEST_F(Sending, AKeyIsForgottenAfterADay)
{
    ASSERT_TRUE(send(bob, chat, "once", 0, "key").ok());
    close();
    connection().prepare("UPDATE message_keys SET created_at = created_at - 90000000").run();
    open();
    chats->prune();
    EXPECT_FALSE(send(bob, chat, "once", 0, "key")->replayed);
}

TEST_F(Sending, AFullQueueIsSaidAtOnce)
{
    close();
    writer = std::make_unique<storage::Writer>(*database, storage::Writer::Options{.maxQueued = 0});
    log = std::make_unique<events::EventLog>(*database, *writer, events::EventOptions{});
    chats = std::make_unique<ChatService>(*database, *writer, *users, *log, ChatOptions{});
    chats->load();
    writer->start();
    const auto refused = send(bob, chat, "x");
    EXPECT_EQ(codeOf(refused), "overloaded");
    EXPECT_EQ(refused.status(), base::Status::unavailable);
}

} // namespace
} // namespace netbit::services::chat
