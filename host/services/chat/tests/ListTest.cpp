#include "services/chat/tests/Server.h"

namespace netbit::services::chat {
namespace {

using test::idsOf;
using test::principal;

class Listing : public test::Server {};

TEST_F(Listing, NewestActivityComesFirst)
{
    const auto a = group();
    const auto b = group();
    const auto c = group();
    ASSERT_TRUE(send(alice, b, "one").ok());
    // Later by the clock, however quick this machine is.
    for (const auto start = base::now(); base::now() == start;)
        std::this_thread::yield();
    ASSERT_TRUE(send(alice, a, "two").ok());
    for (int restart = 0; restart < 2; ++restart) {
        const auto list = listJson(bob);
        EXPECT_EQ(idsOf(list).front(), a);
        EXPECT_EQ(list.at("data").at(0).at("last_message").at("content").as_string(), "two");
        EXPECT_EQ(list.at("pagination").at("total").to_number<int>(), 3);
        open();
    }
    EXPECT_NE(b, c);
}

TEST_F(Listing, PagesGiveEachChatOnce)
{
    std::vector<Id> made;
    for (int i = 0; i < 7; ++i)
        made.push_back(group());
    std::vector<Id> seen;
    for (std::uint32_t page = 1; page <= 3; ++page) {
        const auto list = listJson(alice, page, 3);
        EXPECT_EQ(list.at("pagination").at("total_pages").to_number<int>(), 3);
        for (const auto id : idsOf(list))
            seen.push_back(id);
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, made);
    EXPECT_TRUE(idsOf(listJson(alice, 4, 3)).empty());
    EXPECT_TRUE(idsOf(listJson(alice, 4'000'000'000U, 200)).empty());
    EXPECT_TRUE(idsOf(listJson(dave)).empty());
}

TEST_F(Listing, NumbersOutOfRangeAreRefusedWithTheirPlace)
{
    EXPECT_EQ(test::pointerOf(chats->list(*principal(alice), 0, 50, true)), "/page");
    EXPECT_EQ(test::pointerOf(chats->list(*principal(alice), 1, 0, true)), "/per_page");
    EXPECT_EQ(test::pointerOf(chats->list(*principal(alice), 1, 201, true)), "/per_page");
}

TEST_F(Listing, WhatIsOnDiskIsSaidToBeThere)
{
    const auto chat = group();
    ASSERT_TRUE(send(alice, chat, "one").ok());
    open();
    EXPECT_EQ(chats->list(*principal(alice), 1, 50, false).status(), base::Status::wouldBlock);
    EXPECT_EQ(chats->get(*principal(alice), chat, false).status(), base::Status::wouldBlock);
    EXPECT_EQ(chats->page(*principal(alice), {.chatId = chat, .lead = {}}, false).status(), base::Status::wouldBlock);
    EXPECT_TRUE(chats->list(*principal(alice), 1, 50, true).ok());
    EXPECT_TRUE(chats->list(*principal(alice), 1, 50, false).ok());
    EXPECT_TRUE(chats->get(*principal(alice), chat, false).ok());
    EXPECT_EQ(chats->page(*principal(alice), {.chatId = chat, .lead = {}}, false).status(), base::Status::wouldBlock)
        << "a list needs only the last message";
    EXPECT_TRUE(chats->page(*principal(alice), {.chatId = chat, .lead = {}}, true).ok());
    EXPECT_TRUE(chats->page(*principal(alice), {.chatId = chat, .lead = {}}, false).ok());
}

TEST_F(Listing, TheLocalAdminReadsEverything)
{
    const auto made = create(bob, "theirs", "group", {carol});
    const auto admin = principal(alice, auth::Principal::Kind::localAdmin);
    const auto seen = chats->get(*admin, made->id, true);
    ASSERT_TRUE(seen.ok());
    EXPECT_TRUE(boost::json::parse(seen->str()).at("role").is_null());
    EXPECT_EQ(chats->get(*principal(alice), made->id, true).status(), base::Status::notFound);
}

} // namespace
} // namespace netbit::services::chat
