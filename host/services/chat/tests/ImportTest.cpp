#include "services/chat/tests/Server.h"
#include "services/events/tests/Readers.h"
#include "storage/FileRepository.h"

namespace netbit::services::chat {
namespace {

using test::codeOf;
using test::idsOf;
using test::pointerOf;
using test::principal;

class Import : public test::Server {
protected:
    Import() { begun = *chats->importBegin(*admin, "#ubuntu", "channel", {"Nick", "user2", "[away]", "nick"}); }

    ImportBatch batch(std::int64_t firstLine, int count)
    {
        ImportBatch made;
        made.chatId = begun.chatId;
        made.source = "irc:log.txt";
        made.firstLine = firstLine;
        made.lineCount = count;
        made.digest = "digest " + std::to_string(firstLine);
        for (int i = 0; i < count; ++i) {
            ImportMessage message;
            message.senderId = begun.userIds[static_cast<std::size_t>(i) % 2];
            message.createdAt = 1'100'000'000'000 + (firstLine + i) * 60'000;
            message.content = "line " + std::to_string(firstLine + i);
            message.system = i % 10 == 9;
            made.messages.push_back(std::move(message));
        }
        return made;
    }

    std::int64_t stored() { return storage::MessageRepository::count(connection(), begun.chatId); }

    auth::PrincipalPtr admin = principal(alice, auth::Principal::Kind::localAdmin);
    ImportBegin begun;
};

TEST_F(Import, BeginMakesWhatIsMissingAndOnlyOnce)
{
    EXPECT_TRUE(begun.chatCreated);
    EXPECT_EQ(begun.usersCreated, 2);
    ASSERT_EQ(begun.userIds.size(), 4U);
    EXPECT_EQ(begun.userIds[1], bob);
    EXPECT_EQ(begun.userIds[3], begun.userIds[0]) << "names are without regard to case";
    EXPECT_EQ(users->byId(begun.userIds[2])->state, "imported");
    EXPECT_EQ(storage::UserRepository::byId(connection(), begun.userIds[2])->password, "");
    for (const auto id : begun.userIds)
        EXPECT_TRUE(chats->isMember(id, begun.chatId));
    EXPECT_TRUE(chats->isMember(alice, begun.chatId)) << "the oldest admin made it";
    for (int restart = 0; restart < 2; ++restart) {
        const auto again = chats->importBegin(*admin, "#ubuntu", "channel", {"Nick", "user2", "[away]", "nick"});
        ASSERT_TRUE(again.ok());
        EXPECT_FALSE(again->chatCreated);
        EXPECT_EQ(again->usersCreated, 0);
        EXPECT_EQ(again->chatId, begun.chatId);
        EXPECT_EQ(again->userIds, begun.userIds);
        open();
    }
    EXPECT_EQ(chats->importBegin(*admin, "#ubuntu", "group", {})->chatId, begun.chatId) << "the type is for a chat that is made";
}

TEST_F(Import, WhoIsNamedAMemberReadsIt)
{
    EXPECT_FALSE(chats->mayRead(*principal(carol), begun.chatId).ok());
    ASSERT_TRUE(chats->importBegin(*admin, "#ubuntu", "channel", {}, {users->byId(carol)->username}).ok());
    EXPECT_TRUE(chats->mayRead(*principal(carol), begun.chatId).ok());
    const auto refused = chats->importBegin(*admin, "#ubuntu", "channel", {}, {"Nick", "nobody"});
    EXPECT_EQ(codeOf(refused), "user_not_found");
    EXPECT_EQ(pointerOf(refused), "/members/1");
}

TEST_F(Import, BeginRefusesWhatItCannotMake)
{
    EXPECT_EQ(pointerOf(chats->importBegin(*admin, "x", "group", {"ok", "with space"})), "/usernames/1");
    EXPECT_EQ(pointerOf(chats->importBegin(*admin, "x", "group", {""})), "/usernames/0");
    EXPECT_EQ(pointerOf(chats->importBegin(*admin, "x", "group", {std::string(65, 'n')})), "/usernames/0");
    EXPECT_EQ(pointerOf(chats->importBegin(*admin, "x", "direct", {})), "/chat_type");
    EXPECT_EQ(pointerOf(chats->importBegin(*admin, "", "group", {})), "/name");
    EXPECT_EQ(chats->importBegin(*principal(alice), "x", "group", {}).status(), base::Status::forbidden);
    ASSERT_TRUE(create(alice, "twice", "group", {}).ok());
    ASSERT_TRUE(create(bob, "twice", "group", {}).ok());
    EXPECT_EQ(codeOf(chats->importBegin(*admin, "twice", "group", {})), "ambiguous_chat");
}

TEST_F(Import, WithoutAnAdminThereIsNoCreator)
{
    users->put(std::make_shared<const users::User>(users::User{1, "user1", "", "member", "active", 1'000}));
    const auto refused = chats->importBegin(*admin, "x", "group", {});
    EXPECT_EQ(codeOf(refused), "no_admin");
    EXPECT_EQ(refused.status(), base::Status::unavailable);
}

TEST_F(Import, TwiceAddsNothing)
{
    const auto first = chats->importBatch(*admin, batch(0, 100));
    ASSERT_TRUE(first.ok());
    EXPECT_EQ(first->messageCount, 100);
    EXPECT_FALSE(first->already);
    const auto second = chats->importBatch(*admin, batch(100, 50));
    ASSERT_TRUE(second.ok());
    for (int restart = 0; restart < 2; ++restart) {
        const auto again = chats->importBatch(*admin, batch(0, 100));
        ASSERT_TRUE(again.ok());
        EXPECT_TRUE(again->already);
        EXPECT_EQ(again->firstMessageId, first->firstMessageId);
        EXPECT_EQ(again->messageCount, 100);
        EXPECT_EQ(stored(), 150);
        open();
    }
    const auto state = chats->importState(*admin, begun.chatId, "irc:log.txt");
    ASSERT_TRUE(state.ok());
    ASSERT_EQ(state->size(), 2U);
    EXPECT_EQ((*state)[1].firstMessageId, second->firstMessageId);
    EXPECT_TRUE(chats->importState(*admin, begun.chatId, "other")->empty());
}

TEST_F(Import, OtherLinesInTheSamePlaceAreAConflict)
{
    ASSERT_TRUE(chats->importBatch(*admin, batch(0, 100)).ok());
    auto changed = batch(0, 100);
    changed.digest = "another";
    EXPECT_EQ(codeOf(chats->importBatch(*admin, std::move(changed))), "import_differs");
    EXPECT_EQ(codeOf(chats->importBatch(*admin, batch(99, 10))), "import_overlaps");
    EXPECT_EQ(stored(), 100);
}

TEST_F(Import, MessagesAreReadInTheOrderOfTheirTimeBesideLiveOnes)
{
    const auto live = send(alice, begun.chatId, "live");
    ASSERT_TRUE(chats->page(*principal(bob), {.chatId = begun.chatId, .lead = {}}, true).ok());
    const auto imported = chats->importBatch(*admin, batch(0, 10));
    ASSERT_TRUE(imported.ok());
    const auto json = pageJson(bob, {.chatId = begun.chatId, .lead = {}});
    std::vector<Id> expected;
    for (Id i = 0; i < 10; ++i)
        expected.push_back(imported->firstMessageId + i);
    expected.push_back(live->id);
    EXPECT_EQ(idsOf(json), expected);
    EXPECT_EQ(json.at("data").at(9).at("message_type").as_string(), "system");
    EXPECT_EQ(json.at("data").at(0).at("sender_name").as_string(), "Nick");
    EXPECT_EQ(json.at("pagination").at("total").to_number<int>(), 11);
}

TEST_F(Import, RepliesPointIntoTheBatchAndBehindIt)
{
    const auto first = chats->importBatch(*admin, batch(0, 3));
    auto second = batch(3, 3);
    second.messages[1].replyIndex = 0;
    second.messages[2].replyTo = first->firstMessageId;
    const auto made = chats->importBatch(*admin, std::move(second));
    ASSERT_TRUE(made.ok());
    const auto reply = [&](Id id) { return storage::MessageRepository::byId(connection(), id)->replyTo; };
    EXPECT_EQ(reply(made->firstMessageId + 1), made->firstMessageId);
    EXPECT_EQ(reply(made->firstMessageId + 2), first->firstMessageId);
    for (const bool inBatch : {true, false}) {
        auto wrong = batch(6, 2);
        (inBatch ? wrong.messages[1].replyIndex : wrong.messages[1].replyTo) = inBatch ? 5 : 4'711;
        const auto refused = chats->importBatch(*admin, std::move(wrong));
        EXPECT_EQ(codeOf(refused), "unknown_reply");
        EXPECT_EQ(pointerOf(refused), "/messages/1");
    }
    EXPECT_EQ(stored(), 6);
}

TEST_F(Import, RepliesAreInTheThreadThatTheirChainBeganWith)
{
    const auto stored = [&](Id id) { return storage::MessageRepository::byId(connection(), id).value(); };
    const auto first = chats->importBatch(*admin, batch(0, 3));
    auto second = batch(3, 8);
    second.messages[0].replyTo = first->firstMessageId + 1;
    second.messages[1].replyIndex = 0; // of the same thread, by way of the one before
    second.messages[2].replyIndex = 1;
    second.messages[4].replyIndex = 3; // of one that begins in this batch
    second.messages[5].replyIndex = 6; // a chain that bites its tail is no thread
    second.messages[6].replyIndex = 5;
    const auto made = chats->importBatch(*admin, std::move(second));
    ASSERT_TRUE(made.ok());
    const auto root = first->firstMessageId + 1;
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(stored(made->firstMessageId + i).threadId, root) << i;
    EXPECT_EQ(stored(root).replyCount, 3);
    EXPECT_EQ(stored(root).lastReplyAt, stored(made->firstMessageId + 2).createdAt);
    EXPECT_EQ(stored(made->firstMessageId + 4).threadId, made->firstMessageId + 3);
    EXPECT_EQ(stored(made->firstMessageId + 3).replyCount, 1);
    EXPECT_EQ(stored(made->firstMessageId + 5).threadId, 0);
    EXPECT_EQ(stored(made->firstMessageId + 7).threadId, 0);
    auto third = batch(11, 1);
    third.messages[0].replyTo = made->firstMessageId + 2; // itself a reply
    const auto more = chats->importBatch(*admin, std::move(third));
    EXPECT_EQ(stored(more->firstMessageId).threadId, root);
    EXPECT_EQ(stored(root).replyCount, 4);
}

TEST_F(Import, AnEmptyLineOfHistoryIsKept)
{
    auto history = batch(0, 3);
    history.messages[1].content.clear();
    ASSERT_TRUE(chats->importBatch(*admin, std::move(history)).ok());
    EXPECT_EQ(stored(), 3);
}

TEST_F(Import, MessagesBringTheFilesOfTheirSenders)
{
    const auto file = [&](Id owner, std::string_view type) {
        Id id = 0;
        EXPECT_TRUE(writer
                        ->run([&](storage::Connection& writing) {
                            id = storage::FileRepository::insert(writing,
                                                                 {.ownerId = owner,
                                                                  .sha256 = std::string(32, 'd'),
                                                                  .size = 9,
                                                                  .name = "old.png",
                                                                  .mediaType = std::string(type),
                                                                  .width = 4,
                                                                  .height = 3,
                                                                  .createdAt = 1});
                            return base::Result<void>();
                        })
                        .ok());
        return id;
    };
    auto one = batch(0, 3);
    one.messages[0].attachments = {file(one.messages[0].senderId, "image/png")};
    one.messages[0].content.clear();
    one.messages[1].attachments = {file(one.messages[1].senderId, "image/png"), file(one.messages[1].senderId, "text/plain")};
    ASSERT_TRUE(chats->importBatch(*admin, one).ok());
    const auto page = pageJson(alice, {.chatId = begun.chatId, .lead = {}});
    EXPECT_EQ(page.at_pointer("/data/0/message_type").as_string(), "image");
    EXPECT_EQ(page.at_pointer("/data/0/attachments/0/name").as_string(), "old.png");
    EXPECT_EQ(page.at_pointer("/data/0/attachments/0/width").as_int64(), 4);
    EXPECT_EQ(page.at_pointer("/data/1/message_type").as_string(), "file");
    EXPECT_EQ(page.at_pointer("/data/1/attachments").as_array().size(), 2U);
    EXPECT_EQ(page.at_pointer("/data/2/message_type").as_string(), "text");
    EXPECT_FALSE(page.at_pointer("/data/2").as_object().contains("attachments"));
    EXPECT_EQ(storage::FileRepository::chatsWith(connection(), one.messages[1].attachments[1]), std::vector<Id>{begun.chatId});

    auto wrong = batch(3, 2);
    wrong.messages[1].attachments = {one.messages[0].attachments[0]}; // somebody else's
    const auto before = stored();
    const auto refused = chats->importBatch(*admin, wrong);
    EXPECT_EQ(codeOf(refused), "unknown_file");
    EXPECT_EQ(pointerOf(refused), "/messages/1");
    EXPECT_EQ(stored(), before);
}

TEST_F(Import, WhatCannotBeStoredIsRefusedWhole)
{
    const auto with = [&](auto change) {
        auto wrong = batch(0, 3);
        change(wrong.messages[1]);
        return chats->importBatch(*admin, std::move(wrong));
    };
    EXPECT_EQ(pointerOf(with([](auto& m) { m.createdAt = base::now() + 25LL * 3'600'000; })), "/messages/1");
    EXPECT_EQ(pointerOf(with([](auto& m) { m.createdAt = -1; })), "/messages/1");
    EXPECT_EQ(pointerOf(with([](auto& m) { m.content = "\xff"; })), "/messages/1");
    EXPECT_EQ(codeOf(with([](auto& m) { m.senderId = 4'711; })), "unknown_user");
    EXPECT_EQ(stored(), 0);
}

TEST_F(Import, TimesOfAnImportDoNotMoveTheClockOfLiveMessages)
{
    auto ahead = batch(0, 1);
    const auto inAnHour = base::now() + 3'600'000;
    ahead.messages[0].createdAt = inAnHour;
    const auto imported = chats->importBatch(*admin, std::move(ahead));
    ASSERT_TRUE(imported.ok());
    std::vector<Id> live;
    for (int restart = 0; restart < 2; ++restart) {
        ASSERT_TRUE(chats->page(*principal(bob), {.chatId = begun.chatId, .lead = {}}, true).ok());
        const auto sent = send(alice, begun.chatId, "live");
        live.push_back(sent->id);
        EXPECT_LT(storage::MessageRepository::byId(connection(), sent->id)->createdAt, inAnHour);
        auto expected = live;
        expected.push_back(imported->firstMessageId);
        EXPECT_EQ(idsOf(pageJson(bob, {.chatId = begun.chatId, .lead = {}})), expected);
        open();
        EXPECT_EQ(idsOf(pageJson(bob, {.chatId = begun.chatId, .lead = {}})), expected);
    }
}

TEST_F(Import, ABatchIsOneEvent)
{
    const auto reader = std::make_shared<events::test::Reader>();
    log->subscribe({.principal = principal(bob), .topics = {"chat.imported", "message.*"}}, reader);
    const auto made = chats->importBatch(*admin, batch(0, 500));
    ASSERT_TRUE(send(alice, begun.chatId, "the end").ok());
    ASSERT_TRUE(reader->waitForEvents(2));
    const auto data = boost::json::parse(reader->events()[0]->json).at("data");
    EXPECT_EQ(data.at("first_message_id").to_number<Id>(), made->firstMessageId);
    EXPECT_EQ(data.at("message_count").to_number<int>(), 500);
    EXPECT_EQ(data.at("source").as_string(), "irc:log.txt");
    EXPECT_EQ(reader->events()[1]->topic, "message.created");
}

} // namespace
} // namespace netbit::services::chat
