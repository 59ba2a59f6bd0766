// JSON from outside, in the spirit of JSONTestSuite: every text that is no JSON is refused, every one that is is understood,
// and nothing of either kind is an error of the server.

#include "journey/JsonTexts.h"
#include "journey/Stage.h"

namespace netbit::test {

namespace {

class JsonBodies : public OnStage {
protected:
    /// Every route that reads a body, as the server lists them.
    static std::vector<std::string> bodyTargets()
    {
        const auto chat = std::to_string(makeChat(daemon(), ada(), "group", {bob()}));
        std::vector<std::string> targets;
        const auto routes = daemon().client().expect(200, "GET", "/api/routes");
        for (const auto& route : listAt(routes, "/data")) {
            if (textAt(route, "/method") != "POST")
                continue;
            auto target = textAt(route, "/pattern");
            if (target == "/api/files")
                continue; // whatever its body is, it is a file
            if (const auto open = target.find("{"); open != std::string::npos)
                target.replace(open, target.find('}') - open + 1, chat);
            targets.push_back(target);
        }
        return targets;
    }
};

} // namespace

TEST_F(JsonBodies, WhatIsNoJsonIsRefusedByEveryRoute)
{
    const auto targets = bodyTargets();
    ASSERT_GE(targets.size(), 6u);
    auto http = as(ada());
    for (const auto& target : targets)
        for (const auto& [name, text] : badJson()) {
            if (text.empty() && (target == "/api/realtime/udp-session" || target.ends_with("/join")))
                continue; // asks for nothing, so nothing need be said
            SCOPED_TRACE("n_" + std::string(name) + " to " + target);
            const auto reply = http.post(target, text);
            EXPECT_GE(reply.status, 400) << reply.body;
            EXPECT_LT(reply.status, 500) << reply.body;
            EXPECT_NE(reply.status, 401) << reply.body;
        }
    EXPECT_EQ(daemon().client().get("/readyz").status, 200);
}

TEST_F(JsonBodies, WhatIsJsonIsUnderstoodByEveryRoute)
{
    const auto targets = bodyTargets();
    auto http = as(ada());
    for (const auto& target : targets)
        for (const auto& [name, text] : goodJson()) {
            SCOPED_TRACE("y_" + std::string(name) + " to " + target);
            const auto reply = http.post(target, text);
            EXPECT_LT(reply.status, 500) << reply.body;
            // It may make no sense to the route (422), but it is well-formed.
            EXPECT_NE(reply.status, 400) << reply.body;
        }
}

TEST_F(JsonBodies, ADepthOfAHundredThousandIsRefusedAndHarmless)
{
    auto http = as(ada());
    for (const auto& target : bodyTargets())
        for (const auto& [name, text] : deepJson()) {
            SCOPED_TRACE(std::string(name) + " to " + target);
            const auto reply = http.post(target, text);
            EXPECT_GE(reply.status, 400);
            EXPECT_LT(reply.status, 500) << reply.body;
        }
    EXPECT_EQ(daemon().client().get("/readyz").status, 200);
}

TEST_F(JsonBodies, TheAdminsDoorRefusesTheSame)
{
    auto admin = daemon().admin();
    for (const auto* target : {"/admin/users", "/admin/users/ada/tokens", "/admin/import/begin", "/admin/import/batch", "/admin/import/records"}) {
        for (const auto& [name, text] : badJson()) {
            if (text.empty())
                continue; // an empty body is an empty object there
            SCOPED_TRACE("n_" + std::string(name) + " to " + target);
            const auto reply = admin.post(target, text);
            EXPECT_GE(reply.status, 400) << reply.body;
            EXPECT_LT(reply.status, 500) << reply.body;
        }
        for (const auto& [name, text] : deepJson()) {
            SCOPED_TRACE(std::string(name) + " to " + target);
            const auto reply = admin.post(target, text);
            EXPECT_GE(reply.status, 400);
            EXPECT_LT(reply.status, 500) << reply.body;
        }
    }
}

TEST_F(JsonBodies, AStringComesBackAsItWasEscaped)
{
    const auto chat = makeChat(daemon(), ada(), "group", {});
    auto http = as(ada());
    const std::vector<std::pair<std::string, std::string>> strings{
        {R"(\u0041)", "A"},         {R"(\u00e4)", "ä"},     {R"(\u4f60)", "你"},           {R"(\ud83c\udf89)", "🎉"},
        {R"(\"\\\/\b\f\n\r\t)", "\"\\/\b\f\n\r\t"},          {R"(\u2028\u2029)", "\u2028\u2029"}, {R"(\uFFFF)", "\xEF\xBF\xBF"},
        {R"(\uD834\uDd1e)", "𝄞"},   {"\x7f", "\x7f"},       {R"(\\u0041)", "\\u0041"},
    };
    for (const auto& [escaped, plain] : strings) {
        const auto reply = http.post(messagesOf(chat), "{\"content\":\"a" + escaped + "\"}"); // beside a letter: what is not to be seen is no message
        ASSERT_EQ(reply.status, 201) << escaped << ": " << reply.body;
        EXPECT_EQ(textAt(reply.document(), "/content"), "a" + plain);
    }
}

TEST_F(JsonBodies, AMemberThatComesTwiceIsRefused)
{
    const auto chat = makeChat(daemon(), ada(), "group", {});
    const auto reply = as(ada()).post(messagesOf(chat), R"({"content":"one","content":"two"})");
    expectProblem(reply, reply.status == 400 ? 400 : 422);
}

TEST_F(JsonBodies, AMediaTypeThatIsNotJsonIsRefused)
{
    const auto chat = makeChat(daemon(), ada(), "group", {});
    RawHttp http(Socket::tcp(daemon().http()));
    const auto statusOf = [&](const std::string& type) {
        const std::string body = R"({"content":"x"})";
        http.send("POST " + messagesOf(chat) + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + ada().token + "\r\n" +
                  (type.empty() ? "" : "Content-Type: " + type + "\r\n") +
                  "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        return http.read().status;
    };
    for (const auto* type : {"text/xml", "text/plain", "multipart/form-data; boundary=x", "application/jsonp", "json", "+json"})
        EXPECT_EQ(statusOf(type), 415) << type;
    for (const auto* type : {"", "application/json", "Application/JSON; charset=utf-8", "application/problem+json",
                             "application/x-www-form-urlencoded"})
        EXPECT_EQ(statusOf(type), 201) << type;
}

} // namespace netbit::test
