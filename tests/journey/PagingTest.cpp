// Walking through a chat: by page number and by cursor, from either end, while others write.

#include "journey/Stage.h"

#include <algorithm>

namespace netbit::test {

namespace {

constexpr int written = 257; // more than the cache keeps, and no multiple of a page

class Paging : public OnStage {
protected:
    static void SetUpTestSuite()
    {
        OnStage::SetUpTestSuite();
        _chat = makeChat(daemon(), ada(), "group", {bob()});
        auto http = as(ada());
        _all.clear();
        for (int i = 0; i < written; ++i)
            _all.push_back(say(http, _chat, "message " + std::to_string(i)));
    }

    static std::vector<std::int64_t> idsOf(const json::value& page)
    {
        std::vector<std::int64_t> ids;
        for (const auto& message : listAt(page, "/data"))
            ids.push_back(integerAt(message, "/id"));
        return ids;
    }

    /// Follows rel="next" from a target on; the pages in the order they came.
    static std::vector<std::vector<std::int64_t>> walk(HttpClient& http, std::string target)
    {
        std::vector<std::vector<std::int64_t>> pages;
        while (!target.empty() && pages.size() < 1'000) {
            const auto reply = http.get(target);
            if (reply.status != 200)
                throw std::runtime_error(target + ": " + reply.body);
            pages.push_back(idsOf(reply.document()));
            target = next(reply.header("link"));
        }
        return pages;
    }

    /// The target of the link with rel="next" (RFC 8288), or empty.
    static std::string next(const std::string& link)
    {
        const auto rel = link.find("rel=\"next\"");
        if (rel == std::string::npos)
            return {};
        const auto open = link.rfind('<', rel);
        const auto close = link.find('>', open);
        auto target = link.substr(open + 1, close - open - 1);
        if (const auto scheme = target.find("://"); scheme != std::string::npos)
            target.erase(0, target.find('/', scheme + 3));
        return target;
    }

    static inline std::int64_t _chat = 0;
    static inline std::vector<std::int64_t> _all; // in the order of the chat
};

} // namespace

TEST_F(Paging, PageOneIsTheNewestAndOldestFirstInside)
{
    auto http = as(bob());
    const auto first = http.expect(200, "GET", messagesOf(_chat, "page=1&per_page=50"));
    EXPECT_EQ(idsOf(first), std::vector(_all.end() - 50, _all.end()));
    EXPECT_EQ(integerAt(first, "/pagination/page"), 1);
    EXPECT_EQ(integerAt(first, "/pagination/per_page"), 50);
    EXPECT_EQ(integerAt(first, "/pagination/total"), written);
    EXPECT_EQ(integerAt(first, "/pagination/total_pages"), 6);
    EXPECT_EQ(http.expect(200, "GET", messagesOf(_chat)).at("data"), first.at("data")) << "the default";
}

TEST_F(Paging, AllPagesByNumberTogetherAreTheChat)
{
    auto http = as(bob());
    for (const int perPage : {1, 7, 50, 100, 200}) {
        SCOPED_TRACE(perPage);
        std::vector<std::int64_t> seen;
        const int pages = (written + perPage - 1) / perPage;
        for (int page = perPage == 1 ? pages - 3 : 1; page <= pages; ++page) {
            const auto ids = idsOf(http.expect(
                200, "GET", messagesOf(_chat, "page=" + std::to_string(page) + "&per_page=" + std::to_string(perPage))));
            seen.insert(seen.begin(), ids.begin(), ids.end());
        }
        const auto expected = perPage == 1 ? std::vector(_all.begin(), _all.begin() + 4) : _all;
        EXPECT_EQ(seen, expected);
    }
    EXPECT_TRUE(idsOf(http.expect(200, "GET", messagesOf(_chat, "page=99&per_page=50"))).empty());
}

TEST_F(Paging, LinksLeadFromTheNewestBackToTheFirst)
{
    auto http = as(bob());
    for (const int limit : {1, 10, 50, 200}) {
        SCOPED_TRACE(limit);
        std::vector<std::int64_t> seen;
        const auto pages = walk(http, messagesOf(_chat, "limit=" + std::to_string(limit)));
        for (const auto& page : pages)
            seen.insert(seen.begin(), page.begin(), page.end());
        EXPECT_EQ(seen, _all);
    }
}

TEST_F(Paging, AfterWalksForward)
{
    auto http = as(bob());
    std::vector<std::int64_t> seen{_all.front()};
    for (const auto& page : walk(http, messagesOf(_chat, "after=" + std::to_string(_all.front()) + "&limit=40")))
        seen.insert(seen.end(), page.begin(), page.end());
    EXPECT_EQ(seen, _all);
}

TEST_F(Paging, BeforeAndAfterAreExclusive)
{
    auto http = as(bob());
    const auto middle = std::to_string(_all[100]);
    EXPECT_EQ(idsOf(http.expect(200, "GET", messagesOf(_chat, "before=" + middle + "&limit=3"))),
              std::vector(_all.begin() + 97, _all.begin() + 100));
    EXPECT_EQ(idsOf(http.expect(200, "GET", messagesOf(_chat, "after=" + middle + "&limit=3"))),
              std::vector(_all.begin() + 101, _all.begin() + 104));
}

TEST_F(Paging, AWalkNeitherSkipsNorRepeatsWhileOthersWrite)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    auto writer = as(ada());
    auto reader = as(bob());
    std::vector<std::int64_t> before;
    for (int i = 0; i < 60; ++i)
        before.push_back(say(writer, chat, "old"));

    std::vector<std::int64_t> seen;
    for (auto target = messagesOf(chat, "limit=10"); !target.empty();) {
        const auto reply = reader.get(target);
        const auto ids = idsOf(reply.document());
        seen.insert(seen.begin(), ids.begin(), ids.end());
        target = next(reply.header("link"));
        say(writer, chat, "new");
    }
    EXPECT_EQ(seen, before);
}

TEST_F(Paging, ABadPageIsRefusedByName)
{
    auto http = as(bob());
    const std::vector<std::pair<std::string, std::string>> bad{
        {"limit=0", "limit"}, {"limit=201", "limit"}, {"limit=x", "limit"}, {"limit=-1", "limit"}, {"limit=", "limit"},
        {"limit=1e1", "limit"}, {"page=0", "page"}, {"page=-1", "page"}, {"page=99999999999999999999", "page"},
        {"page=1&per_page=0", "per_page"}, {"page=1&per_page=201", "per_page"}, {"before=x", "before"}, {"after=-7", "after"},
    };
    for (const auto& [query, name] : bad) {
        SCOPED_TRACE(query);
        const auto reply = http.get(messagesOf(_chat, query));
        EXPECT_TRUE(reply.status == 400 || reply.status == 422) << reply.status << ' ' << reply.body.substr(0, 300);
        if (reply.status >= 400) {
            EXPECT_NE(reply.body.find(name), std::string::npos) << reply.body;
        }
    }
    expectProblem(http.get(messagesOf(_chat, "before=99999999")), 422, "unknown_cursor");
    const auto both = http.get(messagesOf(_chat, "before=" + std::to_string(_all[9]) + "&after=" + std::to_string(_all[3])));
    EXPECT_TRUE(both.status == 400 || both.status == 422) << both.status;
}

TEST_F(Paging, ACursorOfAnotherChatIsUnknown)
{
    const auto other = makeChat(daemon(), ada(), "group", {});
    auto http = as(ada());
    const auto foreign = say(http, other, "elsewhere");
    expectProblem(http.get(messagesOf(_chat, "before=" + std::to_string(foreign))), 422, "unknown_cursor");
}

} // namespace netbit::test
