// The examples of the SDK, built on the installed SDK, used as their users would.

#include "contract/sdk/PluginFolder.h"
#include "support/TcpClient.h"

#include <atomic>
#include <future>
#include <poll.h>
#include <set>
#include <sodium.h>
#include <sys/stat.h>

namespace netbit::test {
namespace {

class SdkExamples : public testing::Test {
protected:
    void add(const std::string& folder, const std::string& id) { _folder.add(std::string(EXAMPLES) + "/" + folder, id); }
    void add(const std::string& id) { add(id, id); }
    Daemon& start(std::vector<std::string> settings = {})
    {
        settings.push_back(_folder.setting());
        _daemon = std::make_unique<Daemon>(std::move(settings));
        return *_daemon;
    }
    /// The contents of a chat, oldest first.
    std::vector<std::string> contents(HttpClient& http, std::int64_t chat)
    {
        std::vector<std::string> out;
        const auto page = http.expect(200, "GET", messagesOf(chat));
        for (const auto& message : listAt(page, "/data"))
            out.push_back(textAt(message, "/content"));
        return out;
    }

    PluginFolder _folder;
    std::unique_ptr<Daemon> _daemon;
};

TEST_F(SdkExamples, NotesAreTheirAuthorsAlone)
{
    add("notes");
    auto& daemon = start({"notes.page_size=2"});
    ASSERT_EQ(stateOf(daemon, "notes"), "live");
    const auto ada = makeUser(daemon, "ada");
    auto adas = daemon.client(ada.token);
    auto bobs = daemon.client(makeUser(daemon, "bob").token);

    for (const auto* const text : {"milk", "a \\\"quoted\\\" word \\n and more", "bread"}) {
        const auto made = adas.post("/api/notes", std::string(R"({"text":")") + text + "\"}");
        EXPECT_EQ(made.status, 201) << made.body;
        EXPECT_EQ(made.header("location"), "/api/notes/" + std::to_string(integerAt(made.document(), "/id")));
    }
    const auto mine = adas.expect(200, "GET", "/api/notes");
    ASSERT_EQ(listAt(mine, "/data").size(), 2U);
    EXPECT_EQ(textAt(mine, "/data/0/text"), "bread");
    EXPECT_EQ(textAt(mine, "/data/1/text"), "a \"quoted\" word \n and more");
    EXPECT_TRUE(listAt(bobs.expect(200, "GET", "/api/notes"), "/data").empty());

    EXPECT_EQ(bobs.request("DELETE", "/api/notes/1").status, 404);
    EXPECT_EQ(adas.request("DELETE", "/api/notes/3").status, 204);
    EXPECT_EQ(adas.request("DELETE", "/api/notes/3").status, 404);
    EXPECT_EQ(adas.post("/api/notes", R"({"text":""})").status, 422);
    EXPECT_EQ(adas.post("/api/notes", "{").status, 400);
    EXPECT_EQ(daemon.client().get("/api/notes").status, 401);

    daemon.restart();
    auto again = daemon.client(ada.token);
    EXPECT_EQ(listAt(again.expect(200, "GET", "/api/notes"), "/data").size(), 2U);
    EXPECT_EQ(integerAt(again.expect(201, "POST", "/api/notes", R"({"text":"eggs"})"), "/id"), 3);
}

// Two generations write side by side while one takes over: neither may think of ids of its own.
TEST_F(SdkExamples, NotesMayBeReloadedWhileTheyAreWritten)
{
    add("notes");
    auto& daemon = start();
    ASSERT_EQ(stateOf(daemon, "notes"), "live");
    const auto ada = makeUser(daemon, "ada");
    std::atomic<bool> over{false};
    std::vector<std::future<std::vector<std::int64_t>>> writers;
    for (int i = 0; i < 4; ++i)
        writers.push_back(std::async(std::launch::async, [&] {
            auto http = daemon.client(ada.token);
            std::vector<std::int64_t> ids;
            while (!over) {
                const auto made = http.post("/api/notes", R"({"text":"milk"})");
                EXPECT_EQ(made.status, 201) << made.body;
                if (made.status != 201)
                    break;
                ids.push_back(integerAt(made.document(), "/id"));
            }
            return ids;
        }));
    for (int round = 0; round < 12; ++round) {
        const auto ran = runProgram({netbitPath(), "plugin", "reload", "notes", "--data", daemon.data()});
        EXPECT_EQ(ran.exitCode, 0) << ran.out << ran.err;
    }
    over = true;
    std::set<std::int64_t> all;
    std::size_t written = 0;
    for (auto& each : writers) {
        const auto ids = each.get();
        written += ids.size();
        all.insert(ids.begin(), ids.end());
    }
    EXPECT_GT(written, 12U);
    EXPECT_EQ(all.size(), written) << "no id is given twice";
}

TEST_F(SdkExamples, TheBotAnswersHelpWhereItIsAMemberAndNowhereElse)
{
    add("helpbot");
    auto& daemon = start();
    ASSERT_EQ(stateOf(daemon, "helpbot"), "live");
    const auto ada = makeUser(daemon, "ada");
    const auto bot = makeUser(daemon, "helper", "bot");
    const auto with = makeChat(daemon, ada, "group", {bot}, "with the bot");
    const auto without = makeChat(daemon, ada, "group", {}, "without");
    daemon.set("helpbot.user_id=" + std::to_string(bot.id));
    daemon.set("helpbot.text=Ask Grace.");
    daemon.restart();

    auto http = daemon.client(ada.token);
    say(http, without, "!help");
    say(http, with, "help me");
    const auto question = say(http, with, "!help");
    for (const Deadline deadline; contents(http, with).size() < 3 && !deadline.over();)
        poll(nullptr, 0, 5);
    EXPECT_EQ(contents(http, with), (std::vector<std::string>{"help me", "!help", "Ask Grace."}));
    const auto answer = http.expect(200, "GET", messagesOf(with, "limit=1"));
    EXPECT_EQ(textAt(answer, "/data/0/sender_name"), "helper");
    EXPECT_EQ(integerAt(answer, "/data/0/reply_to"), question);
    EXPECT_EQ(contents(http, without), std::vector<std::string>{"!help"}) << "it heard what its user may not see";
}

TEST_F(SdkExamples, ABotWithoutItsUserIsFailedInWordsAndTheOthersRun)
{
    add("helpbot");
    add("notes");
    auto& daemon = start({"helpbot.user_id=4711"});
    EXPECT_EQ(stateOf(daemon, "helpbot"), "failed: There is no such user.");
    EXPECT_EQ(stateOf(daemon, "notes"), "live");
}

std::string signatureOf(const std::string& secret, const std::string& body)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(body.data()), body.size());
    crypto_auth_hmacsha256_final(&state, mac);
    char hex[2 * sizeof mac + 1];
    return std::string("sha256=") + sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
}

TEST_F(SdkExamples, TheWebhookTakesWhatIsSignedAndSaysItOnce)
{
    add("webhook");
    const std::string secret = "0123456789abcdef";
    auto& daemon = start();
    const auto ada = makeUser(daemon, "ada");
    const auto ci = makeUser(daemon, "ci", "bot");
    const auto chat = makeChat(daemon, ada, "group", {ci});
    const std::string body = R"({"text":"The build is green.","ignored":1})";
    auto stranger = daemon.client();
    EXPECT_EQ(textAt(stranger.post("/api/webhook", body).document(), "/code"), "not_configured");
    const auto file = daemon.folder() + "/webhook.secret";
    writeFile(file, secret);
    ::chmod(file.c_str(), 0600);
    daemon.set("webhook.secret=file:" + file);
    daemon.set("webhook.chat_id=" + std::to_string(chat));
    daemon.set("webhook.user_id=" + std::to_string(ci.id));
    daemon.restart();
    ASSERT_EQ(stateOf(daemon, "webhook"), "live");

    auto sender = daemon.client();
    const auto good = signatureOf(secret, body);
    for (const std::string& bad : {std::string(), std::string("sha256="), good.substr(0, good.size() - 2), good + "00",
                                  signatureOf("0123456789abcdeF", body), signatureOf(secret, body + " "),
                                  std::string("sha512=") + good.substr(7)})
        EXPECT_EQ(sender.post("/api/webhook", body, {{"X-Signature-256", bad}}).status, 403) << bad;
    for (int times = 0; times < 2; ++times) {
        const auto said = sender.post("/api/webhook", body, {{"X-Signature-256", good}, {"X-Delivery", "d-1"}});
        EXPECT_EQ(said.status, 201) << said.body;
        EXPECT_EQ(textAt(said.document(), "/content"), "The build is green.");
    }
    const std::string wrong = R"({"text":5})";
    EXPECT_EQ(sender.post("/api/webhook", wrong, {{"X-Signature-256", signatureOf(secret, wrong)}}).status, 422);

    auto http = daemon.client(ada.token);
    EXPECT_EQ(contents(http, chat), std::vector<std::string>{"The build is green."});
    EXPECT_EQ(textAt(http.expect(200, "GET", messagesOf(chat)), "/data/0/sender_name"), "ci");
    const auto numbers = http.get("/metrics").body;
    EXPECT_NE(numbers.find("netbit_webhook_taken_total 1\n"), std::string::npos);
    EXPECT_NE(numbers.find("netbit_webhook_refused_total 7\n"), std::string::npos);
}

class LineClient {
public:
    explicit LineClient(std::uint16_t port) : _socket(Socket::tcp(port)) {}
    std::string ask(std::string_view line)
    {
        _socket.send(std::string(line) + "\n");
        return read();
    }
    void send(std::string_view bytes) { _socket.send(bytes); }
    std::string read()
    {
        while (_held.find('\n') == std::string::npos) {
            const auto more = _socket.receive();
            if (more.empty())
                throw ConnectionLost("the connection ended instead of a line");
            _held += more;
        }
        const auto end = _held.find('\n');
        auto line = _held.substr(0, end);
        _held.erase(0, end + 1);
        return line;
    }

private:
    Socket _socket;
    std::string _held;
};

TEST_F(SdkExamples, LinesAreTakenOnAPortOfTheirOwn)
{
    add("lines");
    auto& daemon = start({"lines.port=0"});
    ASSERT_EQ(stateOf(daemon, "lines"), "live");
    const auto ada = makeUser(daemon, "ada");
    const auto eve = makeUser(daemon, "eve");
    const auto chat = makeChat(daemon, ada, "group", {});
    const auto port = static_cast<std::uint16_t>(integerAt(daemon.ready(), "/ports/lines"));
    const auto sayIt = "SAY " + std::to_string(chat) + " ";

    LineClient line(port);
    EXPECT_EQ(line.ask(sayIt + "too early"), "ERR login_first");
    EXPECT_EQ(line.ask("LOGIN nbt_nonsense"), "ERR invalid_token");
    EXPECT_EQ(line.ask("LOGIN " + ada.token), "OK ada");
    line.send("SAY " + std::to_string(chat)); // a line in pieces
    line.send(" one\r\n" + sayIt + "two\n");
    const auto first = line.read();
    const auto second = line.read();
    EXPECT_TRUE(first.starts_with("OK ") && second.starts_with("OK ") && first != second) << first << ", " << second;
    EXPECT_EQ(line.ask("SAY 0 nobody hears"), "ERR chat_not_found");
    EXPECT_EQ(line.ask("SAY x y"), "ERR say_chat_text");
    EXPECT_EQ(line.ask("DANCE"), "ERR unknown_command");
    LineClient other(port);
    EXPECT_EQ(other.ask("LOGIN " + eve.token), "OK eve");
    EXPECT_EQ(other.ask(sayIt + "let me in"), "ERR chat_not_found");
    other.send(std::string(5'000, 'x'));
    EXPECT_EQ(other.read(), "ERR line_too_long");
    EXPECT_EQ(line.ask("QUIT"), "BYE ");
    auto http = daemon.client(ada.token);
    EXPECT_EQ(contents(http, chat), (std::vector<std::string>{"one", "two"}));
}

std::string hashOf(const std::string& secret)
{
    char hash[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str(hash, secret.data(), secret.size(), crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN) != 0)
        throw std::bad_alloc();
    return hash;
}

TEST_F(SdkExamples, WhoStandsInTheFileSignsInAndIsAUserLikeAnyOther)
{
    add("filelogin");
    const TemporaryFolder folder;
    const auto file = folder.path() + "/people";
    auto& daemon = start({"filelogin.file=" + file});
    ASSERT_EQ(stateOf(daemon, "filelogin"), "live");
    const auto root = makeUser(daemon, "root", "admin"); // local; its name stands in the file, too
    const auto logIn = [&](const std::string& name, const std::string& with) {
        return daemon.client().post("/api/auth/login",
                                    json::serialize(json::object{{"username", name}, {"password", with}}));
    };
    EXPECT_EQ(logIn("grace", "cobol").status, 503) << "there is no file yet";
    writeFile(file, "# name:hash:e-mail\ngrace:" + hashOf("cobol") + ":grace@navy.example\nroot:" + hashOf("stolen") + "\n");

    const auto in = logIn("grace", "cobol");
    ASSERT_EQ(in.status, 200) << in.body;
    EXPECT_EQ(textAt(in.document(), "/user/email"), "grace@navy.example");
    auto grace = daemon.client(textAt(in.document(), "/access_token"));
    EXPECT_EQ(textAt(grace.expect(200, "GET", "/api/user/profile"), "/username"), "grace");
    const auto chat = integerAt(grace.expect(201, "POST", "/api/chats", R"({"name":"navy","chat_type":"group","participants":[]})"), "/id");
    say(grace, chat, "There is a moth in the relay.");

    EXPECT_EQ(logIn("grace", "fortran").status, 401);
    EXPECT_EQ(logIn("nobody", "cobol").status, 401);
    EXPECT_EQ(logIn("root", "stolen").status, 401) << "a provider signed a local user in";
    EXPECT_EQ(logIn("root", std::string(password)).status, 200);

    writeFile(file, "# grace has left\n");
    EXPECT_EQ(logIn("grace", "cobol").status, 401);
    EXPECT_EQ(daemon.log().find("cobol"), std::string::npos) << "a password is in the log";
    EXPECT_EQ(daemon.stop(), 0);
}

TEST_F(SdkExamples, WhatTheGuideShowsWorks)
{
    add("guide");
    add("hello", "org.example.hello");
    auto& daemon = start({"guide.greeting=Good day", "guide.limit=2"});
    ASSERT_EQ(stateOf(daemon, "guide"), "live: The mail server answers slowly.");
    ASSERT_EQ(stateOf(daemon, "org.example.hello"), "live");
    const auto ada = makeUser(daemon, "ada");
    const auto chat = std::to_string(makeChat(daemon, ada, "group", {}));
    auto http = daemon.client(ada.token);
    EXPECT_EQ(http.get("/api/hello/Ada").body, "Hello, Ada!");
    EXPECT_EQ(http.get("/api/guide/hello?name=Ada").body, "Good day, Ada!");
    EXPECT_EQ(http.post("/api/guide/notes", "").status, 422);
    for (const auto* const note : {"one", "two", "three"})
        EXPECT_EQ(http.post("/api/guide/notes", note).status, 201);
    EXPECT_EQ(http.get("/api/guide/count").body, "2") << "guide.limit notes stay";
    for (int twice = 0; twice < 2; ++twice)
        EXPECT_EQ(http.post("/api/guide/chats/" + chat, "", {{"Idempotency-Key", "deploy-1"}}).status, 201);
    EXPECT_EQ(listAt(http.get("/api/guide/chats/" + chat).document(), "/data").size(), 1U);
    std::string last = "0";
    for (const Deadline deadline; last == "0" && !deadline.over();)
        last = http.get("/api/guide/last").body;
    EXPECT_NE(last, "0");
    for (int twice = 0; twice < 2; ++twice) // once computed, once out of the cache
        EXPECT_EQ(http.get("/api/guide/price").body, "42");
    auto socket = Socket::tcp(static_cast<std::uint16_t>(integerAt(daemon.ready(), "/ports/echo")));
    socket.send("over there");
    EXPECT_EQ(socket.receive(), "over there");
    const auto numbers = http.get("/metrics").body;
    EXPECT_NE(numbers.find("netbit_guide_notes_total 3\n"), std::string::npos);
    EXPECT_NE(numbers.find("netbit_guide_note_seconds_count 3\n"), std::string::npos);
    EXPECT_EQ(daemon.stop(), 0);
}

TEST_F(SdkExamples, AReloadEndsNeitherTheStreamsNorTheConnectionsOfTheGuide)
{
    add("guide");
    auto& daemon = start();
    auto http = daemon.client(makeUser(daemon, "ada").token);
    auto socket = Socket::tcp(static_cast<std::uint16_t>(integerAt(daemon.ready(), "/ports/echo")));
    socket.send("before");
    ASSERT_EQ(socket.receive(), "before");
    auto follower = Socket::tcp(daemon.http());
    std::string seen;
    const auto waitFor = [&](std::string_view what) {
        while (seen.find(what) == std::string::npos) {
            const auto more = follower.receive();
            if (more.empty())
                throw ConnectionLost("the stream ended after " + seen);
            seen += more;
        }
    };
    follower.send("GET /api/guide/follow HTTP/1.1\r\nHost: a\r\n\r\n");
    waitFor("from here on\n");
    ASSERT_EQ(http.post("/api/guide/notes", "one").status, 201);
    waitFor("note 1\n");
    for (const auto* const next : {"note 2\n", "note 3\n"}) {
        const auto reloaded = runProgram({netbitPath(), "plugin", "reload", "guide", "--data", daemon.data()});
        ASSERT_EQ(reloaded.exitCode, 0) << reloaded.err;
        ASSERT_EQ(http.post("/api/guide/notes", "again").status, 201);
        waitFor(next);
        socket.send(next);
        EXPECT_EQ(socket.receive(), next);
    }
    EXPECT_EQ(seen.find("note 1\n", seen.find("note 2")), std::string::npos) << "something came twice";
    EXPECT_EQ(daemon.stop(), 0);
}

} // namespace
} // namespace netbit::test
