// A chat's history by the real git client: a commit a day, the same wherever the chat is, and nothing in it that was taken back.

#include "journey/Git.h"
#include "journey/Uploading.h"

#include <filesystem>
#include <sqlite3.h>
#include <sstream>

namespace netbit::test {

namespace {

namespace fs = std::filesystem;

const std::string home = "cccccccccccccccc.";

json::object message(int number, std::string_view at, std::string_view content)
{
    return {{"kind", "message"}, {"id", home + std::to_string(number)}, {"chat", home + "1"}, {"sender", home + std::to_string(1 + number % 2)},
            {"created_at", at}, {"content", content}};
}

json::array room()
{
    json::array out{{{"kind", "user"}, {"id", home + "1"}, {"username", "ann"}, {"email", "ann@example.org"}},
                    {{"kind", "user"}, {"id", home + "2"}, {"username", "ben"}},
                    {{"kind", "chat"}, {"id", home + "1"}, {"name", "The plan"}, {"created_at", "2020-01-01T00:00:00.000Z"}},
                    {{"kind", "member"}, {"chat", home + "1"}, {"user", home + "1"}},
                    {{"kind", "member"}, {"chat", home + "1"}, {"user", home + "2"}}};
    auto edited = message(2, "2020-01-01T12:00:00.000Z", "the third word");
    edited["edited_at"] = "2020-01-03T08:00:00.000Z";
    edited["edits"] = {{{"content", "the first word"}, {"at", "2020-01-01T12:00:00.000Z"}},
                       {{"content", "the second word"}, {"at", "2020-01-02T08:00:00.000Z"}}};
    out.push_back(message(1, "2020-01-01T10:00:00.000Z", "NETBIT-END\n# no heading\n> all"));
    out.push_back(std::move(edited));
    out.push_back(message(3, "2020-01-02T23:59:59.999Z", "ünicode"));
    out.push_back(message(4, "2020-02-29T12:00:00.000Z", "a secret"));
    out.push_back(message(5, "2020-03-01T00:00:00.000Z", "after it"));
    return out;
}

json::value take(const Daemon& daemon, json::array records)
{
    auto answer = daemon.admin().expect(200, "POST", "/admin/import/records", json::serialize(json::object{{"source", "netbit"}, {"records", std::move(records)}}));
    EXPECT_TRUE(listAt(answer, "/left_out").empty()) << json::serialize(answer);
    return answer;
}

User named(const Daemon& daemon, const std::string& name)
{
    daemon.admin().expect(204, "POST", "/admin/users/" + name + "/password", R"({"password":"correct horse battery"})");
    const auto token = textAt(daemon.admin().expect(201, "POST", "/admin/users/" + name + "/tokens", R"({"name":"test"})"), "/token");
    return {0, name, token};
}

std::int64_t chatNamed(const Daemon& daemon, const User& user, std::string_view name)
{
    const auto chats = daemon.client(user.token).expect(200, "GET", "/api/chats?per_page=200");
    for (const auto& chat : listAt(chats, "/data"))
        if (textAt(chat, "/name") == name)
            return integerAt(chat, "/id");
    return 0;
}

class GitChats : public testing::Test {
protected:
    void SetUp() override
    {
        take(daemon, room());
        ann = named(daemon, "ann");
    }
    void TearDown() override { showLogOnFailure(daemon); }

    std::string place(const std::string& chat = "The%20plan") const { return "chat/" + chat + ".git"; }
    fs::path cache() const { return daemon.data() + "/repositories/.netbit/chats/" + std::to_string(chatNamed(daemon, ann, "The plan")); }

    Daemon daemon{std::vector<std::string>{"limits.user_reads_per_minute=100000", "limits.user_writes_per_minute=100000",
                                           "limits.address_requests_per_minute=100000"}};
    User ann;
    GitClient git{daemon};
};

} // namespace

TEST_F(GitChats, ACloneHasACommitForEachDayAndEditsAsTheyCame)
{
    git.good("", {"clone", "-q", git.url(place(), &ann), "plan"});
    EXPECT_EQ(git.run("plan", {"fsck", "--strict"}).exitCode, 0);
    EXPECT_EQ(git.good("plan", {"log", "--reverse", "--format=%ad|%cd|%an|%s", "--date=format:%Y-%m-%dT%H:%M:%S"}),
              "2020-01-01T12:00:00|2020-01-01T12:00:00|NetBit|2020-01-01: 2 messages\n"
              "2020-01-02T23:59:59|2020-01-02T23:59:59|NetBit|2020-01-02: 1 message, 1 edit of earlier ones\n"
              "2020-01-03T08:00:00|2020-01-03T08:00:00|NetBit|2020-01-03: 1 edit of earlier ones\n"
              "2020-02-29T12:00:00|2020-02-29T12:00:00|NetBit|2020-02-29: 1 message\n"
              "2020-03-01T00:00:00|2020-03-01T00:00:00|NetBit|2020-03-01: 1 message");
    const auto at = [&](const std::string& back, const std::string& file) { return git.good("plan", {"show", "HEAD" + back + ":" + file}); };
    EXPECT_NE(at("~4", "2020/01/2020-01-01.md").find("> NETBIT-END\n> # no heading\n> > all\n"), std::string::npos);
    EXPECT_NE(at("~4", "2020/01/2020-01-01.md").find("> the first word"), std::string::npos);
    EXPECT_NE(at("~3", "2020/01/2020-01-01.md").find("(edited)\n\n> the second word"), std::string::npos);
    EXPECT_NE(at("", "2020/01/2020-01-01.md").find("> the third word"), std::string::npos);
    const auto lines = at("", "2020/01/2020-01-01.jsonl");
    EXPECT_NE(lines.find(R"({"kind":"user","id":"cccccccccccccccc.1","username":"ann"})"), std::string::npos) << lines;
    EXPECT_EQ(lines.find("example.org"), std::string::npos);
    EXPECT_NE(at("~3", "2020/01/2020-01-02.md").find("ünicode"), std::string::npos);

    // By number as well, and in every version of the protocol.
    for (const auto* const version : {"0", "1", "2"})
        EXPECT_EQ(git.good("", {"-c", std::string("protocol.version=") + version, "ls-remote", git.url(place("id:" + std::to_string(chatNamed(daemon, ann, "The plan"))), &ann),
                                "refs/heads/main"})
                      .substr(0, 40),
                  git.head("plan"));
    git.good("", {"clone", "-q", "--depth", "1", git.url(place(), &ann), "shallow"});
    EXPECT_EQ(git.good("shallow", {"rev-list", "--count", "HEAD"}), "1");
}

TEST_F(GitChats, WhatIsNewComesByAPullAndTheCommitsAreTheSameOnEveryServer)
{
    git.good("", {"clone", "-q", git.url(place(), &ann), "plan"});
    const auto before = git.head("plan");
    take(daemon, {message(6, "2020-03-05T10:00:00.000Z", "and on"), message(7, "2021-01-01T00:00:00.000Z", "a year")});
    git.good("plan", {"pull", "-q", "--ff-only"});
    EXPECT_EQ(git.good("plan", {"rev-parse", "HEAD~2"}), before) << "what was there stays";
    const auto after = git.head("plan");

    // The cache may go.
    ASSERT_TRUE(fs::exists(cache()));
    fs::remove_all(cache());
    EXPECT_EQ(git.good("", {"ls-remote", git.url(place(), &ann), "refs/heads/main"}).substr(0, 40), after);
    for (const auto* const file : {"netbit-days", "HEAD", "refs/heads/main", "objects"}) { // or be half there
        fs::remove_all(cache() / file);
        git.good("", {"clone", "-q", git.url(place(), &ann), "half"});
        EXPECT_EQ(git.head("half"), after) << file;
        fs::remove_all(git.path("half"));
    }
    daemon.restart();
    EXPECT_EQ(git.good("", {"ls-remote", git.url(place(), &ann), "refs/heads/main"}).substr(0, 40), after);

    Daemon other;
    auto records = room();
    records.push_back(message(7, "2021-01-01T00:00:00.000Z", "a year"));
    records.push_back(message(6, "2020-03-05T10:00:00.000Z", "and on"));
    makeUser(other, "somebody"); // ids are others there
    take(other, {{{"kind", "user"}, {"id", home + "9"}, {"username", "zoe"}}, {{"kind", "chat"}, {"id", home + "9"}, {"name", "more"}, {"created_at", "2019-01-01T00:00:00.000Z"}}});
    take(other, std::move(records));
    const auto there = named(other, "ben");
    const GitClient second(other);
    EXPECT_EQ(second.good("", {"ls-remote", second.url(place(), &there), "refs/heads/main"}).substr(0, 40), after);
}

TEST_F(GitChats, WhatIsDeletedIsInNoCommitAndNotOnTheDisk)
{
    git.good("", {"clone", "-q", git.url(place(), &ann), "plan"});
    EXPECT_FALSE(git.good("plan", {"log", "-S", "a secret", "--format=%s"}).empty());
    auto http = daemon.client(ann.token);
    const auto chat = chatNamed(daemon, ann, "The plan");
    const auto page = http.expect(200, "GET", messagesOf(chat));
    std::int64_t secret = 0;
    for (const auto& one : listAt(page, "/data"))
        if (textAt(one, "/content") == "a secret")
            secret = integerAt(one, "/id");
    const auto owner = textAt(at(page, "/data/3"), "/sender_name");
    const auto writer = named(daemon, owner.empty() ? "ann" : owner);
    daemon.client(writer.token).expect(204, "DELETE", messagesOf(chat) + "/" + std::to_string(secret));
    git.good("", {"clone", "-q", git.url(place(), &ann), "anew"});
    EXPECT_TRUE(git.good("anew", {"log", "-S", "a secret", "--format=%s"}).empty());
    EXPECT_NE(git.good("anew", {"show", "HEAD:2020/02/2020-02-29.md"}).find("*deleted*"), std::string::npos);
    EXPECT_EQ(git.good("anew", {"rev-parse", "HEAD~2"}), git.good("plan", {"rev-parse", "HEAD~2"})) << "the days before are as they were";
    // Nor can it be asked for by who knew its name.
    const auto known = git.good("plan", {"rev-parse", "HEAD"});
    EXPECT_NE(git.run("anew", {"fetch", "-q", "origin", known}).exitCode, 0);
    const auto all = runProgram({"/usr/bin/git", "-C", cache().string(), "cat-file", "--batch-all-objects", "--batch"}, {},
                                {"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"});
    EXPECT_NE(all.out.find("the first word"), std::string::npos);
    EXPECT_EQ(all.out.find("a secret"), std::string::npos);
}

TEST_F(GitChats, DaysThatAreNoMoreAreInNoClone)
{
    git.good("", {"clone", "-q", git.url(place(), &ann), "plan"});
    take(daemon, {message(6, "2020-03-05T10:00:00.000Z", "and on"), message(7, "2021-01-01T00:00:00.000Z", "a year")});
    git.good("", {"clone", "-q", git.url(place(), &ann), "longer"});
    EXPECT_NE(git.head("longer"), git.head("plan"));
    const auto remove = [&](const std::string& which) {
        daemon.stop();
        sqlite3* database = nullptr;
        sqlite3_open((daemon.data() + "/netbit.db").c_str(), &database);
        const auto removed = sqlite3_exec(database, ("DELETE FROM messages WHERE " + which).c_str(), nullptr, nullptr, nullptr);
        EXPECT_EQ(removed, SQLITE_OK) << sqlite3_errmsg(database);
        sqlite3_close(database);
        daemon.start();
    };
    remove("created_at > 1583020800000"); // 2020-03-01: as after a backup of that time was put back
    const auto head = [&] { return git.good("", {"ls-remote", git.url(place(), &ann), "refs/heads/main"}).substr(0, 40); };
    EXPECT_EQ(head(), git.head("plan"));
    remove("created_at < 1577923200000"); // 2020-01-02: as their time was over
    git.good("", {"clone", "-q", git.url(place(), &ann), "later"});
    EXPECT_EQ(git.good("later", {"rev-list", "--count", "HEAD"}), "3");
    EXPECT_FALSE(std::filesystem::exists(git.path("later") + "/2020/01/2020-01-01.md"));
    remove("1");
    EXPECT_EQ(head(), "");
}

TEST_F(GitChats, AKillOrAReloadInTheMiddleLeavesNothingThatIsHalf)
{
    json::array records;
    for (int day = 0, number = 100; day < 200; ++day) {
        const auto name = "2022-" + std::to_string(101 + day / 28).substr(1) + "-" + std::to_string(101 + day % 28).substr(1);
        for (int i = 0; i < 20; ++i, ++number)
            records.push_back(message(number, name + "T10:00:" + std::to_string(100 + i).substr(1) + ".000Z", "message " + std::to_string(number)));
    }
    take(daemon, std::move(records));
    git.good("", {"clone", "-q", git.url(place(), &ann), "whole"});
    for (const int ms : {5, 30, 60, 100, 150, 250}) {
        fs::remove_all(cache());
        std::thread clone([&] { git.run("", {"clone", "-q", git.url(place(), &ann), "cut" + std::to_string(ms)}); });
        std::this_thread::sleep_for(std::chrono::milliseconds(ms)); // anywhere in it: that is the point
        daemon.kill();
        clone.join();
        daemon.start();
        EXPECT_EQ(git.good("", {"ls-remote", git.url(place(), &ann), "refs/heads/main"}).substr(0, 40), git.head("whole")) << ms;
    }
    for (int round = 0; round < 6; ++round) { // a reload ends what runs, and the next one begins anew
        fs::remove_all(cache());
        std::thread clone([&] { git.run("", {"clone", "-q", git.url(place(), &ann), "torn" + std::to_string(round)}); });
        std::this_thread::sleep_for(std::chrono::milliseconds(20 + 40 * round));
        daemon.admin().expect(200, "POST", "/admin/plugins/git/reload", "{}");
        clone.join();
        EXPECT_EQ(git.good("", {"ls-remote", git.url(place(), &ann), "refs/heads/main"}).substr(0, 40), git.head("whole")) << round;
    }
    git.good("", {"clone", "-q", git.url(place(), &ann), "after"});
    EXPECT_EQ(git.run("after", {"fsck", "--strict"}).exitCode, 0);
}

TEST_F(GitChats, WhoMayReadTheChatMayCloneItAndNobodyPushes)
{
    const auto eve = makeUser(daemon, "eve");
    const auto nobody = git.run("", {"ls-remote", git.url(place())});
    EXPECT_NE(nobody.exitCode, 0);
    EXPECT_NE(nobody.err.find("could not read Username"), std::string::npos) << nobody.err;
    for (const auto& name : {place(), place("id:1"), place("no-such-chat"), place("id:99999999999999999999"), place("id:-1")}) {
        const auto stranger = git.run("", {"ls-remote", git.url(name, &eve)});
        EXPECT_NE(stranger.exitCode, 0);
        EXPECT_NE(stranger.err.find("There is no such chat, or you are not in it."), std::string::npos) << name << stranger.err;
    }
    git.begin("work", git.url(place(), &ann));
    const auto pushed = git.run("work", {"push", "origin", "main"});
    EXPECT_NE(pushed.exitCode, 0);
    EXPECT_NE(pushed.err.find("A chat's history is read-only"), std::string::npos) << pushed.err;
    expectProblem(daemon.client().post("/git/chat/The%20plan/git-receive-pack", "0000", {{"Content-Type", "application/x-git-receive-pack-request"}}), 401);
    EXPECT_EQ(daemon.client(eve.token).post("/git/chat/The%20plan/git-upload-pack", "0000", {{"Content-Type", "application/x-git-upload-pack-request"}}).status, 404);
    EXPECT_EQ(daemon.client(ann.token).post("/git/chat/The%20plan/git-upload-pack", "0000", {{"Content-Type", "text/plain"}}).status, 415);

    // Two of a name are told apart by their numbers.
    const auto other = makeChat(daemon, eve, "group", {}, "twins");
    const auto twin = makeChat(daemon, eve, "group", {}, "TWINS");
    const auto both = git.run("", {"ls-remote", git.url("chat/twins", &eve)});
    EXPECT_NE(both.err.find("id:" + std::to_string(other) + ", id:" + std::to_string(twin)), std::string::npos) << both.err;
    const auto empty = git.run("", {"clone", git.url("chat/id:" + std::to_string(twin), &eve), "empty"});
    EXPECT_EQ(empty.exitCode, 0) << empty.err;
    EXPECT_NE(empty.err.find("empty repository"), std::string::npos) << empty.err;

    // A token needs both scopes.
    auto session = daemon.client(textAt(login(daemon, "ann"), "/access_token"));
    const auto token = [&](std::string_view scopes) {
        return User{0, "ann", textAt(session.expect(201, "POST", "/api/user/tokens", R"({"name":"t","scopes":)" + std::string(scopes) + "}"), "/token")};
    };
    const auto onlyGit = token(R"(["git"])");
    const auto gitAndRead = token(R"(["git","read"])");
    EXPECT_EQ(daemon.client(onlyGit.token).get("/git/chat/The%20plan/info/refs?service=git-upload-pack").status, 403);
    EXPECT_EQ(git.run("", {"ls-remote", git.url(place(), &gitAndRead)}).exitCode, 0);
    for (const auto* const path : {"/api/git/chat/The%20plan/contents", "/api/git/chat/The%20plan/commits"})
        EXPECT_EQ(daemon.client(ann.token).get(path).status, 404) << path;
}

TEST_F(GitChats, ALargeChatIsClonedByManyAtOnceAndMemoryStaysFlat)
{
    constexpr int days = 300;
    constexpr int perDay = 100;
    for (int day = 0, number = 100; day < days; ++day) {
        json::array records;
        const auto month = std::to_string(101 + day / 28 % 12).substr(1);
        const auto name = std::to_string(2021 + day / 336) + "-" + month + "-" + std::to_string(101 + day % 28).substr(1);
        for (int i = 0; i < perDay; ++i, ++number)
            records.push_back(message(number, name + "T10:" + std::to_string(100 + i / 60).substr(1) + ":" + std::to_string(100 + i % 60).substr(1) + ".000Z",
                                      "message " + std::to_string(number) + std::string(200, 'm')));
        take(daemon, std::move(records));
    }
    const auto before = residentBytes(daemon.pid());
    resetPeak(daemon.pid());
    std::vector<std::thread> all;
    std::vector<int> codes(4, -1);
    for (int i = 0; i < 4; ++i)
        all.emplace_back([&, i] { codes[static_cast<std::size_t>(i)] = git.run("", {"clone", "-q", git.url(place(), &ann), "c" + std::to_string(i)}).exitCode; });
    for (auto& one : all)
        one.join();
    EXPECT_EQ(codes, std::vector<int>(4, 0));
    const auto highest = highestResidentBytes(daemon.pid());
    EXPECT_TRUE(sanitized || highest < before + (32 << 20)) << highest << " over " << before;
    EXPECT_EQ(git.good("c0", {"rev-list", "--count", "HEAD"}), std::to_string(days + 5));
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(git.head("c" + std::to_string(i)), git.head("c0"));
    EXPECT_EQ(git.run("c0", {"fsck", "--strict"}).exitCode, 0);
}

} // namespace netbit::test
