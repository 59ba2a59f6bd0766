#include <netbit/kit/gtest.hpp>

using namespace netbit::kit;
using namespace ::testing;

namespace {

std::string path(std::int64_t chat) { return "/api/trial/chats/" + std::to_string(chat); }

TEST(KitChats, OnlyMembersReadAndWrite)
{
    FakeHost host(TRIAL);
    const auto ann = host.user("ann");
    const auto bob = host.user("bob");
    const auto eve = host.user("eve");
    const auto chat = host.chat("plans", ann, {bob});
    host.message(chat, ann, "Hello Bob");
    EXPECT_THAT(host.get(path(chat), bob),
                AllOf(HasJson("/data/0/content", "Hello Bob"), HasJson("/data/0/sender_name", "ann"),
                      HasJson("/pagination/total", 1)));
    EXPECT_THAT(host.get(path(chat), eve), IsProblem(404, "chat_not_found"));
    EXPECT_THAT(host.send(Request("POST", path(chat)).body("hi").as(eve)), IsProblem(404, "chat_not_found"));
    EXPECT_THAT(host.get(path(chat + 1), ann), IsProblem(404, "chat_not_found"));
}

TEST(KitChats, ASendIsDoneByTheWriterAndTellsEveryone)
{
    FakeHost host(TRIAL);
    const auto ann = host.user("ann");
    const auto chat = host.chat("plans", ann);
    const auto begun = host.begin(Request("POST", path(chat)).body("Deployed.").as(ann));
    EXPECT_FALSE(begun.answered());
    host.run();
    EXPECT_THAT(begun, AllOf(HasStatus(201), HasJson("/content", "Deployed."), HasJson("/chat_id", chat)));
    EXPECT_THAT(host.events(),
                ElementsAre(IsEvent("chat.created", HasData("/name", "plans")),
                            IsEvent("message.created", HasData("/content", "Deployed."))));
    EXPECT_THAT(host.send(Request("POST", path(chat)).body("").as(ann)), IsProblem(422, "invalid_content"));
}

TEST(KitChats, AWriteCanBeToldToFail)
{
    FakeHost host(TRIAL);
    const auto ann = host.user("ann");
    const auto chat = host.chat("plans", ann);
    host.failNext("chat.send", netbit::Error(netbit::Status::storageFull, "disk_full", "The disk is full."));
    EXPECT_THAT(host.send(Request("POST", path(chat)).body("x").as(ann)), IsProblem(507, "disk_full"));
    EXPECT_THAT(host.send(Request("POST", path(chat)).body("x").as(ann)), HasStatus(201));
    EXPECT_THROW(host.failNext("chat.sned", netbit::Error(netbit::Status::internal)), netbit::Failure);
}

TEST(KitPeople, ALoginGivesASessionAndAWrongPasswordNone)
{
    FakeHost host(TRIAL);
    host.user("ann", "a good password");
    const auto in = host.send(Request("POST", "/api/trial/login?name=ANN").body("a good password"));
    ASSERT_THAT(in, AllOf(HasStatus(200), HasJson("/user/username", "ann"), HasJson("/token_type", "Bearer")));
    EXPECT_THAT(host.send(Request("GET", "/api/trial/me").token(in.json("/access_token")->text)), HasStatus(200));
    EXPECT_THAT(host.send(Request("POST", "/api/trial/login?name=ann").body("a bad password")),
                IsProblem(401, "bad_credentials"));
    EXPECT_THAT(host.send(Request("POST", "/api/trial/login?name=eve").body("a good password")),
                IsProblem(401, "bad_credentials"));
}

TEST(KitPeople, WhoIsRevokedIsNobodyUntilTheNextSession)
{
    FakeHost host(TRIAL);
    const auto ann = host.user("ann");
    const auto token = host.token(ann);
    host.revoke(ann);
    EXPECT_THAT(host.send(Request("GET", "/api/trial/me").token(token)), IsProblem(401, "invalid_token"));
    EXPECT_THAT(host.get("/api/trial/me", ann), HasStatus(200));
    EXPECT_THROW(host.user("ann"), netbit::Failure) << "the name is taken";
}

} // namespace
