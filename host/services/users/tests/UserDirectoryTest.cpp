#include "services/users/UserDirectory.h"

#include "storage/tests/Temporary.h"

#include <malloc.h>
#include <thread>

namespace netbit::services::users {
namespace {

UserPtr make(Id id, std::string name, std::string role = "member", std::string state = "active")
{
    return std::make_shared<const User>(User{id, std::move(name), "", std::move(role), std::move(state), 1'000});
}

class Directory : public storage::test::HostDatabase {
protected:
    UserDirectory users;
};

TEST_F(Directory, LoadsEveryUserAndCountsOnFromTheHighestId)
{
    addUser(3, "Alice");
    addUser(1, "bob");
    addUser(900, "carol"); // a gap
    users.load(connection());
    EXPECT_EQ(users.size(), 3U);
    EXPECT_EQ(users.byId(3)->username, "Alice");
    EXPECT_EQ(users.byId(1)->username, "bob");
    EXPECT_EQ(users.byId(900)->createdAt, 1'900);
    EXPECT_EQ(users.byId(900)->state, "active");
    for (const Id none : {Id{0}, Id{-1}, Id{2}, Id{899}, Id{901}})
        EXPECT_EQ(users.byId(none), nullptr) << none;
    EXPECT_EQ(users.nextId(), 901);
    EXPECT_EQ(users.nextId(), 902);
}

TEST_F(Directory, FindsNamesWithoutRegardToAsciiCase)
{
    users.put(make(1, "Alice"));
    EXPECT_EQ(users.byName("aLICE")->id, 1);
    EXPECT_EQ(users.byName("alice_"), nullptr);
    EXPECT_EQ(users.byName(""), nullptr);
    EXPECT_EQ(users.byName("[lice"), nullptr);
}

TEST_F(Directory, PutReplacesAndWhoHeldTheOldOneKeepsIt)
{
    users.put(make(5, "five"));
    users.put(make(2, "two")); // a late id goes to its place
    const auto held = users.byId(5);
    users.put(make(5, "cinq"));
    EXPECT_EQ(held->username, "five");
    EXPECT_EQ(users.byId(5)->username, "cinq");
    EXPECT_EQ(users.byName("five"), nullptr);
    EXPECT_EQ(users.size(), 2U);
    EXPECT_EQ(users.all().front()->id, 2);
}

TEST_F(Directory, KnowsTheOldestActiveAdmin)
{
    EXPECT_EQ(users.oldestAdmin(), nullptr);
    users.put(make(1, "member"));
    users.put(make(5, "later", "admin"));
    EXPECT_EQ(users.oldestAdmin()->id, 5);
    users.put(make(3, "earlier", "admin"));
    EXPECT_EQ(users.oldestAdmin()->id, 3);
    users.put(make(3, "earlier", "admin", "deactivated"));
    EXPECT_EQ(users.oldestAdmin()->id, 5);
    users.put(make(5, "later", "admin", "deactivated"));
    EXPECT_EQ(users.oldestAdmin(), nullptr);
}

TEST_F(Directory, ShowsTheEmailOnlyWhenAsked)
{
    const User user{7, "zoë\"", "z@example.org", "admin", "active", 1'700'000'000'123};
    EXPECT_EQ(userJson(user, false),
              R"({"id":7,"username":"zoë\"","role":"admin","created_at":"2023-11-14T22:13:20.123Z",)"
              R"("display_name":"","about":"","time_zone":"","status":null})");
    EXPECT_EQ(userJson(user, true),
              R"({"id":7,"username":"zoë\"","email":"z@example.org","role":"admin","created_at":"2023-11-14T22:13:20.123Z",)"
              R"("display_name":"","about":"","time_zone":"","status":null})");
}

TEST_F(Directory, ShowsAStatusUntilItExpires)
{
    User user{7, "zoe", "", "member", "active", 0};
    user.profile = shared({.statusText = "in \"Bern\"", .statusUntil = 2'000});
    EXPECT_NE(userJson(user, false, 1'999).find(
                  R"("status":{"text":"in \"Bern\"","emoji":"","expires_at":"1970-01-01T00:00:02.000Z"}})"),
              std::string::npos);
    EXPECT_NE(userJson(user, false, 2'000).find(R"("status":null})"), std::string::npos);
}

TEST_F(Directory, ReadersAndTheWriterShareIt)
{
    std::atomic<bool> done{false};
    std::vector<std::thread> readers;
    for (int t = 0; t < 3; ++t)
        readers.emplace_back([&] {
            while (!done)
                for (Id id = 1; id <= 100; ++id) {
                    const auto user = users.byId(id);
                    if (user && users.byName(user->username)->id != id)
                        ADD_FAILURE() << "user " << id << " is under another's name";
                }
        });
    for (int round = 0; round < 20; ++round)
        for (Id id = 1; id <= 100; ++id)
            users.put(make(id, "user" + std::to_string(id)));
    done = true;
    for (auto& reader : readers)
        reader.join();
    EXPECT_EQ(users.size(), 100U);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_F(Directory, TwentyThousandUsersAreSmall)
{
    const auto before = ::mallinfo2().uordblks;
    for (Id id = 1; id <= 20'000; ++id)
        users.put(make(id, "user" + std::to_string(id)));
    const auto each = (::mallinfo2().uordblks - before) / 20'000;
    RecordProperty("bytes_per_user", static_cast<int>(each));
    EXPECT_LT(each, 320U) << "bytes of memory for each user";
}
#endif

} // namespace
} // namespace netbit::services::users
