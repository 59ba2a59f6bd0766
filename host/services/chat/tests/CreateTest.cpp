#include "services/chat/tests/Server.h"

namespace netbit::services::chat {
namespace {

using test::codeOf;
using test::pointerOf;
using test::principal;

class Creating : public test::Server {};

TEST_F(Creating, AGroupHasItsCreatorAsAdminAndTheOthersAsMembers)
{
    const auto made = create(bob, "  a group\n", "group", {carol, alice, carol, bob});
    ASSERT_TRUE(made.ok());
    const auto json = boost::json::parse(made->json);
    EXPECT_EQ(json.at("name").as_string(), "a group");
    EXPECT_EQ(json.at("role").as_string(), "admin");
    EXPECT_EQ(json.at("participants_count").to_number<int>(), 3);
    EXPECT_EQ(json.at("creator_id").to_number<Id>(), bob);
    EXPECT_TRUE(json.at("last_message").is_null());
    EXPECT_EQ(json.at("unread_count").to_number<int>(), 0);
    EXPECT_EQ(json.as_object().size(), 19U);
    for (int restart = 0; restart < 2; ++restart) {
        const auto seen = boost::json::parse(chats->get(*principal(carol), made->id, true)->str());
        EXPECT_EQ(seen.at("role").as_string(), "member");
        EXPECT_EQ(seen.at("created_at"), json.at("created_at"));
        EXPECT_EQ(chats->chatCount(), 1U);
        open();
    }
}

TEST_F(Creating, WhatIsNotAChatIsRefusedWithItsPlace)
{
    EXPECT_EQ(pointerOf(create(alice, " ", "group", {})), "/name");
    EXPECT_EQ(pointerOf(create(alice, std::string(201, 'x'), "group", {})), "/name");
    EXPECT_EQ(pointerOf(create(alice, "a\x01" "b", "group", {})), "/name");
    EXPECT_EQ(pointerOf(create(alice, "\xc3(", "group", {})), "/name");
    EXPECT_EQ(pointerOf(create(alice, "x", "meeting", {})), "/chat_type");
    const auto unknown = create(alice, "x", "group", {bob, 99});
    EXPECT_EQ(pointerOf(unknown), "/participants/1");
    EXPECT_EQ(codeOf(unknown), "unknown_user");
    for (const auto& others : {std::vector<Id>{}, {bob, carol}, {alice}})
        EXPECT_EQ(pointerOf(create(alice, "", "direct", others)), "/participants");
    EXPECT_EQ(chats->chatCount(), 0U);
}

TEST_F(Creating, ADirectChatOfTheSameTwoIsTheOneThatIsThere)
{
    const auto first = create(alice, "", "direct", {bob});
    ASSERT_TRUE(first.ok());
    EXPECT_FALSE(first->replayed);
    ASSERT_TRUE(send(bob, first->id, "hello").ok());
    for (int restart = 0; restart < 2; ++restart) {
        const auto again = create(bob, "named", "direct", {alice});
        ASSERT_TRUE(again.ok());
        EXPECT_TRUE(again->replayed);
        EXPECT_EQ(again->id, first->id);
        const auto json = boost::json::parse(again->json);
        EXPECT_EQ(json.at("name").as_string(), "");
        EXPECT_EQ(json.at("role").as_string(), "member");
        EXPECT_EQ(json.at("last_message").at("content").as_string(), "hello");
        open();
    }
    EXPECT_NE(create(alice, "", "direct", {carol})->id, first->id);
}

TEST_F(Creating, TwoWhoAskForADirectChatAtOnceGetTheSame)
{
    std::vector<std::future<test::Answer>> answers;
    inOneBatch([&] {
        answers.push_back(createLater(alice, {"", "direct", {bob}}));
        answers.push_back(createLater(bob, {"", "direct", {alice}}));
    });
    const auto first = answers[0].get();
    const auto second = answers[1].get();
    ASSERT_TRUE(first.ok());
    ASSERT_TRUE(second.ok());
    EXPECT_EQ(first->id, second->id);
    EXPECT_FALSE(first->replayed);
    EXPECT_TRUE(second->replayed);
    EXPECT_EQ(chats->chatCount(), 1U);
}

// A job of the same batch fails after it wrote: everything is rolled back and applied once more.
TEST_F(Creating, ADirectChatIsOneAlsoWhenTheBatchIsRunAgain)
{
    std::vector<std::future<test::Answer>> answers;
    std::thread failing;
    inOneBatch([&] {
        answers.push_back(createLater(alice, {"", "direct", {bob}}));
        std::promise<void> queued;
        failing = std::thread([&] {
            const auto before = writer->queued();
            std::thread watch([&] {
                while (writer->queued() == before)
                    std::this_thread::yield();
                queued.set_value();
            });
            const auto done = writer->run([&](storage::Connection& c) -> base::Result<void> {
                storage::UserRepository::setState(c, bob, "deactivated");
                return base::fault(base::Status::conflict, "on_purpose", "This job fails.");
            });
            EXPECT_FALSE(done.ok());
            watch.join();
        });
        queued.get_future().wait();
        answers.push_back(createLater(bob, {"", "direct", {alice}}));
    });
    failing.join();
    const auto first = answers[0].get();
    const auto second = answers[1].get();
    ASSERT_TRUE(first.ok());
    ASSERT_TRUE(second.ok());
    EXPECT_EQ(first->id, second->id);
    EXPECT_FALSE(first->replayed);
    EXPECT_TRUE(second->replayed);
    open();
    EXPECT_EQ(chats->chatCount(), 1U);
}

} // namespace
} // namespace netbit::services::chat
