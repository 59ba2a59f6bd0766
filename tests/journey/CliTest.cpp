// netbit, the command line: what an admin and a person do with it, and what it says when something is wrong.

#include "journey/Stage.h"
#include "support/Eventually.h"
#include "support/Totp.h"

#include <filesystem>

namespace netbit::test {

namespace {

constexpr int exitFailed = 1;
constexpr int exitUsage = 2;

class Cli : public OnStage {
protected:
    /// As the admin, through the socket in the data directory.
    static Finished admin(std::vector<std::string> words, std::string_view input = {})
    {
        words.insert(words.begin(), netbitPath());
        words.insert(words.end(), {"--data", daemon().data()});
        return runProgram(words, input);
    }
    /// As a person with a home of their own.
    Finished person(std::vector<std::string> words, std::string_view input = {}) const
    {
        words.insert(words.begin(), netbitPath());
        return runProgram(words, input, {"HOME=" + _home.path(), "XDG_CONFIG_HOME=" + _home.path(), "NETBIT_DATA="});
    }
    static std::string url() { return "http://127.0.0.1:" + std::to_string(daemon().http()); }
    void signIn(const std::string& name) const
    {
        const auto ran = person({"login", url(), "--user", name, "--password-stdin"}, std::string(password) + "\n");
        ASSERT_EQ(ran.exitCode, 0) << ran.err;
    }

    TemporaryFolder _home;
};

std::string firstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

void expectGood(const Finished& ran)
{
    EXPECT_EQ(ran.exitCode, 0) << ran.out << ran.err;
}

void expectComplaint(const Finished& ran, int code, std::string_view part)
{
    EXPECT_EQ(ran.exitCode, code) << ran.out << ran.err;
    EXPECT_NE(ran.err.find(part), std::string::npos) << "The sentence does not name \"" << part << "\": " << ran.err;
    EXPECT_EQ(ran.err.find("terminate"), std::string::npos) << ran.err;
}

} // namespace

TEST_F(Cli, StatusTellsVersionPortsAndPlugins)
{
    const auto ran = admin({"status"});
    expectGood(ran);
    EXPECT_NE(ran.out.find("http " + std::to_string(daemon().http())), std::string::npos) << ran.out;
    EXPECT_NE(ran.out.find("chat"), std::string::npos) << ran.out;
    const auto asJson = admin({"status", "--json"});
    expectGood(asJson);
    EXPECT_EQ(integerAt(parseJson(asJson.out), "/ports/tcp"), daemon().tcp());
    EXPECT_TRUE(truthAt(parseJson(asJson.out), "/writer/healthy"));
}

TEST_F(Cli, PluginListTellsTheStateOfEach)
{
    const auto ran = admin({"plugin", "list"});
    expectGood(ran);
    for (const auto* id : {"user", "chat", "tcp", "udp"})
        EXPECT_NE(ran.out.find(id), std::string::npos) << ran.out;
    EXPECT_NE(ran.out.find("live"), std::string::npos) << ran.out;
}

TEST_F(Cli, AUserThatIsAddedCanSignIn)
{
    const auto ran = admin({"user", "add", "dora", "--password-stdin"}, "dora's long password\n");
    expectGood(ran);
    EXPECT_NE(ran.out.find("dora"), std::string::npos) << ran.out;
    daemon().client().expect(200, "POST", "/api/auth/login", R"({"username":"dora","password":"dora's long password"})");
    expectComplaint(admin({"user", "add", "dora", "--password-stdin"}, "another password\n"), exitFailed, "has this username already");
    expectComplaint(admin({"user", "add", "shorty", "--password-stdin"}, "x\n"), exitFailed, "password");
    expectComplaint(admin({"user", "add", "no spaces", "--password-stdin"}, "a long password\n"), exitFailed, "username");
    expectComplaint(admin({"user", "add", "nobody"}), exitUsage, "--password-stdin");
}

TEST_F(Cli, ATokenIsPrintedAloneAndWorks)
{
    const auto ran = admin({"token", "ada", "--days", "2"});
    expectGood(ran);
    const auto token = firstLine(ran.out);
    EXPECT_EQ(ran.out, token + "\n") << "A script takes all of standard output for the token.";
    EXPECT_TRUE(token.starts_with("nbt_")) << token;
    EXPECT_EQ(textAt(daemon().client(token).expect(200, "GET", "/api/user/profile"), "/username"), "ada");
    expectComplaint(admin({"token", "nobody-of-that-name"}), exitFailed, "user");
    expectComplaint(admin({"token", "ada", "--days", "0"}), exitUsage, "days");
}

TEST_F(Cli, AnInvitationIsPrintedAloneAndWorks)
{
    const auto ran = admin({"invite"});
    expectGood(ran);
    const auto invite = firstLine(ran.out);
    EXPECT_EQ(ran.out, invite + "\n");
    daemon().client().expect(201, "POST", "/api/auth/register",
                             json::serialize(json::object{{"username", "invited"}, {"email", "i@example.org"},
                                                          {"password", password}, {"invite", invite}}));
}

TEST_F(Cli, APersonKeepsIssuesAndRepositories)
{
    as(ada()).expect(201, "POST", "/api/projects/create", R"({"name":"tools"})");
    signIn("ada");
    const auto made = person({"issue", "new", "tools", "The", "saw", "is", "blunt", "--body", "-"}, "Since Monday.\n");
    expectGood(made);
    EXPECT_EQ(made.out, "tools#1\n");
    EXPECT_EQ(textAt(as(ada()).expect(200, "GET", "/api/projects/ada/tools/issues/1"), "/body"), "Since Monday.\n");
    expectGood(person({"issue", "new", "ada/tools", "second"}));
    const auto listed = person({"issue", "list", "tools"});
    expectGood(listed);
    EXPECT_NE(listed.out.find("The saw is blunt"), std::string::npos) << listed.out;
    expectGood(person({"issue", "close", "tools#1"}));
    EXPECT_EQ(person({"issue", "list"}).out.find("saw"), std::string::npos) << "it is closed";
    EXPECT_NE(person({"issue", "list", "tools", "--state", "closed"}).out.find("saw"), std::string::npos);
    expectComplaint(person({"issue", "close", "tools#9"}), exitFailed, "no such issue");
    expectComplaint(person({"issue", "close", "tools"}), exitFailed, "PROJECT#NUMBER");

    const auto repository = person({"repo", "create", "tools/bench", "--description", "where it stands"});
    expectGood(repository);
    EXPECT_NE(repository.out.find("/git/ada/tools/bench.git"), std::string::npos) << repository.out;
    expectGood(person({"repo", "create", "own"}));
    EXPECT_NE(person({"repo", "list", "tools"}).out.find("where it stands"), std::string::npos);
    const auto own = person({"repo", "list"});
    EXPECT_NE(own.out.find("own"), std::string::npos) << own.out;
    EXPECT_EQ(own.out.find("bench"), std::string::npos) << own.out;
    expectComplaint(person({"repo", "create", "own"}), exitFailed, "name already");
}

TEST_F(Cli, APersonReadsTheInbox)
{
    signIn("ada");
    auto http = as(ada());
    const auto note = [&](const std::string& name) {
        return std::to_string(integerAt(http.expect(201, "POST", "/api/notifications", "{\"name\":\"" + name + "\"}"), "/id"));
    };
    const auto first = note("buy milk");
    const auto second = note("call Bob");
    auto listed = person({"inbox"});
    expectGood(listed);
    EXPECT_LT(listed.out.find("buy milk"), listed.out.find("call Bob")) << "the newest is last: " << listed.out;
    EXPECT_NE(listed.out.find("2 unread"), std::string::npos) << listed.out;
    expectGood(person({"inbox", "read", first}));
    listed = person({"inbox"});
    EXPECT_EQ(listed.out.find("milk"), std::string::npos) << listed.out;
    EXPECT_NE(person({"inbox", "--all"}).out.find("milk"), std::string::npos);
    EXPECT_NE(person({"inbox", "why", second}).out.find("> server: mentions"), std::string::npos);
    expectGood(person({"inbox", "read", "--all"}));
    EXPECT_EQ(person({"inbox"}).out, "0 unread\n");
    expectComplaint(person({"inbox", "read"}), exitUsage, "--all");
    expectComplaint(person({"inbox", "read", "milk"}), exitUsage, "number");
    expectComplaint(person({"inbox", "read", "999999"}), exitFailed, "no such notification");
}

TEST_F(Cli, APersonHasNotificationsSentElsewhere)
{
    signIn("bob");
    auto http = as(bob());
    const auto added = person({"webhook", "add", "mill", "https://127.0.0.1:1/in", "--rule", "note", "--rule", "mention"});
    expectGood(added);
    const auto id = firstLine(added.out);
    const auto secret = added.out.find("whsec_");
    ASSERT_NE(secret, std::string::npos) << added.out;
    auto listed = person({"webhook", "list"});
    EXPECT_NE(listed.out.find("mill  https://127.0.0.1:1/in  [note, mention]"), std::string::npos) << listed.out;
    EXPECT_EQ(listed.out.find("whsec_"), std::string::npos) << listed.out;
    http.expect(201, "POST", "/api/notifications", R"({"name":"buy milk"})");
    const auto log = [&] { return person({"webhook", "deliveries", id}).out; };
    ASSERT_TRUE(comesTrue([&] { return log().find("1 attempt, the last: ") != std::string::npos; })) << log();
    EXPECT_NE(log().find("pending"), std::string::npos) << log();
    const auto delivery = log().substr(0, log().find(' '));
    expectGood(person({"webhook", "redeliver", id, delivery}));
    expectComplaint(person({"webhook", "redeliver", id, "999999"}), exitFailed, "no such delivery");
    expectComplaint(person({"webhook", "add", "mill", "ftp://127.0.0.1/"}), exitFailed, "https://");
    expectComplaint(person({"webhook", "remove", "mill"}), exitUsage, "number");
    EXPECT_NE(person({"webhook", "disable", id}).out.find("mill  https://127.0.0.1:1/in  [note, mention]  off"), std::string::npos);
    EXPECT_EQ(person({"webhook", "enable", id}).out.find("off"), std::string::npos);
    expectGood(person({"webhook", "remove", id}));
    EXPECT_EQ(person({"webhook", "list"}).out, "");
    expectComplaint(person({"webhook", "remove", id}), exitFailed, "no such webhook");
}

TEST_F(Cli, APersonSignsInSendsAndReads)
{
    makeChat(daemon(), ada(), "group", {bob()}, "cli chat");
    signIn("ada");
    const auto chats = person({"chats"});
    expectGood(chats);
    EXPECT_NE(chats.out.find("cli chat"), std::string::npos) << chats.out;

    expectGood(person({"send", "cli chat", "from", "the", "command", "line"}));
    expectGood(person({"send", "cli chat", "-"}, "from\nstandard input\n"));
    const auto tail = person({"tail", "cli chat", "-n", "2"});
    expectGood(tail);
    EXPECT_NE(tail.out.find("from the command line"), std::string::npos) << tail.out;
    EXPECT_NE(tail.out.find("ada"), std::string::npos) << "Who said it is missing: " << tail.out;
    const auto one = person({"tail", "cli chat", "-n", "1"});
    EXPECT_EQ(one.out.find("from the command line"), std::string::npos) << one.out;

    expectComplaint(person({"send", "no such chat", "x"}), exitFailed, "no such chat");
    expectGood(person({"logout"}));
    expectComplaint(person({"chats"}), exitFailed, "login");
}

TEST_F(Cli, TheStoredLoginIsItsOwnersAlone)
{
    signIn("bob");
    namespace fs = std::filesystem;
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(_home.path())) {
        if (!entry.is_regular_file())
            continue;
        ++files;
        const auto open = fs::perms::group_all | fs::perms::others_all;
        EXPECT_EQ(entry.status().permissions() & open, fs::perms::none) << entry.path();
    }
    EXPECT_GE(files, 1u);
}

TEST_F(Cli, AWrongPasswordIsASentence)
{
    const auto ran = person({"login", url(), "--user", "eve", "--password-stdin"}, "not hers\n");
    EXPECT_EQ(ran.exitCode, exitFailed);
    EXPECT_FALSE(ran.err.empty());
}

TEST_F(Cli, PingMeasuresAllThreePorts)
{
    const auto ran = person({"ping", url()});
    expectGood(ran);
    for (const auto port : {daemon().http(), daemon().tcp(), daemon().udp()})
        EXPECT_NE(ran.out.find(std::to_string(port)), std::string::npos) << ran.out;
    expectComplaint(person({"ping", "http://127.0.0.1:1"}), exitFailed, "127.0.0.1:1");
}

TEST_F(Cli, AnImportedLogIsThereOnceHoweverOftenItIsImported)
{
    const TemporaryFolder logs;
    writeFile(logs.path() + "/2024-05-01.raw.txt",
              "=== ada_l [~ada@host] has joined #test\n"
              "[10:00] <ada_l> is anyone here?\n"
              "[10:01] <grace|h> yes \xF0\x9F\x8E\x89\n"
              "[10:01]  * ada_l waves\n"
              "[25:99] <ada_l> a time that is none\n"
              "a line of no known form\n"
              "[10:02] <grace|h> \xff\xfe no UTF-8\n"
              "\n"
              "[10:03] <ada_l> bye\n"
              "=== ada_l is now known as ada_away\n");
    writeFile(logs.path() + "/2024-05-02.raw.txt", "[00:10] <grace|h> the next day\n");
    const auto first = admin({"import", "irc", logs.path(), "--chat", "old-irc", "--json"});
    expectGood(first);
    const auto report = parseJson(first.out);
    EXPECT_EQ(integerAt(report, "/files"), 2);
    EXPECT_EQ(integerAt(report, "/lines"), 11);
    EXPECT_EQ(integerAt(report, "/messages"), 4);
    EXPECT_EQ(integerAt(report, "/actions"), 1);
    EXPECT_EQ(integerAt(report, "/system/joins"), 1);
    EXPECT_EQ(integerAt(report, "/system/renames"), 1);
    std::string left;
    for (const auto& line : listAt(report, "/left_out_lines"))
        left += std::to_string(integerAt(line, "/line")) + " ";
    EXPECT_EQ(left, "5 6 7 8 ") << "Every line that was left out is listed, by its number.";

    const auto second = admin({"import", "irc", logs.path(), "--chat", "old-irc", "--json"});
    expectGood(second);
    const auto again = parseJson(second.out);
    EXPECT_EQ(integerAt(again, "/messages"), 0);
    EXPECT_EQ(integerAt(again, "/already_there"), 11);
    EXPECT_EQ(integerAt(again, "/users_created"), 0);

    const auto plain = admin({"import", "irc", logs.path(), "--chat", "old-irc", "--verbose"});
    expectGood(plain);
    EXPECT_NE(plain.out.find("already there"), std::string::npos) << plain.out;
}

TEST_F(Cli, WhatGrewSinceTheLastImportIsAdded)
{
    const TemporaryFolder logs;
    const auto path = logs.path() + "/2024-06-01.raw.txt";
    writeFile(path, "[10:00] <ada_l> one\n");
    expectGood(admin({"import", "irc", path, "--chat", "grows"}));
    writeFile(path, "[10:00] <ada_l> one\n[10:01] <ada_l> two\n");
    const auto ran = admin({"import", "irc", path, "--chat", "grows", "--json"});
    expectGood(ran);
    EXPECT_EQ(integerAt(parseJson(ran.out), "/messages"), 1);
}

TEST_F(Cli, ImportSaysWhatIsMissing)
{
    expectComplaint(admin({"import", "irc", "/nowhere/at-all", "--chat", "x"}), exitFailed, "/nowhere/at-all");
    const TemporaryFolder empty;
    expectComplaint(admin({"import", "irc", empty.path()}), exitUsage, "--chat");
    EXPECT_EQ(admin({"import", "irc", empty.path(), "--chat", "x"}).exitCode, exitFailed);
}

TEST_F(Cli, ConfigCheckIsAsStrictAsTheServer)
{
    const TemporaryFolder folder;
    const auto path = folder.path() + "/netbit.properties";
    writeFile(path, "http.port = 0\n");
    expectGood(person({"config", "check", "--config", path}));
    writeFile(path, "http.port = 0\nhttp.prot = 1\n");
    const auto ran = person({"config", "check", "--config", path});
    EXPECT_NE(ran.exitCode, 0);
    EXPECT_NE((ran.err + ran.out).find("netbit.properties:2: http.prot:"), std::string::npos) << ran.err;
}

TEST_F(Cli, AServerThatIsNotThereIsASentence)
{
    const TemporaryFolder nothing;
    expectComplaint(runProgram({netbitPath(), "status", "--data", nothing.path()}), exitFailed, nothing.path());
    expectComplaint(person({"login", "http://127.0.0.1:1", "--user", "a", "--password-stdin"}, "b\n"), exitFailed, "127.0.0.1:1");
}

TEST_F(Cli, WrongUsageIsTold)
{
    EXPECT_EQ(person({}).exitCode, exitUsage);
    expectComplaint(person({"nonsense"}), exitUsage, "nonsense");
    expectComplaint(person({"user", "nonsense"}), exitUsage, "user");
    expectComplaint(person({"status", "--nonsense"}), exitUsage, "nonsense");
    expectGood(person({"help"}));
    expectGood(person({"help", "import"}));
    expectGood(person({"--version"}));
}

TEST_F(Cli, ALoginReadsTheCodeOfTheSecondFactorFromTheSecondLine)
{
    makeUser(daemon(), "otto");
    auto http = daemon().client(textAt(login(daemon(), "otto"), "/access_token"));
    const auto secret = textAt(http.expect(201, "POST", "/api/user/second-factor",
                                           json::serialize(json::object{{"password", password}})),
                               "/secret");
    http.expect(200, "POST", "/api/user/second-factor/confirm",
                json::serialize(json::object{{"code", authenticatorCode(secret, -1)}}));
    const std::vector<std::string> words{"login", url(), "--user", "otto", "--password-stdin"};

    const auto without = person(words, std::string(password) + "\n");
    EXPECT_NE(without.exitCode, 0);
    EXPECT_NE(without.err.find("code of the authenticator"), std::string::npos) << without.err;
    const auto with = person(words, std::string(password) + "\n" + authenticatorCode(secret) + "\n");
    EXPECT_EQ(with.exitCode, 0) << with.err;
    EXPECT_EQ(person({"chats"}).exitCode, 0);
}

} // namespace netbit::test
