// Profiles, credentials, second factors and the audit log as rows.

#include "storage/tests/Temporary.h"

namespace netbit::storage::test
{

namespace
{

std::string hash(char c) { return std::string(32, c); }

class AccountRows : public HostDatabase
{
protected:
    AccountRows()
    {
        addUser(1, "ada");
        addUser(2, "bob");
    }
};

} // namespace

TEST_F(AccountRows, AProfileIsReadAsItWasWritten)
{
    const ProfileRecord profile{.displayName = "Ada",
                                .about = "a",
                                .timeZone = "UTC",
                                .statusText = "s",
                                .statusEmoji = "e",
                                .statusUntil = 7};
    UserRepository::setProfile(connection(), 1, profile);
    UserRepository::setRole(connection(), 1, "guest");
    EXPECT_EQ(UserRepository::byId(connection(), 1)->profile, profile);
    EXPECT_EQ(UserRepository::byName(connection(), "ADA")->profile, profile);
    EXPECT_EQ(UserRepository::byId(connection(), 1)->role, "guest");
    UserRepository::each(connection(), [&](UserRecord&& user) {
        EXPECT_EQ(user.profile, user.id == 1 ? profile : ProfileRecord());
    });
}

TEST_F(AccountRows, ErasingLeavesTheIdAndNothingOfThePerson)
{
    UserRepository::setProfile(connection(), 1, {.displayName = "Ada", .about = "secret"});
    UserRepository::setPassword(connection(), 1, "hash");
    UserRepository::setRole(connection(), 1, "admin");
    UserRepository::erase(connection(), 1, "erased user 1", 99);
    const auto row = *UserRepository::byId(connection(), 1);
    EXPECT_EQ(row.username, "erased user 1");
    EXPECT_EQ(row.password + row.email + row.provider, "");
    EXPECT_EQ(row.role, "member");
    EXPECT_EQ(row.state, "deactivated");
    EXPECT_EQ(row.profile, ProfileRecord());
    EXPECT_EQ(row.erasedAt, 99);
    EXPECT_FALSE(UserRepository::byName(connection(), "ada"));
}

TEST_F(AccountRows, AdminsAreCountedWhereTheyAreActive)
{
    UserRepository::setRole(connection(), 1, "admin");
    EXPECT_EQ(UserRepository::activeAdminsBeside(connection(), 1), 0);
    UserRepository::setRole(connection(), 2, "admin");
    EXPECT_EQ(UserRepository::activeAdminsBeside(connection(), 1), 1);
    UserRepository::setState(connection(), 2, "deactivated");
    EXPECT_EQ(UserRepository::activeAdminsBeside(connection(), 1), 0);
}

TEST_F(AccountRows, WhoSharesAChatIsFound)
{
    addUser(3, "eve");
    EXPECT_EQ(UserRepository::sharingChats(connection(), 1), std::vector<Id>{1});
    ChatRepository::insert(connection(), {.id = 1, .name = "x", .chatType = "group", .creatorId = 1});
    ChatRepository::insertParticipant(connection(), {.chatId = 1, .userId = 1});
    ChatRepository::insertParticipant(connection(), {.chatId = 1, .userId = 2});
    EXPECT_EQ(UserRepository::sharingChats(connection(), 1), (std::vector<Id>{1, 2}));
    EXPECT_TRUE(UserRepository::shareChat(connection(), 2, 1));
    EXPECT_FALSE(UserRepository::shareChat(connection(), 1, 3));
    int chats = 0;
    ExportRepository::eachChat(connection(), 1, [&](const ChatRecord& chat, const ParticipantRecord& mine) {
        ++chats;
        EXPECT_EQ(chat.name, "x");
        EXPECT_EQ(mine.role, "member");
    });
    EXPECT_EQ(chats, 1);
    MessageRepository::insert(connection(), {.id = 1, .chatId = 1, .senderId = 1, .content = "mine"});
    MessageRepository::insert(connection(), {.id = 2, .chatId = 1, .senderId = 2, .content = "not mine"});
    std::string said;
    ExportRepository::eachMessage(connection(), 1, [&](const MessageRecord& message) { said += message.content; });
    EXPECT_EQ(said, "mine");
}

TEST_F(AccountRows, SessionsAndTokensAreFoundByTheirUser)
{
    CredentialRepository::insertSession(connection(), {.id = 1, .userId = 1, .client = "c", .expiresAt = 100, .address = "::1"});
    CredentialRepository::insertSession(connection(), {.id = 2, .userId = 1, .expiresAt = 50});
    CredentialRepository::insertSession(connection(), {.id = 3, .userId = 1, .expiresAt = 100});
    CredentialRepository::insertSession(connection(), {.id = 4, .userId = 2, .expiresAt = 100});
    const auto live = CredentialRepository::liveSessionsOf(connection(), 1, 50);
    ASSERT_EQ(live.size(), 2U);
    EXPECT_EQ(live[0].id, 3);
    EXPECT_EQ(live[1].address, "::1");
    EXPECT_EQ(CredentialRepository::revokeSessionsOf(connection(), 1, 3, 60), (std::vector<Id>{1, 2}));
    EXPECT_EQ(CredentialRepository::liveSessionsOf(connection(), 1, 50).size(), 1U);
    EXPECT_EQ(CredentialRepository::liveSessionsOf(connection(), 2, 50).size(), 1U);
    CredentialRepository::forgetPlaces(connection(), 1);
    EXPECT_EQ(CredentialRepository::session(connection(), 1)->client + CredentialRepository::session(connection(), 1)->address, "");

    CredentialRepository::insertAccessToken(connection(), {.id = 1, .userId = 1, .name = "a", .hash = hash('a'), .scopes = 3});
    CredentialRepository::insertAccessToken(connection(), {.id = 2, .userId = 2, .name = "b", .hash = hash('b')});
    EXPECT_EQ(CredentialRepository::accessTokensOf(connection(), 1).front().scopes, 3);
    EXPECT_EQ(CredentialRepository::accessToken(connection(), 2)->scopes, 15);
    EXPECT_EQ(CredentialRepository::revokeAccessTokensOf(connection(), 1, 9), std::vector<Id>{1});
    EXPECT_TRUE(CredentialRepository::accessTokensOf(connection(), 1).empty());
    CredentialRepository::forgetTokenNames(connection(), 1);
    EXPECT_EQ(CredentialRepository::accessToken(connection(), 1)->name, "");
}

TEST_F(AccountRows, OpenInvitesAreThoseThatCanBeUsed)
{
    const auto put = [&](Id id, Id by, std::int64_t until) {
        CredentialRepository::insertInvite(
            connection(), {.hash = hash(static_cast<char>('a' + id)), .createdBy = by, .expiresAt = until, .id = id, .email = "e@x", .role = "guest"});
    };
    put(1, 1, 100);
    put(2, 1, 100);
    put(3, 1, 10);
    put(4, 2, 100);
    put(5, 1, 100);
    EXPECT_TRUE(CredentialRepository::useInvite(connection(), hash('b'), 2, 5));
    EXPECT_TRUE(CredentialRepository::revokeInvite(connection(), 2, 5));
    EXPECT_FALSE(CredentialRepository::revokeInvite(connection(), 2, 5));
    EXPECT_FALSE(CredentialRepository::revokeInvite(connection(), 1, 5)) << "it is used";
    EXPECT_FALSE(CredentialRepository::useInvite(connection(), hash('c'), 2, 5)) << "it is revoked";
    const auto mine = CredentialRepository::openInvites(connection(), 1, 10);
    ASSERT_EQ(mine.size(), 1U);
    EXPECT_EQ(mine[0].id, 5);
    EXPECT_EQ(mine[0].email + mine[0].role, "e@xguest");
    EXPECT_EQ(CredentialRepository::openInvites(connection(), 0, 10).size(), 2U);
    EXPECT_EQ(CredentialRepository::highestInviteId(connection()), 5);
    EXPECT_EQ(CredentialRepository::invite(connection(), Id{4})->createdBy, 2);
}

TEST_F(AccountRows, ASecondFactorIsReplacedUsedAndRemovedWithItsCodes)
{
    const std::string secret(20, 's');
    SecondFactorRepository::put(connection(), {.userId = 1, .secret = secret, .createdAt = 1});
    SecondFactorRepository::put(connection(), {.userId = 1, .secret = secret, .createdAt = 2, .confirmedAt = 3, .lastStep = 4});
    SecondFactorRepository::setLastStep(connection(), 1, 9);
    EXPECT_EQ(SecondFactorRepository::of(connection(), 1)->confirmedAt, 3);
    EXPECT_EQ(SecondFactorRepository::of(connection(), 1)->lastStep, 9);
    EXPECT_EQ(SecondFactorRepository::of(connection(), 1)->secret, secret);
    EXPECT_FALSE(SecondFactorRepository::of(connection(), 2));
    SecondFactorRepository::putRecoveryCodes(connection(), 1, {hash('a'), hash('b')});
    SecondFactorRepository::putRecoveryCodes(connection(), 1, {hash('b'), hash('c')});
    EXPECT_EQ(SecondFactorRepository::recoveryCodes(connection(), 1), 2);
    EXPECT_FALSE(SecondFactorRepository::useRecoveryCode(connection(), 1, hash('a')));
    EXPECT_FALSE(SecondFactorRepository::useRecoveryCode(connection(), 2, hash('b')));
    EXPECT_TRUE(SecondFactorRepository::useRecoveryCode(connection(), 1, hash('b')));
    EXPECT_FALSE(SecondFactorRepository::useRecoveryCode(connection(), 1, hash('b')));
    SecondFactorRepository::remove(connection(), 1);
    EXPECT_FALSE(SecondFactorRepository::of(connection(), 1));
    EXPECT_EQ(SecondFactorRepository::recoveryCodes(connection(), 1), 0);
}

TEST_F(AccountRows, TheAuditLogIsReadBackwardsAndByWhatIsAskedFor)
{
    for (int i = 1; i <= 5; ++i)
        AuditRepository::insert(connection(), {.at = i, .actorId = i % 2, .act = i < 4 ? "a" : "b", .object = "user:1", .address = "::1"});
    const auto ids = [&](Id before, Id actor, std::string_view act, std::string_view object, std::size_t limit) {
        std::string out;
        for (const auto& row : AuditRepository::before(connection(), before, actor, act, object, limit))
            out += std::to_string(row.id);
        return out;
    };
    EXPECT_EQ(ids(100, 0, "", "", 3), "543");
    EXPECT_EQ(ids(3, 0, "", "", 3), "21");
    EXPECT_EQ(ids(100, 1, "", "", 9), "531");
    EXPECT_EQ(ids(100, 0, "b", "", 9), "54");
    EXPECT_EQ(ids(100, 0, "", "user:2", 9), "");
    EXPECT_EQ(AuditRepository::before(connection(), 100, 0, "", "", 1).front().address, "::1");
}

TEST(UsersInFull, ADatabaseOfBeforeKeepsWhatItHas)
{
    Directory directory;
    auto database = open(directory.file("old.db"));
    ASSERT_TRUE(migrate(*database, "netbit", hostMigrations().first(2)));
    auto& writing = database->writing();
    writing.execute("INSERT INTO users (id, username, created_at, role) VALUES (1, 'ada', 5, 'admin')");
    for (const char c : {'a', 'b', 'c'}) {
        writing.prepare("INSERT INTO invites (hash, created_by, created_at, expires_at) VALUES ($1, 1, 1, 100)")
            .bindBlob(1, hash(c))
            .run();
    }
    writing.prepare("INSERT INTO access_tokens (id, user_id, name, hash, created_at) VALUES (1, 1, 't', $1, 1)")
        .bindBlob(1, hash('t'))
        .run();
    ASSERT_TRUE(migrate(*database, "netbit", hostMigrations()));
    EXPECT_EQ(UserRepository::byId(writing, 1)->role, "admin");
    EXPECT_EQ(UserRepository::byId(writing, 1)->profile, ProfileRecord());
    EXPECT_EQ(CredentialRepository::accessToken(writing, hash('t'))->scopes, 15) << "what it could do before";
    const auto invites = CredentialRepository::openInvites(writing, 0, 10);
    ASSERT_EQ(invites.size(), 3U);
    for (Id id = 1; id <= 3; ++id)
        EXPECT_EQ(invites[static_cast<std::size_t>(id - 1)].id, id);
    EXPECT_EQ(invites[0].role, "member");
}

} // namespace netbit::storage::test
