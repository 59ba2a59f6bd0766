// What a database that was there before gets by the step "transfers": its imported replies are in threads.

#include "storage/TransferRepository.h"
#include "storage/tests/Temporary.h"

#include <random>

namespace netbit::storage::test
{

namespace
{

/// The host's tables as they were before that step.
class BeforeTransfers : public ::testing::Test
{
protected:
    BeforeTransfers()
        : database(open(directory.file("netbit.db")))
    {
        EXPECT_TRUE(migrate(*database, "netbit", hostMigrations().first(6)));
        connection().execute("INSERT INTO users (id, username, created_at) VALUES (1, 'a', 1)");
        connection().execute("INSERT INTO chats (id, name, chat_type, created_at, updated_at) VALUES (1, 'c', 'group', 1, 1)");
    }
    Connection& connection() { return database->writing(); }
    void add(Id id, Id replyTo, Id threadId = 0, std::int64_t replies = 0)
    {
        MessageRecord message{.id = id, .chatId = 1, .senderId = 1, .content = "x", .createdAt = 100 + id, .replyTo = replyTo, .threadId = threadId};
        MessageRepository::insert(connection(), message);
        message.replyCount = replies;
        message.lastReplyAt = replies > 0 ? 1 : 0;
        MessageRepository::update(connection(), message);
    }
    void upgrade() { ASSERT_TRUE(migrate(*database, "netbit", hostMigrations())); }
    MessageRecord get(Id id) { return MessageRepository::byId(connection(), id).value(); }

    Directory directory;
    std::unique_ptr<Database> database;
};

} // namespace

TEST_F(BeforeTransfers, AnImportedReplyComesIntoTheThreadThatItsChainBeganWith)
{
    add(1, 0);
    add(2, 1);
    add(3, 2);
    add(4, 0);
    upgrade();
    EXPECT_EQ(get(2).threadId, 1);
    EXPECT_EQ(get(3).threadId, 1);
    EXPECT_EQ(get(3).replyTo, 2);
    EXPECT_EQ(get(1).replyCount, 2);
    EXPECT_EQ(get(1).lastReplyAt, 103);
    EXPECT_EQ(get(1).threadId, 0);
    EXPECT_EQ(get(4).replyCount, 0);
}

TEST_F(BeforeTransfers, WhatWasAnsweredSinceMovesAlong)
{
    add(1, 0);
    add(2, 1, 0, 1); // imported, and answered by a live message, which took it for the beginning
    add(3, 2, 2);
    upgrade();
    EXPECT_EQ(get(3).threadId, 1);
    EXPECT_EQ(get(2).replyCount, 0);
    EXPECT_EQ(get(2).lastReplyAt, 0);
    EXPECT_EQ(get(1).replyCount, 2);
}

TEST_F(BeforeTransfers, ChainsWithoutABeginningStayAsTheyAre)
{
    add(1, 2); // each answers the other
    add(2, 1);
    add(3, 99); // what it answers was deleted
    add(4, 99, 98, 0); // likewise, and it was in a thread
    upgrade();
    EXPECT_EQ(get(1).threadId, 0);
    EXPECT_EQ(get(3).threadId, 0);
    EXPECT_EQ(get(4).threadId, 98);
}

TEST_F(BeforeTransfers, TheThreadsAreThoseOfAWalkUpEachChain)
{
    std::mt19937 random(3);
    std::vector<Id> parents(1, 0);
    for (Id id = 1; id <= 3'000; ++id) {
        parents.push_back(random() % 4 == 0 ? 0 : static_cast<Id>(random() % static_cast<std::uint64_t>(id)));
        add(id, parents.back());
    }
    upgrade();
    std::vector<std::int64_t> replies(parents.size(), 0);
    for (Id id = 1; id <= 3'000; ++id) {
        auto root = id;
        while (parents[static_cast<std::size_t>(root)] != 0)
            root = parents[static_cast<std::size_t>(root)];
        ASSERT_EQ(get(id).threadId, root == id ? 0 : root) << id;
        replies[static_cast<std::size_t>(root)] += root != id;
    }
    for (Id id = 1; id <= 3'000; ++id)
        ASSERT_EQ(get(id).replyCount, replies[static_cast<std::size_t>(id)]) << id;
}

TEST_F(BeforeTransfers, AServerHasANameOfItsOwn)
{
    upgrade();
    const auto name = ExternalRepository::instance(connection());
    EXPECT_EQ(name.size(), 16u);
    EXPECT_EQ(name.find_first_not_of("0123456789abcdef"), std::string::npos) << name;
    const auto other = open(directory.file("other.db"));
    ASSERT_TRUE(migrate(*other, "netbit", hostMigrations()));
    EXPECT_NE(ExternalRepository::instance(other->writing()), name);
}

} // namespace netbit::storage::test
