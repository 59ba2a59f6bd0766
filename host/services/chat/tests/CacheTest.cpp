// What may go wrong between a reader that loads a chat and the writer that goes on.

#include "services/chat/Cache.h"

#include "services/chat/tests/Server.h"

namespace netbit::services::chat {
namespace {

using test::principal;

std::shared_ptr<ChatState> emptyChat(Id id)
{
    auto state = std::make_shared<ChatState>();
    state->head = std::make_shared<const ChatHead>(ChatHead{{.id = id}, "{"});
    state->members = std::make_shared<const Members>(std::vector<Member>{{1, Role::admin}, {5, Role::member}});
    return state;
}

CachedMessage message(Id id) { return {id, id, ",{}"}; }

std::vector<Id> idsOf(const ChatState& state)
{
    std::vector<Id> ids;
    state.newest.each(0, state.newest.size(), [&](const CachedMessage& one) { ids.push_back(one.id); });
    return ids;
}

TEST(ChatEntry, AWriteBeforeAnyoneHasReadLeavesItOnDisk)
{
    ChatEntry entry(emptyChat(1));
    entry.add(message(1), 10);
    EXPECT_EQ(entry.state()->level, Level::nothing);
    EXPECT_EQ(entry.state()->total, 0);
}

TEST(ChatEntry, WhatIsPublishedDuringALoadIsNeitherLostNorDoubled)
{
    ChatEntry entry(emptyChat(1));
    entry.load(Level::window, 3, [&](std::size_t) {
        ChatEntry::Read read{{message(1), message(2)}, 2, 2};
        entry.add(message(2), 3); // committed before the read, published after it
        entry.add(message(3), 3); // committed after the read
        entry.add(message(4), 3);
        return read;
    });
    EXPECT_EQ(idsOf(*entry.state()), (std::vector<Id>{2, 3, 4}));
    EXPECT_EQ(entry.state()->total, 4);
    entry.add(message(4), 3);
    entry.add(message(5), 3);
    EXPECT_EQ(entry.state()->total, 6) << "ids above what was read are new";
}

TEST(ChatEntry, AMessageSeenByTheLoadAndPublishedAfterItIsCountedOnce)
{
    ChatEntry entry(emptyChat(1));
    entry.load(Level::window, 3, [&](std::size_t) { return ChatEntry::Read{{message(1)}, 1, 1}; });
    entry.add(message(1), 3);
    EXPECT_EQ(idsOf(*entry.state()), std::vector<Id>{1});
    EXPECT_EQ(entry.state()->total, 1);
}

TEST(ChatEntry, ALoadThatAnImportOvertookReadsAgain)
{
    ChatEntry entry(emptyChat(1));
    int reads = 0;
    entry.load(Level::window, 3, [&](std::size_t) {
        if (++reads == 1) {
            entry.forget();
            return ChatEntry::Read{{message(1)}, 1, 1};
        }
        return ChatEntry::Read{{message(1), message(2)}, 2, 2};
    });
    EXPECT_EQ(reads, 2);
    EXPECT_EQ(idsOf(*entry.state()), (std::vector<Id>{1, 2}));
}

TEST(ChatEntry, AReadThatThrowsLeavesItAsItWas)
{
    ChatEntry entry(emptyChat(1));
    EXPECT_THROW(entry.load(Level::window, 3, [](std::size_t) -> ChatEntry::Read { throw std::runtime_error("disk"); }),
                 std::runtime_error);
    entry.add(message(1), 3);
    EXPECT_EQ(entry.state()->level, Level::nothing);
    entry.load(Level::window, 3, [](std::size_t) { return ChatEntry::Read{{message(1)}, 1, 1}; });
    EXPECT_EQ(entry.state()->total, 1);
}

TEST(ChatEntry, ASummaryBecomesAWindow)
{
    ChatEntry entry(emptyChat(1));
    const auto read = [](std::size_t count) {
        ChatEntry::Read found{{}, 3, 3};
        for (Id id = 4 - static_cast<Id>(std::min<std::size_t>(count, 3)); id <= 3; ++id)
            found.newest.push_back(message(id));
        return found;
    };
    entry.load(Level::summary, 10, read);
    EXPECT_EQ(idsOf(*entry.state()), std::vector<Id>{3});
    entry.add(message(4), 10);
    EXPECT_EQ(idsOf(*entry.state()), (std::vector<Id>{3, 4}));
    EXPECT_FALSE(entry.state()->holdsAll());
}

TEST(Cache, FindsTheChatsOfAUser)
{
    Cache cache;
    auto& one = cache.add(emptyChat(1));
    cache.add(emptyChat(17));
    cache.join(one, {{3, Role::member}, {7, Role::member}});
    EXPECT_EQ(cache.ofUser(5).size(), 2U);
    EXPECT_EQ(cache.ofUser(7), std::vector<ChatEntry*>{&one});
    EXPECT_TRUE(cache.ofUser(2).empty());
    EXPECT_EQ(one.state()->members->size(), 4U);
    EXPECT_EQ(one.state()->members->find(1), Role::admin);
    EXPECT_EQ(one.state()->members->find(4), std::nullopt);
}

class LazyLoad : public test::Server {};

TEST_F(LazyLoad, UnderWriteEveryReaderSeesAllThatWasAcknowledgedAndNothingTwice)
{
    const auto chat = group();
    for (int i = 0; i < 30; ++i)
        ASSERT_TRUE(send(alice, chat, "old").ok());
    for (int round = 0; round < 25; ++round) {
        open({.cachedMessages = 20});
        std::atomic<Id> acknowledged{0};
        std::atomic<bool> stop{false};
        std::thread sender([&] {
            while (!stop) {
                const auto sent = send(bob, chat, "new");
                ASSERT_TRUE(sent.ok());
                acknowledged = sent->id;
            }
        });
        std::vector<std::thread> readers;
        for (int reader = 0; reader < 3; ++reader)
            readers.emplace_back([&, reader] {
                for (int i = 0; i < 20; ++i) {
                    const auto known = acknowledged.load();
                    if (reader == 2)
                        static_cast<void>(chats->get(*principal(carol), chat, true));
                    const auto page =
                        chats->page(*principal(carol), {.chatId = chat, .limit = 15, .lead = {}}, true);
                    ASSERT_TRUE(page.ok());
                    const auto ids = test::idsOf(boost::json::parse(page->body.str()));
                    ASSERT_EQ(ids.size(), 15U);
                    EXPECT_GE(ids.back(), known) << "an acknowledged message was not readable";
                    for (std::size_t at = 1; at < ids.size(); ++at)
                        EXPECT_EQ(ids[at], ids[at - 1] + 1) << "lost, or twice";
                }
            });
        for (auto& reader : readers)
            reader.join();
        stop = true;
        sender.join();
        const auto page = chats->page(*principal(carol), {.chatId = chat, .limit = 15, .lead = {}}, true);
        EXPECT_EQ(page->total, storage::MessageRepository::count(connection(), chat));
        if (acknowledged != 0) { // the readers may have been done before the first was
            EXPECT_EQ(page->lastId, acknowledged);
        }
    }
}

TEST_F(LazyLoad, ManyMessagesUsersAndChatsStartQuickly)
{
    close();
    database->begin();
    for (Id id = 10; id <= 17'000; ++id)
        storage::UserRepository::insert(connection(), {.id = id, .username = "nick" + std::to_string(id),
                                                       .state = "imported", .createdAt = 1});
    for (Id chat = 1; chat <= 50; ++chat) {
        storage::ChatRepository::insert(connection(), {.id = chat, .name = "c", .chatType = "group", .creatorId = 1,
                                                       .createdAt = 1, .updatedAt = 1});
        for (Id user = 1; user <= 17'000; user += 40)
            storage::ChatRepository::insertParticipant(connection(), {.chatId = chat, .userId = user});
    }
    for (Id id = 1; id <= 50'000; ++id)
        storage::MessageRepository::insert(connection(), {.id = id, .chatId = 1 + id % 50, .senderId = 1,
                                                          .content = "hello", .createdAt = id});
    database->commit();
    const auto start = std::chrono::steady_clock::now();
    open();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    EXPECT_EQ(chats->chatCount(), 50U);
    RecordProperty("seconds", std::to_string(took.count()));
    std::printf("start: %.3f s\n", took.count());
    EXPECT_EQ(chats->page(*principal(1), {.chatId = 7, .lead = {}}, true)->total, 1'000);
}

} // namespace
} // namespace netbit::services::chat
