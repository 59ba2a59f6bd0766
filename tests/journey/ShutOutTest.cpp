// Whoever was deactivated, or has erased itself, is out by every way there is, and what it left behind does not act for it.

#include "journey/ApiRoutes.h"
#include "journey/Stage.h"
#include "support/TcpClient.h"
#include "support/UdpClient.h"

#include <thread>

namespace netbit::test {

namespace {

class ShutOut : public OnStage {
protected:
    static std::string text(json::object object) { return json::serialize(object); }
    static std::string of(const User& user, const std::string& act)
    {
        return "/api/admin/users/" + std::to_string(user.id) + act;
    }

    /// Every way in that one person can have at once.
    struct Ways {
        User user;
        std::int64_t chat;
        json::value session;
        std::string personal;
        json::value hook;
        TcpClient tcp;
        RawHttp stream;
        UdpClient udp;
    };
    static Ways waysOf(const std::string& name)
    {
        auto user = makeUser(daemon(), name);
        const auto chat = makeChat(daemon(), user, "group", {bob()}, name + "'s");
        auto session = login(daemon(), name);
        const auto access = textAt(session, "/access_token");
        auto http = daemon().client(access);
        auto personal =
            textAt(http.expect(201, "POST", "/api/user/tokens", R"({"name":"own","scopes":["read","write"]})"), "/token");
        auto hook = http.expect(201, "POST", "/api/chats/" + std::to_string(chat) + "/hooks", "{\"name\":\"" + name + "-bot\"}");
        Ways ways{user, chat, std::move(session), personal, std::move(hook), TcpClient(daemon().tcp(), access),
                  RawHttp(Socket::tcp(daemon().http())), UdpClient(daemon().udp(), "127.0.6.1")};
        ways.stream.send("GET /api/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + access + "\r\n\r\n");
        EXPECT_EQ(ways.stream.readHead().status, 200);
        ways.udp.use(UdpKey::ask(http));
        EXPECT_TRUE(truthAt(ways.tcp.ask(sendPacket(chat, "by TCP")), "/success"));
        daemon().client().expect(201, "POST", textAt(ways.hook, "/path"), R"({"text":"by webhook"})");
        UdpClient listener(daemon().udp(), "127.0.6.6");
        auto other = as(bob());
        listener.use(UdpKey::ask(other));
        listener.subscribe();
        ways.udp.sendSigned(R"("packet_type":"Typing","chat_id":)" + std::to_string(chat));
        EXPECT_TRUE(listener.receive()) << "while one is there one is heard";
        return ways;
    }

    static void expectOut(Ways& ways)
    {
        for (const auto& token : {ways.user.token, textAt(ways.session, "/access_token"), ways.personal}) {
            expectProblem(daemon().client(token).get("/api/user/profile"), 401);
            expectProblem(daemon().client(token).post(messagesOf(ways.chat), R"({"content":"still here"})"), 401);
        }
        expectProblem(
            daemon().client().post("/api/auth/refresh", text({{"refresh_token", textAt(ways.session, "/refresh_token")}})), 401);
        expectProblem(daemon()
                          .client({}, "127.0.6.2")
                          .post("/api/auth/login", text({{"username", ways.user.name}, {"password", password}})),
                      401, "bad_credentials");
        expectProblem(daemon().client().post(textAt(ways.hook, "/path"), R"({"text":"still here"})"), 404, "hook_not_found");
        try {
            EXPECT_FALSE(truthAt(ways.tcp.ask(sendPacket(ways.chat, "still here")), "/success"));
        } catch (const ConnectionLost&) {
            // Closing the connection is as good an answer.
        }
        // What is said now must not come to who listened before.
        auto member = as(bob());
        say(member, ways.chat, "among ourselves");
        std::string heard;
        try {
            for (const Deadline deadline(shortly); !deadline.over();) {
                const auto part = ways.stream.socket().receiveUntil(Deadline(shortly));
                if (!part || part->empty())
                    break;
                heard += *part;
            }
        } catch (const ConnectionLost&) {
        }
        EXPECT_EQ(heard.find("among ourselves"), std::string::npos) << heard;
        UdpClient listener(daemon().udp(), "127.0.6.3");
        auto other = as(bob());
        listener.use(UdpKey::ask(other));
        listener.subscribe();
        ways.udp.sendSigned(R"("packet_type":"Typing","chat_id":)" + std::to_string(ways.chat));
        EXPECT_FALSE(listener.receive(Deadline(shortly))) << "its key still signs";
        EXPECT_EQ(member.get(messagesOf(ways.chat)).body.find("still here"), std::string::npos);
    }
};

} // namespace

TEST_F(ShutOut, WhoIsDeactivatedByAnAdminHasNoWayInLeft)
{
    auto ways = waysOf("dora");
    as(root()).expect(200, "POST", of(ways.user, "/deactivate"));
    expectOut(ways);
    as(root()).expect(200, "POST", of(ways.user, "/reactivate"));
    expectProblem(daemon().client(ways.personal).get("/api/user/profile"), 401);
    daemon().client().expect(201, "POST", textAt(ways.hook, "/path"),
                             R"({"text":"the chat's webhook is back with who made it"})");
    as(root()).expect(200, "POST", "/api/admin/users/" + std::to_string(integerAt(ways.hook, "/bot_id")) + "/deactivate");
    expectProblem(daemon().client().post(textAt(ways.hook, "/path"), R"({"text":"x"})"), 404, "hook_not_found");
}

TEST_F(ShutOut, WhoHasErasedItselfHasNoWayInLeft)
{
    auto ways = waysOf("emil");
    auto http = daemon().client(textAt(ways.session, "/access_token"));
    ASSERT_EQ(http.request("DELETE", "/api/user", text({{"password", password}})).status, 204);
    expectOut(ways);
}

TEST_F(ShutOut, WhatWasScheduledIsNotSentByWhoIsGone)
{
    const auto user = makeUser(daemon(), "fred");
    const auto chat = makeChat(daemon(), user, "group", {bob()});
    const auto soon = [] {
        const auto at =
            std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) + std::chrono::milliseconds(1'500);
        const auto whole = std::chrono::system_clock::to_time_t(at);
        std::tm parts{};
        gmtime_r(&whole, &parts);
        char out[48];
        std::snprintf(out, sizeof out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                      parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                      static_cast<int>(at.time_since_epoch().count() % 1'000));
        return std::string(out);
    };
    const auto at = "/api/chats/" + std::to_string(chat) + "/scheduled";
    auto leaving = as(user);
    leaving.expect(201, "POST", at, text({{"content", "from beyond"}, {"send_at", soon()}}));
    as(root()).expect(200, "POST", of(user, "/deactivate"));
    // One of somebody who stays, due a little later: when it is there, the other one has had its turn.
    auto staying = as(bob());
    staying.expect(201, "POST", at, text({{"content", "from bob"}, {"send_at", soon()}}));
    const Deadline deadline;
    while (staying.get(messagesOf(chat)).body.find("from bob") == std::string::npos && !deadline.over())
        std::this_thread::yield();
    const auto messages = staying.get(messagesOf(chat)).body;
    EXPECT_NE(messages.find("from bob"), std::string::npos);
    EXPECT_EQ(messages.find("from beyond"), std::string::npos) << messages;
}

TEST_F(ShutOut, AResetLinkAndAnInvitationEndWithTheAccount)
{
    const auto user = makeUser(daemon(), "gina", "admin");
    const auto link = textAt(as(root()).expect(201, "POST", of(user, "/reset")), "/token");
    const auto invite = textAt(as(user).expect(201, "POST", "/api/invites", "{}"), "/invite");
    as(root()).expect(200, "POST", of(user, "/deactivate"));
    const auto reset =
        daemon().client({}, "127.0.6.4").post("/api/auth/reset", text({{"token", link}, {"password", "a new one, long"}}));
    EXPECT_GE(reset.status, 400) << reset.body;
    expectProblem(daemon()
                      .client({}, "127.0.6.5")
                      .post("/api/auth/register", text({{"username", "guest1"},
                                                        {"email", "g@example.org"},
                                                        {"password", "a long enough one"},
                                                        {"invite", invite}})),
                  403, "invite_invalid");
}

} // namespace netbit::test
