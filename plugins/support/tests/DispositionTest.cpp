#include "support/Disposition.h"

#include <gtest/gtest.h>
#include <random>

namespace netbit::support {
namespace {

TEST(Disposition, TheExtendedNameGoesBeforeThePlainOne)
{
    EXPECT_EQ(nameIn(R"(attachment; filename="naive.txt"; filename*=UTF-8''na%C3%AFve.txt)"), "naïve.txt");
    EXPECT_EQ(nameIn(R"(attachment; FILENAME*=utf-8'en'a%20b.txt; filename=x)"), "a b.txt");
    EXPECT_EQ(nameIn(R"(attachment; filename*=ISO-8859-1''a.txt; filename="b.txt")"), "b.txt");
    EXPECT_EQ(nameIn(R"(attachment; filename*=UTF-8''broken%2; filename=c.txt)"), "c.txt");
}

TEST(Disposition, QuotedNamesMayHoldWhatPartsTheField)
{
    EXPECT_EQ(nameIn(R"(attachment; filename="a;b \"c\".txt"; x=y)"), "a;b \"c\".txt");
    EXPECT_EQ(nameIn("inline;filename=plain.txt"), "plain.txt");
    EXPECT_EQ(nameIn("attachment"), std::nullopt);
    EXPECT_EQ(nameIn(""), std::nullopt);
    EXPECT_EQ(nameIn("attachment; filename"), std::nullopt);
}

TEST(Disposition, WhatIsWrittenSaysTheSameNameAndBreaksNoHeader)
{
    EXPECT_EQ(dispositionOf("attachment", "report.pdf"), R"(attachment; filename="report.pdf")");
    EXPECT_EQ(dispositionOf("inline", "na\"ïve\".png"),
              R"(inline; filename="na___ve_.png"; filename*=UTF-8''na%22%C3%AFve%22.png)");
    std::mt19937 random(7);
    for (int round = 0; round < 2'000; ++round) {
        std::string name;
        for (auto length = 1 + random() % 40; length > 0; --length)
            name += static_cast<char>(random() % 256);
        const auto written = dispositionOf("attachment", name);
        for (const unsigned char c : written)
            ASSERT_TRUE(c >= 0x20 && c < 0x7F) << written;
        ASSERT_EQ(nameIn(written), name) << written;
        nameIn(name); // whatever a client sends
    }
}

} // namespace
} // namespace netbit::support
