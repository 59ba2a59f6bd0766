// Ids of others in every place where a client may write an id: nothing is told, nothing changes.

#include "journey/ApiRoutes.h"
#include "journey/Stage.h"

namespace netbit::test {

namespace {

constexpr std::string_view secret = "xylophone-secret";

/// What somebody has that nobody else may know of.
struct Belongings {
    std::int64_t chat = 0, message = 0, reply = 0, scheduled = 0, hook = 0, session = 0, token = 0, invite = 0, user = 0;
};

class ForeignIds : public OnStage {
protected:
    static std::string in(std::int64_t chat, const std::string& rest = {}) { return "/api/chats/" + std::to_string(chat) + rest; }

    static Belongings belongingsOf(const User& owner)
    {
        const std::string words(secret);
        Belongings all;
        auto http = as(owner);
        all.user = owner.id;
        all.chat = makeChat(daemon(), owner, "group", {bob()}, words);
        all.message = say(http, all.chat, words);
        all.reply = integerAt(http.expect(201, "POST", messagesOf(all.chat),
                                          R"({"content":")" + words + R"(","reply_to":)" + std::to_string(all.message) + "}"),
                              "/id");
        const auto message = in(all.chat, "/messages/" + std::to_string(all.message));
        http.expect(200, "PUT", message + "/reactions/wave");
        http.expect(200, "PUT", message + "/pin");
        http.expect(200, "PATCH", message, R"({"content":")" + words + R"( edited"})");
        http.expect(200, "PUT", in(all.chat, "/draft"), R"({"content":")" + words + "\"}");
        all.scheduled = integerAt(http.expect(201, "POST", in(all.chat, "/scheduled"),
                                              R"({"content":")" + words + R"(","send_at":")" + tomorrow() + "\"}"), "/id");
        all.hook = integerAt(
            http.expect(201, "POST", in(all.chat, "/hooks"), "{\"name\":\"hook-" + std::to_string(all.chat) + "\"}"), "/id");
        const auto session = login(daemon(), owner.name);
        auto signedIn = daemon().client(textAt(session, "/access_token"));
        all.session = integerAt(signedIn.expect(200, "GET", "/api/user/sessions"), "/data/0/id");
        all.token = integerAt(signedIn.expect(201, "POST", "/api/user/tokens", R"({"name":"own","scopes":["read"]})"), "/id");
        all.invite = integerAt(as(root()).expect(201, "POST", "/api/invites", "{}"), "/id");
        return all;
    }

    static std::string valueOf(const Belongings& whose, std::string_view name, std::string_view before)
    {
        const auto number = [&]() -> std::int64_t {
            if (name == "message") return whose.message;
            if (name == "scheduled") return whose.scheduled;
            if (name == "hook") return whose.hook;
            if (name == "user") return whose.user;
            if (before.ends_with("/sessions/")) return whose.session;
            if (before.ends_with("/tokens/")) return whose.token;
            if (before.ends_with("/invites/")) return whose.invite;
            if (before.ends_with("/users/")) return whose.user;
            return whose.chat;
        };
        return name == "emoji" ? "wave" : std::to_string(number());
    }

    /// Everything that the owner sees, as one text.
    static std::string sightOf(const User& owner, const Belongings& all)
    {
        auto http = as(owner);
        std::string sight;
        const auto message = in(all.chat, "/messages/" + std::to_string(all.message));
        for (const auto& target :
             {in(all.chat), in(all.chat, "/messages"), in(all.chat, "/members"), in(all.chat, "/pins"), in(all.chat, "/draft"),
              in(all.chat, "/scheduled"), in(all.chat, "/hooks"), message, message + "/history", message + "/thread",
              std::string("/api/user/tokens"), std::string("/api/user/profile"), std::string("/api/user/second-factor"),
              std::string("/api/user/identities")})
            sight += target + ": " + http.get(target).body + "\n";
        sight += std::to_string(listAt(http.expect(200, "GET", "/api/user/sessions"), "/data").size()) + " sessions, ";
        sight += as(root()).get("/api/invites").body;
        return sight;
    }

    /// Not the caller's to be cut off by the sweep itself.
    static bool spares(const ApiRoute& route)
    {
        return route.access == "user" && route.path.starts_with("/api/") && !route.path.starts_with("/api/events") &&
               route.name() != "DELETE /api/user";
    }
};

} // namespace

TEST_F(ForeignIds, InAPathAreNotFoundAndChangeNothing)
{
    const auto theirs = belongingsOf(ada());
    const auto own = belongingsOf(eve());
    const auto before = sightOf(ada(), theirs);
    auto attacker = as(eve());
    int swept = 0;
    for (const auto& route : apiRoutes(daemon())) {
        if (!spares(route) || !route.hasParameters() || route.path == "/api/users/{id}" ||
            route.path == "/api/user/identities/{provider}")
            continue; // profiles are for everybody; a provider's name is nobody's
        const auto schema = route.bodySchema();
        const auto body = schema.is_object() ? json::serialize(fittingBody(schema, theirs.message)) : std::string();
        std::string query = route.path.ends_with("/messages/html") || route.path == "/api/chats/{id}/issues" ? "?ids=" + std::to_string(theirs.message) : "";
        for (int inner = 0; inner < 2; ++inner) {
            int place = 0;
            // Either all are the victim's; or the chat is the attacker's own, and what is said to be in it is the victim's.
            const auto target = filledPath(route.path, [&](auto name, auto prefix) {
                return valueOf(inner != 0 && place++ == 0 ? own : theirs, name, prefix);
            });
            if (inner != 0 && place < 2)
                continue;
            if (inner != 0 && (route.path.ends_with("/members/{user}") && route.method != "DELETE" && route.method != "PUT"))
                continue;
            SCOPED_TRACE(route.method + " " + target + " " + body);
            const auto reply = attacker.request(route.method, target + query, body);
            EXPECT_TRUE(reply.status == 404 || reply.status == 403) << reply.status << " " << reply.body;
            EXPECT_EQ(reply.body.find(secret), std::string::npos) << reply.body;
            ++swept;
        }
    }
    EXPECT_GE(swept, 40) << "the sweep does not sweep any more";
    EXPECT_EQ(sightOf(ada(), theirs), before);
}

TEST_F(ForeignIds, InABodyOrAQueryTellNothingAndChangeNothing)
{
    const auto theirs = belongingsOf(bob());
    const auto own = belongingsOf(eve());
    const auto before = sightOf(bob(), theirs);
    auto attacker = as(eve());
    int swept = 0;
    for (const auto& route : apiRoutes(daemon())) {
        if (!spares(route) || route.name() == "POST /api/user/password")
            continue;
        const auto target = filledPath(route.path, [&](auto name, auto prefix) { return valueOf(own, name, prefix); });
        std::vector<std::string> queries{""};
        if (has(route.operation, "/parameters"))
            for (const auto& parameter : listAt(route.operation, "/parameters")) {
                if (textAt(parameter, "/in") != "query" ||
                    (!has(parameter, "/schema/type") || textAt(parameter, "/schema/type") == "string"))
                    continue;
                for (const auto id : {theirs.chat, theirs.message, theirs.reply, theirs.user})
                    queries.push_back("?" + textAt(parameter, "/name") + "=" + std::to_string(id));
            }
        const auto schema = route.bodySchema();
        std::vector<std::string> bodies{""};
        if (schema.is_object())
            for (const auto id : {theirs.message, theirs.reply, theirs.scheduled, theirs.chat})
                bodies.push_back(json::serialize(fittingBody(schema, id)));
        for (const auto& query : queries)
            for (const auto& body : bodies) {
                if (body.empty() && query.empty() && route.hasBody())
                    continue;
                SCOPED_TRACE(route.method + " " + target + query + " " + body);
                const auto reply = attacker.request(route.method, target + query, body);
                EXPECT_LT(reply.status, 500) << reply.body;
                // The attacker's own things hold the word too, so only what names the victim's chat or messages is a leak.
                EXPECT_EQ(reply.body.find("\"chat_id\":" + std::to_string(theirs.chat) + ","), std::string::npos) << reply.body;
                ++swept;
            }
    }
    EXPECT_GE(swept, 100) << "the sweep does not sweep any more";
    EXPECT_EQ(sightOf(bob(), theirs), before);
}

TEST_F(ForeignIds, AMessageOfAnotherChatIsNoneToAnswerToOrToReadUpTo)
{
    auto http = as(ada());
    const auto here = makeChat(daemon(), ada(), "group", {bob()});
    const auto there = makeChat(daemon(), ada(), "group", {eve()});
    const auto message = say(http, there, "there");
    const auto id = std::to_string(message);
    for (const auto& [method, target, body] : std::vector<std::tuple<std::string, std::string, std::string>>{
             {"POST", messagesOf(here), R"({"content":"x","reply_to":)" + id + "}"},
             {"PUT", in(here, "/read"), R"({"message_id":)" + id + "}"},
             {"PUT", in(here, "/draft"), R"({"content":"x","reply_to":)" + id + "}"},
             {"POST", in(here, "/scheduled"), R"({"content":"x","reply_to":)" + id + R"(,"send_at":")" + tomorrow() + "\"}"}}) {
        const auto reply = http.request(method, target, body);
        EXPECT_TRUE(reply.status == 404 || reply.status == 422) << method << " " << target << ": " << reply.status << reply.body;
    }
    EXPECT_EQ(as(bob()).get(messagesOf(here)).body.find("reply_to\":" + id), std::string::npos);
}

} // namespace netbit::test
