// Each row of the fault table: what goes wrong, and what the host does about it. Beside each, the plugin good must go on.
#include "tests/fault/HostFixture.h"
#include "tests/fault/SqlCases.h"

#include <future>
#include <thread>

namespace netbit::fault_test {

using namespace std::chrono_literals;

class Fault : public HostFixture {
protected:
    /// Loads these beside the good one, which must answer afterwards.
    void loadBesideGood(std::initializer_list<const char*> ids)
    {
        install("good");
        for (const auto* id : ids)
            install(id);
        ASSERT_TRUE(load());
        expectGoodRuns();
    }
    void expectGoodRuns() const
    {
        expectState("good", "live");
        const auto answer = get("/good");
        EXPECT_EQ(200, answer.status);
        EXPECT_EQ("good", answer.body);
    }
    std::int64_t inFlight(std::string_view id)
    {
        for (const auto& each : border().live())
            if (each->id() == id)
                return each->inFlight();
        return 0;
    }
    static std::string replaced(std::string text, std::string_view from, std::string_view to)
    {
        const auto at = text.find(from);
        EXPECT_NE(std::string::npos, at) << from;
        return at == std::string::npos ? text : text.replace(at, from.size(), to);
    }
};

TEST_F(Fault, AGoodPluginIsServed)
{
    loadBesideGood({});
    EXPECT_EQ("7", get("/good/number").body);
    EXPECT_EQ("from a worker", get("/good/slow-path").body);
    EXPECT_EQ(404, get("/nowhere").status);
}

TEST_F(Fault, AServiceIsGivenOnlyWhereTheManifestWantsIt)
{
    loadBesideGood({});
    EXPECT_EQ("111100", get("/good/services").body); // body, log, config and http; not sql, and none that does not exist
}

TEST_F(Fault, AnExceptionInAHandlerIsA500WithoutItsWords)
{
    loadBesideGood({"throws_in_handler"});
    for (const auto* path : {"/throws", "/throws-fast", "/throws-int", "/internal"}) {
        const auto answer = get(path);
        EXPECT_EQ(500, answer.status) << path;
        EXPECT_EQ(std::string::npos, answer.body.find("secret")) << answer.body;
        EXPECT_NE(std::string::npos, answer.body.find("request_id")) << answer.body;
    }
    expectGoodRuns();
}

TEST_F(Fault, AHandlerThatForgetsToAnswerIsA500)
{
    loadBesideGood({"throws_in_handler"});
    EXPECT_EQ(500, get("/silent").status);
    EXPECT_EQ(404, get("/refuses").status);
}

TEST_F(Fault, AfterManyFailuresInARowTheBreakerOpensAndClosesAgain)
{
    loadBesideGood({"throws_in_handler"});
    for (unsigned i = 0; i < breaker.failures; ++i)
        EXPECT_EQ(500, get("/mendable").status);
    const auto refused = get("/mendable");
    EXPECT_EQ(503, refused.status);
    EXPECT_NE(std::string::npos, refused.body.find("plugin_unavailable")) << refused.body;
    expectState("throws_in_handler", "live", "times in a row");
    expectGoodRuns();
    EXPECT_TRUE(eventually([&] { return get("/mendable").status == 200; })) << "no trial found that it works again";
    // The answer is out before the host has noted that the handler came back.
    EXPECT_TRUE(eventually([&] { return statusOf("throws_in_handler").detail.empty(); }));
    expectState("throws_in_handler", "live");
}

// As a plugin does that passes the host's own error on.
TEST_F(Fault, AnAnswerThatItIsBrokenCountsAsAFailure)
{
    loadBesideGood({"says_internal"});
    for (unsigned i = 0; i < breaker.failures; ++i) {
        const auto answer = get(i % 2 == 0 ? "/says/now" : "/says/later");
        EXPECT_EQ(500, answer.status);
        EXPECT_EQ(std::string::npos, answer.body.find("SELEC")) << answer.body;
    }
    EXPECT_EQ(503, get("/says/now").status);
    EXPECT_EQ(503, get("/says/later").status);
    expectState("says_internal", "live", "times in a row");
    expectGoodRuns();
}

TEST_F(Fault, AnExceptionInStartDiscardsWhatWasStaged)
{
    loadBesideGood({"throws_in_start"});
    expectState("throws_in_start", "failed", "start went wrong");
    EXPECT_EQ(404, get("/half").status);
}

TEST_F(Fault, AFailureInStartIsToldInThePluginsWords)
{
    loadBesideGood({"fails_in_start"});
    expectState("fails_in_start", "failed", "The disk that it wants is not there.");
    EXPECT_EQ(404, get("/half").status);
    EXPECT_TRUE(statusOf("fails_in_start").ports.empty());
}

TEST_F(Fault, AnotherAbiIsRefusedAndBothVersionsPrinted)
{
    loadBesideGood({"wrong_abi"});
    expectState("wrong_abi", "refused", "ABI 9.1, this host has ABI 1.1");
}

TEST_F(Fault, AnotherAbiInTheManifestIsRefusedBeforeLoading)
{
    install("good", "good", replaced(manifestOf("good"), "\"abi\" : \"1.0\"", "\"abi\" : \"2.0\""));
    ASSERT_TRUE(load());
    expectState("good", "refused", "ABI 2.0, this host has ABI 1.1");
}

TEST_F(Fault, AWrongMagicNumberIsRefused)
{
    loadBesideGood({"bad_magic"});
    expectState("bad_magic", "refused", "0x12345678, not 0x4e425031");
}

TEST_F(Fault, AnEntryWithoutCallsIsRefused)
{
    loadBesideGood({"null_table", "null_start"});
    expectState("null_table", "refused", "no table of calls");
    expectState("null_start", "failed", "lacks create, start or destroy");
}

TEST_F(Fault, AFileThatIsNoLibraryIsRefusedInDlerrorsWords)
{
    install("good");
    write("plugins/text.so", std::string(4096, 'x'));
    write("plugins/text.json", R"({"id":"text","version":"1.0.0","abi":"1.0"})");
    write("plugins/absent.json", R"({"id":"absent","version":"1.0.0","abi":"1.0"})");
    ASSERT_TRUE(load());
    expectState("text", "refused", "invalid ELF header");
    expectState("absent", "refused", "There is no library");
    expectGoodRuns();
}

TEST_F(Fault, ALibraryThatIsSomeoneElsesIsRefused)
{
    install("other", "good", R"({"id":"other","version":"1.0.0","abi":"1.0"})");
    install("good", "good", R"({"id":"good","version":"1.1.0","abi":"1.0"})");
    ASSERT_TRUE(load());
    expectState("other", "refused", "calls itself good, the manifest other");
    expectState("good", "refused", "is version 1.0.0, the manifest says 1.1.0");
}

TEST_F(Fault, ADuplicateRouteIsRefusedAndItsOwnerNamed)
{
    install("good");
    install("duplicate_route", "duplicate_route",
            replaced(manifestOf("duplicate_route"), "\"config\"", "\"requires\": {\"good\": \"*\"}, \"config\""));
    ASSERT_TRUE(load());
    expectState("duplicate_route", "failed", "good");
    expectGoodRuns();
}

TEST_F(Fault, ARouteThatDoesNotSayWhoMayCallIsRefused)
{
    loadBesideGood({"undeclared_access"});
    expectState("undeclared_access", "failed", "does not say who may call it");
    EXPECT_EQ(404, get("/open").status);
}

TEST_F(Fault, ARouteOutsideOfTheManifestIsRefused)
{
    install("good", "good", replaced(manifestOf("good"), "\"config\"", "\"routes\": [\"GET /good\"], \"config\""));
    ASSERT_TRUE(load());
    expectState("good", "failed", "GET /good/number is not among the routes of the manifest");
}

TEST_F(Fault, ACircleIsBlockedAndTheChainNamed)
{
    install("good");
    install("left", "good", R"({"id":"left","version":"1.0.0","abi":"1.0","requires":{"right":"*"}})");
    install("right", "good", R"({"id":"right","version":"1.0.0","abi":"1.0","requires":{"left":"*"}})");
    install("third", "good", R"({"id":"third","version":"1.0.0","abi":"1.0","requires":{"left":"*"}})");
    ASSERT_TRUE(load());
    expectState("left", "blocked", "left → right → left");
    expectState("right", "blocked", "right → left → right");
    expectState("third", "blocked", "third → left → right → left");
    expectGoodRuns();
}

TEST_F(Fault, AMissingDependencyBlocksItsDependants)
{
    install("good");
    install("needs", "good", R"({"id":"needs","version":"1.0.0","abi":"1.0","requires":{"absent":">=1.0"}})");
    install("above", "good", R"({"id":"above","version":"1.0.0","abi":"1.0","requires":{"needs":"*"}})");
    ASSERT_TRUE(load());
    expectState("needs", "blocked", "requires absent >=1.0, which is not installed");
    expectState("above", "blocked", "above → needs");
    expectGoodRuns();
}

TEST_F(Fault, ADependencyThatFailsInStartBlocksItsDependants)
{
    install("good");
    install("throws_in_start");
    install("above", "good", R"({"id":"above","version":"1.0.0","abi":"1.0","requires":{"throws_in_start":"*"}})");
    ASSERT_TRUE(load());
    expectState("above", "blocked", "throws_in_start is failed: start threw an exception");
    expectGoodRuns();
}

TEST_F(Fault, AWrongSha256IsRefused)
{
    install("good", "good",
            replaced(manifestOf("good"), "\"sha256\" : \"",
                     "\"sha256\" : \"0000000000000000000000000000000000000000000000000000000000000000\", \"name\" : \""));
    ASSERT_TRUE(load());
    expectState("good", "refused", "SHA-256");
    EXPECT_EQ(404, get("/good").status);
}

TEST_F(Fault, ABadManifestIsRefusedAndTheMemberNamed)
{
    install("good");
    install("bad", "good", R"({"id":"bad","version":"1.0.0","abi":"1.0","servces":[]})");
    install("broken", "good", "{");
    ASSERT_TRUE(load());
    expectState("bad", "refused", "/servces is unknown");
    expectState("broken", "refused", "not JSON");
    expectGoodRuns();
}

TEST_F(Fault, BadSettingsAtTheStartNameFileLineAndKey)
{
    install("good");
    ASSERT_TRUE(load({{"good.number", {"many", "conf/good.properties", 4}}}));
    expectState("good", "failed", "conf/good.properties:4: good.number: must be a whole number");
}

TEST_F(Fault, BadSettingsLaterLeaveTheOldInForce)
{
    install("good");
    ASSERT_TRUE(load({{"good.number", {"8", "conf/good.properties", 4}}}));
    EXPECT_EQ("8", get("/good/number").body);

    ASSERT_TRUE(loader().reconfigure({{"good.number", {"9", "conf/good.properties", 4}}}));
    EXPECT_EQ("9", get("/good/number").body);

    const auto tooMuch = loader().reconfigure({{"good.number", {"101", "conf/good.properties", 4}}});
    ASSERT_FALSE(tooMuch);
    EXPECT_EQ("conf/good.properties:4: good.number: must be at most 100.", tooMuch.error().detail);
    const auto refused = loader().reconfigure({{"good.number", {"13", "conf/good.properties", 4}}});
    ASSERT_FALSE(refused);
    EXPECT_EQ("good: 13 is not accepted.", refused.error().detail);
    EXPECT_EQ("9", get("/good/number").body);
}

TEST_F(Fault, ARequiredPluginThatFailsIsTheHostsFailure)
{
    install("good");
    install("throws_in_start", "throws_in_start",
            replaced(manifestOf("throws_in_start"), "\"config\"", "\"required\": true, \"config\""));
    const auto loaded = load();
    ASSERT_FALSE(loaded);
    EXPECT_EQ("required_plugin_failed", loaded.error().code);
    EXPECT_NE(std::string::npos, loaded.error().detail.find("throws_in_start is failed")) << loaded.error().detail;
    expectGoodRuns();
}

TEST_F(Fault, ALeakedTimerEndsWithItsPlugin)
{
    loadBesideGood({"leaks_timer"});
    EXPECT_TRUE(eventually([&] { return get("/ticks").body > "0"; })) << "the timer never ran";
    loader().stopAll(500ms);
    expectState("leaks_timer", "stopped");
    std::this_thread::sleep_for(50ms); // a run now would be in unmapped memory
    EXPECT_EQ(404, get("/ticks").status);
}

TEST_F(Fault, ASlowQuiesceIsWaitedForAndNothingUnderWayIsLost)
{
    loadBesideGood({"slow_quiesce"});
    auto slow = std::async(std::launch::async, [&] { return get("/slow"); });
    ASSERT_TRUE(eventually([&] { return inFlight("slow_quiesce") > 0; }));
    loader().stopAll(5s);
    EXPECT_EQ("slow", slow.get().body);
    expectState("slow_quiesce", "stopped");
}

TEST_F(Fault, AStuckCallIsLeftAloneAndItsLibraryStaysMapped)
{
    loadBesideGood({"stuck"});
    auto stuck = std::async(std::launch::async, [&] { return get("/stuck"); });
    ASSERT_TRUE(eventually([&] { return inFlight("stuck") > 0; }));
    loader().stopAll(50ms);
    expectState("stuck", "abandoned");
    expectState("good", "stopped");
    EXPECT_EQ("at last", stuck.get().body);
}

TEST_F(Fault, ASecondAnswerIsDroppedAndTold)
{
    loadBesideGood({"answers_twice"});
    EXPECT_EQ("first", get("/twice").body);
    // The second answer is tried behind the first, which may be here by then.
    EXPECT_TRUE(eventually([&] { return get("/twice/said").body == std::to_string(NB_CLOSED); }));
    EXPECT_EQ("first", get("/twice-later").body);
    EXPECT_TRUE(eventually([&] { return get("/twice/said").body == std::to_string(NB_CLOSED); }));
}

TEST_F(Fault, ARequestThatIsNeverAnsweredGetsA503AtTheEnd)
{
    loadBesideGood({"never_answers"});
    auto never = std::async(std::launch::async, [&] { return get("/never"); });
    ASSERT_TRUE(eventually([&] { return inFlight("never_answers") > 0; }));
    loader().stopAll(50ms);
    EXPECT_EQ(503, never.get().status);
    expectState("never_answers", "stopped");
}

TEST_F(Fault, AStreamAndASubscriptionLeftOpenEndWithTheirPlugin)
{
    loadBesideGood({"streams"});
    auto stream = std::async(std::launch::async, [&] { return get("/stream"); });
    std::this_thread::sleep_for(100ms);
    loader().stopAll(200ms);
    expectState("streams", "stopped");
    EXPECT_EQ("data: 1\n\n", stream.get().body);
}

TEST_F(Fault, OnlyItsOwnTablesCanBeTouched)
{
    loadBesideGood({"tables"});
    expectState("tables", "live");
    EXPECT_EQ("0", get("/tables/count").body);
    EXPECT_EQ("1", get("/tables/add").body); // one row was changed
    EXPECT_EQ("1", get("/tables/count").body);
    EXPECT_EQ("table_not_yours", get("/tables/steal").body);
    EXPECT_EQ("table_not_yours", get("/tables/peek").body);
    EXPECT_EQ("1", get("/tables/add").body) << "the restriction was not lifted, or the writer is broken";
}

TEST_F(Fault, SqlIsAnsweredInWordsThatSayWhatIsWrong)
{
    loadBesideGood({"tables"});
    for (const auto& one : sqlCases)
        EXPECT_EQ(one.said, get(sqlPath(one)).body) << one.how << ": " << one.sql;
}

TEST_F(Fault, AServiceThatTheHostHasNotIsRefused)
{
    install("good", "good", R"({"id":"good","version":"1.0.0","abi":"1.0","services":["netbit.telepathy/1"]})");
    ASSERT_TRUE(load());
    expectState("good", "refused", "It wants the service netbit.telepathy/1, which this host has not.");
}

TEST_F(Fault, APluginWhoseTablesWouldBeAnothersIsRefused)
{
    install("tables");
    install("tables.more", "good",
            R"({"id":"tables.more","version":"1.0.0","abi":"1.0","requires":{"tables":"*"},"services":["netbit.sql/1"]})");
    ASSERT_TRUE(load());
    expectState("tables", "live");
    expectState("tables.more", "refused", "could not be told from those of tables (p_tables_");
}

TEST_F(Fault, CopiesOfAnEarlierRunAreRemoved)
{
    write("generations/good-7.so", "left by a run that crashed");
    install("good");
    ASSERT_TRUE(load());
    EXPECT_FALSE(exists("generations/good-7.so"));
    EXPECT_TRUE(exists("generations/good-1.so"));
    expectGoodRuns();
}

} // namespace netbit::fault_test
