#include "cli/Commands.h"
#include "cli/Http.h"

#include "base/Json.h"
#include "cli/JsonFields.h"
#include "cli/tests/FakeServer.h"
#include "cli/tests/TempDir.h"

#include <gtest/gtest.h>

namespace netbit::cli::test
{

namespace
{

TEST(CommandLine, WrongUsageIsASentenceAndExitCode2)
{
    const std::pair<std::vector<std::string>, std::string_view> cases[] = {
        {{}, "Commands:"},
        {{"nonsense"}, "nonsense is not a command"},
        {{"user"}, "netbit user is one of: netbit user add"},
        {{"--data", "x"}, "the command comes first"},
        {{"status", "--nonsense"}, "--nonsense is not an option"},
        {{"status", "-x"}, "-x is not an option"},
        {{"status", "more"}, "one argument too many"},
        {{"status", "--data"}, "needs a value"},
        {{"status", "--json=1"}, "takes no value"},
        {{"user", "add"}, "something is missing"},
        {{"user", "add", "anna"}, "--password-stdin only"},
        {{"token", "anna", "--days", "0"}, "whole number from 1"},
        {{"token", "anna", "--days", "1x"}, "whole number from 1"},
        {{"import", "irc", "."}, "--chat NAME"},
        {{"login", "--user", "anna"}, "either --password-stdin, --token-stdin or --provider NAME"},
        {{"send"}, "something is missing"},
        {{"completion", "tcsh"}, "bash, zsh or fish"},
        {{"tail", "room", "-n", "x"}, "whole number"},
    };
    for (const auto& [arguments, sentence] : cases) {
        const auto ran = netbit(arguments);
        EXPECT_EQ(ran.code, wrongUsage) << sentence;
        EXPECT_NE(ran.err.find(sentence), std::string::npos) << ran.err << " — expected: " << sentence;
    }
}

TEST(CommandLine, EveryCommandHasHelp)
{
    for (const auto& command : allCommands()) {
        const auto ran = netbit({"help", std::string(command.name)});
        const auto words = command.name.find(' ');
        const auto split = words == std::string_view::npos
            ? std::vector<std::string>{std::string(command.name), "--help"}
            : std::vector<std::string>{std::string(command.name.substr(0, words)),
                                       std::string(command.name.substr(words + 1)), "--help"};
        const auto direct = netbit(split);
        EXPECT_EQ(direct.code, success) << command.name;
        EXPECT_NE(direct.out.find(command.summary), std::string::npos) << direct.out;
        for (const auto& option : command.options)
            EXPECT_NE(direct.out.find("--" + std::string(option.name)), std::string::npos) << direct.out;
    }
    EXPECT_EQ(netbit({"help"}).code, success);
    EXPECT_EQ(netbit({"help", "nonsense"}).code, wrongUsage);
    EXPECT_EQ(netbit({"--version"}).out.substr(0, 7), "netbit ");
}

TEST(CommandLine, EveryCommandAndOptionIsInTheManPageAndTheCompletions)
{
    const auto page = netbit({"help", "--man"}).out;
    for (const auto& command : allCommands()) {
        const std::string name(command.name);
        EXPECT_NE(page.find("\n.B netbit " + name), std::string::npos) << name;
        for (const auto& option : command.options) {
            auto escaped = std::string(option.name);
            for (std::size_t at = 0; (at = escaped.find('-', at)) != std::string::npos; at += 2)
                escaped.insert(at, "\\");
            EXPECT_NE(page.find("\\-\\-" + escaped), std::string::npos) << option.name;
            EXPECT_NE(netbit({"completion", "bash"}).out.find("--" + std::string(option.name)), std::string::npos) << option.name;
        }
        EXPECT_NE(netbit({"completion", "zsh"}).out.find("'" + name), std::string::npos) << name;
        const auto last = name.substr(name.find(' ') == std::string::npos ? 0 : name.find(' ') + 1);
        EXPECT_NE(netbit({"completion", "fish"}).out.find(" -a " + last + " "), std::string::npos) << name;
    }
    EXPECT_NE(page.find("KEYS OF NETBIT CHAT"), std::string::npos);
}

TEST(CommandLine, AnOptionThatRepeatsKeepsEachValue)
{
    const std::vector<OptionSpec> specs{{"file", "", "FILE", "a file", true}, jsonOption};
    const auto parsed = Arguments::parse(specs, {"--file", "a", "--file=b c", "--json"});
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed->values("file"), (std::vector<std::string>{"a", "b c"}));
    EXPECT_FALSE(Arguments::parse(specs, {"--json", "--json"}).ok());
}

TEST(CommandLine, BehindTwoDashesNothingIsAnOption)
{
    const auto parsed = Arguments::parse({jsonOption}, {"--json", "--", "--json", "-x", "-"});
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed->plain(), (std::vector<std::string>{"--json", "-x", "-"}));
    EXPECT_TRUE(parsed->has("json"));
}

TEST(Url, PortsAndSchemesAreReadStrictly)
{
    EXPECT_EQ(Endpoint::fromUrl("http://chat.example")->port(), 8080);
    EXPECT_EQ(Endpoint::fromUrl("http://chat.example:80")->port(), 80);
    EXPECT_EQ(Endpoint::fromUrl("chat.example:9000/")->url(), "http://chat.example:9000");
    EXPECT_EQ(Endpoint::fromUrl("http://[::1]:9000")->port(), 9000);
    EXPECT_EQ(Endpoint::fromUrl("http://[::1]")->url(), "http://[::1]:8080");
    EXPECT_FALSE(Endpoint::fromUrl("http://[::1]")->secure());
    const auto secure = Endpoint::fromUrl("https://chat.example", "/ca.pem");
    ASSERT_TRUE(secure.ok());
    EXPECT_TRUE(secure->secure());
    EXPECT_EQ(secure->url(), "https://chat.example:443");
    EXPECT_EQ(secure->caFile(), "/ca.pem");
    EXPECT_EQ(Endpoint::fromUrl("https://[::1]:9000")->authority(), "[::1]:9000");
    EXPECT_FALSE(Endpoint::fromUrl("http://chat.example", "/ca.pem").ok()) << "it would not be looked at";
    for (const auto* bad : {"ftp://chat.example", "http://", "http://a:b@chat.example",
                            "http://chat.example/path"})
        EXPECT_FALSE(Endpoint::fromUrl(bad).ok()) << bad;
}

class AdminTest : public testing::Test
{
protected:
    Answer answer{200, "{}"};
    TempDir dir;
    FakeServer server{dir.path("netbitd.sock"), [this](const Seen&) { return answer; }};
};

TEST_F(AdminTest, AProblemIsPrintedAsOneSentence)
{
    answer = {422,
              R"({"title":"Invalid","status":422,"detail":"It does not make sense.","code":"invalid",)"
              R"("errors":[{"pointer":"/username","detail":"That name is taken."}]})"};
    const auto ran = netbit({"user", "add", "anna", "--password-stdin", "--data", dir.path()}, "secret\n");
    EXPECT_EQ(ran.code, failed);
    EXPECT_EQ(ran.err, "That name is taken (/username).\n");
    const auto body = base::parseJson(server.seen().at(0).body);
    ASSERT_TRUE(body.ok());
    EXPECT_EQ(text(*body, "password"), "secret");
    EXPECT_EQ(text(*body, "role"), "member");
    EXPECT_EQ(server.seen().at(0).target, "/admin/users");
}

TEST_F(AdminTest, StatusIsPrintedForPeopleAndForPrograms)
{
    answer.body =
        R"({"version":"1.0.0","pid":5,"uptime_ms":90061000,"rss_bytes":104857600,"ports":{"http":8080,"tcp":8081,"udp":8082},)"
        R"("writer":{"healthy":true,"queued":0},"counts":{"users":3,"chats":2,"connections":1},)"
        R"("plugins":[{"id":"chat","version":"1.0","state":"active","detail":""}],"later":true})";
    const auto ran = netbit({"status", "--data", dir.path()});
    EXPECT_EQ(ran.code, success) << ran.err;
    EXPECT_NE(ran.out.find("up 1 d 1 h 1 min 1 s, 100 MiB"), std::string::npos) << ran.out;
    EXPECT_NE(ran.out.find("chat  1.0       active"), std::string::npos) << ran.out;
    EXPECT_TRUE(base::parseJson(netbit({"status", "--data", dir.path(), "--json"}).out).ok());
}

TEST_F(AdminTest, NamesAreEncodedInPaths)
{
    answer = {204, ""};
    EXPECT_EQ(netbit({"user", "password", "a/b c", "--password-stdin", "--data", dir.path()}, "x\n").code, success);
    EXPECT_EQ(server.seen().at(0).target, "/admin/users/a%2Fb%20c/password");
}

TEST_F(AdminTest, TokensAndInvitesArePrintedAlone)
{
    answer = {201, R"({"id":4,"token":"nbt_abc","invite":"inv_abc","expires_at":"2030-01-01T00:00:00.000Z"})"};
    EXPECT_EQ(netbit({"token", "anna", "--days", "30", "--data", dir.path()}).out, "nbt_abc\n");
    EXPECT_EQ(netbit({"invite", "--data", dir.path()}).out, "inv_abc\n");
    EXPECT_EQ(base::parseJson(server.seen().at(0).body)->at("expires_in_days").get_int64(), 30);
}

TEST_F(AdminTest, TheDataDirectoryComesFromTheEnvironment)
{
    const Environment data("NETBIT_DATA", dir.path());
    EXPECT_EQ(netbit({"plugin", "list"}).code, success);
    EXPECT_EQ(server.seen().at(0).target, "/admin/plugins");
}

TEST(Admin, AnAbsentServerIsNamed)
{
    const TempDir dir;
    const auto ran = netbit({"status", "--data", dir.path()});
    EXPECT_EQ(ran.code, failed);
    EXPECT_TRUE(ran.err.starts_with("No netbitd answers at " + dir.path() + "/netbitd.sock: ")) << ran.err;
}

TEST(Admin, APathTooLongForASocketIsASentenceToo)
{
    EXPECT_EQ(netbit({"status", "--data", "/tmp/" + std::string(200, 'x')}).code, failed);
}

} // namespace

} // namespace netbit::cli::test
