#include "cli/irc/Annotation.h"

#include <gtest/gtest.h>

namespace netbit::cli::irc
{

namespace
{

bool all(std::size_t) { return true; }

TEST(ReplyLinks, ALineAnswersTheOtherAndSelfLinksStart)
{
    const auto links = parseAnnotation("0 0 -\n0 2 - \n", 3, all);
    EXPECT_EQ(links.answers[2], 0U);
    EXPECT_EQ(links.answers[0], noLine);
    EXPECT_EQ(links.starts, 1U);
    EXPECT_TRUE(links.leftOut.empty());
}

TEST(ReplyLinks, TheNearestEarlierOfSeveralWinsInAnyOrder)
{
    for (const auto* text : {"0 3 -\n2 3 -\n1 3 -\n", "2 3 -\n0 3 -\n1 3 -\n", "1 3 -\n0 3 -\n2 3 -\n"}) {
        const auto links = parseAnnotation(text, 4, all);
        EXPECT_EQ(links.answers[3], 2U) << text;
        ASSERT_EQ(links.leftOut.size(), 2U) << text;
        for (const auto& left : links.leftOut)
            EXPECT_EQ(left.fault, LinkFault::secondAnswer);
    }
}

TEST(ReplyLinks, WhatCannotBeLinkedIsLeftOutWithItsReason)
{
    const auto odd = [](std::size_t line) { return line != 1; };
    const std::pair<std::string_view, LinkFault> cases[] = {
        {"x y -", LinkFault::malformed},   {"1 -", LinkFault::malformed},
        {"0 2", LinkFault::malformed},     {"0 2 - 4", LinkFault::malformed},
        {"0 9 -", LinkFault::noSuchLine},  {"2 0 -", LinkFault::answersLater},
        {"0 1 -", LinkFault::notAMessage}, {"1 2 -", LinkFault::notAMessage},
        {"-1 2 -", LinkFault::malformed},  {"0 99999999999999999999999 -", LinkFault::malformed},
    };
    for (const auto& [text, fault] : cases) {
        const auto links = parseAnnotation(text, 3, odd);
        ASSERT_EQ(links.leftOut.size(), 1U) << text;
        EXPECT_EQ(links.leftOut[0].fault, fault) << text << " — " << faultText(links.leftOut[0].fault);
    }
}

} // namespace

} // namespace netbit::cli::irc
