// From an empty folder to a server that knows its admin, and the ways in which a start is refused.

#include "journey/Stage.h"
#include "support/TcpClient.h"

#include <filesystem>
#include <sys/stat.h>

namespace netbit::test {

namespace {

namespace fs = std::filesystem;

constexpr int exitConfig = 78;
constexpr int exitUnavailable = 69;
constexpr int exitUsage = 64;

mode_t modeOf(const std::string& path)
{
    struct stat info {};
    if (stat(path.c_str(), &info) != 0)
        throw std::runtime_error(path + " is not there");
    return info.st_mode & 0777;
}

/// netbitd with the configuration file given, only to be checked or to fail.
Finished startWith(const std::string& content, const std::vector<std::string>& more = {})
{
    const TemporaryFolder folder;
    writeFile(folder.path() + "/netbit.properties", content);
    std::vector<std::string> words{netbitdPath(), "--config", folder.path() + "/netbit.properties", "--data", folder.path() + "/data"};
    words.insert(words.end(), more.begin(), more.end());
    return runProgram(words);
}

void expectRefusal(const Finished& finished, std::string_view place)
{
    EXPECT_EQ(finished.exitCode, exitConfig) << finished.err;
    EXPECT_NE(finished.err.find(place), std::string::npos) << "The place is missing in: " << finished.err;
}

} // namespace

TEST(FirstStart, MakesAnAdminWhosePasswordWorks)
{
    const Daemon daemon;
    const auto told = parseJson(readFile(daemon.data() + "/secrets/first-admin.json"));
    EXPECT_EQ(textAt(told, "/username"), "admin");

    const auto session = daemon.client().expect(200, "POST", "/api/auth/login", json::serialize(told));
    auto http = daemon.client(textAt(session, "/access_token"));
    const auto profile = http.expect(200, "GET", "/api/user/profile");

    EXPECT_EQ(textAt(profile, "/username"), "admin");
    EXPECT_EQ(textAt(profile, "/role"), "admin");
}

TEST(FirstStart, ANewAdminPasswordReplacesTheOneTimePassword)
{
    const Daemon daemon;
    const auto told = readFile(daemon.data() + "/secrets/first-admin.json");
    daemon.admin().expect(204, "POST", "/admin/users/admin/password", R"({"password":"a password of my own"})");

    EXPECT_EQ(daemon.client().post("/api/auth/login", told).status, 401);
    daemon.client().expect(200, "POST", "/api/auth/login", R"({"username":"admin","password":"a password of my own"})");
    EXPECT_FALSE(fs::exists(daemon.data() + "/secrets/first-admin.json")) << "The old password is of no use and should be gone.";
}

TEST(FirstStart, KeepsSecretsFromOtherUsersOfTheMachine)
{
    const Daemon daemon;
    EXPECT_EQ(modeOf(daemon.data()), 0700u);
    EXPECT_EQ(modeOf(daemon.data() + "/secrets"), 0700u);
    for (const auto& entry : fs::recursive_directory_iterator(daemon.data() + "/secrets"))
        EXPECT_EQ(modeOf(entry.path()), 0600u) << entry.path();
    EXPECT_EQ(modeOf(daemon.data() + "/netbit.db") & 077, 0u) << "The database holds password hashes.";
    EXPECT_EQ(modeOf(daemon.data() + "/netbitd.sock") & 077, 0u) << "Who can open the socket is admin.";
}

TEST(FirstStart, TheReadyFileTellsPortsProcessAndPlugins)
{
    const Daemon daemon;
    const auto& ready = daemon.ready();
    EXPECT_EQ(integerAt(ready, "/pid"), daemon.pid());
    for (const auto* port : {"/ports/http", "/ports/tcp", "/ports/udp"})
        EXPECT_GT(integerAt(ready, port), 0) << port;
    std::string live;
    for (const auto& plugin : listAt(ready, "/plugins"))
        if (textAt(plugin, "/state") == "live")
            live += textAt(plugin, "/id") + " ";
    for (const auto* id : {"user ", "chat ", "tcp ", "udp "})
        EXPECT_NE(live.find(id), std::string::npos) << id << "is not live in " << json::serialize(ready);
    EXPECT_EQ(daemon.client().get("/healthz").status, 200);
    EXPECT_EQ(daemon.client().get("/readyz").status, 200);
    EXPECT_EQ(daemon.client().get("/metrics").status, 200);
    const auto server = daemon.client().expect(200, "GET", "/api/server");
    EXPECT_EQ(integerAt(server, "/ports/tcp"), daemon.tcp());
}

TEST(Restart, KeepsUsersTokensSessionsChatsAndMessages)
{
    Daemon daemon;
    const auto ada = makeUser(daemon, "ada");
    const auto bob = makeUser(daemon, "bob");
    const auto session = login(daemon, "ada");
    const auto chat = makeChat(daemon, ada, "group", {bob}, "plans");
    auto before = daemon.client(ada.token);
    say(before, chat, "written before the restart");
    const auto page = before.get(messagesOf(chat)).body;

    daemon.restart();

    EXPECT_EQ(daemon.client(ada.token).get(messagesOf(chat)).body, page);
    EXPECT_EQ(daemon.client(textAt(session, "/access_token")).get(messagesOf(chat)).body, page) << "The session ended.";
    daemon.client().expect(200, "POST", "/api/auth/refresh",
                           json::serialize(json::object{{"refresh_token", textAt(session, "/refresh_token")}}));
    const auto chats = daemon.client(bob.token).expect(200, "GET", "/api/chats");
    EXPECT_EQ(textAt(chats, "/data/0/name"), "plans");
    EXPECT_EQ(textAt(chats, "/data/0/last_message/content"), "written before the restart");
}

TEST(Restart, MakesNoSecondAdmin)
{
    Daemon daemon;
    const auto users = integerAt(daemon.ready(), "/counts/users");
    const auto told = readFile(daemon.data() + "/secrets/first-admin.json");
    daemon.restart();
    EXPECT_EQ(integerAt(daemon.ready(), "/counts/users"), users);
    daemon.client().expect(200, "POST", "/api/auth/login", told);
}

TEST(DataDirectory, IsRefusedToASecondDaemonInASentence)
{
    const Daemon daemon;
    const auto second = runProgram(daemon.command());
    EXPECT_EQ(second.exitCode, exitUnavailable);
    EXPECT_NE(second.err.find("Another netbitd is using the data directory"), std::string::npos) << second.err;
    EXPECT_EQ(daemon.client().get("/readyz").status, 200) << "The first one was disturbed.";
}

TEST(PortInUse, IsRefusedInASentenceThatNamesIt)
{
    const Daemon daemon;
    const TemporaryFolder folder;
    const auto port = std::to_string(daemon.http());
    const auto second = runProgram({netbitdPath(), "--data", folder.path() + "/data", "--set", "http.port=" + port, "--set",
                                    "tcp.port=0", "--set", "udp.port=0"});
    EXPECT_EQ(second.exitCode, exitUnavailable);
    EXPECT_NE(second.err.find(port), std::string::npos) << second.err;
}

TEST(Sigterm, EndsWithExitCodeZeroAndTakesTheReadyFileAway)
{
    Daemon daemon;
    EXPECT_EQ(daemon.stop(), 0);
    EXPECT_FALSE(fs::exists(daemon.folder() + "/ready.json"));
}

TEST(Sigterm, EndsAlsoWhileClientsHoldConnectionsOpen)
{
    Daemon daemon;
    const auto ada = makeUser(daemon, "ada");
    auto idle = daemon.client(ada.token);
    idle.expect(200, "GET", "/api/user/profile");
    TcpClient tcp(daemon.tcp(), ada.token);
    tcp.ask(R"({"packet_type":"Subscribe","after":0})");
    EXPECT_EQ(daemon.stop(), 0);
}

TEST(Configuration, AnUnknownKeyIsNamedWithFileAndLine)
{
    expectRefusal(startWith("# a comment\n\nhttp.port = 0\nhttp.prot = 8080\n"), "netbit.properties:4: http.prot:");
}

TEST(Configuration, AValueOutOfRangeIsNamedWithFileAndLine)
{
    expectRefusal(startWith("http.port = 65536\n"), "netbit.properties:1: http.port:");
}

TEST(Configuration, AValueThatIsNoNumberIsNamedWithFileAndLine)
{
    expectRefusal(startWith("log.level = info\nthreads.workers = many\n"), "netbit.properties:2: threads.workers:");
}

TEST(Configuration, AWrongChoiceIsNamedWithFileAndLine)
{
    expectRefusal(startWith("auth.registration = sometimes\n"), "netbit.properties:1: auth.registration:");
}

TEST(Configuration, AnUnknownKeyOfAPluginIsNamedWithFileAndLine)
{
    expectRefusal(startWith("http.port = 0\ntcp.prot = 1\n"), "netbit.properties:2: tcp.prot:");
}

TEST(Configuration, AnUnknownSectionIsNamedWithFileAndLine)
{
    expectRefusal(startWith("htpt.port = 0\n"), "netbit.properties:1: htpt.port:");
}

TEST(Configuration, ASettingOfTheCommandLineIsNamedAsSuch)
{
    expectRefusal(startWith("", {"--set", "http.port=-1"}), "--set http.port:");
}

TEST(Configuration, AMissingFileIsASentence)
{
    const auto finished = runProgram({netbitdPath(), "--config", "/nowhere/netbit.properties"});
    EXPECT_EQ(finished.exitCode, exitConfig);
    EXPECT_NE(finished.err.find("/nowhere/netbit.properties"), std::string::npos) << finished.err;
}

TEST(CheckConfig, SaysThatGoodSettingsAreGoodAndStartsNothing)
{
    const auto finished = startWith("http.port = 0\ntcp.port = 0\nlog.level = warn\n", {"--check-config"});
    EXPECT_EQ(finished.exitCode, 0) << finished.err;
    EXPECT_NE(finished.out.find("good"), std::string::npos) << finished.out;
}

TEST(CheckConfig, RefusesWhatAStartWouldRefuse)
{
    expectRefusal(startWith("http.prot = 1\n", {"--check-config"}), "netbit.properties:1: http.prot:");
    expectRefusal(startWith("tcp.port = 99999\n", {"--check-config"}), "netbit.properties:1: tcp.port:");
}

TEST(CommandLine, AStrayArgumentIsRefusedInASentence)
{
    const auto finished = runProgram({netbitdPath(), "nonsense"});
    EXPECT_EQ(finished.exitCode, exitUsage);
    EXPECT_NE(finished.err.find("nonsense"), std::string::npos) << finished.err;
}

TEST(CommandLine, AnUnknownOptionIsRefusedInASentence)
{
    const auto finished = runProgram({netbitdPath(), "--nonsense"});
    EXPECT_EQ(finished.exitCode, exitUsage);
    EXPECT_NE((finished.err + finished.out).find("nonsense"), std::string::npos) << finished.err;
}

} // namespace netbit::test
