// Finding messages by their words, as clients do it.

#include "journey/Stage.h"

#include <algorithm>

namespace netbit::test {

namespace {

class Search : public OnStage {
protected:
    static std::string searchFor(std::string_view query, std::string_view more = {})
    {
        std::string out = "/api/search?q=";
        for (const unsigned char c : query) {
            char hex[4];
            std::snprintf(hex, sizeof hex, "%%%02X", c);
            out += hex;
        }
        return out + std::string(more);
    }
    static std::vector<std::int64_t> ids(const json::value& found)
    {
        std::vector<std::int64_t> out;
        for (const auto& each : listAt(found, "/data"))
            out.push_back(integerAt(each, "/message/id"));
        return out;
    }
    static json::value find(const User& user, std::string_view query, std::string_view more = {})
    {
        return as(user).expect(200, "GET", searchFor(query, more));
    }
};

using Ids = std::vector<std::int64_t>;

} // namespace

TEST_F(Search, AMessageIsFoundAsItsChatShowsIt)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()}, "Mirrors");
    auto http = as(ada());
    const auto one = say(http, chat, "@bob look, a quokka");
    const auto in = messagesOf(chat) + "/" + std::to_string(one);
    http.expect(200, "PUT", in + "/reactions/%F0%9F%91%8D", "{}");
    http.expect(200, "PUT", in + "/pin", "{}");
    http.expect(201, "POST", messagesOf(chat), R"({"content":"where?","reply_to":)" + std::to_string(one) + "}");
    const auto shown = at(http.expect(200, "GET", messagesOf(chat)), "/data/0");
    ASSERT_EQ(integerAt(shown, "/id"), one);
    ASSERT_TRUE(has(shown, "/reactions/0"));
    ASSERT_TRUE(has(shown, "/mentions/0"));
    EXPECT_EQ(at(find(ada(), "quokka"), "/data/0/message"), shown);
}

TEST_F(Search, AMessageIsFoundAsSoonAsItsSendIsAnswered)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()}, "Searchers");
    auto http = as(ada());
    const auto one = say(http, chat, "Zweckmäßig gebaut");
    const auto two = say(http, chat, "東京は雨");
    EXPECT_EQ(ids(find(ada(), "ZWECKMÄ")), Ids{one});
    EXPECT_EQ(ids(find(bob(), "雨")), Ids{two});
    const auto found = find(bob(), "gebaut");
    EXPECT_EQ(textAt(found, "/data/0/message/content"), "Zweckmäßig gebaut");
    EXPECT_EQ(textAt(found, "/data/0/message/sender_name"), "ada");
    EXPECT_EQ(textAt(found, "/data/0/chat/name"), "Searchers");
    EXPECT_EQ(textAt(found, "/data/0/chat/chat_type"), "group");
    EXPECT_EQ(integerAt(found, "/data/0/highlights/0/start"), 11);
    EXPECT_EQ(integerAt(found, "/data/0/highlights/0/length"), 6);
    EXPECT_EQ(integerAt(found, "/pagination/limit"), 50);
    EXPECT_FALSE(truthAt(found, "/pagination/has_older"));
    EXPECT_TRUE(at(found, "/pagination/next_before").is_null());
    EXPECT_EQ(ids(find(bob(), "gebaut in:searchers from:ADA after:2000-01-01")), Ids{one});
    EXPECT_EQ(ids(find(bob(), "gebaut from:bob")), Ids{});
}

TEST_F(Search, WhatIsNotTheirsIsNotFound)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()}, "Closed circle");
    auto http = as(ada());
    const auto one = say(http, chat, "clandestine");
    EXPECT_EQ(ids(find(bob(), "clandestine")), Ids{one});
    EXPECT_EQ(ids(find(eve(), "clandestine")), Ids{});
    EXPECT_EQ(ids(find(root(), "clandestine")), Ids{}) << "an admin of the server is in no chat for that";
    expectProblem(as(eve()).get(searchFor("x in:\"closed circle\"")), 422, "unknown_chat");
    expectProblem(as(eve()).get(searchFor("x in:nowhere")), 422, "unknown_chat");
    expectProblem(daemon().client().get(searchFor("clandestine")), 401);
    expectProblem(daemon().client("garbage").get(searchFor("clandestine")), 401);
}

TEST_F(Search, PagesAreFollowedByTheirLinks)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()}, "Long talk");
    auto http = as(ada());
    Ids sent;
    for (int i = 0; i < 7; ++i)
        sent.insert(sent.begin(), say(http, chat, "pagination test " + std::to_string(i)));
    Ids seen;
    std::string target = searchFor("\"pagination test\"", "&limit=3");
    for (int pages = 0; !target.empty(); ++pages) {
        ASSERT_LT(pages, 4);
        const auto reply = http.get(target);
        ASSERT_EQ(reply.status, 200) << reply.body;
        const auto page = ids(reply.document());
        seen.insert(seen.end(), page.begin(), page.end());
        const auto link = reply.header("link");
        EXPECT_EQ(link.empty(), !truthAt(reply.document(), "/pagination/has_older"));
        target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    EXPECT_EQ(seen, sent);
}

TEST_F(Search, BadInputIsRefusedByName)
{
    const std::vector<std::pair<std::string, std::string>> table{
        {"/api/search", "missing_member"},
        {"/api/search?q=", "empty_query"},
        {"/api/search?q=%20%22%22", "empty_query"},
        {"/api/search?q=x&limit=0", "out_of_range"},
        {"/api/search?q=x&limit=201", "out_of_range"},
        {"/api/search?q=x&limit=ten", "wrong_type"},
        {"/api/search?q=x&before=0", "out_of_range"},
        {"/api/search?q=x&before=-1", "out_of_range"},
        {"/api/search?q=x&before=99999999", "unknown_cursor"},
        {"/api/search?q=x&before=99999999999999999999", "wrong_type"},
        {"/api/search?q=x&q=y", "duplicate_member"},
        {"/api/search?q=x&sort=asc", "unknown_member"},
        {"/api/search?q=from:nobody_at_all", "unknown_user"},
        {"/api/search?q=has:money", "bad_filter"},
        {"/api/search?q=before:soon", "bad_filter"},
        {"/api/search?q=" + std::string(600, 'x'), "out_of_range"},
    };
    auto http = as(ada());
    for (const auto& [target, code] : table) {
        SCOPED_TRACE(target);
        expectProblem(http.get(target), 422, code);
    }
    for (const auto* target : {"/api/search?q=a%00b", "/api/search?q=%FF%FE"})
        expectProblem(http.get(target), 400, "invalid_target");
}

TEST_F(Search, QuotesAndOperatorsAreJustText)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()}, "Attackers");
    auto http = as(ada());
    for (const std::string attack : {"' OR 1=1 --", "a\"b OR", "x NEAR y", "NOT", "AND AND", "a*", "(((", "col:val", "'; DROP TABLE messages;"}) {
        SCOPED_TRACE(attack);
        const auto one = say(http, chat, "<" + attack + ">");
        const auto found = ids(find(ada(), attack + " in:attackers"));
        EXPECT_TRUE(std::find(found.begin(), found.end(), one) != found.end());
    }
}

TEST_F(Search, ARestartForgetsNothing)
{
    Daemon fresh;
    const auto user = makeUser(fresh, "ann");
    const auto chat = makeChat(fresh, user, "group", {}, "alone");
    auto http = fresh.client(user.token);
    const auto one = say(http, chat, "before the restart");
    fresh.restart();
    auto again = fresh.client(user.token);
    const auto two = say(again, chat, "after the restart");
    EXPECT_EQ(ids(again.expect(200, "GET", searchFor("restart"))), (Ids{two, one}));
}

} // namespace netbit::test
