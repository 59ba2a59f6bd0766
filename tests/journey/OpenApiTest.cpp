// The API's description: held against public tools, and against what the server does.

#include "journey/Stage.h"
#include "journey/WhoMayCallTable.h"

namespace netbit::test {

namespace {

class OpenApi : public OnStage {
protected:
    static json::value description() { return daemon().client().expect(200, "GET", "/api/openapi.json"); }

    /// The exit code of a program of this folder; 77: it lacks what it needs.
    static int run(const std::string& tool, std::vector<std::string> words)
    {
        words.insert(words.begin(), std::string(OPENAPI_TOOLS) + "/" + tool);
        const auto finished = runProgram(words, {}, {}, Deadline(std::chrono::seconds(120)));
        if (finished.exitCode != 0 && finished.exitCode != 77) {
            ADD_FAILURE() << tool << ": " << finished.out << finished.err;
        }
        return finished.exitCode;
    }
};

} // namespace

TEST_F(OpenApi, APublicValidatorAndALintFindNoFault)
{
    TemporaryFolder folder;
    const auto file = folder.path() + "/openapi.json";
    writeFile(file, daemon().client().get("/api/openapi.json").body);
    if (run("validate", {file}) == 77)
        GTEST_SKIP() << "openapi-spec-validator is not installed; the lint alone ran";
}

TEST_F(OpenApi, AGeneratedClientSignsInPostsAndReads)
{
    TemporaryFolder folder;
    const auto file = folder.path() + "/openapi.json";
    writeFile(file, daemon().client().get("/api/openapi.json").body);
    const auto chat = makeChat(daemon(), ada(), "group", {bob()}, "generated");
    if (run("client", {file, "http://127.0.0.1:" + std::to_string(daemon().http()), "ada", std::string(password), std::to_string(chat),
                       folder.path()}) == 77)
        GTEST_SKIP() << "openapi-python-client is not installed";
}

TEST_F(OpenApi, EveryRouteOfTheServerIsInIt)
{
    const auto all = description();
    EXPECT_EQ(textAt(all, "/openapi"), "3.1.0");
    std::size_t described = 0;
    for (const auto& [path, methods] : at(all, "/paths").as_object())
        described += methods.as_object().size();
    EXPECT_EQ(described, listAt(daemon().client().expect(200, "GET", "/api/routes"), "/data").size());
    const auto& search = at(all, "/paths").at("/api/search").at("get");
    EXPECT_EQ(textAt(search, "/x-netbit-access"), "user");
    EXPECT_EQ(textAt(search, "/parameters/0/name"), "q");
    EXPECT_TRUE(truthAt(search, "/parameters/0/required"));
    EXPECT_EQ(textAt(search, "/parameters/0/in"), "query");
    EXPECT_EQ(search.at("responses").at("200").at("content").at("application/json").at("schema").at("$ref").as_string(),
              "#/components/schemas/FoundMessages");
    const auto& send = at(all, "/paths").at("/api/chats/{id}/messages").at("post");
    EXPECT_TRUE(truthAt(send, "/requestBody/required"));
    EXPECT_TRUE(has(send, "/responses/201"));
    EXPECT_EQ(textAt(send, "/parameters/0/in"), "path");
    EXPECT_EQ(daemon().client().get("/api/openapi.json").body.find("\"/admin/"), std::string::npos) << "the admin's door is not told of";
}

TEST_F(OpenApi, ARouteThatGoesIsGoneFromIt)
{
    Daemon fresh;
    const auto told = [&] { return fresh.client().get("/api/openapi.json").body.find("\"/api/realtime/udp-session\"") != std::string::npos; };
    EXPECT_TRUE(told());
    EXPECT_LT(fresh.admin().post("/admin/plugins/udp/disable", "{}").status, 300);
    EXPECT_FALSE(told());
}

TEST_F(OpenApi, AQueryParameterThatARouteDoesNotKnowIsRefused)
{
    const auto chat = std::to_string(makeChat(daemon(), ada(), "group", {}, "strict"));
    const auto project = makeProject(daemon(), ada(), "strict");
    auto http = as(ada());
    http.expect(201, "POST", "/api/repos/create", R"({"name":"code"})");
    const auto message = std::to_string(say(http, std::stoll(chat), "a message"));
    const auto note = std::to_string(makeNote(http));
    const auto hook = std::to_string(makeWebhook(http));
    const auto browser = std::to_string(makePushSubscription(http));
    const auto all = description();
    for (const auto& [path, methods] : at(all, "/paths").as_object())
        for (const auto& [method, operation] : methods.as_object()) {
            if (!path.starts_with("/api/"))
                continue; // probes and scrapers may add what they like
            std::string target(path);
            for (auto open = target.find('{'); open != std::string::npos; open = target.find('{')) {
                const auto close = target.find('}', open);
                const auto parameter = target.substr(open + 1, close - open - 1);
                const auto part = project.part(parameter, target.substr(0, open), bob().id);
                target.replace(open, close - open + 1, !part.empty() ? part : parameter == "message" ? message
                                                             : target.starts_with("/api/webhooks/") ? hook
                                                             : target.starts_with("/api/push/") ? browser
                                                             : target.starts_with("/api/notifications/") ? note
                                                                                                         : chat);
            }
            std::string name(method);
            for (auto& c : name)
                c = static_cast<char>(c - 'a' + 'A');
            SCOPED_TRACE(name + " " + target);
            const auto entry = routeTable.find(name + " " + std::string(path));
            if (entry != routeTable.end() && entry->second.anyQuery)
                continue;
            target += entry == routeTable.end() || entry->second.query.empty() ? "?" : std::string(entry->second.query) + "&";
            const auto& who = textAt(operation, "/x-netbit-access") == "admin" ? root() : ada();
            const auto reply = as(who).request(name, target + "no_such_parameter=1", name == "GET" ? "" : "{}");
            EXPECT_EQ(reply.status, 422) << reply.body;
            EXPECT_EQ(textAt(reply.document(), "/errors/0/pointer"), "/no_such_parameter");
        }
}

TEST_F(OpenApi, ThePageAsksNobodyElse)
{
    const auto page = daemon().client().get("/api/docs");
    ASSERT_EQ(page.status, 200);
    EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
    const auto policy = page.header("content-security-policy");
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos) << policy;
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos) << policy;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos) << policy;
    EXPECT_EQ(page.header("x-content-type-options"), "nosniff");
    for (const auto* path : {"/api/docs", "/api/docs/docs.js", "/api/docs/docs.css"}) {
        const auto part = daemon().client().get(path);
        EXPECT_EQ(part.status, 200) << path;
        EXPECT_EQ(part.body.find("://"), std::string::npos) << path;
        EXPECT_EQ(part.body.find("innerHTML"), std::string::npos) << path;
        EXPECT_EQ(part.body.find("style="), std::string::npos) << path;
    }
}

} // namespace netbit::test
