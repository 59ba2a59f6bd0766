#include "services/search/Query.h"

#include <gtest/gtest.h>

namespace netbit::services::search {

namespace {

std::vector<std::u32string> words(const base::Result<Query>& query)
{
    std::vector<std::u32string> out;
    if (query)
        for (const auto& term : query->terms)
            if (term.shown)
                out.push_back(term.anyOf.at(0));
    return out;
}

using Words = std::vector<std::u32string>;

} // namespace

TEST(SearchQuery, WordsAndPhrasesAreFolded)
{
    EXPECT_EQ(words(parseQuery("Hello  WORLD")), (Words{U"hello", U"world"}));
    EXPECT_EQ(words(parseQuery(R"("Two Words" third)")), (Words{U"two words", U"third"}));
    EXPECT_EQ(words(parseQuery(R"("not closed)")), (Words{U"not closed"}));
    EXPECT_EQ(words(parseQuery("tab\tand\nline")), (Words{U"tab", U"and", U"line"}));
    EXPECT_EQ(words(parseQuery(R"("from:bob")")), (Words{U"from:bob"})) << "a phrase is no filter";
    EXPECT_EQ(words(parseQuery("http://x note:this From:bob")), (Words{U"http://x", U"note:this", U"from:bob"}));
    EXPECT_EQ(words(parseQuery(R"(a"b)")), (Words{U"a\"b"}));
}

TEST(SearchQuery, FiltersAreRead)
{
    const auto query = parseQuery(R"(from:bob in:"release team" after:2026-01-30 before:2026-02-01 has:image word)");
    ASSERT_TRUE(query);
    EXPECT_EQ(query->from, "bob");
    EXPECT_EQ(query->in, "release team");
    EXPECT_EQ(query->since, *base::parseRfc3339("2026-01-31T00:00:00Z")) << "the day itself is not after it";
    EXPECT_EQ(query->until, *base::parseRfc3339("2026-02-01T00:00:00Z"));
    EXPECT_TRUE(query->image);
    EXPECT_FALSE(query->file);
    EXPECT_EQ(words(query), (Words{U"word"}));
    const auto exact = parseQuery("before:2026-01-31T12:00:00Z after:2026-01-31T11:00:00.5Z");
    ASSERT_TRUE(exact);
    EXPECT_EQ(exact->until, *base::parseRfc3339("2026-01-31T12:00:00Z"));
    EXPECT_EQ(exact->since, *base::parseRfc3339("2026-01-31T11:00:00.501Z"));
    EXPECT_EQ(parseQuery("has:link")->terms.at(0).shown, false);
}

TEST(SearchQuery, WhatMakesNoSenseIsRefused)
{
    const std::vector<std::pair<std::string, std::string>> table{
        {"", "empty_query"},
        {"   ", "empty_query"},
        {"\"\"", "empty_query"},
        {"\t\n\x01", "empty_query"},
        {"from:", "bad_filter"},
        {"in:\"\"", "bad_filter"},
        {"from:a from:b", "bad_filter"},
        {"in:a in:b", "bad_filter"},
        {"has:money", "bad_filter"},
        {"before:yesterday", "bad_filter"},
        {"before:2026-02-30", "bad_filter"},
        {"before:1969-12-31", "bad_filter"},
        {"after:2026-1-1", "bad_filter"},
        {"after:2026-01-01x", "bad_filter"},
        {std::string(513, 'x'), "query_too_long"},
        {"a b c d e f g h i j k l m n o p q", "too_many_terms"},
    };
    for (const auto& [text, code] : table) {
        const auto query = parseQuery(text);
        ASSERT_FALSE(query) << text;
        EXPECT_EQ(query.error().code, code) << text;
        EXPECT_EQ(query.error().pointer, "/q");
        EXPECT_EQ(query.error().status, base::Status::invalid);
    }
}

} // namespace netbit::services::search
