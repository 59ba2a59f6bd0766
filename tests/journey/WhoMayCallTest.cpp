// The table of routes and who may call them, read from the server itself and held against what it does.

#include "journey/ApiRoutes.h"
#include "journey/Stage.h"
#include "journey/WhoMayCallTable.h"

#include <cctype>

namespace netbit::test {

namespace {

class WhoMayCall : public OnStage {
protected:
    /// With a relay, though nobody listens there: without one there are no settings of mail to be asked for.
    static void SetUpTestSuite()
    {
        _stage = std::make_unique<Stage>(std::vector<std::string>{"mail.server=127.0.0.1:9", "mail.security=none", "mail.from=netbit@example.org",
                                                                  "oidc.public_url=https://chat.example.org"});
    }
};

/// What stands in a path for a parameter.
struct Things {
    std::int64_t chat, message, user, other;
};

/// The path with its parameters filled in.
std::string filled(std::string path, const RouteEntry& entry, const Things& things)
{
    const auto other = entry.about == RouteEntry::About::own ? 999'999 : things.chat;
    for (auto open = path.find('{'); open != std::string::npos; open = path.find('{')) {
        const auto close = path.find('}', open);
        const auto name = path.substr(open + 1, close - open - 1);
        const bool ofUser = name == "user" || path.substr(0, open).ends_with("/users/");
        path.replace(open, close - open + 1, std::to_string(ofUser ? things.user : name == "message"                      ? things.message
                                                             : name == "scheduled" || name == "hook" ? things.other
                                                                                                     : other));
    }
    return path;
}

/// An endless reply is known by its head.
HttpReply ask(const Daemon& daemon, const std::string& token, const std::string& method, const std::string& target, bool endless)
{
    if (!endless)
        return daemon.client(token, "127.0.3.1").request(method, target, method == "GET" ? "" : "{}");
    RawHttp raw(Socket::tcp(daemon.http()));
    raw.send(method + " " + target + " HTTP/1.1\r\nHost: a\r\n" + (token.empty() ? "" : "Authorization: Bearer " + token + "\r\n") + "\r\n");
    auto reply = raw.readHead();
    if (reply.status != 200)
        reply.body = raw.takeText("}");
    return reply;
}

std::string upper(std::string_view text)
{
    std::string out(text);
    for (auto& c : out)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

struct Caller {
    std::string name;
    std::string token;
    bool known;
    bool admin;
    bool member; ///< of the chat in the path
};

} // namespace

TEST_F(WhoMayCall, EveryRouteHoldsToWhatItDeclares)
{
    const auto victim = makeUser(daemon(), "victim").id; // whom admins may do to whatever they can
    // Well formed, signed by nobody, expired in 2020.
    const std::string expired = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJuZXRiaXQiLCJzdWIiOiIxIiwiZXhwIjoxNTc3ODM2ODAwfQ."
                                "c2lnbmF0dXJlc2lnbmF0dXJlc2lnbmF0dXJlc2ln";
    const std::vector<Caller> callers{
        {"nobody", "", false, false, false},      {"a garbage token", "garbage", false, false, false},
        {"an expired token", expired, false, false, false}, {"another user", eve().token, true, false, false},
        {"a member", ada().token, true, false, true},       {"an admin", root().token, true, true, false},
    };
    auto missing = routeTable; // what is left at the end is in the table and not on the server
    const auto description = daemon().client().expect(200, "GET", "/api/openapi.json");
    for (const auto& [path, methods] : at(description, "/paths").as_object())
        for (const auto& [name, operation] : methods.as_object()) {
            const auto method = upper(name);
            const auto route = method + " " + std::string(path);
            missing.erase(route);
            const auto entry = routeTable.find(route);
            if (entry == routeTable.end()) {
                ADD_FAILURE() << route << " has no entry in WhoMayCallTable.h";
                continue;
            }
            const auto access = textAt(operation, "/x-netbit-access");
            const bool aboutChat = entry->second.about == RouteEntry::About::chat;
            for (const auto& caller : callers) {
                // Each is asked about things of its own: what one route does, the next one need not see.
                Things things{0, 0, path.starts_with("/api/admin/") ? victim : bob().id, 0};
                if (aboutChat) {
                    things.chat = makeChat(daemon(), ada(), "group", {bob()});
                    auto writer = as(ada());
                    things.message = say(writer, things.chat, "a message");
                    const auto in = "/api/chats/" + std::to_string(things.chat);
                    if (path.ends_with("{scheduled}"))
                        things.other = integerAt(writer.expect(201, "POST", in + "/scheduled",
                                                               R"({"content":"x","send_at":")" + tomorrow() + "\"}"), "/id");
                    if (path.ends_with("{hook}"))
                        things.other = integerAt(writer.expect(201, "POST", in + "/hooks",
                                                               "{\"name\":\"bot" + std::to_string(things.chat) + "\"}"), "/id");
                }
                const auto target = filled(std::string(path), entry->second, things) + std::string(entry->second.query);
                SCOPED_TRACE(route + " (" + access + ") by " + caller.name);
                // An empty object is good input for few and never the reason for 401, 403 or a 5xx.
                const auto reply = ask(daemon(), caller.token, method, target, entry->second.endless);
                EXPECT_LT(reply.status, 500) << reply.body;
                const bool badToken = !caller.known && !caller.token.empty();
                if (badToken || (!caller.known && access != "anyone")) {
                    // Sign-in routes answer 401 for reasons of their own, so only the others are told apart by it.
                    expectProblem(reply, 401);
                } else if (entry->second.about == RouteEntry::About::git) {
                    EXPECT_EQ(reply.status, caller.known ? 404 : 401) << reply.body; // in a text, which git shows
                } else if (access == "admin" && !caller.admin) {
                    expectProblem(reply, 403);
                } else if (entry->second.about == RouteEntry::About::own) {
                    expectProblem(reply, 404);
                } else if (entry->second.notForMembers && caller.known && !caller.admin) {
                    expectProblem(reply, 403, "admin_only");
                } else if (aboutChat && !caller.member) {
                    expectProblem(reply, 404, "chat_not_found");
                } else if (method == "GET") {
                    EXPECT_EQ(reply.status, 200) << reply.body;
                } else {
                    EXPECT_NE(reply.status, 401) << reply.body;
                    EXPECT_NE(reply.status, 403) << reply.body;
                    EXPECT_NE(reply.status, 404) << reply.body;
                }
            }
        }
    for (const auto& [route, entry] : missing)
        ADD_FAILURE() << route << " is in WhoMayCallTable.h and not on the server";
}

TEST_F(WhoMayCall, AReadingTokenGetsWhatItsUserMaySeeAndNothingElseIsDone)
{
    const auto chat = makeChat(daemon(), root(), "group", {bob()});
    auto writer = as(root());
    const Things things{chat, say(writer, chat, "a message"), bob().id, 0};
    auto session = daemon().client(textAt(login(daemon(), "root"), "/access_token"));
    const auto token = [&](std::string_view scopes) {
        return textAt(session.expect(201, "POST", "/api/user/tokens", R"({"name":"t","scopes":)" + std::string(scopes) + "}"), "/token");
    };
    const auto reads = token(R"(["read"])");
    const auto readsAsAdmin = token(R"(["read","admin"])");
    const auto writesOnly = token(R"(["write"])");
    const auto routes = daemon().client().expect(200, "GET", "/api/routes");
    for (const auto& route : listAt(routes, "/data")) {
        const auto method = textAt(route, "/method");
        const auto pattern = textAt(route, "/pattern");
        const auto access = textAt(route, "/access");
        const auto entry = routeTable.find(method + " " + pattern);
        ASSERT_NE(entry, routeTable.end()) << pattern;
        const auto target = filled(pattern, entry->second, things) + std::string(entry->second.query);
        SCOPED_TRACE(method + " " + pattern + " (" + access + ")");
        const auto by = [&](const std::string& with) { return ask(daemon(), with, method, target, entry->second.endless); };
        if (method != "GET") {
            expectProblem(by(readsAsAdmin), 403, "scope_missing");
            continue;
        }
        expectProblem(by(writesOnly), 403, "scope_missing");
        if (access == "admin")
            expectProblem(by(reads), 403, "admin_only");
        if (entry->second.about == RouteEntry::About::git) { // a scope of its own
            expectProblem(by(readsAsAdmin), 403, "scope_missing");
            continue;
        }
        EXPECT_EQ(by(readsAsAdmin).status, entry->second.about == RouteEntry::About::own ? 404 : 200);
    }
}

TEST_F(WhoMayCall, EveryRouteOfTheContractIsThere)
{
    const auto routes = daemon().client().expect(200, "GET", "/api/routes");
    std::string all = "\n";
    for (const auto& route : listAt(routes, "/data"))
        all += textAt(route, "/access") + " " + textAt(route, "/method") + " " + textAt(route, "/pattern") + "\n";
    for (const auto* wanted :
         {"anyone POST /api/auth/register", "anyone POST /api/auth/login", "anyone POST /api/auth/refresh",
          "anyone POST /api/auth/logout", "user GET /api/user/profile", "user GET /api/users/{id}", "user GET /api/chats",
          "user POST /api/chats", "user GET /api/chats/{id}", "user GET /api/chats/{id}/messages",
          "user POST /api/chats/{id}/messages", "user GET /api/search", "anyone GET /api/openapi.json", "anyone GET /api/docs", "user POST /api/realtime/udp-session", "anyone GET /docs/problems", "anyone GET /healthz",
          "anyone GET /readyz", "anyone GET /metrics", "anyone GET /api/server", "anyone GET /api/routes"})
        EXPECT_NE(all.find("\n" + std::string(wanted) + "\n"), std::string::npos) << wanted << " is missing in" << all;
}

TEST_F(WhoMayCall, TheAdminsDoorIsNotThereForTheNetwork)
{
    for (const auto& token : {std::string(), root().token})
        for (const auto* target : {"/admin/status", "/admin/plugins", "/admin/import/state?chat_id=1&source=x", "/admin/export?scope=all",
                                   "/admin/export/days?name=x"})
            expectProblem(daemon().client(token).get(target), 404);
    expectProblem(daemon().client(root().token).post("/admin/invites", "{}"), 404);
    expectProblem(daemon().client(root().token).post("/admin/users/ada/tokens", R"({"name":"x"})"), 404);
    EXPECT_EQ(daemon().client().expect(200, "GET", "/api/routes").as_object().size(), 1u);
    EXPECT_EQ(daemon().client().get("/api/routes").body.find("\"/admin/"), std::string::npos);
}

TEST_F(WhoMayCall, NoErrorTellsAnInternal)
{
    for (const auto* target : {"/api/chats/1", "/api/nothing", "/api/chats/x/messages", "/api/chats/1/messages?limit=0"}) {
        const auto body = as(ada()).get(target).body;
        for (const auto* word : {"sqlite", "SELECT", ".cpp", "std::", "exception", ".so", "errno"})
            EXPECT_EQ(body.find(word), std::string::npos) << target << ": " << body;
    }
}

} // namespace netbit::test
