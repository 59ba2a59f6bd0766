// What `netbit plugin new` wrote, unchanged, in a real netbitd.

#include "contract/sdk/PluginFolder.h"

namespace netbit::test {
namespace {

TEST(NewPluginInBothLanguages, GreetsRemembersAndCounts)
{
    const PluginFolder folder;
    for (const std::string id : {"fresh.c", "fresh.cpp"})
        folder.add(std::string(NEW_PLUGINS) + "/" + id + "/build", id);
    Daemon daemon({folder.setting(), "fresh.c.greeting=Good day", "fresh.cpp.greeting=Good day"});
    const auto ada = makeUser(daemon, "ada");
    const auto bob = makeUser(daemon, "bob");
    const auto chat = makeChat(daemon, ada, "group", {bob});
    auto http = daemon.client(ada.token);
    for (const std::string id : {"fresh.c", "fresh.cpp"}) {
        ASSERT_EQ(stateOf(daemon, id), "live");
        const auto base = "/api/" + id;
        EXPECT_EQ(daemon.client().post(base + "/Bob", "").status, 401);
        EXPECT_EQ(http.get(base + "/Bob").status, 404);
        for (int times = 1; times <= 2; ++times) {
            const auto greeted = http.post(base + "/Bob", "");
            EXPECT_EQ(greeted.status, 201) << greeted.body;
            EXPECT_EQ(greeted.body, "Good day, Bob!");
            EXPECT_EQ(integerAt(http.get(base + "/Bob").document(), "/times"), times);
        }
    }
    say(http, chat, "one");
    say(http, chat, "two");
    for (const std::string id : {"fresh.c", "fresh.cpp"}) {
        std::int64_t seen = 0;
        for (const Deadline deadline; seen != 2 && !deadline.over();)
            seen = integerAt(http.get("/api/" + id).document(), "/messages");
        EXPECT_EQ(seen, 2) << id;
    }
    daemon.restart();
    EXPECT_EQ(integerAt(daemon.client(ada.token).get("/api/fresh.cpp/Bob").document(), "/times"), 2);
}

} // namespace
} // namespace netbit::test
