// What a plugin did in a real netbitd, recorded there, is put into it again by the kit.

#include "contract/sdk/PluginFolder.h"

#include <netbit/kit/gtest.hpp>

#include <gtest/gtest-spi.h>
#include <poll.h>
#include <sys/stat.h>

namespace netbit::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class RecordAndReplay : public testing::Test {
protected:
    static std::string built(const std::string& id) { return std::string(EXAMPLES) + "/" + id + "/" + id + ".so"; }
    Daemon& record(const std::string& id, std::vector<std::string> settings = {})
    {
        _folder.add(std::string(EXAMPLES) + "/" + id, id);
        settings.push_back(_folder.setting());
        settings.push_back("plugin." + id + ".record=" + recording());
        _daemon = std::make_unique<Daemon>(std::move(settings));
        return *_daemon;
    }
    std::string recording() const { return _scratch.path() + "/calls.jsonl"; }
    /// All requests that notes knows, of two people.
    void useNotes(Daemon& daemon)
    {
        auto ada = daemon.client(makeUser(daemon, "ada").token);
        auto bob = daemon.client(makeUser(daemon, "bob").token);
        EXPECT_EQ(ada.post("/api/notes", R"({"text":"milk"})").status, 201);
        EXPECT_EQ(bob.post("/api/notes", R"({"text":"bread"})").status, 201);
        EXPECT_EQ(ada.post("/api/notes", R"({"text":"eggs"})").status, 201);
        EXPECT_EQ(ada.post("/api/notes", R"({"text":""})").status, 422);
        EXPECT_EQ(ada.post("/api/notes", "{").status, 400);
        EXPECT_EQ(listAt(ada.expect(200, "GET", "/api/notes"), "/data").size(), 2U);
        EXPECT_EQ(bob.request("DELETE", "/api/notes/1").status, 404);
        EXPECT_EQ(ada.request("DELETE", "/api/notes/1").status, 204);
        EXPECT_EQ(listAt(ada.expect(200, "GET", "/api/notes"), "/data").size(), 1U);
        EXPECT_EQ(daemon.client().get("/api/notes").status, 401) << "the plugin never hears of this one";
    }

    PluginFolder _folder;
    TemporaryFolder _scratch;
    std::unique_ptr<Daemon> _daemon;
};

TEST_F(RecordAndReplay, TheSamePluginDoesTheSame)
{
    auto& daemon = record("notes");
    ASSERT_EQ(stateOf(daemon, "notes"), "live");
    useNotes(daemon);
    EXPECT_EQ(daemon.stop(), 0);
    kit::replay(built("notes"), recording());
    struct stat facts {};
    ASSERT_EQ(stat(recording().c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(RecordAndReplay, AChangedPluginFailsAndTheRequestIsNamed)
{
    auto& daemon = record("notes");
    useNotes(daemon);
    EXPECT_EQ(daemon.stop(), 0);
    const auto differences = kit::differences(CHANGED_NOTES, recording());
    ASSERT_EQ(differences.size(), 1U);
    EXPECT_THAT(differences[0], HasSubstr("calls.jsonl:"));
    EXPECT_THAT(differences[0], HasSubstr("GET /api/notes by ada is answered otherwise. In the recording:\n  200 "));
    EXPECT_THAT(differences[0], testing::ContainsRegex("eggs.*milk.*\nnow:\n.*milk.*eggs"));
    EXPECT_NONFATAL_FAILURE(kit::replay(CHANGED_NOTES, recording()), "GET /api/notes by ada");
}

TEST_F(RecordAndReplay, ARecordingBeginsWithTheTablesAsTheyAre)
{
    auto& daemon = record("notes", {"notes.page_size=3"});
    useNotes(daemon);
    daemon.restart(); // begins the recording anew; the one before is kept
    auto carol = daemon.client(makeUser(daemon, "carol").token);
    EXPECT_EQ(integerAt(carol.expect(201, "POST", "/api/notes", R"({"text":"tea"})"), "/id"), 4);
    EXPECT_EQ(daemon.stop(), 0);
    kit::replay(built("notes"), recording());
    kit::replay(built("notes"), recording() + ".old");
    EXPECT_EQ(readFile(recording() + ".old").find("tea"), std::string::npos);
    EXPECT_THAT(readFile(recording()), HasSubstr("bread")) << "the rows are in its head";
}

TEST_F(RecordAndReplay, AReloadBeginsAnother)
{
    auto& daemon = record("notes");
    auto ada = daemon.client(makeUser(daemon, "ada").token);
    ada.expect(201, "POST", "/api/notes", R"({"text":"milk"})");
    const auto reloaded = runProgram({netbitPath(), "plugin", "reload", "notes", "--data", daemon.data()});
    ASSERT_EQ(reloaded.exitCode, 0) << reloaded.err;
    EXPECT_EQ(integerAt(ada.expect(201, "POST", "/api/notes", R"({"text":"bread"})"), "/id"), 2);
    EXPECT_EQ(daemon.stop(), 0);
    kit::replay(built("notes"), recording() + ".old");
    kit::replay(built("notes"), recording());
    EXPECT_THAT(readFile(recording()), AllOf(HasSubstr("milk"), HasSubstr("bread")));
}

TEST_F(RecordAndReplay, NoTokenAndNoPasswordIsInIt)
{
    auto& daemon = record("notes");
    const auto ada = makeUser(daemon, "ada");
    auto http = daemon.client(ada.token);
    http.request("POST", "/api/notes?access_token=hidden-1&page=2", R"({"text":"milk","password":"hidden-2"})",
                 {{"Cookie", "session=hidden-3"}, {"X-Api-Key", "hidden-4"}, {"X-Trace", "shown-1"}});
    EXPECT_EQ(daemon.stop(), 0);
    const auto text = readFile(recording());
    EXPECT_THAT(text, HasSubstr("milk"));
    EXPECT_THAT(text, HasSubstr("shown-1"));
    EXPECT_EQ(text.find("hidden-"), std::string::npos) << text;
    EXPECT_EQ(text.find(ada.token), std::string::npos);
    kit::replay(built("notes"), recording());
}

TEST_F(RecordAndReplay, WhatChatsAndEventsSaidIsSaidAgain)
{
    auto& daemon = record("helpbot");
    const auto ada = makeUser(daemon, "ada");
    const auto bot = makeUser(daemon, "helper", "bot");
    const auto chat = makeChat(daemon, ada, "group", {bot});
    daemon.set("helpbot.user_id=" + std::to_string(bot.id));
    daemon.restart();
    auto http = daemon.client(ada.token);
    say(http, chat, "!help");
    const auto messages = [&] { return listAt(http.expect(200, "GET", messagesOf(chat)), "/data").size(); };
    for (const Deadline deadline; messages() < 2 && !deadline.over();)
        poll(nullptr, 0, 5);
    EXPECT_EQ(messages(), 2U);
    EXPECT_EQ(daemon.stop(), 0);
    EXPECT_THAT(readFile(recording()), HasSubstr("\"chat.send\""));
    kit::replay(built("helpbot"), recording());
}

TEST_F(RecordAndReplay, SettingsStreamsTimersAndTheCacheToo)
{
    auto& daemon = record("guide");
    const auto ada = makeUser(daemon, "ada");
    const auto chat = std::to_string(makeChat(daemon, ada, "group", {}));
    auto http = daemon.client(ada.token);
    {
        auto follower = Socket::tcp(daemon.http());
        follower.send("GET /api/guide/follow HTTP/1.1\r\nHost: a\r\n\r\n");
        EXPECT_THAT(follower.receive(), HasSubstr("200"));
        EXPECT_EQ(http.post("/api/guide/notes", "one").status, 201);
    }
    EXPECT_EQ(http.get("/api/guide/hello?name=Ada").body, "Hello, Ada!");
    EXPECT_EQ(http.post("/api/guide/chats/" + chat, "").status, 201);
    EXPECT_EQ(listAt(http.get("/api/guide/chats/" + chat).document(), "/data").size(), 1U);
    for (int twice = 0; twice < 2; ++twice)
        EXPECT_EQ(http.get("/api/guide/price").body, "42");
    // Not asked for again and again: what runs at the same moment as the event may be told otherwise.
    for (const Deadline deadline; readFile(recording()).find("message.created") == std::string::npos && !deadline.over();)
        poll(nullptr, 0, 5);
    EXPECT_NE(http.get("/api/guide/last").body, "0");
    EXPECT_EQ(daemon.stop(), 0);
    kit::replay(built("guide"), recording());
}

TEST_F(RecordAndReplay, TimersAndPostedTasksRunWhereTheyRan)
{
    _folder.add(std::filesystem::path(TRIAL).parent_path(), "org.example.trial");
    Daemon daemon({_folder.setting(), "plugin.org.example.trial.record=calls.jsonl", "org.example.trial.greeting=Good day"});
    ASSERT_EQ(stateOf(daemon, "org.example.trial"), "live");
    auto http = daemon.client(makeUser(daemon, "ada").token);
    EXPECT_EQ(http.get("/api/trial/hello/Ada").body, "Good day, Ada.");
    EXPECT_EQ(http.post("/api/trial/slowly", "").body, "slowly") << "a timer of three seconds";
    EXPECT_EQ(http.post("/api/trial/later", "").body, "later");
    EXPECT_EQ(http.post("/api/trial/notes", "milk").status, 201);
    EXPECT_EQ(http.post("/api/trial/made", R"({"what":"tea"})").status, 201);
    EXPECT_EQ(http.get("/api/trial/conflict").status, 409);
    EXPECT_EQ(daemon.stop(), 0);
    const auto text = readFile(daemon.data() + "/calls.jsonl");
    EXPECT_THAT(text, HasSubstr("\"timer\":1,"));
    kit::replay(TRIAL, daemon.data() + "/calls.jsonl");
}

TEST_F(RecordAndReplay, AFullRecordingEndsAndIsGoodUpToThere)
{
    auto& daemon = record("notes", {"plugin.notes.record_mb=1"});
    auto http = daemon.client(makeUser(daemon, "ada").token);
    const auto big = R"({"text":")" + std::string(60'000, 'x') + "\"}";
    for (int i = 0; i < 20; ++i)
        ASSERT_EQ(http.post("/api/notes", big).status, 201);
    EXPECT_EQ(daemon.stop(), 0);
    EXPECT_LE(std::filesystem::file_size(recording()), (1U << 20) + 100);
    EXPECT_THAT(readFile(recording()), HasSubstr("{\"k\":\"full\""));
    EXPECT_THAT(daemon.log(), HasSubstr("The recording is full and ends here."));
    kit::replay(built("notes"), recording());
}

TEST_F(RecordAndReplay, WhatIsNoRecordingOfThisPluginIsRefused)
{
    auto& daemon = record("notes");
    EXPECT_EQ(daemon.stop(), 0);
    EXPECT_THROW(kit::differences(built("guide"), recording()), Failure);
    EXPECT_THROW(kit::differences(built("notes"), "/no/such/file"), Failure);
    writeFile(recording(), "not a recording\n");
    EXPECT_THROW(kit::differences(built("notes"), recording()), Failure);
}

} // namespace
} // namespace netbit::test
