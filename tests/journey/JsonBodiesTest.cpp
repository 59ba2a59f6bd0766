// JSON from outside, in the spirit of JSONTestSuite: every text that is no JSON is refused, every one that is is understood,
// and nothing of either kind is an error of the server.

#include "journey/ApiRoutes.h"
#include "journey/JsonTexts.h"
#include "journey/Stage.h"

namespace netbit::test {

namespace {

/// Whatever its body is, it is a file.
bool takesAnyBytes(std::string_view path)
{
    return path == "/api/files" || path == "/api/user/avatar" || path.starts_with("/git/") || path.ends_with("/import");
}

class JsonBodies : public OnStage {
protected:
    struct Target {
        std::string method;
        std::string path;
        json::value schema; ///< of the body that it wants; null: none is needed
    };
    /// Every route that may be sent a body, as the API's description has them.
    static std::vector<Target> bodyTargets()
    {
        const auto chat = std::to_string(makeChat(daemon(), ada(), "group", {bob()}));
        static int made = 0;
        const auto project = makeProject(daemon(), ada(), "json" + std::to_string(++made));
        as(ada()).request("POST", "/api/repos/create", R"({"name":"code"})"); // there already behind the first time
        auto http = as(ada());
        const auto message = std::to_string(say(http, std::stoll(chat), "a message"));
        const auto note = std::to_string(makeNote(http));
        const auto hook = std::to_string(makeWebhook(http));
        const auto browser = std::to_string(makePushSubscription(http));
        std::vector<Target> targets;
        for (const auto& route : apiRoutes(daemon()))
            if (route.method != "GET" && route.access != "admin" && !takesAnyBytes(route.path))
                targets.push_back({route.method, filledPath(route.path, [&](auto name, std::string_view before) {
                                       if (const auto part = project.part(name, before, bob().id); !part.empty())
                                           return part;
                                       if (name == "message" && (route.path.ends_with("/issue")))
                                           return message;
                                       if (before == "/api/notifications/")
                                           return note;
                                       if (before == "/api/webhooks/")
                                           return hook;
                                       if (before == "/api/push/subscriptions/")
                                           return browser;
                                       return before.ends_with("/chats/") ? chat : "999999999"; // of the rest nobody's
                                   }), route.bodySchema()});
        return targets;
    }
};

} // namespace

TEST_F(JsonBodies, WhatIsNoJsonIsRefusedByEveryRoute)
{
    const auto targets = bodyTargets();
    ASSERT_GE(targets.size(), 30u);
    auto http = as(ada());
    for (const auto& target : targets)
        for (const auto& [name, text] : badJson()) {
            if (text.empty() && (target.schema.is_null() || !has(target.schema, "/required")))
                continue; // asks for nothing, so nothing need be said
            SCOPED_TRACE("n_" + std::string(name) + " to " + target.method + " " + target.path);
            const auto reply = http.request(target.method, target.path, text);
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
            SCOPED_TRACE("y_" + std::string(name) + " to " + target.method + " " + target.path);
            const auto reply = http.request(target.method, target.path, text);
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
            SCOPED_TRACE(std::string(name) + " to " + target.method + " " + target.path);
            const auto reply = http.request(target.method, target.path, text);
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

TEST_F(JsonBodies, AMemberThatComesTwiceIsRefusedByEveryRoute)
{
    auto http = as(ada());
    int tried = 0;
    for (const auto& target : bodyTargets()) {
        const auto body = fittingBody(target.schema, 1);
        for (const auto& member : body) {
            const auto again = "\"" + std::string(member.key()) + "\":" + json::serialize(member.value());
            auto whole = json::serialize(body);
            whole.insert(1, again + ",");
            SCOPED_TRACE(target.method + " " + target.path + " " + whole);
            const auto reply = http.request(target.method, target.path, whole);
            expectProblem(reply, reply.status == 400 ? 400 : 422);
            // Written in another way it is the same name.
            whole.replace(whole.find(std::string(member.key()), again.size()), 1, "\\u00" + [&] {
                char digits[4];
                std::snprintf(digits, sizeof digits, "%02x",
                              static_cast<unsigned>(static_cast<unsigned char>(member.key().front())));
                return std::string(digits);
            }());
            const auto escaped = http.request(target.method, target.path, whole);
            expectProblem(escaped, escaped.status == 400 ? 400 : 422);
            ++tried;
        }
    }
    EXPECT_GE(tried, 40);
}

TEST_F(JsonBodies, ABodyThatIsTooLargeIsRefusedUnreadByEveryRoute)
{
    for (const auto& target : bodyTargets()) {
        SCOPED_TRACE(target.method + " " + target.path);
        RawHttp raw(Socket::tcp(daemon().http()));
        raw.send(target.method + " " + target.path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + ada().token +
                 "\r\nContent-Type: application/json\r\nContent-Length: 1100000000\r\n\r\n{");
        expectProblem(raw.read(), 413);
    }
}

TEST_F(JsonBodies, AMemberThatIsNotKnownIsRefusedByName)
{
    auto http = as(ada());
    for (const auto& target : bodyTargets()) {
        auto body = fittingBody(target.schema, 1);
        if (body.empty())
            continue;
        body["is_admin"] = true;
        SCOPED_TRACE(target.method + " " + target.path);
        const auto reply = http.request(target.method, target.path, json::serialize(body));
        expectProblem(reply, 422);
        EXPECT_EQ(textAt(reply.document(), "/errors/0/pointer"), "/is_admin") << reply.body;
    }
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
