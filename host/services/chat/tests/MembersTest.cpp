// Who is in a chat, as what, and what a chat says of itself.

#include "base/EntityTag.h"
#include "services/chat/tests/Server.h"

namespace netbit::services::chat {
namespace {

using test::codeOf;
using test::pointerOf;
using test::principal;

class ChatActs : public test::Server {
protected:
    static std::string id(Id chatId, std::string_view rest = {})
    {
        return "{\"id\":" + std::to_string(chatId) + (rest.empty() ? "" : ",") + std::string(rest) + "}";
    }
    std::string roleOfUser(Id user, Id chatId)
    {
        const auto row = storage::ChatRepository::participant(connection(), chatId, user);
        return row ? row->role : "none";
    }
    std::string lastContent(Id who, Id chatId)
    {
        return std::string(chatJson(who, chatId).at("last_message").at("content").as_string());
    }
    std::vector<std::string> topicsAfter(Id after)
    {
        std::vector<std::string> out;
        for (const auto& event : eventsAfter(after))
            out.push_back(event.topic);
        return out;
    }

    Id chat = group();
};

TEST_F(ChatActs, AnAdminChangesAChatAndEverybodySeesIt)
{
    const auto before = log->lastId();
    const auto made = call(alice, "chats.update", id(chat, R"("name":"new","topic":"now","description":"why","visibility":"public")"));
    ASSERT_TRUE(made.ok()) << made.error().detail;
    for (int restart = 0; restart < 2; ++restart) {
        const auto seen = chatJson(bob, chat);
        EXPECT_EQ(seen.at("name").as_string(), "new");
        EXPECT_EQ(seen.at("topic").as_string(), "now");
        EXPECT_EQ(seen.at("description").as_string(), "why");
        EXPECT_EQ(seen.at("visibility").as_string(), "public");
        open();
    }
    EXPECT_EQ(boost::json::parse(made->json), chatJson(alice, chat)) << "the answer is what a GET gives";
    EXPECT_EQ(topicsAfter(before), (std::vector<std::string>{"message.created", "message.created", "chat.updated"}));
    EXPECT_EQ(lastContent(bob, chat), "set the topic to \u201cnow\u201d");
    EXPECT_EQ(chatJson(bob, chat).at("last_message").at("message_type").as_string(), "system");
}

TEST_F(ChatActs, TheTableSaysWhoMay)
{
    EXPECT_EQ(codeOf(call(bob, "chats.update", id(chat, R"("name":"mine")"))), "not_allowed");
    EXPECT_EQ(codeOf(call(bob, "chats.update", id(chat, R"("archived":true)"))), "not_allowed");
    EXPECT_TRUE(call(bob, "chats.update", id(chat, R"("topic":"anyone's in a group")")).ok());
    EXPECT_EQ(codeOf(call(bob, "chats.remove_member", id(chat, R"("user":3)"))), "not_allowed");
    EXPECT_EQ(codeOf(call(bob, "chats.set_role", id(chat, R"("user":2,"role":"admin")"))), "not_allowed");
    EXPECT_EQ(codeOf(call(bob, "chats.invite", id(chat, R"("user_id":5,"role":"admin")"))), "not_allowed");
    for (const auto* const name : {"chats.update", "chats.invite", "chats.leave"})
        EXPECT_EQ(codeOf(call(dave, name, id(chat, name == std::string("chats.update") ? R"("topic":"x")"
                                                  : name == std::string("chats.invite") ? R"("user_id":4)" : ""))),
                  "chat_not_found");
    const auto channel = create(alice, "news", "channel", {bob})->id;
    EXPECT_EQ(codeOf(call(bob, "chats.update", id(channel, R"("topic":"x")"))), "not_allowed");
    EXPECT_EQ(codeOf(call(bob, "chats.invite", id(channel, R"("user_id":5)"))), "not_allowed");
}

TEST_F(ChatActs, WhatIsNoChangeIsRefusedOrChangesNothing)
{
    EXPECT_EQ(codeOf(call(alice, "chats.update", id(chat))), "nothing_to_change");
    EXPECT_EQ(pointerOf(call(alice, "chats.update", id(chat, R"("name":"  ")"))), "/name");
    EXPECT_EQ(pointerOf(call(alice, "chats.update", id(chat, R"("visibility":"secret")"))), "/visibility");
    EXPECT_EQ(pointerOf(call(alice, "chats.update", id(chat, R"("topic":")" + std::string(1'001, 'x') + "\""))), "/topic");
    const auto before = log->lastId();
    EXPECT_TRUE(call(alice, "chats.update", id(chat, R"("name":"a group")")).ok());
    EXPECT_EQ(log->lastId(), before);
}

TEST_F(ChatActs, ATagThatIsNotTheChatsAnyMoreIsRefused)
{
    const auto tag = [&] { return base::entityTag(*chats->get(*principal(alice), chat, true)); };
    const auto first = tag();
    ASSERT_TRUE(call(alice, "chats.update", id(chat, R"("topic":"one")"), {}, first).ok());
    const auto lost = call(alice, "chats.update", id(chat, R"("topic":"two")"), {}, first);
    EXPECT_EQ(lost.status(), base::Status::preconditionFailed);
    EXPECT_EQ(chatJson(bob, chat).at("topic").as_string(), "one");
    EXPECT_TRUE(call(alice, "chats.update", id(chat, R"("topic":"two")"), {}, tag()).ok());
    EXPECT_TRUE(call(alice, "chats.update", id(chat, R"("topic":"three")"), {}, "*").ok());
}

TEST_F(ChatActs, OfTwoWithTheSameTagInOneBatchOneIsRefused)
{
    const auto tag = base::entityTag(*chats->get(*principal(alice), chat, true));
    std::vector<std::future<test::Answer>> answers;
    inOneBatch([&] {
        for (const auto* const name : {"one", "two"})
            answers.push_back(callLater(alice, "chats.update", id(chat, "\"description\":\"" + std::string(name) + "\""), {}, tag));
    });
    EXPECT_TRUE(answers[0].get().ok());
    EXPECT_EQ(codeOf(answers[1].get()), "precondition_failed");
}

TEST_F(ChatActs, AKeyGivesTheFirstAnswerAgain)
{
    const auto text = id(chat, R"("user_id":5)");
    const auto first = call(alice, "chats.invite", text, "key");
    ASSERT_TRUE(first.ok());
    const auto last = log->lastId();
    for (int restart = 0; restart < 2; ++restart) {
        const auto again = call(alice, "chats.invite", text, "key");
        ASSERT_TRUE(again.ok());
        EXPECT_EQ(again->json, first->json);
        EXPECT_EQ(again->replayed, first->replayed);
        EXPECT_EQ(codeOf(call(alice, "chats.invite", id(chat, R"("user_id":6)"), "key")), "idempotency_key_reused");
        EXPECT_EQ(codeOf(call(alice, "chats.join", id(chat), "key")), "idempotency_key_reused");
        open();
    }
    EXPECT_EQ(log->lastId(), last);
    connection().prepare("UPDATE operation_keys SET created_at = created_at - 90000000").run();
    chats->prune();
    EXPECT_TRUE(call(alice, "chats.invite", text, "key")->replayed) << "now it is a call of its own: he is in it already";
}

TEST_F(ChatActs, ChatsAreMadeOnceForAKey)
{
    const std::string text = R"({"name":"once","chat_type":"group","participants":[2]})";
    std::vector<std::future<test::Answer>> answers;
    inOneBatch([&] {
        answers.push_back(callLater(alice, "chats.create", text, "k"));
        answers.push_back(callLater(alice, "chats.create", text, "k"));
        answers.push_back(callLater(alice, "chats.create", R"({"name":"other","chat_type":"group"})", "k"));
    });
    const auto first = answers[0].get();
    const auto second = answers[1].get();
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_EQ(first->json, second->json);
    EXPECT_EQ(codeOf(answers[2].get()), "idempotency_key_reused");
    EXPECT_EQ(chats->chatCount(), 2U);
}

TEST_F(ChatActs, WhoIsInvitedIsInAndWhoIsRemovedIsOut)
{
    ASSERT_TRUE(call(bob, "chats.invite", id(chat, R"("user_id":4)")).ok());
    EXPECT_TRUE(send(dave, chat, "hello").ok());
    const auto before = log->lastId();
    ASSERT_TRUE(call(alice, "chats.remove_member", id(chat, R"("user":4)")).ok());
    EXPECT_EQ(codeOf(send(dave, chat, "still here?")), "chat_not_found");
    EXPECT_TRUE(listJson(dave).at("data").as_array().empty());
    const auto events = eventsAfter(before);
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[1].topic, "chat.member_removed");
    EXPECT_EQ(events[2].topic, "chat.left");
    EXPECT_EQ(events[2].chatId, 0) << "he is told, though he is no member any more";
    EXPECT_EQ(events[2].actorId, dave);
    EXPECT_EQ(codeOf(call(alice, "chats.remove_member", id(chat, R"("user":4)"))), "member_not_found");
    EXPECT_EQ(pointerOf(call(alice, "chats.invite", id(chat, R"("user_id":99)"))), "/user_id");
}

TEST_F(ChatActs, OneRemovedInTheSameBatchDoesNotWriteAnyMore)
{
    std::future<test::Answer> removed, sent;
    inOneBatch([&] {
        removed = callLater(alice, "chats.remove_member", id(chat, R"("user":2)"));
        NewMessage message;
        message.chatId = chat;
        message.content = "too late";
        sent = sendLater(bob, message);
    });
    EXPECT_TRUE(removed.get().ok());
    EXPECT_EQ(codeOf(sent.get()), "chat_not_found");
}

TEST_F(ChatActs, AChatKeepsAnAdmin)
{
    EXPECT_EQ(codeOf(call(alice, "chats.leave", id(chat))), "last_admin");
    EXPECT_EQ(codeOf(call(alice, "chats.set_role", id(chat, R"("user":1,"role":"member")"))), "last_admin");
    EXPECT_EQ(pointerOf(call(alice, "chats.leave", id(chat, R"("new_admin":9)"))), "/new_admin");
    ASSERT_TRUE(call(alice, "chats.leave", id(chat, R"("new_admin":2)")).ok());
    EXPECT_EQ(roleOfUser(bob, chat), "admin");
    EXPECT_EQ(roleOfUser(alice, chat), "none");
    EXPECT_TRUE(call(carol, "chats.leave", id(chat)).ok());
    EXPECT_TRUE(call(bob, "chats.leave", id(chat)).ok()) << "who is alone may go";
}

TEST_F(ChatActs, TwoAdminsWhoLeaveInOneBatchDoNotLeaveTheChatWithout)
{
    ASSERT_TRUE(call(alice, "chats.set_role", id(chat, R"("user":2,"role":"admin")")).ok());
    std::future<test::Answer> one, two;
    inOneBatch([&] {
        one = callLater(alice, "chats.leave", id(chat));
        two = callLater(bob, "chats.leave", id(chat));
    });
    EXPECT_TRUE(one.get().ok());
    EXPECT_EQ(codeOf(two.get()), "last_admin");
}

TEST_F(ChatActs, ADirectChatHasNothingToChange)
{
    const auto direct = create(alice, "", "direct", {bob})->id;
    EXPECT_EQ(codeOf(call(alice, "chats.invite", id(direct, R"("user_id":3)"))), "direct_chat");
    EXPECT_EQ(codeOf(call(alice, "chats.remove_member", id(direct, R"("user":2)"))), "direct_chat");
    EXPECT_EQ(codeOf(call(alice, "chats.leave", id(direct))), "direct_chat");
    EXPECT_EQ(codeOf(call(alice, "chats.update", id(direct, R"("name":"us")"))), "direct_chat");
    EXPECT_EQ(codeOf(call(alice, "chats.set_role", id(direct, R"("user":2,"role":"admin")"))), "direct_chat");
}

TEST_F(ChatActs, APublicChatIsFoundAndJoinedButNotReadFromOutside)
{
    const auto open_ = call(alice, "chats.create", R"({"name":"Open House","chat_type":"group","visibility":"public","topic":"tea"})");
    ASSERT_TRUE(open_.ok());
    ASSERT_TRUE(send(alice, open_->id, "secret until you join").ok());
    const auto found = boost::json::parse(call(dave, "chats.public", R"({"q":"hOUSE"})")->json);
    ASSERT_EQ(found.at("data").as_array().size(), 1U);
    EXPECT_FALSE(found.at("data").at(0).at("is_member").as_bool());
    EXPECT_FALSE(found.at("data").at(0).as_object().contains("last_message"));
    EXPECT_TRUE(boost::json::parse(call(dave, "chats.public", R"({"q":"nothing"})")->json).at("data").as_array().empty());
    EXPECT_EQ(codeOf(chats->get(*principal(dave), open_->id, true)), "chat_not_found");
    EXPECT_EQ(codeOf(call(dave, "chats.join", id(chat))), "chat_not_found") << "a private one";
    ASSERT_TRUE(call(dave, "chats.join", id(open_->id)).ok());
    EXPECT_EQ(chatJson(dave, open_->id).at("role").as_string(), "member");
    EXPECT_EQ(chatJson(dave, open_->id).at("unread_count").to_number<int>(), 0) << "what was there is read";
}

TEST_F(ChatActs, AGuestSeesOnlyTheChatsHeIsIn)
{
    const auto open_ = call(alice, "chats.create", R"({"name":"open","chat_type":"group","visibility":"public"})");
    close();
    connection().prepare("UPDATE users SET role = 'guest' WHERE id = 4").run();
    open();
    EXPECT_TRUE(boost::json::parse(call(dave, "chats.public", "{}")->json).at("data").as_array().empty());
    EXPECT_EQ(codeOf(call(dave, "chats.join", id(open_->id))), "chat_not_found");
    ASSERT_TRUE(call(alice, "chats.invite", id(open_->id, R"("user_id":4)")).ok());
    EXPECT_EQ(listJson(dave).at("data").as_array().size(), 1U);
}

TEST_F(ChatActs, NobodyWritesIntoAnArchivedChat)
{
    ASSERT_TRUE(call(alice, "chats.update", id(chat, R"("archived":true)")).ok());
    EXPECT_EQ(codeOf(send(alice, chat, "x")), "chat_archived");
    EXPECT_EQ(codeOf(call(alice, "chats.update", id(chat, R"("topic":"x")"))), "chat_archived");
    EXPECT_EQ(codeOf(call(alice, "chats.invite", id(chat, R"("user_id":4)"))), "chat_archived");
    open();
    EXPECT_FALSE(chatJson(bob, chat).at("archived_at").is_null());
    ASSERT_TRUE(call(alice, "chats.update", id(chat, R"("archived":false,"topic":"back")")).ok());
    EXPECT_TRUE(send(bob, chat, "x").ok());
}

TEST_F(ChatActs, MembersComeByIdAPageAtATime)
{
    const auto first = boost::json::parse(call(carol, "chats.members", id(chat, R"("limit":2)"))->json);
    ASSERT_EQ(first.at("data").as_array().size(), 2U);
    EXPECT_EQ(first.at("data").at(1).at("username").as_string(), "user2");
    EXPECT_EQ(first.at("pagination").at("total").to_number<int>(), 3);
    EXPECT_EQ(first.at("pagination").at("next_after").to_number<int>(), 2);
    const auto second = boost::json::parse(call(carol, "chats.members", id(chat, R"("limit":2,"after":2)"))->json);
    EXPECT_EQ(second.at("data").at(0).at("user_id").to_number<Id>(), carol);
    EXPECT_TRUE(second.at("pagination").at("next_after").is_null());
    EXPECT_EQ(codeOf(call(dave, "chats.members", id(chat))), "chat_not_found");
}

TEST_F(ChatActs, SettingsAreOnesOwn)
{
    ASSERT_FALSE(chatJson(bob, chat).at("muted").as_bool());
    ASSERT_TRUE(call(bob, "chats.settings", id(chat, R"("muted":true)")).ok());
    ASSERT_TRUE(call(bob, "chats.settings", id(chat, R"("favourite":true)")).ok());
    for (int restart = 0; restart < 2; ++restart) {
        EXPECT_TRUE(chatJson(bob, chat).at("muted").as_bool());
        EXPECT_TRUE(chatJson(bob, chat).at("favourite").as_bool());
        EXPECT_FALSE(chatJson(carol, chat).at("muted").as_bool());
        open();
    }
    EXPECT_EQ(eventsAfter(0).back().topic, "chat.settings_changed");
    EXPECT_EQ(eventsAfter(0).back().chatId, 0);
    EXPECT_EQ(eventsAfter(0).back().actorId, bob);
}

} // namespace
} // namespace netbit::services::chat
