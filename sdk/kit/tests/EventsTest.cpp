#include <netbit/kit/gtest.hpp>

using namespace netbit::kit;
using namespace ::testing;

namespace {

TEST(KitEvents, AnEventOfThePluginIsCaughtWithItsId)
{
    FakeHost host(TRIAL);
    const auto ann = host.user("ann");
    EXPECT_THAT(host.post("/api/trial/made", R"({"id":7})", ann), AllOf(HasStatus(201), HasJson("/data/id", 7)));
    ASSERT_THAT(host.events(), ElementsAre(IsEvent("org.example.trial.made", HasData("/id", 7))));
    EXPECT_EQ(host.events()[0].id, 1);
    EXPECT_EQ(host.events()[0].actorId, ann.id);
    EXPECT_THAT(host.post("/api/trial/made", "[]", ann), HasStatus(422));
    EXPECT_THAT(host.takeViolations(), ElementsAre(HasSubstr("data is not a JSON object")));
}

TEST(KitEvents, TypingIsForMembersAndAtMostOnceASecond)
{
    FakeHost host(TRIAL);
    const auto ann = host.user("ann");
    const auto eve = host.user("eve");
    const auto chat = host.chat("plans", ann);
    const auto path = "/api/trial/typing/" + std::to_string(chat);
    EXPECT_THAT(host.post(path, R"({"on":true})", eve), HasStatus(404));
    const auto typed = [&host] {
        std::vector<std::string> out;
        for (const auto& event : host.events())
            if (event.topic == "trial.typing")
                out.push_back(jsonAt(event.json, "/data/on")->text);
        return out;
    };
    host.post(path, R"({"on":true})", ann);
    EXPECT_THAT(typed(), ElementsAre("true"));
    EXPECT_TRUE(host.events().back().ephemeral());
    host.post(path, R"({"on":true})", ann);
    host.post(path, R"({"on":false})", ann);
    EXPECT_THAT(typed(), ElementsAre("true")) << "what comes within a second waits for its end";
    host.advance(std::chrono::seconds(1));
    EXPECT_THAT(typed(), ElementsAre("true", "false"));
}

TEST(KitEvents, ASubscriptionHoldsResumesAndIsReset)
{
    FakeHost host(TRIAL);
    const auto stream = host.get("/api/trial/watch", host.user("ann"));
    EXPECT_EQ(host.subscriptions(), 1u);
    host.event("trial.hold", "{}");
    host.event("a.b", "{}");
    host.ephemeral("c.d", "{}");
    host.run();
    EXPECT_THAT(stream, HasBody("hello\ntrial.hold 1\n"));
    host.post("/api/trial/resume", "{}");
    host.run();
    EXPECT_THAT(stream, HasBody("hello\ntrial.hold 1\na.b 2\nc.d 0\n"));

    host.event("trial.hold", "{}");
    host.run();
    const auto last = host.event("a.b", "{}");
    host.forgetEvents(last);
    host.post("/api/trial/resume", "{}");
    host.run();
    EXPECT_THAT(stream, HasBody(EndsWith("trial.hold 3\nreset 5\n")));
}

} // namespace
