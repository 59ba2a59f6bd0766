#include "services/issues/Ranks.h"
#include "services/issues/References.h"

#include <gtest/gtest.h>
#include <random>

namespace netbit::services::issues {

TEST(Ranks, StandBetweenWhatTheyWereMadeFrom)
{
    std::mt19937 random(3);
    std::vector<std::string> order;
    for (int round = 0; round < 20'000; ++round) {
        const auto place = static_cast<std::size_t>(random() % (order.size() + 1));
        const auto low = place == 0 ? std::string() : order[place - 1];
        const auto high = place == order.size() ? std::string() : order[place];
        const auto made = rankBetween(low, high);
        ASSERT_LT(low, made);
        ASSERT_TRUE(high.empty() || made < high) << made << " before " << high;
        ASSERT_NE(made.back(), '0') << "there would be no room before it";
        order.insert(order.begin() + static_cast<std::ptrdiff_t>(place), made);
        if (order.size() > 500)
            order.erase(order.begin() + static_cast<std::ptrdiff_t>(random() % order.size()));
    }
}

TEST(Ranks, GrowSlowlyWhereverItIsThatCardsAreMoved)
{
    std::string first = rankBetween({}, {});
    std::string last = first;
    for (int i = 0; i < 1'000; ++i)
        last = rankBetween(last, {});
    EXPECT_LT(last.size(), longRank);
    std::string low = first;
    std::string high = rankBetween(first, {});
    for (int i = 0; i < 200; ++i)
        (i % 2 == 0 ? low : high) = rankBetween(low, high);
    EXPECT_LT(high.size(), 60U);
}

TEST(References, AreFoundWhereTheyStandByThemselves)
{
    using Found = std::vector<Reference>;
    EXPECT_EQ(referencesIn("see #12."), (Found{{"", "", 12, false}}));
    EXPECT_EQ(referencesIn("netbit#7, ann/netbit#8 and (x#9)"), (Found{{"", "netbit", 7, false}, {"ann", "netbit", 8, false}, {"", "x", 9, false}}));
    EXPECT_EQ(referencesIn("Fixes #1; closes: p#2, resolved\n#3 but not a #4"),
              (Found{{"", "", 1, true}, {"", "p", 2, true}, {"", "", 3, true}, {"", "", 4, false}}));
    EXPECT_EQ(referencesIn("#5 and fixes #5"), (Found{{"", "", 5, true}}));
    for (const auto* text : {"`#1`", "``a ` #1``", "#", "#x", "#0", "#1x", "a/b/c#1", "##1", "@#1", "#99999999999999999999", "http://x/#1",
                             "/p#1", "fixes", "\xC3\xA9#1"})
        EXPECT_TRUE(referencesIn(text).empty()) << text;
    EXPECT_EQ(referencesIn("a lone ` and #6").size(), 1U);
    EXPECT_FALSE(referencesIn("prefixes #1").at(0).closes);
}

TEST(References, OfAnyBytesAreFewAndCostLittle)
{
    std::mt19937 random(5);
    const std::string alphabet = "#`0129ax/-. \nfixes\xC3\xFF";
    for (int round = 0; round < 5'000; ++round) {
        std::string text;
        for (auto length = random() % 400; length > 0; --length)
            text += alphabet[random() % alphabet.size()];
        EXPECT_LE(referencesIn(text).size(), mostReferences);
    }
    EXPECT_LE(referencesIn(std::string(60'000, '#')).size(), mostReferences);
    std::string many;
    for (int i = 1; i < 5'000; ++i)
        many += "#" + std::to_string(i) + " ";
    EXPECT_EQ(referencesIn(many).size(), mostReferences);
}

TEST(References, PeopleStandBehindAnAt)
{
    const auto people = [](std::string_view text) {
        std::string out;
        for (const auto& name : peopleIn(text))
            out += name + ' ';
        return out;
    };
    EXPECT_EQ(people("@ann and (@ben), @cem. @ann @d.e-f_g"), "ann ben cem d.e-f_g ");
    EXPECT_EQ(people("a@ann.de @@ben /@cem x_@dia `@eve` ``@fay ` @gus`` @"), "");
    EXPECT_EQ(people("`open @ann"), "ann ") << "no code begins there";
}

TEST(References, CommitsAreHexadecimalWords)
{
    const auto commits = [](std::string_view text) {
        std::string out;
        for (const auto& id : commitsIn(text))
            out += id + ' ';
        return out;
    };
    EXPECT_EQ(commits("See abcdef0, (1234567) and " + std::string(40, 'a') + "."), "abcdef0 1234567 " + std::string(40, 'a') + " ");
    EXPECT_EQ(commits("abcdef ABCDEF0 abcdefg0 x/abcdef0 #abcdef0 abcdef0/x @abcdef0 `abcdef0` " + std::string(41, 'a')), "");
}

TEST(References, WhateverIsWrittenIsReadWithinItsBounds)
{
    std::mt19937 random(5);
    const std::string alphabet = "@`a1f#/. \n-_\xC3\xA9";
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (auto length = random() % 300; length > 0; --length)
            text += alphabet[random() % alphabet.size()];
        EXPECT_LE(peopleIn(text).size(), mostReferences);
        EXPECT_LE(commitsIn(text).size(), mostReferences);
        for (const auto& name : peopleIn(text))
            EXPECT_NE(text.find('@' + name), text.npos);
        for (const auto& id : commitsIn(text))
            EXPECT_TRUE(mayBeCommit(id)) << id;
    }
}

} // namespace netbit::services::issues
