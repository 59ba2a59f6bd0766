// The plugin as it was built, on a host for tests: nothing runs but what a test asks for, and the clock stands still.
// A test fails, too, when the plugin does what a host would have to forgive, or leaves something behind.

#include <netbit/kit.hpp>
#include <netbit/kit/gtest.hpp>

namespace {

using namespace netbit::kit;
using testing::AllOf;

TEST(TemplatePlugin, GreetsAndRemembersHowOften)
{
    FakeHost host(PLUGIN, {{"greeting", "Good day"}});
    const auto ada = host.user("ada");
    for (int times = 1; times <= 2; ++times) {
        EXPECT_THAT(host.post("/api/template.plugin/Bob", "", ada), AllOf(HasStatus(201), HasBody("Good day, Bob!")));
        EXPECT_THAT(host.get("/api/template.plugin/Bob", ada), AllOf(HasStatus(200), HasJson("/times", times)));
    }
}

TEST(TemplatePlugin, SaysNothingToStrangersAndNothingOfStrangers)
{
    FakeHost host(PLUGIN);
    const auto ada = host.user("ada");
    EXPECT_THAT(host.get("/api/template.plugin/Bob"), HasStatus(401));
    EXPECT_THAT(host.get("/api/template.plugin/Bob", ada), IsProblem(404, "not_greeted"));
    EXPECT_THAT(host.post("/api/template.plugin/" + std::string(101, 'x'), "", ada), IsProblem(422, "long_name"));
}

TEST(TemplatePlugin, CountsTheMessagesOfAllChats)
{
    FakeHost host(PLUGIN);
    const auto ada = host.user("ada");
    host.message(host.chat("one", ada), ada, "Hello");
    host.message(host.chat("two", ada), ada, "Hello again");
    host.run(); // events are delivered
    EXPECT_THAT(host.get("/api/template.plugin"), AllOf(HasStatus(200), HasJson("/messages", 2)));
}

TEST(TemplatePlugin, TakesNewSettingsWhileItRuns)
{
    FakeHost host(PLUGIN);
    const auto ada = host.user("ada");
    EXPECT_THAT(host.post("/api/template.plugin/Bob", "", ada), HasBody("Hello, Bob!"));
    ASSERT_TRUE(host.configure({{"greeting", "Welcome"}}));
    EXPECT_THAT(host.post("/api/template.plugin/Bob", "", ada), HasBody("Welcome, Bob!"));
}

TEST(TemplatePlugin, TellsWhenTheDiskIsFull)
{
    FakeHost host(PLUGIN);
    const auto ada = host.user("ada");
    host.failNext("sql.execute", netbit::Error(netbit::Status::storageFull, "disk_full", "The disk is full."));
    EXPECT_THAT(host.post("/api/template.plugin/Bob", "", ada), IsProblem(507, "disk_full"));
    EXPECT_THAT(host.get("/api/template.plugin/Bob", ada), IsProblem(404, "not_greeted"));
}

} // namespace
