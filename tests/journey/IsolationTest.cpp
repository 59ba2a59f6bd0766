// Plugins in processes of their own, killed under a running server.

#include "journey/Stage.h"
#include "support/TcpClient.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <future>
#include <poll.h>

namespace netbit::test {

class IsolationJourney : public testing::Test {
protected:
    IsolationJourney()
        : stage({"plugin.user.isolate=process", "plugin.chat.isolate=process", "plugin.tcp.isolate=process"}),
          daemon(stage.daemon)
    {
    }

    json::value pluginOf(const std::string& id)
    {
        const auto all = daemon.admin().expect(200, "GET", "/admin/plugins");
        for (const auto& each : listAt(all, "/data"))
            if (textAt(each, "/id") == id)
                return each;
        throw std::runtime_error("no plugin " + id);
    }
    /// The process id that its detail names.
    pid_t processOf(const std::string& id)
    {
        const auto detail = textAt(pluginOf(id), "/detail");
        const auto at = detail.find("process ");
        return at == std::string::npos ? 0 : std::atoi(detail.c_str() + at + 8);
    }
    /// Kills its process, and waits for the next.
    void crash(const std::string& id, int signal)
    {
        const auto before = processOf(id);
        ASSERT_GT(before, 0);
        ASSERT_EQ(::kill(before, signal), 0);
        const auto began = std::chrono::steady_clock::now();
        for (const Deadline deadline; processOf(id) == before || textAt(pluginOf(id), "/state") != "live"; poll(nullptr, 0, 5))
            ASSERT_FALSE(deadline.over()) << textAt(pluginOf(id), "/detail");
        EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(sanitized ? 10 : 1));
    }

    Stage stage;
    Daemon& daemon;
};

TEST_F(IsolationJourney, AKilledChatPluginIsBackAndNothingIsLost)
{
    const auto chat = makeChat(daemon, stage.ada, "group", {stage.bob});
    auto ada = daemon.client(stage.ada.token);
    const auto first = say(ada, chat, "before");
    const auto netbitd = daemon.pid();

    std::atomic<bool> over{false};
    std::atomic<unsigned> elsewhere{0};
    std::atomic<unsigned> wrong{0};
    auto others = std::async(std::launch::async, [&] {
        auto bob = daemon.client(stage.bob.token);
        while (!over)
            ++(bob.get("/api/user/profile").status == 200 ? elsewhere : wrong); // the user plugin's
    });
    for (const int signal : {SIGSEGV, SIGKILL, SIGABRT, SIGSEGV, SIGKILL}) {
        crash("chat", signal);
        EXPECT_EQ(ada.get(messagesOf(chat)).status, 200);
    }
    over = true;
    others.get();
    EXPECT_EQ(wrong, 0u);
    EXPECT_GT(elsewhere, 0u);
    EXPECT_EQ(daemon.pid(), netbitd);
    const auto second = say(ada, chat, "after");
    const auto page = ada.expect(200, "GET", messagesOf(chat));
    ASSERT_EQ(listAt(page, "/data").size(), 2u);
    EXPECT_EQ(integerAt(page, "/data/0/id"), first);
    EXPECT_EQ(integerAt(page, "/data/1/id"), second);
    EXPECT_NE(textAt(pluginOf("chat"), "/detail").find("restarted 5 times"), std::string::npos);
}

TEST_F(IsolationJourney, AStreamEndsAndGoesOnWhereItWas)
{
    const auto chat = makeChat(daemon, stage.ada, "group", {stage.bob});
    auto ada = daemon.client(stage.ada.token);
    const auto listen = [&](const std::string& more) {
        auto stream = std::make_unique<RawHttp>(Socket::tcp(daemon.http()));
        stream->send("GET /api/events?topics=message.created HTTP/1.1\r\nHost: a\r\n" + more + "Authorization: Bearer " +
                     stage.bob.token + "\r\n\r\n");
        EXPECT_EQ(stream->readHead().status, 200);
        return stream;
    };
    auto stream = listen({});
    say(ada, chat, "one");
    const auto seen = stream->takeText("\"content\":\"one\"");
    const auto id = seen.substr(seen.rfind("id: ") + 4);
    crash("chat", SIGSEGV);
    stream->takeText("0\r\n\r\n"); // it has its end
    say(ada, chat, "two");
    auto again = listen("Last-Event-ID: " + id.substr(0, id.find('\n')) + "\r\n");
    const auto next = again->takeText("\"content\":\"two\"");
    EXPECT_EQ(next.find("\"content\":\"one\""), std::string::npos) << next;
}

TEST_F(IsolationJourney, AConnectionEndsAndTheListenerStays)
{
    const auto port = daemon.tcp();
    TcpClient before(port, stage.ada.token);
    EXPECT_TRUE(truthAt(before.ask(R"({"packet_type":"Subscribe"})"), "/success"));
    crash("tcp", SIGSEGV);
    EXPECT_TRUE(before.endsHere());
    TcpClient after(port, stage.ada.token);
    EXPECT_TRUE(truthAt(after.ask(R"({"packet_type":"Subscribe"})"), "/success"));
}

TEST_F(IsolationJourney, OneThatIsRequiredAndStaysDownMakesTheHostNotReady)
{
    auto anyone = daemon.client();
    EXPECT_EQ(anyone.get("/readyz").status, 200);
    for (const Deadline deadline; textAt(pluginOf("chat"), "/state") != "failed"; poll(nullptr, 0, 2)) {
        ASSERT_FALSE(deadline.over());
        if (const auto process = processOf("chat"); process > 0)
            ::kill(process, SIGKILL);
    }
    const auto ready = anyone.get("/readyz");
    EXPECT_EQ(ready.status, 503);
    EXPECT_NE(ready.body.find("The required plugin chat is failed"), std::string::npos) << ready.body;
    expectProblem(daemon.client(stage.ada.token).get("/api/chats"), 503, "plugin_unavailable");
    EXPECT_EQ(anyone.get("/healthz").status, 200);
}

} // namespace netbit::test
