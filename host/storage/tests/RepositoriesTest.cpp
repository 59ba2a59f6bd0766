#include "storage/tests/Temporary.h"

#include <gmock/gmock.h>
#include <limits>

namespace netbit::storage::test
{

namespace
{

using ::testing::ElementsAre;

class Repositories : public HostDatabase
{
protected:
    Repositories()
    {
        addUser(1, "Ada");
        addUser(2, "bob");
        addChat(10);
        addChat(11);
    }

    // What is written on the writing connection is read back through a reader.
    template <class Work> auto reading(Work work)
    {
        std::optional<decltype(work(connection()))> result;
        database->read([&](Connection& reader) { result = work(reader); });
        return *result;
    }
};

std::string hash(char of) { return std::string(31, of) + '\0'; }

} // namespace

TEST_F(Repositories, KeepUsers)
{
    UserRepository::insert(connection(),
                           {.id = 7,
                            .username = "Eve",
                            .password = "$argon2id$x",
                            .email = "eve@example.org",
                            .role = "bot",
                            .state = "imported",
                            .createdAt = 5});
    const auto eve = reading([](Connection& c) { return UserRepository::byId(c, 7); });
    ASSERT_TRUE(eve);
    EXPECT_EQ(eve->username, "Eve");
    EXPECT_EQ(eve->password, "$argon2id$x");
    EXPECT_EQ(eve->email, "eve@example.org");
    EXPECT_EQ(eve->role, "bot");
    EXPECT_EQ(eve->state, "imported");
    EXPECT_EQ(eve->createdAt, 5);
    EXPECT_EQ(UserRepository::highestId(connection()), 7);
    EXPECT_FALSE(UserRepository::byId(connection(), 8));
    EXPECT_FALSE(UserRepository::byName(connection(), "nobody"));
    ASSERT_TRUE(UserRepository::byName(connection(), "EVE"));
    EXPECT_EQ(UserRepository::byName(connection(), "eVe")->id, 7);
    EXPECT_THROW(addUser(8, "ADA"), DatabaseError) << "names differ by more than case";
    EXPECT_THROW(addUser(1, "other"), DatabaseError);
    EXPECT_THROW(UserRepository::insert(connection(), {.id = 9, .username = "x", .role = "king"}), DatabaseError);

    UserRepository::setPassword(connection(), 7, "new");
    UserRepository::setState(connection(), 7, "deactivated");
    EXPECT_EQ(UserRepository::byId(connection(), 7)->password, "new");
    EXPECT_EQ(UserRepository::byId(connection(), 7)->state, "deactivated");

    std::vector<Id> ids;
    UserRepository::each(connection(), [&](UserRecord&& user) {
        ids.push_back(user.id);
        EXPECT_EQ(user.password, "") << "each() carries no secrets";
    });
    EXPECT_THAT(ids, ElementsAre(1, 2, 7));
}

TEST_F(Repositories, KeepChatsAndTheirParticipants)
{
    std::vector<Id> ids;
    ChatRepository::each(connection(), [&](ChatRecord&& chat) {
        ids.push_back(chat.id);
        EXPECT_EQ(chat.name, "chat " + std::to_string(chat.id));
        EXPECT_EQ(chat.chatType, "group");
        EXPECT_EQ(chat.creatorId, 1);
        EXPECT_EQ(chat.createdAt, 2000);
        EXPECT_EQ(chat.updatedAt, 2000);
    });
    EXPECT_THAT(ids, ElementsAre(10, 11));
    EXPECT_EQ(ChatRepository::highestId(connection()), 11);

    ChatRepository::insertParticipant(connection(), {.chatId = 11, .userId = 2, .joinedAt = 1});
    ChatRepository::insertParticipant(connection(), {.chatId = 10, .userId = 2, .joinedAt = 2});
    ChatRepository::insertParticipant(connection(), {.chatId = 10, .userId = 1, .role = "admin", .joinedAt = 3});
    ChatRepository::insertParticipant(connection(), {.chatId = 10, .userId = 1, .role = "member", .joinedAt = 9});
    EXPECT_THROW(ChatRepository::insertParticipant(connection(), {.chatId = 10, .userId = 99}), DatabaseError)
        << "a user that does not exist is no silent success";
    ChatRepository::setRole(connection(), 10, 2, "moderator");
    ChatRepository::setRead(connection(), 10, 2, {77, 5});
    ChatRepository::removeParticipant(connection(), 11, 2);

    std::vector<std::string> seen;
    ChatRepository::eachParticipant(connection(), [&](ParticipantRecord&& p) {
        seen.push_back(std::to_string(p.chatId) + "/" + std::to_string(p.userId) + " " + p.role + " " +
                       std::to_string(p.joinedAt) + " " + std::to_string(p.lastReadAt));
    });
    EXPECT_THAT(seen, ElementsAre("10/1 admin 3 0", "10/2 moderator 2 77"));
}

TEST_F(Repositories, LetGoOfTheRowsWhenTheCallbackThrows)
{
    EXPECT_THROW(ChatRepository::each(connection(), [](ChatRecord&&) { throw std::runtime_error("enough"); }),
                 std::runtime_error);
    int count = 0;
    ChatRepository::each(connection(), [&](ChatRecord&&) { ++count; });
    EXPECT_EQ(count, 2);
}

TEST_F(Repositories, KeepMessages)
{
    MessageRepository::insert(connection(),
                              {.id = 5,
                               .chatId = 10,
                               .senderId = 2,
                               .content = "hello",
                               .messageType = "text",
                               .createdAt = 100,
                               .replyTo = 4});
    MessageRepository::insert(connection(),
                              {.id = 6,
                               .chatId = 10,
                               .senderId = 1,
                               .content = "",
                               .messageType = "image",
                               .createdAt = 90,
                               .isEdited = true,
                               .editedAt = 95});
    const auto five = reading([](Connection& c) { return MessageRepository::byId(c, 5); });
    ASSERT_TRUE(five);
    EXPECT_EQ(five->chatId, 10);
    EXPECT_EQ(five->senderId, 2);
    EXPECT_EQ(five->content, "hello");
    EXPECT_EQ(five->createdAt, 100);
    EXPECT_FALSE(five->isEdited);
    EXPECT_EQ(five->editedAt, 0);
    EXPECT_EQ(five->replyTo, 4);
    const auto six = MessageRepository::byId(connection(), 6);
    ASSERT_TRUE(six);
    EXPECT_EQ(six->messageType, "image");
    EXPECT_TRUE(six->isEdited);
    EXPECT_EQ(six->editedAt, 95);
    EXPECT_EQ(six->replyTo, 0);
    EXPECT_FALSE(MessageRepository::byId(connection(), 7));

    auto changed = *five;
    changed.content = "hello again";
    changed.isEdited = true;
    changed.editedAt = 120;
    changed.reactions = "[]";
    MessageRepository::update(connection(), changed);
    EXPECT_EQ(MessageRepository::byId(connection(), 5)->content, "hello again");
    EXPECT_EQ(MessageRepository::byId(connection(), 5)->reactions, "[]");
    EXPECT_EQ(MessageRepository::byId(connection(), 5)->replyTo, 4);
    EXPECT_TRUE(MessageRepository::byId(connection(), 5)->isEdited);
    EXPECT_EQ(MessageRepository::byId(connection(), 5)->editedAt, 120);

    EXPECT_EQ(MessageRepository::count(connection(), 10), 2);
    EXPECT_EQ(MessageRepository::count(connection(), 11), 0);
    EXPECT_EQ(MessageRepository::newestTime(connection(), 10), 100);
    EXPECT_EQ(MessageRepository::newestTime(connection(), 11), 0);
    EXPECT_EQ(MessageRepository::highestId(connection()), 6);
    EXPECT_THROW(MessageRepository::insert(connection(), {.id = 8, .chatId = 99, .senderId = 1}), DatabaseError);
    EXPECT_THROW(MessageRepository::insert(connection(), {.id = 8, .chatId = 10, .senderId = 99}), DatabaseError);
    EXPECT_THROW(MessageRepository::insert(connection(), {.id = 8, .chatId = 10, .senderId = 1, .messageType = "song"}),
                 DatabaseError);
}

TEST_F(Repositories, KeepIdempotencyKeysPerSender)
{
    IdempotencyRepository::insert(connection(), 1, "key", {.digest = hash('a'), .messageId = 5, .createdAt = 100});
    IdempotencyRepository::insert(connection(), 2, "key", {.digest = hash('b'), .messageId = 6, .createdAt = 200});
    EXPECT_THROW(
        IdempotencyRepository::insert(connection(), 1, "key", {.digest = hash('c'), .messageId = 7, .createdAt = 300}),
        DatabaseError);
    const auto found = reading([](Connection& c) { return IdempotencyRepository::find(c, 1, "key"); });
    ASSERT_TRUE(found);
    EXPECT_EQ(found->digest, hash('a'));
    EXPECT_EQ(found->messageId, 5);
    EXPECT_EQ(found->createdAt, 100);
    EXPECT_FALSE(IdempotencyRepository::find(connection(), 1, "KEY"));
    EXPECT_EQ(IdempotencyRepository::prune(connection(), 200), 1);
    EXPECT_FALSE(IdempotencyRepository::find(connection(), 1, "key"));
    EXPECT_TRUE(IdempotencyRepository::find(connection(), 2, "key"));
}

TEST_F(Repositories, KeepEventsAndNeverForgetTheHighestId)
{
    EXPECT_EQ(EventRepository::lowestId(connection()), 0);
    EXPECT_EQ(EventRepository::highestId(connection()), 0);
    EXPECT_EQ(EventRepository::prune(connection(), 1000), 0);
    for (Id id = 1; id <= 5; ++id)
        EventRepository::insert(connection(),
                                {.id = id,
                                 .topic = "chat.renamed",
                                 .chatId = 10,
                                 .actorId = 2,
                                 .objectId = 0,
                                 .data = "{}",
                                 .createdAt = id * 10});
    const auto events = reading([](Connection& c) { return EventRepository::after(c, 2, 2); });
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].id, 3);
    EXPECT_EQ(events[1].id, 4);
    EXPECT_EQ(events[0].topic, "chat.renamed");
    EXPECT_EQ(events[0].chatId, 10);
    EXPECT_EQ(events[0].actorId, 2);
    EXPECT_EQ(events[0].objectId, 0);
    EXPECT_EQ(events[0].data, "{}");
    EXPECT_EQ(events[0].createdAt, 30);

    EXPECT_EQ(EventRepository::prune(connection(), 30), 2);
    EXPECT_EQ(EventRepository::lowestId(connection()), 3);
    EXPECT_EQ(EventRepository::prune(connection(), std::numeric_limits<std::int64_t>::max()), 2);
    EXPECT_EQ(EventRepository::lowestId(connection()), 5);
    EXPECT_EQ(EventRepository::highestId(connection()), 5);
}

TEST_F(Repositories, PruneInBoundedSteps)
{
    database->begin();
    for (Id id = 1; id <= 10'500; ++id)
        EventRepository::insert(connection(), {.id = id, .topic = "t", .createdAt = 1});
    database->commit();
    EXPECT_EQ(EventRepository::prune(connection(), 2), 10'000);
    EXPECT_EQ(EventRepository::prune(connection(), 2), 499);
    EXPECT_EQ(EventRepository::prune(connection(), 2), 0);
}

TEST_F(Repositories, KeepSessions)
{
    for (Id id = 1; id <= 3; ++id)
        CredentialRepository::insertSession(connection(),
                                            {.id = id,
                                             .userId = id < 3 ? 1 : 2,
                                             .client = "curl",
                                             .createdAt = 10,
                                             .lastUsedAt = 10,
                                             .expiresAt = 100 * id});
    EXPECT_EQ(CredentialRepository::highestSessionId(connection()), 3);
    CredentialRepository::touchSession(connection(), 1, 20, 150);
    const auto session = reading([](Connection& c) { return CredentialRepository::session(c, 1); });
    ASSERT_TRUE(session);
    EXPECT_EQ(session->userId, 1);
    EXPECT_EQ(session->client, "curl");
    EXPECT_EQ(session->createdAt, 10);
    EXPECT_EQ(session->lastUsedAt, 20);
    EXPECT_EQ(session->expiresAt, 150);
    EXPECT_EQ(session->revokedAt, 0);

    EXPECT_TRUE(CredentialRepository::revokeSession(connection(), 2, 30));
    EXPECT_FALSE(CredentialRepository::revokeSession(connection(), 2, 31)) << "once only";
    EXPECT_FALSE(CredentialRepository::revokeSession(connection(), 99, 31));
    EXPECT_EQ(CredentialRepository::session(connection(), 2)->revokedAt, 30);
    EXPECT_THAT(CredentialRepository::revokeSessionsOf(connection(), 1, 40), ElementsAre(1));
    EXPECT_EQ(CredentialRepository::session(connection(), 1)->revokedAt, 40);
    EXPECT_EQ(CredentialRepository::session(connection(), 3)->revokedAt, 0);
}

TEST_F(Repositories, RotateRefreshTokens)
{
    CredentialRepository::insertSession(connection(), {.id = 1, .userId = 1, .expiresAt = 1000});
    CredentialRepository::insertRefreshToken(connection(), {.hash = hash('a'), .sessionId = 1, .expiresAt = 500});
    const auto token = reading([](Connection& c) { return CredentialRepository::refreshToken(c, hash('a')); });
    ASSERT_TRUE(token);
    EXPECT_EQ(token->hash, hash('a'));
    EXPECT_EQ(token->sessionId, 1);
    EXPECT_EQ(token->expiresAt, 500);
    EXPECT_EQ(token->replacedAt, 0);
    EXPECT_TRUE(CredentialRepository::replaceRefreshToken(connection(), hash('a'), 20));
    EXPECT_FALSE(CredentialRepository::replaceRefreshToken(connection(), hash('a'), 21)) << "reuse is noticed";
    EXPECT_FALSE(CredentialRepository::replaceRefreshToken(connection(), hash('z'), 21));
    EXPECT_EQ(CredentialRepository::refreshToken(connection(), hash('a'))->replacedAt, 20);
    EXPECT_THROW(CredentialRepository::insertRefreshToken(connection(), {.hash = "short", .sessionId = 1}),
                 DatabaseError);
}

TEST_F(Repositories, KeepAccessTokens)
{
    CredentialRepository::insertAccessToken(connection(),
                                            {.id = 4, .userId = 2, .name = "ci", .hash = hash('t'), .createdAt = 10});
    CredentialRepository::insertAccessToken(
        connection(), {.id = 5, .userId = 2, .name = "ci", .hash = hash('u'), .createdAt = 10, .expiresAt = 99});
    const auto token = reading([](Connection& c) { return CredentialRepository::accessToken(c, hash('t')); });
    ASSERT_TRUE(token);
    EXPECT_EQ(token->id, 4);
    EXPECT_EQ(token->userId, 2);
    EXPECT_EQ(token->name, "ci");
    EXPECT_EQ(token->hash, hash('t'));
    EXPECT_EQ(token->expiresAt, 0);
    EXPECT_EQ(CredentialRepository::accessToken(connection(), hash('u'))->expiresAt, 99);
    EXPECT_TRUE(CredentialRepository::revokeAccessToken(connection(), 4, 30));
    EXPECT_FALSE(CredentialRepository::revokeAccessToken(connection(), 4, 31));
    EXPECT_EQ(CredentialRepository::accessToken(connection(), hash('t'))->revokedAt, 30);
    EXPECT_EQ(CredentialRepository::highestAccessTokenId(connection()), 5);
}

TEST_F(Repositories, LetAnInviteBeUsedOnceAndInTime)
{
    CredentialRepository::insertInvite(connection(),
                                       {.hash = hash('i'), .createdBy = 1, .createdAt = 10, .expiresAt = 50, .id = 1});
    CredentialRepository::insertInvite(connection(),
                                       {.hash = hash('j'), .createdBy = 1, .createdAt = 10, .expiresAt = 50, .id = 2});
    EXPECT_EQ(CredentialRepository::invite(connection(), hash('i'))->usedBy, 0);
    EXPECT_FALSE(CredentialRepository::useInvite(connection(), hash('i'), 2, 50)) << "it has expired";
    EXPECT_TRUE(CredentialRepository::useInvite(connection(), hash('i'), 2, 49));
    EXPECT_FALSE(CredentialRepository::useInvite(connection(), hash('i'), 2, 49)) << "it is used";
    EXPECT_EQ(CredentialRepository::invite(connection(), hash('i'))->usedBy, 2);
    EXPECT_EQ(CredentialRepository::invite(connection(), hash('i'))->createdBy, 1);
}

TEST_F(Repositories, PruneWhatHasExpired)
{
    CredentialRepository::insertSession(connection(), {.id = 1, .userId = 1, .expiresAt = 100});
    CredentialRepository::insertSession(connection(), {.id = 2, .userId = 1, .expiresAt = 900, .revokedAt = 50});
    CredentialRepository::insertSession(connection(), {.id = 3, .userId = 1, .expiresAt = 900});
    CredentialRepository::insertSession(connection(), {.id = 4, .userId = 1, .expiresAt = 100});
    CredentialRepository::insertRefreshToken(connection(), {.hash = hash('a'), .sessionId = 1, .expiresAt = 900});
    CredentialRepository::insertRefreshToken(connection(), {.hash = hash('b'), .sessionId = 3, .expiresAt = 100});
    CredentialRepository::insertRefreshToken(connection(), {.hash = hash('c'), .sessionId = 3, .expiresAt = 900});
    CredentialRepository::insertInvite(connection(), {.hash = hash('i'), .createdBy = 1, .expiresAt = 100, .id = 1});
    CredentialRepository::insertInvite(connection(), {.hash = hash('j'), .createdBy = 1, .expiresAt = 100, .id = 2});
    CredentialRepository::insertReset(connection(), {.hash = hash('r'), .userId = 1, .expiresAt = 100});
    EXPECT_GT(CredentialRepository::prune(connection(), 500), 0);
    EXPECT_FALSE(CredentialRepository::session(connection(), 1));
    EXPECT_FALSE(CredentialRepository::session(connection(), 2));
    EXPECT_TRUE(CredentialRepository::session(connection(), 3));
    EXPECT_TRUE(CredentialRepository::session(connection(), 4)) << "the newest id is never given out again";
    EXPECT_FALSE(CredentialRepository::refreshToken(connection(), hash('a'))) << "it goes with its session";
    EXPECT_FALSE(CredentialRepository::refreshToken(connection(), hash('b')));
    EXPECT_TRUE(CredentialRepository::refreshToken(connection(), hash('c')));
    EXPECT_FALSE(CredentialRepository::invite(connection(), hash('i')));
    EXPECT_TRUE(CredentialRepository::invite(connection(), hash('j'))) << "the newest id is never given out again";
    EXPECT_FALSE(CredentialRepository::reset(connection(), hash('r')));
    EXPECT_EQ(CredentialRepository::prune(connection(), 500), 0);
}

TEST_F(Repositories, RememberImports)
{
    ImportRepository::insert(connection(), {.chatId = 10, .source = "irc:a", .firstLine = 101, .lineCount = 5});
    ImportRepository::insert(connection(),
                             {.chatId = 10,
                              .source = "irc:a",
                              .firstLine = 1,
                              .lineCount = 100,
                              .digest = "beef",
                              .firstMessageId = 7,
                              .messageCount = 90,
                              .importedAt = 12});
    ImportRepository::insert(connection(), {.chatId = 10, .source = "irc:b", .firstLine = 1});
    const auto imports = reading([](Connection& c) { return ImportRepository::of(c, 10, "irc:a"); });
    ASSERT_EQ(imports.size(), 2u);
    EXPECT_EQ(imports[0].firstLine, 1);
    EXPECT_EQ(imports[0].lineCount, 100);
    EXPECT_EQ(imports[0].digest, "beef");
    EXPECT_EQ(imports[0].firstMessageId, 7);
    EXPECT_EQ(imports[0].messageCount, 90);
    EXPECT_EQ(imports[0].importedAt, 12);
    EXPECT_EQ(imports[1].firstLine, 101);
    EXPECT_THROW(ImportRepository::insert(connection(), {.chatId = 10, .source = "irc:a", .firstLine = 1}),
                 DatabaseError);
}

} // namespace netbit::storage::test
