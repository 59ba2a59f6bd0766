// What people are told of, over HTTP, live, and over kill -9.

#include "journey/OverKills.h"
#include "journey/Stage.h"
#include "support/Deadline.h"

#include <algorithm>
#include <iostream>
#include <set>
#include <thread>

namespace netbit::test {

namespace {

class Notifications : public OnStage {
protected:
    /// The inbox once it has that many, the newest first.
    static json::value inbox(const User& user, std::size_t count)
    {
        auto http = as(user);
        const Deadline deadline;
        for (;;) {
            auto page = http.expect(200, "GET", "/api/notifications?limit=200");
            if (listAt(page, "/data").size() >= count || deadline.over())
                return page;
            std::this_thread::sleep_for(std::chrono::milliseconds(5)); // between two looks, not instead of one
        }
    }
    static std::string rules(const json::value& page)
    {
        std::string out;
        for (const auto& item : listAt(page, "/data"))
            out += textAt(item, "/rule/name") + ' ';
        return out;
    }
    static std::string path(const json::value& notice, const std::string& rest = {})
    {
        return "/api/notifications/" + std::to_string(integerAt(notice, "/id")) + rest;
    }
};

} // namespace

TEST_F(Notifications, AMentionComesIntoTheInboxAndLiveAndIsReadEverywhere)
{
    const auto carol = makeUser(daemon(), "carol");
    const auto chat = makeChat(daemon(), ada(), "group", {carol, bob()}, "kitchen");
    RawHttp live(Socket::tcp(daemon().http()));
    live.send("GET /api/events?topics=notification.* HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + carol.token + "\r\n\r\n");
    ASSERT_EQ(live.readHead().status, 200);
    const auto heard = [&](const std::string& topic) {
        live.takeText("\"topic\":\"" + topic + '"');
        return live.takeText("}}");
    };
    auto writer = as(ada());
    const auto message = say(writer, chat, "@carol tea?");
    const auto told = heard("notification.created");
    EXPECT_NE(told.find("\"unread\":1"), std::string::npos) << told;
    EXPECT_EQ(told.find("tea"), std::string::npos) << "what others say stays in the inbox: " << told;

    const auto page = inbox(carol, 1);
    ASSERT_EQ(rules(page), "mention ");
    const auto notice = at(page, "/data/0");
    EXPECT_EQ(textAt(notice, "/name"), "ada mentions you in kitchen");
    EXPECT_EQ(textAt(notice, "/content"), "@carol tea?");
    EXPECT_EQ(integerAt(notice, "/message_id"), message);
    auto http = as(carol);
    EXPECT_EQ(http.get(textAt(notice, "/url")).status, 200);
    EXPECT_EQ(integerAt(http.expect(200, "GET", "/api/notifications/count"), "/unread"), 1);

    http.expect(200, "POST", path(notice, "/read"));
    const auto read = heard("notification.read");
    EXPECT_NE(read.find("\"unread\":0"), std::string::npos) << read;
    EXPECT_EQ(integerAt(http.expect(200, "GET", "/api/notifications/count"), "/unread"), 0);
    const auto why = http.expect(200, "GET", path(notice, "/why"));
    EXPECT_EQ(textAt(why, "/rule/name"), "mention");
    EXPECT_EQ(textAt(why, "/effective/scope"), "server");

    for (const auto& other : {ada(), bob(), root()}) {
        auto stranger = as(other);
        for (const auto* const method : {"GET", "DELETE"})
            expectProblem(stranger.request(method, path(notice)), 404, "notification_not_found");
        expectProblem(stranger.request("PUT", path(notice), R"({"name":"x"})"), 404, "notification_not_found");
        expectProblem(stranger.request("POST", path(notice, "/read")), 404, "notification_not_found");
        expectProblem(stranger.get(path(notice, "/why")), 404, "notification_not_found");
        EXPECT_EQ(rules(stranger.expect(200, "GET", "/api/notifications")), "");
    }
    EXPECT_EQ(as(ada()).request("DELETE", "/api/chats/" + std::to_string(chat) + "/messages/" + std::to_string(message)).status,
              204);
    EXPECT_EQ(textAt(http.expect(200, "GET", path(notice)), "/content"), "");
    EXPECT_EQ(textAt(http.expect(200, "GET", "/api/notifications"), "/data/0/content"), "");
}

TEST_F(Notifications, TheContractsRoutesKeepNotesOfOnesOwn)
{
    auto http = as(eve());
    const auto body = R"({"name":"milk","content":"two"})";
    const auto made = http.request("POST", "/api/notifications", body, {{"Idempotency-Key", "n1"}});
    ASSERT_EQ(made.status, 201) << made.body;
    const auto where = made.header("location");
    EXPECT_EQ(http.request("POST", "/api/notifications", body, {{"Idempotency-Key", "n1"}}).body, made.body);
    const auto shown = http.get(where);
    EXPECT_EQ(shown.body, made.body);
    const auto tag = shown.header("etag");
    EXPECT_EQ(http.request("PUT", where, R"({"name":"milk","content":"three"})", {{"If-Match", tag}}).status, 200);
    expectProblem(http.request("PUT", where, R"({"name":"milk","content":"four"})", {{"If-Match", tag}}), 412);
    expectProblem(http.request("PUT", where, R"({"content":"nameless"})"), 422, "missing_member");
    expectProblem(http.request("POST", "/api/notifications", R"({"name":"a","colour":"red"})"), 422, "unknown_member");
    EXPECT_EQ(http.request("DELETE", where).status, 204);
    expectProblem(http.get(where), 404, "notification_not_found");
}

TEST_F(Notifications, PagesNeitherSkipNorRepeatWhileMoreComes)
{
    const auto dora = makeUser(daemon(), "dora");
    auto http = as(dora);
    const auto note = [&](int n) {
        http.expect(201, "POST", "/api/notifications", "{\"name\":\"note " + std::to_string(n) + "\"}");
    };
    for (int n = 1; n <= 7; ++n)
        note(n);
    std::string seen;
    std::string target = "/api/notifications?limit=3";
    for (int pages = 0; !target.empty() && pages < 10; ++pages) {
        const auto page = http.get(target);
        ASSERT_EQ(page.status, 200) << page.body;
        const auto shown = page.document();
        for (const auto& item : listAt(shown, "/data"))
            seen += textAt(item, "/name").substr(5) + ' ';
        note(100 + pages);
        const auto link = page.header("link");
        target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    EXPECT_EQ(seen, "7 6 5 4 3 2 1 ");
    const auto all = http.expect(200, "GET", "/api/notifications");
    http.expect(200, "POST", "/api/notifications/read", "{\"up_to\":" + std::to_string(integerAt(all, "/data/1/id")) + "}");
    const auto unread = http.expect(200, "GET", "/api/notifications?unread=true");
    ASSERT_EQ(listAt(unread, "/data").size(), 1u);
    EXPECT_EQ(integerAt(unread, "/data/0/id"), integerAt(all, "/data/0/id"));
    EXPECT_EQ(integerAt(unread, "/counts/unread"), 1);
}

TEST_F(Notifications, RulesAreKeptExplainedAndTriedBeforeTheyHold)
{
    const auto finn = makeUser(daemon(), "finn");
    const auto chat = makeChat(daemon(), ada(), "group", {finn}, "news");
    auto writer = as(ada());
    for (int n = 0; n < 6; ++n)
        say(writer, chat, n % 3 == 0 ? "deploy is done" : "@finn chatter");
    ASSERT_EQ(rules(inbox(finn, 4)), "mention mention mention mention ");
    auto http = as(finn);
    const auto before = http.get("/api/notifications/rules");
    ASSERT_EQ(before.status, 200) << before.body;
    const auto level = "{\"scope\":\"chat\",\"id\":" + std::to_string(chat) + ",\"level\":";
    const auto silent =
        http.expect(200, "POST", "/api/notifications/simulate", "{\"rules\":{\"levels\":[" + level + "\"none\"}]}}");
    EXPECT_EQ(integerAt(silent, "/before"), 4);
    EXPECT_EQ(integerAt(silent, "/after"), 0);
    const auto loud = http.expect(200, "POST", "/api/notifications/simulate", R"({"rules":{"keywords":["DEPLOY"]},"days":1})");
    EXPECT_EQ(integerAt(loud, "/after"), 6);
    EXPECT_EQ(integerAt(loud, "/added"), 2);
    EXPECT_EQ(textAt(loud, "/data/2/rule/keyword"), "DEPLOY");

    const auto set = [&](const std::string& body, const Headers& headers = {}) {
        return http.request("PUT", "/api/notifications/rules", body, headers);
    };
    const auto wrong = set("{\"levels\":[" + level + "\"loud\"}]}");
    expectProblem(wrong, 422, "out_of_range");
    EXPECT_EQ(textAt(wrong.document(), "/errors/0/pointer"), "/levels/0/level");
    expectProblem(set(R"({"quiet_hours":[{"from":"22:00","to":"22:00"}]})"), 422, "out_of_range");
    EXPECT_EQ(http.get("/api/notifications/rules").body, before.body) << "what was refused has changed nothing";
    const auto tag = before.header("etag");
    EXPECT_EQ(set("{\"levels\":[" + level + "\"all\"}]}", {{"If-Match", tag}}).status, 200);
    expectProblem(set("{}", {{"If-Match", tag}}), 412, "precondition_failed");

    const auto why = http.expect(200, "GET", "/api/notifications/why?chat=" + std::to_string(chat));
    EXPECT_EQ(textAt(why, "/effective/level"), "all");
    EXPECT_EQ(textAt(why, "/effective/scope"), "chat");
    expectProblem(as(eve()).get("/api/notifications/why?chat=" + std::to_string(chat)), 404, "chat_not_found");
    expectProblem(http.get("/api/notifications/why?chat=1&project=1"), 422, "one_place");
    say(writer, chat, "plain talk");
    EXPECT_EQ(rules(inbox(finn, 5)), "level mention mention mention mention ");
}

TEST_F(Notifications, ReviewsAndIssuesFindThoseWhomTheyConcern)
{
    const auto project = makeProject(daemon(), ada(), "notices");
    auto http = as(ada());
    const auto gwen = makeUser(daemon(), "gwen");
    http.expect(201, "POST", project.path("/members"), "{\"user_id\":" + std::to_string(gwen.id) + ",\"role\":\"developer\"}");
    const auto leak = R"({"title":"Leak","assignees":[)" + std::to_string(gwen.id) + "]}";
    const auto issue = http.expect(201, "POST", project.path("/issues"), leak);
    const auto comments = project.path("/issues/" + std::to_string(integerAt(issue, "/number")) + "/comments");
    http.expect(201, "POST", comments, R"({"body":"@gwen please"})");
    const auto page = inbox(gwen, 2);
    EXPECT_EQ(rules(page), "mention assigned ");
    EXPECT_EQ(textAt(page, "/data/1/name"), "ada gives you notices#" + std::to_string(integerAt(issue, "/number")) + ": Leak");
    const auto why = as(gwen).expect(200, "GET", "/api/notifications/why?issue=" + std::to_string(integerAt(issue, "/id")));
    EXPECT_EQ(listAt(why, "/chain").size(), 4u);
    EXPECT_EQ(as(ada()).request("DELETE", project.path("/members/" + std::to_string(gwen.id))).status, 204);
    EXPECT_EQ(rules(as(gwen).expect(200, "GET", "/api/notifications")), "") << "what one may not read any more is gone";
}

TEST_F(Notifications, WhoWantsAllHearsOfOthersPublicProjectsOnlyWhereHeSaidSo)
{
    const auto project = makeProject(daemon(), ada(), "square", true);
    auto http = as(ada());
    const auto hugo = makeUser(daemon(), "hugo");
    const auto ivan = makeUser(daemon(), "ivan");
    http.expect(201, "POST", project.path("/members"), "{\"user_id\":" + std::to_string(ivan.id) + ",\"role\":\"developer\"}");
    for (const auto* const user : {&hugo, &ivan})
        as(*user).expect(200, "PUT", "/api/notifications/rules", R"({"default":"all"})");
    http.expect(201, "POST", project.path("/issues"), R"({"title":"Heard by members"})");
    EXPECT_EQ(rules(inbox(ivan, 1)), "level ");
    const auto id = std::to_string(integerAt(http.expect(200, "GET", project.path()), "/project/id"));
    const auto here = R"({"default":"all","levels":[{"scope":"project","level":"all","id":)" + id + "}]}";
    as(hugo).expect(200, "PUT", "/api/notifications/rules", here);
    http.expect(201, "POST", project.path("/issues"), R"({"title":"Heard"})");
    const auto page = inbox(hugo, 1);
    EXPECT_EQ(rules(page), "level ");
    EXPECT_TRUE(textAt(page, "/data/0/name").ends_with(": Heard"));
}

TEST(NotificationsOverKills, NoneIsLostAndNoneComesTwice)
{
    Daemon daemon({"notifications.kept_per_user=5000"});
    const auto ada = makeUser(daemon, "ada");
    const auto bob = makeUser(daemon, "bob");
    const auto chat = makeChat(daemon, ada, "group", {bob}, "storm");
    constexpr std::size_t kills = 20;
    constexpr std::size_t each = 100;
    std::set<std::int64_t> promised; // messages that were acknowledged
    const auto written = writeOverKills(
        daemon, {.kills = kills, .each = each, .token = ada.token,
                 .write = [&](HttpClient& http, const std::string& text) { promised.insert(say(http, chat, "@bob " + text)); },
                 // The kill falls into the writing in some rounds and into the notifying behind it in others.
                 .untilKill = [](std::size_t round, std::thread& writer) {
                     if (round % 2 == 0)
                         std::this_thread::sleep_for(std::chrono::milliseconds(3 + round * 2));
                     else
                         writer.join();
                     if (round % 4 == 3)
                         std::this_thread::sleep_for(std::chrono::milliseconds(7));
                 }});
    EXPECT_EQ(daemon.generation(), kills + 1u);
    auto http = daemon.client(bob.token);
    const auto all = [&] {
        std::vector<json::value> out;
        std::string target = "/api/notifications?limit=200";
        while (!target.empty()) {
            const auto page = http.get(target);
            EXPECT_EQ(page.status, 200) << page.body;
            const auto shown = page.document();
            for (const auto& item : listAt(shown, "/data"))
                out.push_back(item);
            const auto link = page.header("link");
            target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
        }
        return out;
    };
    std::vector<json::value> seen;
    const Deadline deadline;
    do {
        seen = all();
        std::set<std::int64_t> of;
        for (const auto& notice : seen)
            of.insert(integerAt(notice, "/message_id"));
        if (std::includes(of.begin(), of.end(), promised.begin(), promised.end()))
            break;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    } while (!deadline.over());
    std::set<std::int64_t> messages;
    std::set<std::string> contents;
    for (const auto& notice : seen) {
        EXPECT_TRUE(messages.insert(integerAt(notice, "/message_id")).second) << "twice: " << textAt(notice, "/content");
        contents.insert(textAt(notice, "/content").substr(5)); // behind "@bob "
    }
    for (const auto id : promised)
        EXPECT_TRUE(messages.contains(id)) << "nobody was told of message " << id;
    EXPECT_TRUE(std::includes(written.sent.begin(), written.sent.end(), contents.begin(), contents.end()));

    // And each once live: the log has as many events as the inbox has notifications.
    RawHttp live(Socket::tcp(daemon.http()));
    live.send("GET /api/events?after=0&topics=notification.created HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + bob.token +
              "\r\n\r\n");
    ASSERT_EQ(live.readHead().status, 200);
    std::multiset<std::string> told;
    for (std::size_t n = 0; n < seen.size(); ++n) {
        live.takeText("\"data\":{\"id\":");
        told.insert(live.takeText(","));
    }
    EXPECT_EQ(std::set<std::string>(told.begin(), told.end()).size(), seen.size());
    EXPECT_EQ(integerAt(http.expect(200, "GET", "/api/notifications/count"), "/total"), static_cast<std::int64_t>(seen.size()));
    std::cout << promised.size() << " acknowledged mentions, " << seen.size() << " notifications, " << kills << " kills\n";
}

} // namespace netbit::test
