// netbit chat, the client for a whole terminal: people at it, each at a terminal of their own that tmux keeps.

#include "journey/Stage.h"
#include "support/Eventually.h"
#include "support/Tmux.h"

#include <filesystem>

namespace netbit::test {

namespace {

class ChatScreen : public OnStage {
protected:
    void SetUp() override
    {
        if (!Tmux::installed())
            GTEST_SKIP() << "tmux is not installed";
        _tmux = std::make_unique<Tmux>();
    }

    /// A person who has signed in, at a terminal that is called as they are.
    void sit(const Daemon& server, const std::string& name, const std::string& chat, int columns = 110, int rows = 30,
             std::vector<std::string> environment = {})
    {
        const auto home = "XDG_CONFIG_HOME=" + _homes.path() + "/" + name;
        const auto url = "http://127.0.0.1:" + std::to_string(server.http());
        const auto ran = runProgram({netbitPath(), "login", url, "--user", name, "--password-stdin"}, std::string(password) + "\n", {home});
        ASSERT_EQ(ran.exitCode, 0) << ran.err;
        environment.push_back(home);
        tmux().open(name, {netbitPath(), "chat", chat}, environment, columns, rows);
        tmux().awaitText(name, "live");
        tmux().awaitText(name, chat);
    }
    void enter(const std::string& name, std::string_view text)
    {
        tmux().type(name, text);
        tmux().press(name, {"Enter"});
    }
    Tmux& tmux() { return *_tmux; }

    TemporaryFolder _homes;
    std::unique_ptr<Tmux> _tmux;
};

std::size_t countOf(std::string_view text, std::string_view part)
{
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
        ++count;
    return count;
}

/// Of a line of the metrics: its value.
double metric(const Daemon& server, std::string_view name)
{
    const auto text = server.client().get("/metrics").body;
    const auto at = text.find("\n" + std::string(name) + " ");
    return at == std::string::npos ? 0 : std::stod(text.substr(at + name.size() + 2));
}

} // namespace

TEST_F(ChatScreen, TwoPeopleSeeEachOtherTypeSendReactEditAndDelete)
{
    makeChat(daemon(), ada(), "group", {bob()}, "workbench");
    sit(daemon(), "ada", "workbench");
    sit(daemon(), "bob", "workbench");
    tmux().awaitText("ada", "+ bob");
    tmux().awaitText("bob", "+ ada");

    tmux().type("ada", "good mor");
    tmux().awaitText("bob", "ada is typing");
    tmux().type("ada", "ning, 世界");
    tmux().press("ada", {"Enter"});
    tmux().awaitText("bob", "ada: good morning, 世界");
    tmux().awaitText("ada", "ada: good morning, 世界");
    tmux().awaitNoText("bob", "is typing");
    EXPECT_GT(metric(daemon(), "netbit_udp_packets_total"), 0) << "typing and presence go over UDP";

    tmux().press("bob", {"M-a", "Enter"});
    tmux().awaitText("ada", "[👍 1]");
    tmux().awaitText("bob", "[👍 1*]");
    tmux().press("bob", {"Escape"});
    tmux().awaitNoText("bob", "react:");

    tmux().press("bob", {"M-r"});
    tmux().awaitText("bob", "reply>");
    enter("bob", "morning, ada");
    tmux().awaitText("ada", "↳ ada: good morning, 世界");
    tmux().awaitText("ada", "bob: morning, ada");
    tmux().awaitText("ada", "1 reply");

    tmux().press("bob", {"M-e"});
    tmux().awaitText("bob", "edit> morning, ada");
    tmux().type("bob", "!");
    tmux().press("bob", {"Enter"});
    tmux().awaitText("ada", "morning, ada! (edited)");

    tmux().press("ada", {"M-Up", "M-Up", "M-t"});
    tmux().awaitText("ada", "workbench (thread)");
    enter("ada", "in the thread");
    tmux().awaitText("bob", "ada: in the thread");
    tmux().press("ada", {"Escape"});
    tmux().awaitNoText("ada", "(thread)");

    enter("bob", "said too soon");
    tmux().awaitText("ada", "said too soon");
    tmux().awaitNoText("bob", "…   bob");
    tmux().press("bob", {"M-Up", "M-d"});
    tmux().awaitText("bob", "Delete this message?");
    tmux().press("bob", {"y"});
    tmux().awaitNoText("ada", "said too soon");
    tmux().awaitText("ada", "bob: (deleted)");

    tmux().press("ada", {"C-q"});
    EXPECT_EQ(tmux().awaitEnd("ada"), 0);
    tmux().awaitNoText("bob", "+ ada");
}

TEST_F(ChatScreen, AServerThatIsKilledAndComesBackLosesNothingAndDoublesNothing)
{
    Daemon server;
    server.set("http.port=" + std::to_string(server.http()));
    server.set("tcp.port=" + std::to_string(server.tcp()));
    server.set("udp.port=" + std::to_string(server.udp()));
    const auto first = makeUser(server, "ada");
    const auto second = makeUser(server, "bob");
    const auto chat = makeChat(server, first, "group", {second}, "storm");
    sit(server, "ada", "storm", 110, 50);
    sit(server, "bob", "storm", 110, 50);

    std::size_t number = 0;
    std::vector<std::string> said;
    const auto say = [&](const std::string& who) {
        said.push_back(who + " says number " + std::to_string(++number) + ".");
        enter(who, said.back());
    };
    for (int round = 0; round < 3; ++round) {
        say("ada");
        say("bob");
        say("ada"); // its answer may never come
        server.kill();
        tmux().awaitText("ada", "server away");
        tmux().awaitText("bob", "server away");
        say("ada");
        say("bob");
        tmux().awaitText("ada", "to be sent");
        server.start();
        tmux().press("ada", {"C-r"});
        for (const auto& text : said) {
            tmux().awaitText("ada", text);
            tmux().awaitText("bob", text);
        }
        tmux().awaitNoText("ada", "to be sent");
        tmux().awaitNoText("bob", "to be sent");
    }
    const auto messages = server.client(first.token).expect(200, "GET", messagesOf(chat, "limit=200"));
    std::vector<std::string> stored;
    for (const auto& message : listAt(messages, "/data"))
        stored.push_back(textAt(message, "/content"));
    for (const auto& text : said)
        EXPECT_EQ(std::ranges::count(stored, text), 1) << text;
    for (const std::string who : {"ada", "bob"}) {
        std::vector<std::string> own;
        std::ranges::copy_if(stored, std::back_inserter(own), [&](const auto& text) { return text.starts_with(who); });
        std::vector<std::string> wanted;
        std::ranges::copy_if(said, std::back_inserter(wanted), [&](const auto& text) { return text.starts_with(who); });
        EXPECT_EQ(own, wanted) << "in the order in which they were said";
        tmux().awaitNoText(who, "…   ");
        const auto screen = tmux().screen(who);
        for (const auto& text : said)
            EXPECT_EQ(countOf(screen, text), 1u) << text << '\n' << screen;
    }
    if (HasFailure())
        showLogOnFailure(server);
}

TEST_F(ChatScreen, FitsItselfToEverySizeDownTo40By10)
{
    makeChat(daemon(), ada(), "group", {bob()}, "elastic");
    sit(daemon(), "ada", "elastic");
    enter("ada", "the quick brown fox jumps over a lazy dog, and then once-more");
    tmux().awaitText("ada", "once-more");
    tmux().awaitText("ada", "who is here");
    tmux().resize("ada", 40, 10);
    tmux().awaitNoText("ada", "who is here");
    tmux().awaitText("ada", "once-more");
    tmux().awaitText("ada", "live");
    tmux().type("ada", "typed while small");
    tmux().awaitText("ada", "> typed while small");
    tmux().press("ada", {"F1"});
    tmux().awaitText("ada", "Esc closes this");
    tmux().press("ada", {"Escape"});
    tmux().resize("ada", 130, 40);
    tmux().awaitText("ada", "who is here");
    tmux().awaitText("ada", "> typed while small");
}

TEST_F(ChatScreen, HostileTextOfOthersIsOnlyText)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()}, "trap");
    sit(daemon(), "ada", "trap");
    const auto title = tmux().title("ada");
    auto http = as(bob());
    say(http, chat, "\x1b]0;owned\x07\x1b[2J\x1b[10;10Hgone\x1b[?1049l\x1b(0\xc2\x9b" "31m\rover\b\b\b\b");
    say(http, chat, "\xe2\x80\xae" "turned" "\xe2\x81\xa6 and e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81");
    say(http, chat, "one line\n00:00 ada: I never said that");
    say(http, chat, "after it all");
    tmux().awaitText("ada", "after it all");
    const auto screen = tmux().screen("ada");
    EXPECT_NE(screen.find("␛]0;owned␇␛[2J␛[10;10Hgone"), std::string::npos) << screen;
    EXPECT_EQ(tmux().title("ada"), title);
    EXPECT_NE(screen.find("      00:00 ada: I never said that"), std::string::npos) << "indented under its first line: " << screen;
    EXPECT_EQ(screen.find("\n00:00 ada"), std::string::npos) << screen;
    EXPECT_NE(screen.find("live"), std::string::npos) << screen;
}

TEST_F(ChatScreen, OlderMessagesComeAsOneScrollsUp)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()}, "archive");
    auto http = as(bob());
    for (int i = 1; i <= 180; ++i)
        say(http, chat, "entry " + std::to_string(i) + ".");
    sit(daemon(), "ada", "archive");
    tmux().awaitText("ada", "entry 180.");
    EXPECT_TRUE(comesTrue([&] {
        tmux().press("ada", {"PPage"});
        return tmux().screen("ada").find("entry 1.") != std::string::npos;
    })) << tmux().screen("ada");
    tmux().press("ada", {"Escape"});
    tmux().awaitText("ada", "entry 180.");
}

TEST_F(ChatScreen, ChatsAreReachedByKeyNumberAndNameAndTheirCountsAreRight)
{
    const auto cora = makeUser(daemon(), "cora"); // who has nothing unread yet
    const auto one = makeChat(daemon(), cora, "group", {bob()}, "aaa first");
    const auto two = makeChat(daemon(), cora, "group", {bob()}, "aab second");
    sit(daemon(), "cora", "aaa first");
    auto http = as(bob());
    say(http, two, "psst, @cora");
    tmux().awaitText("cora", "@1");
    tmux().awaitText("cora", "1 unread elsewhere");
    tmux().press("cora", {"C-n"});
    tmux().awaitText("cora", "bob: psst, @cora");
    tmux().awaitNoText("cora", "unread elsewhere");
    eventually([&] { return integerAt(as(cora).expect(200, "GET", "/api/chats/" + std::to_string(two)), "/unread_count") == 0; },
               "the server counts it as read");
    tmux().press("cora", {"M-1"});
    tmux().awaitNoText("cora", "psst");
    tmux().type("cora", "/secon");
    tmux().awaitText("cora", "go to: secon");
    tmux().press("cora", {"Enter"});
    tmux().awaitText("cora", "bob: psst");

    say(http, one, "a needle in the hay");
    tmux().awaitText("cora", "1 unread elsewhere");
    tmux().press("cora", {"C-f"});
    tmux().awaitText("cora", "search:");
    enter("cora", "needle");
    tmux().awaitText("cora", "bob: a needle in the hay");
    tmux().press("cora", {"Enter"});
    tmux().awaitText("cora", " aaa first");
    tmux().awaitNoText("cora", "psst");
    tmux().press("cora", {"C-c"});
    EXPECT_EQ(tmux().awaitEnd("cora"), 0);
}

TEST_F(ChatScreen, WithNoColorThereIsNone)
{
    makeChat(daemon(), ada(), "group", {bob()}, "grey");
    const auto coloured = [&](const std::string& name) {
        const auto styled = tmux().screen(name, true);
        for (const auto* sequence : {"\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[34m", "\x1b[35m", "\x1b[36m", ";32m", ";36m"})
            if (styled.find(sequence) != std::string::npos)
                return true;
        return false;
    };
    sit(daemon(), "ada", "grey");
    sit(daemon(), "bob", "grey", 110, 30, {"NO_COLOR=1"});
    EXPECT_TRUE(coloured("ada"));
    EXPECT_FALSE(coloured("bob"));
}

TEST_F(ChatScreen, WithoutATerminalOrALoginItSaysSo)
{
    const auto home = "XDG_CONFIG_HOME=" + _homes.path() + "/nobody";
    const auto piped = runProgram({netbitPath(), "chat"}, {}, {home});
    EXPECT_EQ(piped.exitCode, 1);
    EXPECT_NE(piped.err.find("needs a terminal"), std::string::npos) << piped.err;
    const auto said = _homes.path() + "/said";
    tmux().open("nobody", {"/bin/sh", "-c", netbitPath() + " chat 2>" + said}, {home});
    EXPECT_EQ(tmux().awaitEnd("nobody"), 1);
    EXPECT_NE(readFile(said).find("You are not logged in"), std::string::npos) << readFile(said);
}

} // namespace netbit::test
