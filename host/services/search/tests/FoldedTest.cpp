#include "services/search/Folded.h"

#include <gtest/gtest.h>

namespace netbit::services::search {

TEST(Folded, EachCharacterStaysOneCharacter)
{
    EXPECT_EQ(folded("ABC"), U"abc");
    EXPECT_EQ(folded("ÄÖ ß Я 中文 😀"), U"äö ß я 中文 😀");
    EXPECT_EQ(toUtf8(folded("ÄÖ ß Я 中文 😀")), "äö ß я 中文 😀");
    EXPECT_EQ(folded(""), U"");
}

TEST(Folded, PlacesAreCountedInCharactersAndMerged)
{
    const auto text = folded("中文 Foo foofoo");
    EXPECT_EQ(places(text, {U"foo"}), (std::vector<Range>{{3, 3}, {7, 6}})) << "two that touch are one";
    EXPECT_EQ(places(text, {U"foo", U"oof", U"文"}), (std::vector<Range>{{1, 1}, {3, 3}, {7, 6}}));
    EXPECT_EQ(places(U"aaaa", {U"aa"}), (std::vector<Range>{{0, 4}}));
    EXPECT_TRUE(places(text, {U"bar"}).empty());
    EXPECT_TRUE(places(U"", {U"bar"}).empty());
}

} // namespace netbit::services::search
