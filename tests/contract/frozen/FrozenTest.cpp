// What was built on a released SDK runs in every later host of the same major version.

#include "contract/sdk/PluginFolder.h"

#include <algorithm>

namespace netbit::test {
namespace {

class FrozenPlugins : public testing::TestWithParam<std::string> {
protected:
    std::filesystem::path from() const { return std::filesystem::path(FROZEN) / GetParam(); }
    bool since(const std::string& release) const { return GetParam() >= release; } // of one digit each, so far
};

TEST_P(FrozenPlugins, InCGoThroughTheirTables)
{
    const PluginFolder folder;
    folder.add(from(), "frozen_c");
    Daemon daemon({folder.setting(), "frozen_c.limit=8"});
    ASSERT_EQ(stateOf(daemon, "frozen_c"), "live");
    auto http = daemon.client();
    const auto said = [this](const std::string& name, int visits) {
        return "method=POST;name=" + name + ";query=a b;header=word;body=bytes;limit=8;cache=kept;count=" +
               std::to_string(visits) + ";changed=1;" + (since("1.1") ? "returned=[{\"name\":\"" + name + "\"}];" : "") +
               "rows=" + std::to_string(visits) + ";last=" + name + ";";
    };
    for (int visits = 1; visits <= 2; ++visits) {
        const std::string name(static_cast<std::size_t>(visits), 'z');
        const auto reply = http.post("/api/frozen/c/" + name + "?q=a%20b", "bytes", {{"X-Word", "word"}});
        EXPECT_EQ(reply.status, 200);
        EXPECT_EQ(reply.body, said(name, visits));
        EXPECT_EQ(reply.header("x-frozen"), GetParam());
    }
    EXPECT_EQ(http.post("/api/frozen/c/z?other=1", "").status, since("1.1") ? 422 : 200) << "1.1 can tell what it takes";
    EXPECT_NE(http.get("/metrics").body.find("netbit_frozen_c_visits_total " + std::string(since("1.1") ? "2" : "3") + "\n"), std::string::npos);
    EXPECT_NE(daemon.log().find("Visited."), std::string::npos);
    EXPECT_EQ(daemon.stop(), 0);
}

TEST_P(FrozenPlugins, InCxxChatHearStreamAndListen)
{
    const PluginFolder folder;
    for (const std::string flavour : {"gcc", "clang"})
        folder.add(from(), "frozen_" + flavour);
    Daemon daemon({folder.setting()});
    const auto ada = makeUser(daemon, "ada");
    const auto eve = makeUser(daemon, "eve");
    auto http = daemon.client(ada.token);
    auto eves = daemon.client(eve.token);
    int messages = 0;
    for (const std::string flavour : {"gcc", "clang"}) {
        ASSERT_EQ(stateOf(daemon, "frozen_" + flavour), "live");
        const auto base = "/api/frozen/" + flavour;
        const auto chat = base + "/chats/" + std::to_string(makeChat(daemon, ada, "group", {}, flavour));
        for (int twice = 0; twice < 2; ++twice) { // the second is the first again
            const auto said = http.post(chat, "says hello", {{"Idempotency-Key", flavour}});
            EXPECT_EQ(said.status, 201) << said.body;
            EXPECT_EQ(textAt(said.document(), "/content"), "frozen ada says hello");
        }
        ++messages;
        EXPECT_EQ(textAt(http.expect(200, "GET", chat), "/data/0/content"), "frozen ada says hello");
        EXPECT_EQ(eves.get(chat).status, 404);
        EXPECT_EQ(eves.post(chat, "").status, 404);
        EXPECT_EQ(textAt(http.post(base + "/chats/x", "").document(), "/code"), "no_number");
        EXPECT_EQ(http.get(base + "/throw").status, 500);

        const auto wanted = "said=1;heard=" + std::to_string(messages) + ";";
        std::string streamed;
        for (const Deadline deadline; streamed != wanted && !deadline.over();)
            streamed = http.get(base + "/stream").body;
        EXPECT_EQ(streamed, wanted);

        auto socket = Socket::tcp(static_cast<std::uint16_t>(integerAt(daemon.ready(), "/ports/frozen_" + flavour)));
        socket.send("echo");
        EXPECT_EQ(socket.receive(), "echo");
    }
    EXPECT_EQ(daemon.stop(), 0);
}

std::vector<std::string> releases()
{
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(FROZEN))
        if (entry.is_directory())
            out.push_back(entry.path().filename().string());
    std::ranges::sort(out);
    return out;
}

INSTANTIATE_TEST_SUITE_P(OfRelease, FrozenPlugins, testing::ValuesIn(releases()), [](const auto& release) {
    auto name = release.param;
    std::ranges::replace(name, '.', '_');
    return name;
});

} // namespace
} // namespace netbit::test
