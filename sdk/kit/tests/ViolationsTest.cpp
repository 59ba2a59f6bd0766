#include <netbit/kit/gtest.hpp>

#include <gtest/gtest-spi.h>

using namespace netbit::kit;
using namespace ::testing;

namespace {

/// What the kit says of that sin after one request, and after the plugin's end.
Violations after(const std::string& sin)
{
    FakeHost host(NAUGHTY, {{"sin", sin}});
    host.get("/api/naughty");
    host.stop();
    return host.takeViolations();
}

/// What it says of a plugin that does not start.
Violations ofStart(const std::string& sin)
{
    FakeHost host(NAUGHTY, Options().settings({{"sin", sin}}).stopped());
    EXPECT_FALSE(host.start());
    return host.takeViolations();
}

TEST(KitViolations, APluginWithoutSinHasNone) { EXPECT_THAT(after(""), IsEmpty()); }

TEST(KitViolations, AnswersThatAreNotExactlyOneAreNamed)
{
    EXPECT_THAT(after("twice"), ElementsAre("The handler of GET /api/naughty answered twice."));
    EXPECT_THAT(after("silent"), ElementsAre("The handler of GET /api/naughty returned NB_OK without an answer."));
    EXPECT_THAT(after("blocks"), ElementsAre("The handler of GET /api/naughty returned NB_WOULD_BLOCK on a worker."));
    EXPECT_THAT(after("unanswered"), ElementsAre("One request was left without an answer when it was stopped."));
    EXPECT_THAT(after("reads_late"), ElementsAre(HasSubstr("http.method was called on a request")));
    EXPECT_THAT(after("bad_header"), ElementsAre(HasSubstr("Content-Length")));
}

TEST(KitViolations, AnExceptionThatGetsOutIsNamedWithItsWords)
{
    EXPECT_THAT(after("throws"), ElementsAre("The handler of GET /api/naughty let an exception out: a word of the plugin."));
}

TEST(KitViolations, RoutesThatARealHostRefusesAreNamed)
{
    EXPECT_THAT(ofStart("no_access"), ElementsAre(HasSubstr("does not say who may call it")));
    EXPECT_THAT(ofStart("undeclared"), ElementsAre(HasSubstr("GET /api/elsewhere is not among the routes of the manifest")));
    EXPECT_THAT(ofStart("duplicate"), ElementsAre(HasSubstr("belongs to naughty and to naughty")));
    EXPECT_THAT(after("late_route"), ElementsAre(HasSubstr("Routes are added in start")));
}

TEST(KitViolations, CallsOnTheWrongThreadAreNamed)
{
    EXPECT_THAT(after("query_on_reactor"), ElementsAre("sql.query was called on a reactor, where it must not be."));
    EXPECT_THAT(after("config_on_worker"), ElementsAre("config.text was called on a worker, where it must not be."));
}

TEST(KitViolations, HandlesThatWereNotGivenBackAreNamed)
{
    EXPECT_THAT(after("leaks_timer"), ElementsAre("One timer was not cancelled when it was destroyed."));
    EXPECT_THAT(after("leaks_body"), ElementsAre("One body was not released when it was destroyed."));
    EXPECT_THAT(after("leaks_stream"), ElementsAre("One stream was not ended when it was destroyed."));
    EXPECT_THAT(after("cancels_twice"), ElementsAre("A timer was cancelled twice."));
}

TEST(KitViolations, ArgumentsAndTablesThatAreNotItsOwnAreNamed)
{
    EXPECT_THAT(after("bad_argument"), ElementsAre(HasSubstr("sql.execute: The argument statements is null")));
    EXPECT_THAT(after("foreign_table"), ElementsAre(HasSubstr("names of its tables start with p_naughty_")));
}

TEST(KitViolations, AServiceThatTheManifestDoesNotWantIsAbsent)
{
    FakeHost host(NAUGHTY, {{"sin", "absent_service"}});
    EXPECT_THAT(host.get("/api/naughty"), HasStatus(404)) << "it found netbit.chat/1, and went on";
}

TEST(KitViolations, AStartThatFailsSaysWhyAndIsNoViolation)
{
    try {
        FakeHost host(NAUGHTY, {{"sin", "fails"}});
        FAIL() << "it has started";
    } catch (const netbit::Failure& failure) {
        EXPECT_EQ(failure.error().code, "no_weather");
        EXPECT_EQ(failure.error().detail, "The weather is bad.");
    }
}

TEST(KitViolations, FailTheTestThatLeavesThem)
{
    EXPECT_NONFATAL_FAILURE(
        {
            FakeHost host(NAUGHTY, {{"sin", "leaks_timer"}});
        },
        "the plugin: One timer was not cancelled when it was destroyed.");
}

} // namespace
