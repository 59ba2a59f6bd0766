#include "services/notify/Decision.h"
#include "services/notify/Quiet.h"
#include "services/search/Folded.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace netbit::services::notify::test {

namespace json = boost::json;

namespace {

base::Result<Rules> read(std::string_view text) { return readRules(json::parse(text).as_object()); }
std::string wrong(std::string_view text)
{
    const auto rules = read(text);
    return rules ? "good" : rules.error().code + ' ' + rules.error().pointer;
}
Rules good(std::string_view text) { return read(text).value(); }
bool says(std::string_view text, std::string_view keyword) { return hasWord(search::folded(text), search::folded(keyword)); }
std::string loud(const Rules& rules, std::string_view zone, std::string_view at)
{
    return base::rfc3339(loudFrom(rules, zone, base::parseRfc3339(at).value()));
}

} // namespace

TEST(NotifyRules, WhatIsWrittenIsShownAndKept)
{
    const auto* const text = R"({"default":"mentions","levels":[{"scope":"project","id":3,"level":"all"},)"
                             R"({"scope":"thread","id":9,"level":"none"}],)"
                             R"("keywords":["deploy","会议"],"quiet_hours":[{"days":["mon","fri"],"from":"22:00","to":"07:30"},)"
                             R"({"days":["sat"],"from":"12:00","to":"24:00"}],)"
                             R"("days_off":["sun"],"dates_off":["2026-12-24","2027-01-01"]})";
    EXPECT_EQ(json::serialize(rulesJson(good(text))), text);
    EXPECT_EQ(json::serialize(rulesJson(storedRules(text))), text);
    EXPECT_EQ(json::serialize(rulesJson(storedRules("{broken"))), json::serialize(rulesJson(Rules())));
}

TEST(NotifyRules, WhatMakesNoSenseIsPointedAt)
{
    EXPECT_EQ(wrong(R"({"colour":"red"})"), "unknown_member /colour");
    EXPECT_EQ(wrong(R"({"default":"loud"})"), "out_of_range /default");
    EXPECT_EQ(wrong(R"({"levels":[{"scope":"chat","id":1,"level":"all"},)"
                    R"({"scope":"chat","id":1,"level":"none"}]})"), "duplicate_member /levels/1");
    EXPECT_EQ(wrong(R"({"levels":[{"scope":"server","id":1,"level":"all"}]})"), "out_of_range /levels/0/scope");
    EXPECT_EQ(wrong(R"({"levels":[{"scope":"chat","level":"all"}]})"), "missing_member /levels/0/id");
    EXPECT_EQ(wrong(R"({"levels":[{"scope":"chat","id":0,"level":"all"}]})"), "wrong_type /levels/0/id");
    EXPECT_EQ(wrong(R"({"levels":[{"scope":"chat","id":1,"level":"all","x":1}]})"), "unknown_member /levels/0/x");
    EXPECT_EQ(wrong(R"({"levels":[7]})"), "wrong_type /levels/0");
    EXPECT_EQ(wrong(R"({"levels":7})"), "wrong_type /levels");
    EXPECT_EQ(wrong(R"({"keywords":["  "]})"), "out_of_range /keywords/0");
    EXPECT_EQ(wrong(R"({"keywords":["a","A"]})"), "duplicate_member /keywords/1");
    EXPECT_EQ(wrong(R"({"keywords":[1]})"), "wrong_type /keywords/0");
    EXPECT_EQ(wrong(R"({"quiet_hours":[{"from":"22:00"}]})"), "missing_member /quiet_hours/0/to");
    for (const auto* const time : {"7:00", "25:00", "24:01", "22-00", "aa:00", "-1:00", "22:60", ""})
        EXPECT_EQ(wrong(std::string(R"({"quiet_hours":[{"from":")") + time + R"(","to":"08:00"}]})"), "out_of_range /quiet_hours/0/from") << time;
    EXPECT_EQ(wrong(R"({"quiet_hours":[{"from":"24:00","to":"08:00"}]})"), "out_of_range /quiet_hours/0/from");
    EXPECT_EQ(wrong(R"({"quiet_hours":[{"from":"08:00","to":"08:00"}]})"), "out_of_range /quiet_hours/0/to");
    EXPECT_EQ(wrong(R"({"quiet_hours":[{"days":["someday"],"from":"08:00","to":"09:00"}]})"), "out_of_range /quiet_hours/0/days/0");
    EXPECT_EQ(wrong(R"({"quiet_hours":[{"days":[],"from":"08:00","to":"09:00"}]})"), "out_of_range /quiet_hours/0/days");
    EXPECT_EQ(wrong(R"({"quiet_hours":[{"from":"00:00","to":"12:00"},{"from":"12:00","to":"24:00"}]})"), "never_loud /quiet_hours");
    EXPECT_EQ(wrong(R"({"days_off":["mon","tue","wed","thu","fri","sat","sun"]})"), "never_loud /days_off");
    for (const auto* const date : {"2026-02-30", "2026-13-01", "26-01-01", "2026/01/01", "1969-01-01", "tomorrow"})
        EXPECT_EQ(wrong(std::string(R"({"dates_off":[")") + date + "\"]}"), "out_of_range /dates_off/0") << date;
    std::string many = "[";
    for (int i = 0; i < 101; ++i)
        many += (i > 0 ? ",\"w" : "\"w") + std::to_string(i) + '"';
    EXPECT_EQ(wrong("{\"keywords\":" + many + "]}"), "out_of_range /keywords");
}

TEST(NotifyKeywords, AreWholeWordsWhateverTheirCase)
{
    EXPECT_TRUE(says("We DEPLOY at noon", "deploy"));
    EXPECT_TRUE(says("deploy", "Deploy"));
    EXPECT_TRUE(says("re-deploy!", "deploy"));
    EXPECT_FALSE(says("deployment", "deploy"));
    EXPECT_FALSE(says("redeploy", "deploy"));
    EXPECT_FALSE(says("deploy_now", "deploy"));
    EXPECT_TRUE(says("deployment, then deploy", "deploy")) << "the first place is not the only one";
    EXPECT_TRUE(says("the release plan is out", "release plan"));
    EXPECT_FALSE(says("release planning", "release plan"));
    EXPECT_TRUE(says("I write C++.", "c++"));
    EXPECT_TRUE(says("ÜBER uns", "über"));
    EXPECT_FALSE(says("überall", "über"));
    EXPECT_TRUE(says("明日会议です", "会议"));
    EXPECT_TRUE(says("新しいAPIを使う", "api"));
    EXPECT_TRUE(says("회의는 내일", "회의"));
    EXPECT_FALSE(says("会 议", "会议"));
}

TEST(NotifyQuiet, EndsByTheClockOnTheWall)
{
    const auto nights = good(R"({"quiet_hours":[{"from":"22:00","to":"07:00"}]})");
    EXPECT_EQ(loud(nights, "Europe/Zurich", "2026-01-15T12:00:00Z"), "2026-01-15T12:00:00.000Z");
    EXPECT_EQ(loud(nights, "Europe/Zurich", "2026-01-15T21:00:00Z"), "2026-01-16T06:00:00.000Z");
    EXPECT_EQ(loud(nights, "Europe/Zurich", "2026-07-15T21:00:00Z"), "2026-07-16T05:00:00.000Z");
    EXPECT_EQ(loud(nights, "", "2026-01-15T23:00:00Z"), "2026-01-16T07:00:00.000Z");
    EXPECT_EQ(loud(nights, "Nowhere/Land", "2026-01-15T23:00:00Z"), "2026-01-16T07:00:00.000Z") << "an unknown zone is UTC";
    const auto weekend = good(R"({"quiet_hours":[{"from":"22:00","to":"07:00"}],)"
                              R"("days_off":["sat","sun"],"dates_off":["2026-01-19"]})");
    EXPECT_EQ(loud(weekend, "UTC", "2026-01-16T22:30:00Z"), "2026-01-20T07:00:00.000Z") << "night, weekend, holiday, night";
}

TEST(NotifyQuiet, KnowsTheHourThatIsNotThereAndTheOneThatIsTwice)
{
    // On 29 March 2026 02:00 is followed by 03:00 in Zurich; on 25 October 03:00 by 02:00.
    const auto early = good(R"({"quiet_hours":[{"from":"01:00","to":"02:30"}]})");
    EXPECT_EQ(loud(early, "Europe/Zurich", "2026-03-29T00:30:00Z"), "2026-03-29T01:00:00.000Z")
        << "02:30 never comes: 03:00 does";
    const auto late = good(R"({"quiet_hours":[{"from":"02:30","to":"04:00"}]})");
    EXPECT_EQ(loud(late, "Europe/Zurich", "2026-10-25T00:45:00Z"), "2026-10-25T01:00:00.000Z")
        << "it is 02:00 once more, and loud";
    EXPECT_EQ(loud(late, "Europe/Zurich", "2026-10-25T01:45:00Z"), "2026-10-25T03:00:00.000Z");
}

TEST(NotifyQuiet, TheNextTimeOfADayComesOnceADayWhateverTheClockDoes)
{
    const auto next = [](std::string_view zone, int minute, std::string_view after) {
        return base::rfc3339(nextAt(zone, minute, base::parseRfc3339(after).value()));
    };
    EXPECT_EQ(next("UTC", 480, "2026-06-01T07:59:59.999Z"), "2026-06-01T08:00:00.000Z");
    EXPECT_EQ(next("UTC", 480, "2026-06-01T08:00:00Z"), "2026-06-02T08:00:00.000Z");
    EXPECT_EQ(next("UTC", 0, "2026-12-31T23:59:00Z"), "2027-01-01T00:00:00.000Z");
    EXPECT_EQ(next("Asia/Tokyo", 480, "2026-06-01T00:00:00Z"), "2026-06-01T23:00:00.000Z");
    EXPECT_EQ(next("Nowhere/Land", 480, "2026-06-01T00:00:00Z"), "2026-06-01T08:00:00.000Z");
    // Berlin: on 2026-03-29 there is no 02:30, on 2026-10-25 there are two.
    EXPECT_EQ(next("Europe/Berlin", 480, "2026-03-28T12:00:00Z"), "2026-03-29T06:00:00.000Z");
    EXPECT_EQ(next("Europe/Berlin", 150, "2026-03-28T12:00:00Z"), "2026-03-29T01:00:00.000Z");
    EXPECT_EQ(next("Europe/Berlin", 150, "2026-03-29T01:00:00Z"), "2026-03-30T00:30:00.000Z");
    EXPECT_EQ(next("Europe/Berlin", 150, "2026-10-24T12:00:00Z"), "2026-10-25T00:30:00.000Z");
    EXPECT_EQ(next("Europe/Berlin", 150, "2026-10-25T00:30:00Z"), "2026-10-26T01:30:00.000Z");
    // A year of each minute tried: as many as days, and never two on one day of that wall.
    for (const auto* const zone : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"})
        for (const int minute : {0, 90, 119, 120, 150, 179, 180, 1439}) {
            auto at = base::parseRfc3339("2026-01-01T12:00:00Z").value();
            const auto end = base::parseRfc3339("2027-01-01T12:00:00Z").value();
            int count = 0;
            for (auto after = nextAt(zone, minute, at); after <= end; after = nextAt(zone, minute, at)) {
                EXPECT_GE(after - at, count == 0 ? 1 : 22 * 3'600'000) << zone << ' ' << minute;
                EXPECT_LE(after - at, 26 * 3'600'000) << zone << ' ' << minute;
                at = after;
                ++count;
            }
            EXPECT_EQ(count, 365) << zone << ' ' << minute;
        }
}

TEST(NotifyDecision, TheNearestLevelWinsAndSaysSo)
{
    const auto rules = good(R"({"default":"all","levels":[{"scope":"project","id":1,"level":"none"},)"
                            R"({"scope":"chat","id":2,"level":"mentions"}]})");
    const Place place{.projectId = 1, .chatId = 2, .threadId = 3};
    const auto chain = chainOf(place, false, rules, Level::mentions);
    ASSERT_EQ(chain.size(), 5u);
    EXPECT_EQ(chain.front().scope, Scope::server);
    EXPECT_EQ(chain.back().scope, Scope::thread);
    const auto effective = effectiveOf(chain);
    EXPECT_EQ(effective.level, Level::mentions);
    EXPECT_EQ(effective.scope, Scope::chat);
    EXPECT_EQ(effectiveOf(chainOf(place, true, rules, Level::mentions)).level, Level::none) << "the chat is muted";
    const auto loudThread = good(R"({"levels":[{"scope":"thread","id":3,"level":"all"}]})");
    EXPECT_EQ(effectiveOf(chainOf(place, true, loudThread, Level::mentions)).level, Level::all)
        << "a thread stands nearer than its muted chat";
}

} // namespace netbit::services::notify::test
