#include "base/Json.h"
#include "services/files/FileNames.h"

#include <gtest/gtest.h>
#include <random>

namespace netbit::services::files {
namespace {

TEST(FileNames, OnlyTheLastPartOfAPathIsKept)
{
    EXPECT_EQ(displayName("../../etc/passwd"), "passwd");
    EXPECT_EQ(displayName("C:\\Users\\me\\photo.png"), "photo.png");
    EXPECT_EQ(displayName("a/b\\c"), "c");
    EXPECT_EQ(displayName("dir/"), "file");
    EXPECT_EQ(displayName(".."), "file");
    EXPECT_EQ(displayName(".hidden"), "hidden");
    EXPECT_EQ(displayName(" . name. . "), "name");
    EXPECT_EQ(displayName(""), "file");
}

TEST(FileNames, WhatCannotBeSeenIsGone)
{
    EXPECT_EQ(displayName(std::string("a\0b\r\nc\x1B\x7F", 8)), "abc");
    EXPECT_EQ(displayName("photo\xE2\x80\xAEgpj.exe"), "photogpj.exe") << "an override of direction hides an ending";
    EXPECT_EQ(displayName("a\xE2\x81\xA6\xE2\x81\xA9\xC2\x85\xE2\x80\xA8z"), "az");
    EXPECT_EQ(displayName("x\xFFy"), "x\xEF\xBF\xBDy");
    EXPECT_EQ(displayName("\xE6\x9D\xB1\xE4\xBA\xAC.txt"), "東京.txt");
}

TEST(FileNames, OverLongIsCutBeforeTheEnding)
{
    const auto cut = displayName(std::string(400, 'a') + ".jpeg");
    EXPECT_EQ(cut.size(), maxNameBytes);
    EXPECT_TRUE(cut.ends_with("aaa.jpeg"));
    std::string wide;
    for (int i = 0; i < 200; ++i)
        wide += "\xE6\x9D\xB1";
    const auto characters = displayName(wide);
    EXPECT_LE(characters.size(), maxNameBytes);
    EXPECT_TRUE(base::validUtf8(characters));
}

TEST(FileNames, RandomBytesGiveANameThatMayBeShown)
{
    std::mt19937 random(9);
    for (int round = 0; round < 20'000; ++round) {
        std::string given;
        for (auto length = random() % 600; length > 0; --length)
            given += static_cast<char>(random() % 3 == 0 ? random() % 256 : "ab./\\ "[random() % 6]);
        const auto name = displayName(given);
        ASSERT_TRUE(!name.empty() && name.size() <= maxNameBytes);
        ASSERT_TRUE(base::validUtf8(name));
        ASSERT_EQ(name.find_first_of("/\\"), std::string::npos);
        for (const unsigned char c : name)
            ASSERT_GE(c, 0x20);
        ASSERT_EQ(displayName(name), name) << "cleaned once is clean";
    }
}

} // namespace
} // namespace netbit::services::files
