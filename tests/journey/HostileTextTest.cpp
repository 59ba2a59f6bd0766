// Texts that people write to hurt: mentions of masses, Markdown, searches, webhooks without end.

#include "journey/Stage.h"

#include <gmock/gmock.h>

#include <thread>

namespace netbit::test {

namespace {

using testing::HasSubstr;
using testing::Not;

class HostileText : public OnStage {
protected:
    static std::string in(std::int64_t chat, const std::string& rest) { return "/api/chats/" + std::to_string(chat) + rest; }
    static std::string repeated(std::string_view unit, std::size_t bytes)
    {
        std::string out;
        while (out.size() + unit.size() <= bytes)
            out += unit;
        return out;
    }
    static std::string encoded(std::string_view text)
    {
        static constexpr char digits[] = "0123456789ABCDEF";
        std::string out;
        for (const char c : text) {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
        return out;
    }
    static json::value sent(const User& who, std::int64_t chat, std::string_view content)
    {
        return as(who).expect(201, "POST", messagesOf(chat), json::serialize(json::object{{"content", content}}));
    }
    static std::size_t mentions(const json::value& message)
    {
        return has(message, "/mentions") && at(message, "/mentions").is_array() ? listAt(message, "/mentions").size() : 0;
    }
    static std::int64_t mentionCount(const User& who, std::int64_t chat)
    {
        return integerAt(as(who).expect(200, "GET", in(chat, "")), "/mention_count");
    }
};

/// How long it takes, in milliseconds.
template <class F>
long long timed(F&& act)
{
    const auto begun = std::chrono::steady_clock::now();
    act();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun).count();
}

} // namespace

TEST_F(HostileText, AMessageMentionsAHundredAtMost)
{
    std::vector<std::int64_t> ids;
    std::string names;
    for (int i = 0; i < 120; ++i) {
        const auto name = "crowd" + std::to_string(i);
        ids.push_back(integerAt(daemon().admin().expect(201, "POST", "/admin/users",
                                                        "{\"username\":\"" + name + R"(","password":"","role":"bot"})"), "/id"));
        names += "@" + name + " ";
    }
    json::array participants(ids.begin(), ids.end());
    participants.emplace_back(bob().id);
    const auto chat = integerAt(as(ada()).expect(201, "POST", "/api/chats", json::serialize(json::object{
        {"name", "crowd"}, {"chat_type", "group"}, {"participants", participants}})), "/id");
    const auto message = sent(bob(), chat, names + "@ada");
    EXPECT_EQ(mentions(message), 100U);
    EXPECT_EQ(mentionCount(ada(), chat), 0) << "she stands behind the hundredth";
    EXPECT_EQ(mentions(sent(bob(), chat, repeated("@ada ", 16'000))), 1U) << "one is one, however often";

    // More than a hundred members: @here is for those who may call all.
    const auto before = mentionCount(ada(), chat);
    EXPECT_EQ(mentions(sent(bob(), chat, "@here @all @channel look")), 0U);
    EXPECT_EQ(mentionCount(ada(), chat), before);
    const auto own = mentionCount(bob(), chat);
    EXPECT_GE(mentions(sent(ada(), chat, "@here")), 1U) << "its admin may";
    EXPECT_EQ(mentionCount(bob(), chat), own + 1);
}

TEST_F(HostileText, InASmallChatEverybodyMayCallThoseWhoAreHereButNotAll)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()});
    EXPECT_EQ(mentions(sent(bob(), chat, "@here")), 1U);
    EXPECT_EQ(mentionCount(ada(), chat), 1);
    EXPECT_EQ(mentions(sent(bob(), chat, "@all and @channel")), 0U);
    EXPECT_EQ(mentionCount(ada(), chat), 1);
    EXPECT_EQ(mentions(sent(bob(), chat, "@eve")), 0U) << "who is no member is not told";
    EXPECT_EQ(mentions(sent(bob(), chat, "`@ada` mail@ada x@here")), 0U);
}

TEST_F(HostileText, NoMarkdownTakesTimeOrRoomOutOfProportion)
{
    const auto chat = makeChat(daemon(), ada(), "group", {});
    auto http = as(ada());
    const std::size_t most = 16'000;
    const auto head = repeated("|a", most / 3) + "|\n" + repeated("|-", most / 3) + "|\n";
    std::vector<std::string> texts{head + repeated("a\n", most / 3),
                                   repeated("|a", 400) + "|\n" + repeated("|-", 400) + "|\n" + repeated("|\n", most / 2),
                                   "[a]: " + std::string(most / 2, 'u') + "\n\n" + repeated("[a]", most / 2),
                                   "[a]: x '" + repeated("t\n", most / 2) + "'\n\n" + repeated("[a]", most / 3),
                                   "http://a.b/" + std::string(most, ')'),
                                   repeated("a@", most),
                                   repeated("a@b.c", most),
                                   repeated("a <?", most),
                                   repeated("a <![CDATA[", most),
                                   "a\n" + repeated("|-", most),
                                   repeated("> ", most),
                                   repeated("![l", most),
                                   repeated("[a](<b", most),
                                   repeated("*a **a ", most),
                                   repeated("1. ", most),
                                   repeated("~~a~b", most),
                                   repeated(std::string(1'900, ')') + " http://a.b/", most),
                                   repeated("<a x=\"", most),
                                   repeated("&a", most)};
    std::string ids;
    for (const auto& text : texts) {
        const auto id = integerAt(sent(ada(), chat, text), "/id");
        ids += (ids.empty() ? "" : ",") + std::to_string(id);
        SCOPED_TRACE(text.substr(0, 40));
        HttpReply reply;
        const auto took = timed([&] { reply = http.get(in(chat, "/messages/html?ids=" + std::to_string(id))); });
        EXPECT_EQ(reply.status, 200);
        EXPECT_LT(reply.body.size(), 40 * most);
        EXPECT_LT(took, sanitized ? 5'000 : 1'000) << "ms";
    }
    EXPECT_EQ(listAt(http.expect(200, "GET", in(chat, "/messages/html?ids=" + ids)), "/data").size(), texts.size());
}

TEST_F(HostileText, WhatIsStoredComesBackAsTextAndAsHtmlThatDoesNothing)
{
    const auto chat = makeChat(daemon(), ada(), "group", {}, "<script>alert(1)</script>");
    auto http = as(ada());
    http.expect(200, "PATCH", "/api/user/profile",
                R"({"display_name":"<img src=x onerror=alert(1)>","about":"<svg onload=alert(1)>"})");
    for (const auto* text :
         {"<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](data:text/html;base64,PHNjcmlwdD4=)",
          "<javascript:alert(1)>", "[x](  jAvA\tscript:alert(1))", "<img src=x onerror=alert(1)>", "[x]: vbscript:x\n\n[x]",
          "<iframe srcdoc='<script>'>", "[a](\"onmouseover=alert(1))", "| <script> |\n|-|\n| <b onclick=x> |"}) {
        const auto message = sent(ada(), chat, text);
        EXPECT_EQ(textAt(message, "/content"), text) << "stored as it was written";
        const auto reply = http.get(in(chat, "/messages/html?ids=" + std::to_string(integerAt(message, "/id"))));
        const auto html = textAt(reply.document(), "/data/0/html");
        for (const auto* bad : {"<script", "<img src=x", "<iframe", "<svg", "href=\"java", "href=\"vb", "src=\"data", "<b "})
            EXPECT_THAT(html, Not(HasSubstr(bad))) << text;
    }
    for (const auto* target : {"", "/messages", "/members", "/messages/html?ids=1"}) {
        const auto reply = http.get(in(chat, target));
        EXPECT_THAT(reply.header("content-type"), HasSubstr("application/json"));
        EXPECT_EQ(reply.header("x-content-type-options"), "nosniff") << "no browser makes a page of it";
    }
}

TEST_F(HostileText, ASearchIsWordsWhateverIsInIt)
{
    const auto chat = makeChat(daemon(), ada(), "group", {});
    sent(ada(), chat, "the only needle, 100% pure_gold");
    auto http = as(ada());
    const auto found = [&](std::string_view query) {
        return listAt(http.expect(200, "GET", "/api/search?q=" + encoded(query)), "/data").size();
    };
    ASSERT_EQ(found("needle"), 1U);
    EXPECT_EQ(found("100%"), 1U);
    EXPECT_EQ(found("pure_gold"), 1U);
    for (const auto* none : {"need%",
                             "%",
                             "n_edle",
                             "____",
                             "needle*",
                             "needle OR nothing",
                             "NOT needle",
                             "needle NEAR needle",
                             "content:needle",
                             "{content}: needle",
                             "^needle",
                             "needle + needle2",
                             "(needle)",
                             "needle)",
                             "\"needle\" AND \"gold\"",
                             "'needle'",
                             "needle--",
                             "needle; DROP TABLE messages",
                             "\\needle",
                             "needle\\",
                             "NEAR(needle only, 5)",
                             "-needle"}) {
        const auto reply = http.get("/api/search?q=" + encoded(none));
        ASSERT_EQ(reply.status, 200) << none << reply.body;
        if (std::string_view(none) == "%")
            EXPECT_EQ(listAt(reply.document(), "/data").size(), 1U) << "the text has one";
        else
            EXPECT_EQ(listAt(reply.document(), "/data").size(), 0U) << none;
    }
    for (const auto& bad :
         std::vector<std::string>{std::string(513, 'a'), repeated("a ", 512), repeated("\"", 512), "\xFF\xFE", "\xED\xA0\x80",
                                  " ", "\"\"", std::string("a\0b", 3) + std::string(600, 'x')}) {
        const auto reply = http.get("/api/search?q=" + encoded(bad));
        EXPECT_TRUE(reply.status == 422 || reply.status == 400) << bad.substr(0, 20) << ": " << reply.status;
    }
    for (const auto& odd :
         std::vector<std::string>{std::string(512, 'a'), std::string(512, '('), repeated("\xCC\x81", 512),
                                  std::string(200, '"') + "x", repeated("((((", 500), std::string("needle\0", 7)}) {
        HttpReply reply;
        EXPECT_LT(timed([&] { reply = http.get("/api/search?q=" + encoded(odd)); }), sanitized ? 10'000 : 2'000);
        EXPECT_TRUE(reply.status == 200 || reply.status == 422 || reply.status == 400) << reply.status << reply.body;
    }
    for (const auto* wild : {"%", "_", "%25", "*", "a%'"}) {
        EXPECT_EQ(listAt(http.expect(200, "GET", "/api/users?q=" + encoded(wild)), "/data").size(), 0U) << wild;
        EXPECT_EQ(listAt(http.expect(200, "GET", "/api/chats/public?q=" + encoded(wild)), "/data").size(), 0U) << wild;
        EXPECT_EQ(listAt(as(root()).expect(200, "GET", "/api/admin/users?q=" + encoded(wild)), "/data").size(), 0U) << wild;
        EXPECT_EQ(listAt(as(root()).expect(200, "GET", "/api/admin/audit?act=" + encoded(wild)), "/data").size(), 0U) << wild;
    }
}

TEST(HostileWebhooks, AreHeldToTheirOwnPace)
{
    Daemon daemon({"limits.hook_posts_per_minute=5"});
    const auto ann = makeUser(daemon, "ann");
    const auto chat = makeChat(daemon, ann, "group", {});
    auto http = daemon.client(ann.token);
    const auto hooks = "/api/chats/" + std::to_string(chat) + "/hooks";
    const auto one = textAt(http.expect(201, "POST", hooks, R"({"name":"one"})"), "/path");
    const auto two = textAt(http.expect(201, "POST", hooks, R"({"name":"two"})"), "/path");
    for (int i = 0; i < 5; ++i)
        daemon.client({}, "127.0.7." + std::to_string(i + 1)).expect(201, "POST", one, R"({"text":"x"})");
    const auto refused = daemon.client({}, "127.0.7.9").post(one, R"({"text":"x"})");
    expectProblem(refused, 429, "rate_limited");
    EXPECT_FALSE(refused.header("retry-after").empty());
    daemon.client().expect(201, "POST", two, R"({"text":"the others have their own"})");
    EXPECT_EQ(integerAt(http.expect(200, "GET", messagesOf(chat, "page=1")), "/pagination/total"), 6);
}

} // namespace netbit::test
