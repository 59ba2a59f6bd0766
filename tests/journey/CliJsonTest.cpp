// netbit … --json: every command that there is, run for real, prints JSON and nothing else. The list of commands is the program's
// own, so that a new one cannot be forgotten here.

#include "journey/Git.h"
#include "journey/Plugins.h"

#include <filesystem>
#include <map>
#include <set>
#include <sstream>

namespace netbit::test {

namespace {

class CliJson : public OnStage {
protected:
    Finished run(std::vector<std::string> words, std::string_view input = {}) const
    {
        words.insert(words.begin(), netbitPath());
        return runProgram(words, input, {"HOME=" + _home.path(), "XDG_CONFIG_HOME=" + _home.path(), "NETBIT_DATA="});
    }
    /// The names in `netbit help`, each of one word or two.
    std::set<std::string> commands() const
    {
        std::set<std::string> out;
        std::istringstream lines(run({"help"}).out);
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with("  ") && line.size() > 3 && line[2] != ' ' && line[2] != '`')
                out.insert(line.substr(2, line.find("  ", 2) - 2));
        out.erase("help [COMMAND]");
        return out;
    }
    void python(const std::string& program, const std::string& file) const
    {
        const auto ran = runProgram({"/usr/bin/python3", "-c", program, file});
        ASSERT_EQ(ran.exitCode, 0) << ran.err;
    }

    TemporaryFolder _home;
};

std::vector<std::string> wordsOf(const std::string& name)
{
    const auto space = name.find(' ');
    return space == std::string::npos ? std::vector<std::string>{name} : std::vector<std::string>{name.substr(0, space), name.substr(space + 1)};
}

void expectJsonLines(const std::string& name, const Finished& ran)
{
    EXPECT_EQ(ran.exitCode, 0) << name << ": " << ran.out << ran.err;
    EXPECT_FALSE(ran.out.empty()) << name << " prints nothing";
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);) {
        json::error_code wrong;
        const auto value = json::parse(line, wrong);
        EXPECT_FALSE(wrong) << name << " prints a line that is no JSON: " << line;
        EXPECT_TRUE(wrong || value.is_object()) << name << ": " << line;
    }
}

} // namespace

TEST_F(CliJson, EveryCommandPrintsNothingButJson)
{
    // These have nothing to say: a screen, a script for a shell, and what git prints. A mail needs a relay (MailTest).
    const std::set<std::string> without{"chat", "completion", "repo clone", "mail test"};
    const auto data = std::vector<std::string>{"--data", daemon().data()};
    const auto file = [&](const std::string& name) { return _home.path() + "/" + name; };
    const auto url = "http://127.0.0.1:" + std::to_string(daemon().http());

    GitClient git(daemon());
    const auto repository = makeRepository(daemon(), ada(), "json-pulls");
    git.begin("work", git.url(repository.place, &ada()));
    git.good("work", {"push", "-q", "origin", "HEAD:main"});
    git.commit("work", "more.txt", "more\n");
    git.good("work", {"push", "-q", "origin", "HEAD:topic"});
    as(ada()).expect(201, "POST", "/api/projects/create", R"({"name":"jsonic"})");
    makeChat(daemon(), ada(), "group", {bob()}, "json chat");
    auto http = as(ada());
    const auto hook = std::to_string(makeWebhook(http));
    const auto note = std::to_string(makeNote(http));
    const auto delivery = std::to_string(integerAt(http.expect(200, "GET", "/api/webhooks/" + hook + "/deliveries"), "/data/0/id"));
    writeFile(file("2024-05-01.txt"), "[10:00] <a> hello\n");
    writeFile(file("conf.properties"), "http.port = 0\n");
    writeFile(file("m.jsonl"), "{\"type\":\"version\",\"version\":1}\n");
    python("import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1],'w')\nfor n in ('channels.json','users.json'): z.writestr(n,'[]')\nz.close()", file("s.zip"));
    python("import sys,sqlite3\nd=sqlite3.connect(sys.argv[1])\n"
           "d.executescript('create table users(id integer primary key,username text,password text,email text,created_at text);"
           "create table projects(id integer primary key,name text,owner_id integer,description text,is_public integer,created_at text);"
           "create table project_configs(id integer primary key,project_id integer,config_json text,updated_at text);"
           "create table repositories(id integer primary key,name text,project_id integer,owner_id integer,description text,is_public integer,created_at text);"
           "create table chats(id integer primary key,name text,chat_type text,creator_id integer,created_at text,updated_at text);"
           "create table chat_participants(chat_id integer,user_id integer,role text,joined_at text,last_read_at text);"
           "create table messages(id integer primary key,chat_id integer,sender_id integer,content text,message_type text,created_at text,is_edited integer,edited_at text)')",
           file("seed.db"));

    struct Call {
        std::string name;
        std::vector<std::string> arguments;
        std::string input;
        bool local = false; ///< takes --data of the server
    };
    const auto secret = std::string(password) + "\n";
    // In this order: what comes later builds upon what came before.
    const std::vector<Call> calls{
        {"login", {url, "--user", "ada", "--password-stdin"}, secret},
        {"status", {}, "", true},
        {"status set", {"busy", "--emoji", "🔧"}, ""},
        {"status clear", {}, ""},
        {"top", {"-i", "1", "-n", "1"}, "", true},
        {"reload", {}, "", true},
        {"user add", {"jay", "--password-stdin"}, secret, true},
        {"user password", {"jay", "--password-stdin"}, secret, true},
        {"invite", {}, "", true},
        {"token", {"jay"}, "", true},
        {"plugin list", {}, "", true},
        {"plugin info", {"chat"}, "", true},
        {"plugin plan", {traveller("v1")}, "", true},
        {"plugin install", {traveller("v1")}, "", true},
        {"plugin reload", {"traveller"}, "", true},
        {"plugin disable", {"traveller"}, "", true},
        {"plugin enable", {"traveller"}, "", true},
        {"plugin remove", {"traveller"}, "", true},
        {"plugin new", {"jsonplug", "--dir", file("jsonplug"), "--template", SDK_TEMPLATE}, ""},
        {"config check", {"--config", file("conf.properties")}, "", true},
        {"config get", {"log.level", "--config", file("conf.properties")}, "", true},
        {"config set", {"log.level", "debug", "--config", file("conf.properties")}, "", true},
        {"config diff", {"--config", file("conf.properties")}, "", true},
        {"chats", {}, ""},
        {"send", {"json chat", "a", "word", "--file", file("2024-05-01.txt")}, ""},
        {"tail", {"json chat"}, ""},
        {"search", {"word"}, ""},
        {"inbox", {}, ""},
        {"inbox why", {note}, ""},
        {"inbox read", {note}, ""},
        {"webhook add", {"mill", "https://127.0.0.1:1/", "--rule", "mention"}, ""},
        {"webhook list", {}, ""},
        {"webhook deliveries", {hook}, ""},
        {"webhook disable", {hook}, ""},
        {"webhook enable", {hook}, ""},
        {"webhook redeliver", {hook, delivery}, ""},
        {"webhook remove", {hook}, ""},
        {"issue new", {"jsonic", "A", "title"}, ""},
        {"issue list", {"jsonic"}, ""},
        {"issue close", {"jsonic#1"}, ""},
        {"repo create", {"jsonic/bench"}, ""},
        {"repo list", {"jsonic"}, ""},
        {"pr open", {"ada/json-pulls", "--head", "topic", "--title", "More"}, ""},
        {"pr list", {"ada/json-pulls"}, ""},
        {"pr merge", {"ada/json-pulls", "1"}, ""},
        {"ping", {url}, ""},
        {"export", {"all", file("all.jsonl"), "--files", file("files")}, "", true},
        {"import irc", {file("2024-05-01.txt"), "--dry-run"}, "", true},
        {"import jsonl", {file("all.jsonl"), "--dry-run"}, "", true},
        {"import slack", {file("s.zip"), "--dry-run"}, "", true},
        {"import mattermost", {file("m.jsonl"), "--dry-run"}, "", true},
        {"import seed", {file("seed.db"), "--dry-run"}, "", true},
        {"backup", {file("b.tar")}, "", true},
        {"restore", {file("b.tar"), "--data", file("restored")}, ""},
        {"verify", {file("b.tar")}, "", true},
        {"logout", {}, ""},
    };
    std::set<std::string> called = without;
    for (const auto& call : calls) {
        auto words = wordsOf(call.name);
        words.insert(words.end(), call.arguments.begin(), call.arguments.end());
        if (call.local)
            words.insert(words.end(), data.begin(), data.end());
        words.emplace_back("--json");
        expectJsonLines(call.name, run(words, call.input));
        called.insert(call.name);
    }
    EXPECT_EQ(called, commands()) << "Every command of `netbit help` is called here, or is named as one that prints no JSON.";
}

TEST_F(CliJson, AnErrorIsASentenceOnStderrAndNoJson)
{
    for (const auto& words : {std::vector<std::string>{"chats", "--json"}, {"status", "--json", "--data", _home.path()}, {"send", "x", "y", "--json"}}) {
        const auto ran = run(words);
        EXPECT_EQ(ran.exitCode, 1);
        EXPECT_EQ(ran.out, "");
        EXPECT_FALSE(ran.err.empty());
        EXPECT_NE(ran.err[0], '{');
    }
}

TEST_F(CliJson, StatusOfAPersonSaysWhoOneIsAndWhatIsUnread)
{
    const auto chat = makeChat(daemon(), ada(), "group", {bob()}, "unread here");
    auto http = as(ada());
    say(http, chat, "@bob look");
    ASSERT_EQ(run({"login", "http://127.0.0.1:" + std::to_string(daemon().http()), "--user", "bob", "--password-stdin"}, std::string(password) + "\n").exitCode, 0);
    ASSERT_EQ(run({"status", "set", "out", "for", "lunch"}).exitCode, 0);
    const auto shown = parseJson(run({"status", "--json"}).out);
    EXPECT_EQ(textAt(shown, "/user/username"), "bob");
    EXPECT_EQ(textAt(shown, "/user/status/text"), "out for lunch");
    EXPECT_GE(integerAt(shown, "/unread_messages"), 1);
    EXPECT_GE(integerAt(shown, "/mentions"), 1);
    const auto plain = run({"status"});
    EXPECT_NE(plain.out.find("out for lunch"), std::string::npos) << plain.out;
    ASSERT_EQ(run({"status", "clear"}).exitCode, 0);
    EXPECT_TRUE(at(parseJson(run({"status", "--json"}).out), "/user/status").is_null());
}

TEST_F(CliJson, FilesAndPipesAreSent)
{
    makeChat(daemon(), ada(), "group", {bob()}, "post room");
    ASSERT_EQ(run({"login", "http://127.0.0.1:" + std::to_string(daemon().http()), "--user", "ada", "--password-stdin"}, std::string(password) + "\n").exitCode, 0);
    const auto one = _home.path() + "/one two.txt";
    const auto two = _home.path() + "/big.bin";
    writeFile(one, "first file\n");
    writeFile(two, std::string(300'000, '\x01'));
    const auto sent = parseJson(run({"send", "post room", "see", "these", "--file", one, "--file=" + two, "--json"}).out);
    ASSERT_EQ(listAt(sent, "/attachments").size(), 2u);
    EXPECT_EQ(textAt(sent, "/attachments/0/name"), "one two.txt");
    EXPECT_EQ(textAt(sent, "/content"), "see these");
    auto http = as(bob());
    EXPECT_EQ(http.get("/api/files/" + std::to_string(integerAt(sent, "/attachments/1/id"))).body, std::string(300'000, '\x01'));
    const auto alone = parseJson(run({"send", "post room", "--file", one, "--json"}).out);
    EXPECT_EQ(textAt(alone, "/content"), "");
    const auto piped = parseJson(run({"send", "post room", "--json"}, "from a\npipe\n").out);
    EXPECT_EQ(textAt(piped, "/content"), "from a\npipe");
    const auto answer = parseJson(run({"send", "post room", "yes", "--reply-to", std::to_string(integerAt(sent, "/id")), "--json"}).out);
    EXPECT_EQ(integerAt(answer, "/reply_to"), integerAt(sent, "/id"));
    const auto tail = run({"tail", "post room", "-n", "4"});
    EXPECT_NE(tail.out.find("see these [file: one two.txt] [file: big.bin]"), std::string::npos) << tail.out;
    const auto missing = run({"send", "post room", "x", "--file", "/nowhere/at all"});
    EXPECT_EQ(missing.exitCode, 1);
    EXPECT_NE(missing.err.find("/nowhere/at all is no file"), std::string::npos) << missing.err;
    EXPECT_EQ(run({"send", "post room"}, "").exitCode, 1) << "nothing is no message";
}

} // namespace netbit::test
