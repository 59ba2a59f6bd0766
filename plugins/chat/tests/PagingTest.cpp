#include "Paging.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace netbit::chat {

namespace {

void expectPointer(const PageParameters& parameters, std::string_view pointer)
{
    const auto read = readPageQuery(1, parameters);
    ASSERT_FALSE(read) << "expected a refusal at " << pointer;
    EXPECT_EQ(read.status(), Status::invalid);
    EXPECT_EQ(read.error().pointer, pointer);
}

PageParameters of(std::string_view name, std::string_view value)
{
    PageParameters out;
    (name == "page" ? out.page
         : name == "per_page" ? out.perPage
         : name == "before" ? out.before
         : name == "after" ? out.after
                           : out.limit)
        = value;
    return out;
}

TEST(PageQuery, WithoutParametersIsTheNewestPage)
{
    const auto query = readPageQuery(9, {});
    ASSERT_TRUE(query);
    EXPECT_EQ(query->chatId, 9);
    EXPECT_EQ(query->page, 1u);
    EXPECT_EQ(query->perPage, 50u);
    EXPECT_EQ(query->before, 0);
    EXPECT_EQ(query->after, 0);
}

TEST(PageQuery, CursorHasALimitAndNoPage)
{
    const auto query = readPageQuery(9, of("before", "77"));
    ASSERT_TRUE(query);
    EXPECT_EQ(query->before, 77);
    EXPECT_EQ(query->limit, 50u);
    EXPECT_EQ(query->page, 0u);
}

TEST(PageQuery, LimitAloneAsksForTheNewestByCursor)
{
    const auto query = readPageQuery(9, of("limit", "200"));
    ASSERT_TRUE(query);
    EXPECT_EQ(query->limit, 200u);
    EXPECT_EQ(query->page, 0u);
}

TEST(PageQuery, NumbersAreStrict)
{
    for (const std::string name : {"page", "per_page", "before", "after", "limit"})
        for (const auto* value : {"", "0", "-1", "+1", "1.5", "1e2", "0x10", " 1", "1 ", "007", "ten", "99999999999999999999"})
            expectPointer(of(name, value), "/" + name);
}

TEST(PageQuery, AtMost200APage)
{
    expectPointer(of("limit", "201"), "/limit");
    expectPointer(of("per_page", "201"), "/per_page");
}

TEST(PageQuery, TheTwoFormsDoNotMix)
{
    auto parameters = of("before", "5");
    parameters.page = "1";
    expectPointer(parameters, "/page");

    parameters = of("limit", "5");
    parameters.perPage = "5";
    expectPointer(parameters, "/per_page");

    parameters = of("before", "5");
    parameters.after = "5";
    expectPointer(parameters, "/after");
}

TEST(ListQuery, HasDefaultsAndStrictNumbers)
{
    EXPECT_EQ(readListQuery({}, {})->page, 1u);
    EXPECT_EQ(readListQuery({}, {})->perPage, 50u);
    EXPECT_EQ(readListQuery("3", "20")->page, 3u);
    EXPECT_EQ(readListQuery("x", {}).error().pointer, "/page");
    EXPECT_EQ(readListQuery({}, "0").error().pointer, "/per_page");
}

nb_page_info info(std::uint32_t count, std::int64_t first, std::int64_t last, bool older, bool newer)
{
    nb_page_info out{};
    out.size = sizeof out;
    out.count = count;
    out.first_id = first;
    out.last_id = last;
    out.has_older = older;
    out.has_newer = newer;
    return out;
}

TEST(PageLinks, LeadToOlderAndNewer)
{
    const auto query = readPageQuery(9, of("before", "77")).value();
    EXPECT_EQ(PageLinks(query, info(50, 20, 76, true, true)).value(),
              "</api/chats/9/messages?before=20&limit=50>; rel=\"next\", "
              "</api/chats/9/messages?after=76&limit=50>; rel=\"prev\"");
    EXPECT_EQ(PageLinks(query, info(50, 20, 76, true, false)).value(),
              "</api/chats/9/messages?before=20&limit=50>; rel=\"next\"");
    EXPECT_EQ(PageLinks(query, info(50, 20, 76, false, true)).value(),
              "</api/chats/9/messages?after=76&limit=50>; rel=\"prev\"");
    EXPECT_EQ(PageLinks(query, info(50, 20, 76, false, false)).value(), "");
    EXPECT_EQ(PageLinks(query, info(0, 0, 0, true, true)).value(), "");
}

TEST(PageLinks, NextGoesOnTheWayTheClientCame)
{
    const auto query = readPageQuery(9, of("after", "19")).value();
    EXPECT_EQ(PageLinks(query, info(50, 20, 76, true, true)).value(),
              "</api/chats/9/messages?before=20&limit=50>; rel=\"prev\", "
              "</api/chats/9/messages?after=76&limit=50>; rel=\"next\"");
}

TEST(PageLinks, LongestNumbersHaveRoom)
{
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    auto query = readPageQuery(most, of("limit", "200")).value();
    const std::string links(PageLinks(query, info(200, most, most, true, true)).value());
    EXPECT_NE(links.find("rel=\"prev\""), std::string::npos) << links;
    EXPECT_EQ(links.back(), '"');
}

} // namespace

} // namespace netbit::chat
