// What a plugin says about itself, what it offers to others, and calls and handles that go wrong while it runs.
#include "tests/fault/HostFixture.h"

#include <future>

namespace netbit::fault_test {

using namespace std::chrono_literals;

class LifeFault : public HostFixture {
protected:
    void installWith(const std::string& id, const std::string& members)
    {
        auto manifest = manifestOf(id);
        const auto at = manifest.find("\"config\"");
        ASSERT_NE(std::string::npos, at);
        install(id, id, manifest.insert(at, members));
    }
    void expectGoodRuns() const { EXPECT_EQ("good", get("/good").body); }
    void loadProviderAndAsker(const loader::SettingSources& settings = {})
    {
        install("good");
        installWith("provides", R"("provides": ["dictionary/1", "no version"], )");
        installWith("asks", R"("optional": {"provides": "*"}, )");
        ASSERT_TRUE(load(settings));
        expectGoodRuns();
    }
    border::Ledger::Sums sums(const std::string& id) { return border().sums(id); }
};

TEST_F(LifeFault, WhatAPluginSaysAboutItsHealthIsShown)
{
    install("health");
    ASSERT_TRUE(load());
    EXPECT_EQ(border::Health::good, statusOf("health").condition);
    EXPECT_EQ("0", get("/health/degraded").body);
    EXPECT_EQ(border::Health::degraded, statusOf("health").condition);
    expectState("health", "live", "The mail server answers slowly.");
    EXPECT_EQ("0", get("/health/failed").body);
    EXPECT_EQ(border::Health::failed, statusOf("health").condition);
    expectState("health", "live", "The mail server is gone.");
    EXPECT_EQ("0", get("/health/good").body);
    EXPECT_EQ(border::Health::good, statusOf("health").condition);
    EXPECT_EQ("", statusOf("health").detail);
}

TEST_F(LifeFault, AStateOfHealthThatThereIsNotIsRefusedAndALongReasonCut)
{
    install("health");
    ASSERT_TRUE(load());
    EXPECT_EQ(std::to_string(NB_INVALID), get("/health/nonsense").body);
    EXPECT_EQ(border::Health::good, statusOf("health").condition);
    EXPECT_EQ("0", get("/health/wordy").body);
    EXPECT_EQ(510U, statusOf("health").detail.size()) << "512 bytes are no whole number of these characters";
}

TEST_F(LifeFault, ATableIsFoundByWhoNamesItsProvider)
{
    loadProviderAndAsker();
    expectState("provides", "live");
    EXPECT_EQ("one", get("/asks/word").body);
}

TEST_F(LifeFault, ATableOfAPluginThatIsNotNamedIsForbidden)
{
    installWith("provides", R"("provides": ["dictionary/1"], )");
    install("asks");
    ASSERT_TRUE(load());
    EXPECT_EQ("not_declared", get("/asks/word").body);
}

TEST_F(LifeFault, ATableThatNobodyProvidesIsNotFound)
{
    installWith("asks", R"("optional": {"provides": "*"}, )");
    ASSERT_TRUE(load());
    EXPECT_EQ("not_provided", get("/asks/word").body);
}

TEST_F(LifeFault, WhatIsOfferedMustBeDeclaredAndHaveAVersion)
{
    loadProviderAndAsker({{"provides.number", {"1", "conf", 1}}});
    expectState("provides", "failed", "undeclared/1 does not stand under \"provides\"");
    EXPECT_EQ("not_provided", get("/asks/word").body);
}

TEST_F(LifeFault, AnIdWithoutAVersionIsRefused)
{
    loadProviderAndAsker({{"provides.number", {"2", "conf", 1}}});
    expectState("provides", "failed", "a major version");
}

TEST_F(LifeFault, ATableIsOfferedOnce)
{
    loadProviderAndAsker({{"provides.number", {"3", "conf", 1}}});
    expectState("provides", "failed", "was offered before");
}

TEST_F(LifeFault, ALeaseKeepsItsProviderFromBeingStopped)
{
    loadProviderAndAsker();
    ASSERT_EQ("held", get("/asks/hold").body);
    std::shared_ptr<border::Generation> provider;
    for (const auto& each : border().live())
        if (each->id() == "provides")
            provider = each;
    ASSERT_TRUE(provider);
    auto ending = std::async(std::launch::async, [&] { return provider->end(10s); });
    ASSERT_TRUE(eventually([&] { return provider->draining(); }));
    EXPECT_EQ(std::future_status::timeout, ending.wait_for(50ms)) << "it was stopped under a lease";
    EXPECT_EQ("not_provided", get("/asks/word").body) << "a new lease of what is ending";
    EXPECT_EQ("let go", get("/asks/let-go").body);
    EXPECT_EQ(border::Ending::clean, ending.get());
}

TEST_F(LifeFault, AHandleThatIsGivenBackTwiceIsHarmlessAndTold)
{
    install("good");
    install("double_cancel");
    ASSERT_TRUE(load());
    const auto log = logOf([&] {
        EXPECT_EQ("timer", get("/double/timer").body);
        EXPECT_EQ("subscription", get("/double/subscription").body);
    });
    EXPECT_NE(std::string::npos, log.find("source=double_cancel msg=\"cancel of a timer that was given back before")) << log;
    EXPECT_NE(std::string::npos, log.find("cancel of a subscription that was given back before")) << log;
    EXPECT_NE(std::string::npos, log.find("resume of a subscription that was given back before")) << log;
    for (const auto& each : border().live())
        if (each->id() == "double_cancel") {
            EXPECT_EQ(1U, each->figures().timers) << "the second cancel hit another timer";
        }
    expectGoodRuns();
}

TEST_F(LifeFault, AHandleOfAGenerationThatIsGoneIsHarmlessAndTold)
{
    install("stale_handle");
    ASSERT_TRUE(load());
    ASSERT_EQ("kept", get("/stale/keep").body);
    const auto reloaded = loader().reload("stale_handle", 1s);
    ASSERT_TRUE(reloaded) << reloaded.error().detail;
    ASSERT_TRUE(eventually([&] {
        loader().tend();
        return loader().draining() == 0;
    }));
    const auto log = logOf([&] { EXPECT_EQ("again", get("/stale/again").body); });
    EXPECT_NE(std::string::npos, log.find("source=stale_handle msg=\"cancel of a timer that was given back before, or whose "
                                          "generation has ended"))
        << log;
    expectState("stale_handle", "live");
}

TEST_F(LifeFault, AHandlerThatHangsIsToldAndTheOthersGoOn)
{
    install("good");
    install("hangs");
    ASSERT_TRUE(load());
    std::vector<std::future<Answer>> hanging;
    for (unsigned i = 0; i < workerCount; ++i)
        hanging.push_back(std::async(std::launch::async, [&] { return get("/hang"); }));
    border::Generation* generation = nullptr;
    for (const auto& each : border().live())
        if (each->id() == "hangs")
            generation = each.get();
    ASSERT_NE(nullptr, generation);
    ASSERT_TRUE(eventually([&] { return generation->inFlight() == workerCount; }));

    const auto log = logOf([&] {
        ASSERT_TRUE(eventually([&] {
            border().watch(20ms, workerCount);
            workers().relieve(20ms);
            return generation->overhung();
        }));
    });
    EXPECT_NE(std::string::npos, log.find("A call into a plugin does not come back.")) << log;
    EXPECT_NE(std::string::npos, log.find("plugin=hangs call=handler")) << log;
    expectState("hangs", "live", "4 calls have not come back");
    EXPECT_EQ(border::Health::failed, statusOf("hangs").condition);
    EXPECT_EQ(4U, border().longCalls("hangs").size());
    EXPECT_EQ(4U, generation->figures().stuck);

    EXPECT_EQ("from a worker", get("/good/slow-path").body) << "all workers are eaten up";
    EXPECT_EQ(503, get("/hang/fine").status) << "it would take the spare workers too";

    generation->setStuck(0, false);
    EXPECT_EQ("let go", get("/hang/let-go").body);
    for (auto& each : hanging)
        EXPECT_EQ("at last", each.get().body);
    ASSERT_TRUE(eventually([&] { return generation->inFlight() == 0; }));
    border().watch(20ms, workerCount);
    EXPECT_EQ("fine", get("/hang/fine").body);
    EXPECT_EQ("", statusOf("hangs").detail);
}

TEST_F(LifeFault, WhatAPluginCostsIsCountedOverItsGenerations)
{
    install("tables");
    install("throws_in_handler");
    ASSERT_TRUE(load());
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(200, get("/tables/count").status);
    EXPECT_EQ(500, get("/throws").status);
    const auto tables = sums("tables");
    EXPECT_GE(tables.calls, 20U);
    EXPECT_EQ(0U, tables.errors);
    EXPECT_EQ(20U, tables.statements);
    EXPECT_GT(tables.sql, 0ns);
    EXPECT_GT(tables.cpu, 0ns);
    EXPECT_EQ(1U, sums("throws_in_handler").errors);
    for (const auto& each : border().live())
        if (each->id() == "tables") {
            // The last answer is out before its call has come back and is counted.
            EXPECT_TRUE(eventually([&] { return each->figures().latency.samples == 20; }));
            const auto figures = each->figures();
            EXPECT_EQ(5U, figures.routes);
            EXPECT_GT(figures.latency.p50, 0ns);
            EXPECT_LE(figures.latency.p50, figures.latency.p99);
        }
    loader().stopAll(1s);
    EXPECT_GE(sums("tables").calls, tables.calls) << "the end of a generation takes its counts away";
    EXPECT_EQ(20U, sums("tables").statements);
}

} // namespace netbit::fault_test
