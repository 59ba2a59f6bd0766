// Pages: from memory or from the database, one answer.

#include "services/chat/tests/Server.h"

#include <random>

namespace netbit::services::chat {
namespace {

using test::codeOf;
using test::idsOf;
using test::pointerOf;
using test::principal;

class Paging : public test::Server {
protected:
    /// A chat with messages of an old log (times with ties, out of the order of ids) and live ones behind them.
    Id mixedChat(std::mt19937& random, int imported, int sent)
    {
        const auto chat = group();
        ImportBatch batch;
        batch.chatId = chat;
        batch.source = "test";
        batch.lineCount = imported;
        for (int i = 0; i < imported; ++i) {
            ImportMessage message;
            message.senderId = 1 + i % 3;
            message.createdAt = 1'000'000 + static_cast<std::int64_t>(random() % 40) * 1'000;
            message.content = "old " + std::to_string(i);
            batch.messages.push_back(std::move(message));
        }
        if (imported > 0) {
            const auto admin = principal(1, auth::Principal::Kind::localAdmin);
            EXPECT_TRUE(chats->importBatch(*admin, std::move(batch)).ok());
        }
        for (int i = 0; i < sent; ++i)
            EXPECT_TRUE(send(alice, chat, "new " + std::to_string(i)).ok());
        return chat;
    }

    /// All of a chat's ids in order, as the database has them.
    std::vector<Id> order(Id chat)
    {
        std::vector<Id> ids;
        for (const auto& message : storage::MessageRepository::after(connection(), chat, -1, 0, 1'000'000))
            ids.push_back(message.id);
        return ids;
    }

    struct Expected {
        std::size_t first = 0, last = 0;
        bool hasOlder = false, hasNewer = false;
    };

    static Expected expect(const std::vector<Id>& ids, const PageQuery& query)
    {
        const auto size = ids.size();
        Expected out;
        const auto place = [&](Id id) { return static_cast<std::size_t>(std::find(ids.begin(), ids.end(), id) - ids.begin()); };
        if (query.page > 0) {
            const auto offset = std::size_t{query.page - 1} * query.perPage;
            out.last = size - std::min(size, offset);
            out.first = out.last - std::min<std::size_t>(out.last, query.perPage);
            if (offset >= size)
                out.first = out.last = 0;
            out.hasOlder = out.first > 0;
            out.hasNewer = offset > 0 && size > 0;
            return out;
        }
        if (query.after != 0) {
            out.first = place(query.after) + 1;
            out.last = std::min(size, out.first + query.limit);
        } else {
            out.last = query.before != 0 ? place(query.before) : size;
            out.first = out.last - std::min<std::size_t>(out.last, query.limit);
        }
        out.hasOlder = out.first > 0;
        out.hasNewer = out.last < size;
        return out;
    }
};

TEST_F(Paging, MemoryAndDatabaseGiveTheSameBytesForAnyQuery)
{
    std::mt19937 random(7); // NOLINT: the same run each time
    std::vector<Id> made;
    for (const auto& [imported, sent] : {std::pair(0, 0), {0, 1}, {3, 0}, {0, 40}, {90, 30}, {230, 0}, {150, 99}, {60, 180}})
        made.push_back(mixedChat(random, imported, sent));
    std::vector<PageQuery> queries;
    for (const auto chat : made) {
        const auto ids = order(chat);
        for (int i = 0; i < 60; ++i) {
            PageQuery query{.chatId = chat, .lead = i % 5 == 0 ? "\"packet_type\":\"Messages\"," : ""};
            const auto size = 1 + static_cast<std::uint32_t>(random() % (i % 2 ? 200 : 30));
            query.limit = query.perPage = size;
            if (const auto kind = random() % 4; kind == 0)
                query.page = 1 + static_cast<std::uint32_t>(random() % 8);
            else if (kind < 3 && !ids.empty())
                (kind == 1 ? query.before : query.after) = ids[random() % ids.size()];
            queries.push_back(query);
        }
    }

    std::vector<std::pair<std::string, std::string>> answers;
    for (const std::size_t cached : {0U, 100U, 1'000U}) {
        open({.cachedMessages = cached});
        for (std::size_t i = 0; i < queries.size(); ++i) {
            const auto& query = queries[i];
            const auto page = chats->page(*principal(alice), query, true);
            ASSERT_TRUE(page.ok()) << page.error().code;
            const auto ids = order(query.chatId);
            const auto expected = expect(ids, query);
            const auto body = page->body.str();
            EXPECT_EQ(body.size(), page->body.size());
            const auto json = boost::json::parse(body);
            ASSERT_EQ(idsOf(json), std::vector<Id>(ids.begin() + static_cast<std::ptrdiff_t>(expected.first),
                                                   ids.begin() + static_cast<std::ptrdiff_t>(expected.last)))
                << "query " << i << ": " << body;
            EXPECT_EQ(page->count, expected.last - expected.first);
            EXPECT_EQ(page->hasOlder, expected.hasOlder) << "query " << i << ": " << body;
            EXPECT_EQ(page->hasNewer, expected.hasNewer) << "query " << i << ": " << body;
            EXPECT_EQ(page->total, static_cast<std::int64_t>(ids.size()));
            EXPECT_EQ(page->firstId, page->count ? ids[expected.first] : 0);
            EXPECT_EQ(page->lastId, page->count ? ids[expected.last - 1] : 0);
            if (cached == 0)
                answers.emplace_back(body, page->etag);
            else
                EXPECT_EQ(std::pair(body, page->etag), answers[i]) << "query " << i;
        }
    }
}

TEST_F(Paging, ANewestPageIsMadeOfViews)
{
    const auto chat = group();
    for (int i = 0; i < 60; ++i)
        ASSERT_TRUE(send(alice, chat, "message").ok());
    const auto first = chats->page(*principal(alice), {.chatId = chat, .lead = {}}, false);
    const auto second = chats->page(*principal(bob), {.chatId = chat, .lead = {}}, false);
    ASSERT_TRUE(first.ok());
    ASSERT_EQ(first->body.segments().size(), 52U);
    for (std::size_t i = 0; i <= 50; ++i)
        EXPECT_EQ(first->body.segments()[i].data(), second->body.segments()[i].data()) << "a copy was made of " << i;
}

TEST_F(Paging, AnEtagChangesWithThePageAndOnlyThen)
{
    const auto chat = group();
    const auto first = send(alice, chat, "one");
    const PageQuery newest{.chatId = chat, .lead = {}};
    const auto one = chats->page(*principal(alice), newest, true)->etag;
    EXPECT_EQ(chats->page(*principal(bob), newest, true)->etag, one);
    open();
    EXPECT_EQ(chats->page(*principal(bob), newest, true)->etag, one) << "a restart changes nothing";
    EXPECT_NE(chats->page(*principal(bob), {.chatId = chat, .limit = 49, .lead = {}}, true)->etag, one);
    ASSERT_TRUE(send(alice, chat, "two").ok());
    EXPECT_NE(chats->page(*principal(bob), newest, true)->etag, one);
    EXPECT_TRUE(one.starts_with('"') && one.ends_with('"') && one.size() > 2);
}

TEST_F(Paging, WhatMakesNoSenseIsRefusedWithItsPlace)
{
    const auto chat = group();
    const auto other = group();
    const auto there = send(alice, other, "elsewhere");
    const auto ask = [&](auto change) {
        PageQuery query{.chatId = chat, .lead = {}};
        change(query);
        return chats->page(*principal(alice), query, true);
    };
    EXPECT_EQ(pointerOf(ask([](auto& q) { q.limit = 0; })), "/limit");
    EXPECT_EQ(pointerOf(ask([](auto& q) { q.limit = 201; })), "/limit");
    EXPECT_EQ(pointerOf(ask([](auto& q) { q.page = 1, q.perPage = 201; })), "/per_page");
    EXPECT_EQ(pointerOf(ask([](auto& q) { q.page = 1, q.before = 1; })), "/page");
    EXPECT_EQ(pointerOf(ask([](auto& q) { q.before = 1, q.after = 1; })), "/after");
    for (const Id cursor : {there->id, Id{4'711}, Id{-5}}) {
        const auto before = ask([&](auto& q) { q.before = cursor; });
        EXPECT_EQ(codeOf(before), "unknown_cursor");
        EXPECT_EQ(pointerOf(before), "/before");
        EXPECT_EQ(pointerOf(ask([&](auto& q) { q.after = cursor; })), "/after");
    }
}

TEST_F(Paging, WalkingByCursorGivesEveryMessageOnceWhileOthersAreSent)
{
    std::mt19937 random(3); // NOLINT: the same run each time
    const auto chat = mixedChat(random, 300, 50);
    open({.cachedMessages = 64});
    const auto atStart = order(chat);

    std::atomic<bool> stop{false};
    std::thread sender([&] {
        for (int i = 0; i < 2'000 && !stop; ++i)
            EXPECT_TRUE(send(bob, chat, "meanwhile").ok());
    });
    std::vector<Id> back;
    for (Id cursor = 0;;) {
        const auto page = chats->page(*principal(alice), {.chatId = chat, .before = cursor, .limit = 17, .lead = {}}, true);
        ASSERT_TRUE(page.ok());
        const auto ids = idsOf(boost::json::parse(page->body.str()));
        back.insert(back.begin(), ids.begin(), ids.end());
        if (!page->hasOlder)
            break;
        cursor = page->firstId;
    }
    std::vector<Id> forward;
    for (Id cursor = atStart.front(); forward.size() < atStart.size() - 1;) {
        const auto page = chats->page(*principal(alice), {.chatId = chat, .after = cursor, .limit = 17, .lead = {}}, true);
        ASSERT_TRUE(page.ok());
        const auto ids = idsOf(boost::json::parse(page->body.str()));
        ASSERT_FALSE(ids.empty());
        forward.insert(forward.end(), ids.begin(), ids.end());
        cursor = page->lastId;
    }
    stop = true;
    sender.join();

    const auto all = order(chat);
    ASSERT_GE(back.size(), atStart.size());
    ASSERT_LE(back.size(), all.size());
    EXPECT_TRUE(std::equal(back.begin(), back.end(), all.begin())) << "walking back skipped or repeated a message";
    EXPECT_TRUE(std::equal(forward.begin(), forward.end(), all.begin() + 1)) << "walking on skipped or repeated one";
}

} // namespace
} // namespace netbit::services::chat
