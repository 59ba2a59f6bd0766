// A project as its people use it: over HTTP, beside its chat.

#include "journey/Stage.h"

namespace netbit::test {

namespace {

class Projects : public OnStage {
protected:
    static std::string names(const json::value& list, const char* member)
    {
        std::string out;
        for (const auto& item : listAt(list, "/data"))
            out += textAt(item, std::string("/") + member) + " ";
        return out;
    }
};

} // namespace

TEST_F(Projects, AreMadeOnceAndFoundWhereTheAnswerSays)
{
    auto http = as(ada());
    const auto body = R"({"name":"garden","description":"What grows where","is_public":true})";
    const auto made = http.request("POST", "/api/projects/create", body, {{"Idempotency-Key", "g1"}});
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("location"), "/api/projects/ada/garden");
    const auto again = http.request("POST", "/api/projects/create", body, {{"Idempotency-Key", "g1"}});
    EXPECT_EQ(again.body, made.body);
    expectProblem(http.post("/api/projects/create", body), 409, "name_taken");
    const auto wrong = http.post("/api/projects/create", R"({"name":"a/b"})");
    expectProblem(wrong, 422, "invalid_name");
    EXPECT_EQ(textAt(wrong.document(), "/errors/0/pointer"), "/name");
    const auto whole = daemon().client().expect(200, "GET", "/api/projects/ada/garden");
    for (const auto* member : {"/project/id", "/repositories", "/config/visibility", "/owner/username"})
        EXPECT_TRUE(has(whole, member)) << member;
    EXPECT_NE(names(daemon().client().expect(200, "GET", "/api/projects/public"), "name").find("garden "), std::string::npos);
}

TEST_F(Projects, SettingsAreNotLostToTwoWhoWriteAtOnce)
{
    const auto project = makeProject(daemon(), ada(), "orchard");
    auto http = as(ada());
    const auto read = http.get(project.path("/config"));
    const auto tag = read.header("etag");
    EXPECT_EQ(http.request("GET", project.path("/config"), "", {{"If-None-Match", tag}}).status, 304);
    EXPECT_EQ(http.request("PUT", project.path("/config"), R"({"metadata":{"language":"C++"}})", {{"If-Match", tag}}).status, 200);
    expectProblem(http.request("PUT", project.path("/config"), R"({"metadata":{"language":"Rust"}})", {{"If-Match", tag}}), 412);
    EXPECT_EQ(textAt(http.expect(200, "GET", project.path("/config")), "/metadata/language"), "C++");
    const auto wrong = http.request("PUT", project.path("/config"), R"({"protected_branches":[{"pattern":"main","push":["boss"]}]})");
    expectProblem(wrong, 422);
    EXPECT_EQ(textAt(wrong.document(), "/errors/0/pointer"), "/protected_branches/0/push/0");
}

TEST_F(Projects, ListsGoOnWhereTheirLinkSays)
{
    auto http = as(bob());
    for (int i = 0; i < 5; ++i)
        http.expect(201, "POST", "/api/repos/create", "{\"name\":\"page" + std::to_string(i) + "\"}");
    std::string seen;
    std::string target = "/api/repos?limit=2";
    for (int pages = 0; !target.empty() && pages < 10; ++pages) {
        const auto page = http.get(target);
        ASSERT_EQ(page.status, 200) << page.body;
        seen += names(page.document(), "name");
        const auto link = page.header("link");
        target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    }
    EXPECT_EQ(seen, "page0 page1 page2 page3 page4 ");
}

TEST_F(Projects, AnOldNameLeadsOn)
{
    const auto project = makeProject(daemon(), ada(), "before");
    auto http = as(ada());
    http.expect(200, "PATCH", project.path("/code"), R"({"name":"source"})");
    http.expect(200, "PATCH", project.path(), R"({"name":"behind"})");
    const auto leads = [&](std::string_view method, const std::string& target, std::string_view body = {}) {
        const auto reply = http.request(method, target, body);
        return std::to_string(reply.status) + " " + reply.header("location");
    };
    EXPECT_EQ(leads("GET", project.path()), "301 /api/projects/ada/behind");
    EXPECT_EQ(leads("GET", project.path("/issues?state=all&limit=5")), "301 /api/projects/ada/behind/issues?state=all&limit=5");
    EXPECT_EQ(leads("GET", project.path("/code")), "301 /api/projects/ada/behind/source");
    EXPECT_EQ(leads("GET", "/api/projects/ada/behind/code"), "301 /api/projects/ada/behind/source");
    EXPECT_EQ(leads("GET", project.path("/code/branches?limit=1")), "301 /api/projects/ada/behind/source/branches?limit=1");
    EXPECT_EQ(leads("GET", project.path("/code/pulls")), "301 /api/projects/ada/behind/source/pulls");
    EXPECT_EQ(leads("PATCH", project.path("/issues/1"), R"({"title":"by its old name"})"), "308 /api/projects/ada/behind/issues/1");
    EXPECT_EQ(leads("POST", project.path("/issues"), R"({"title":"by its old name"})"), "308 /api/projects/ada/behind/issues");
    EXPECT_EQ(leads("DELETE", project.path()), "308 /api/projects/ada/behind");
    EXPECT_EQ(textAt(http.expect(200, "GET", "/api/projects/ada/behind/issues/1"), "/title").find("old name"), std::string::npos);
    // Whoever may not know of it learns nothing.
    expectProblem(as(eve()).get(project.path()), 404, "project_not_found");
    http.expect(201, "POST", "/api/repos/create", R"({"name":"first"})");
    http.expect(200, "PATCH", "/api/repos/first", R"({"name":"second"})");
    EXPECT_EQ(leads("GET", "/api/repos/first"), "301 /api/repos/second");
    EXPECT_EQ(leads("GET", "/api/git/ada/first/branches"), "301 /api/git/ada/second/branches");
}

TEST_F(Projects, AMessageBecomesAnIssueThatShowsHowItGoes)
{
    const auto project = makeProject(daemon(), ada(), "house");
    const auto chat = makeChat(daemon(), ada(), "group", {bob()}, "house chat");
    auto ann = as(ada());
    auto ben = as(bob());
    ann.expect(201, "POST", project.path("/members"), "{\"user_id\":" + std::to_string(bob().id) + ",\"role\":\"developer\"}");
    ann.expect(200, "PATCH", project.path(), "{\"chat_id\":" + std::to_string(chat) + "}");
    expectProblem(ben.request("PATCH", project.path(), "{\"chat_id\":0}"), 403);
    const auto message = say(ben, chat, "The roof leaks, as in #1 and `#2`");
    const auto at = "/api/chats/" + std::to_string(chat) + "/messages/" + std::to_string(message);
    const auto made = ann.request("POST", at + "/issue", R"({"owner":"ada","project":"house"})");
    ASSERT_EQ(made.status, 201) << made.body;
    const auto issue = made.header("location");
    EXPECT_EQ(issue, "/api/projects/ada/house/issues/2");
    EXPECT_EQ(ben.request("POST", at + "/issue", R"({"owner":"ada","project":"house"})").status, 200);
    const auto states = [&] {
        std::string out;
        const auto issues = ben.expect(200, "GET", at + "/issues");
        for (const auto& one : listAt(issues, "/data"))
            out += textAt(one, "/reference") + " " + textAt(one, "/state") + " ";
        return out;
    };
    EXPECT_EQ(states(), "house#2 open house#1 open ");
    const auto other = say(ben, chat, "nothing of that kind");
    const auto several = "/api/chats/" + std::to_string(chat) + "/issues?ids=" + std::to_string(other) + ',' + std::to_string(message);
    const auto ofSeveral = ben.expect(200, "GET", several);
    ASSERT_EQ(listAt(ofSeveral, "/data").size(), 1U);
    EXPECT_EQ(integerAt(ofSeveral, "/data/0/message_id"), message);
    EXPECT_EQ(textAt(ofSeveral, "/data/0/issues/0/reference"), "house#2");
    expectProblem(as(eve()).get(several), 404, "chat_not_found");
    const auto elsewhere = makeChat(daemon(), eve(), "group", {}, "elsewhere");
    const auto foreign = "/api/chats/" + std::to_string(elsewhere) + "/issues?ids=" + std::to_string(message);
    EXPECT_TRUE(listAt(as(eve()).expect(200, "GET", foreign), "/data").empty()) << "the message is of another chat";
    ben.expect(200, "PATCH", issue, R"({"state":"closed"})");
    EXPECT_EQ(states(), "house#2 closed house#1 open ");
    EXPECT_EQ(textAt(ann.expect(200, "GET", issue + "/links"), "/data/0/kind"), "origin");
    // The new issue has the message's words, so both speak of the first one.
    const auto speakers = [&] {
        std::string out;
        const auto links = ann.expect(200, "GET", project.path("/issues/1/links"));
        for (const auto& one : listAt(links, "/data"))
            out += textAt(one, "/kind") + (textAt(one, "/kind") == "message" ? " " + std::to_string(integerAt(one, "/message_id")) : "") + ';';
        return out;
    };
    EXPECT_NE(speakers().find("message " + std::to_string(message) + ';'), std::string::npos) << speakers();
    expectProblem(as(eve()).get(at + "/issues"), 404, "chat_not_found");
    ben.request("DELETE", at);
    EXPECT_EQ(speakers(), "issue;") << "the message says nothing any more";
}

TEST_F(Projects, EventsOfAPrivateOneReachItsMembersAlone)
{
    const auto project = makeProject(daemon(), ada(), "whispers");
    makeProject(daemon(), ada(), "shouts", true);
    // Everything from the beginning of the log, up to the last thing: a public issue that both may hear of.
    as(ada()).expect(201, "POST", "/api/projects/ada/shouts/issues", R"({"title":"the last word"})");
    const auto heard = [&](const User& who) {
        RawHttp raw(Socket::tcp(daemon().http()));
        raw.send("GET /api/events?after=0&topics=project.*,issue.*,repository.*,board.*,label.*,milestone.* HTTP/1.1\r\nHost: a\r\n"
                 "Authorization: Bearer " + who.token + "\r\n\r\n");
        EXPECT_EQ(raw.readHead().status, 200);
        return raw.takeText("the last word");
    };
    const auto whispered = "\"name\":\"whispers\"";
    EXPECT_NE(heard(ada()).find(whispered), std::string::npos);
    for (const auto* who : {&bob(), &eve(), &root()}) {
        const auto all = heard(*who);
        EXPECT_EQ(all.find("whispers"), std::string::npos) << who->name;
        EXPECT_NE(all.find("shouts"), std::string::npos) << who->name;
    }
}

} // namespace netbit::test
