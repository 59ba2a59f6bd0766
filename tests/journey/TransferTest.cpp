// Chats that move between servers, as an admin moves them: with the command line, and a server that may be killed meanwhile.

#include "journey/Git.h"
#include "journey/Uploading.h"
#include "support/exports/MattermostExport.h"
#include "support/exports/SeedTables.h"
#include "support/exports/SlackExport.h"

#include <filesystem>
#include <signal.h>
#include <sstream>
#include <fcntl.h>
#include <unistd.h>

namespace netbit::test {

namespace {

namespace fs = std::filesystem;

Finished netbit(const Daemon& daemon, std::vector<std::string> words)
{
    words.insert(words.begin(), netbitPath());
    words.insert(words.end(), {"--data", daemon.data()});
    return runProgram(words, {}, {}, Deadline(std::chrono::minutes(5)));
}

json::value imported(const Daemon& daemon, const std::string& format, const std::string& file)
{
    const auto ran = netbit(daemon, {"import", format, file, "--json"});
    EXPECT_EQ(ran.exitCode, 0) << ran.out << ran.err;
    return parseJson(ran.out);
}

std::int64_t sum(const json::value& counts)
{
    std::int64_t total = 0;
    for (const auto& each : counts.as_object())
        total += each.value().to_number<std::int64_t>();
    return total;
}

std::string exported(const Daemon& daemon, std::vector<std::string> scope, const std::string& file)
{
    scope.insert(scope.begin(), "export");
    scope.push_back(file);
    const auto ran = netbit(daemon, scope);
    EXPECT_EQ(ran.exitCode, 0) << ran.out << ran.err;
    return readFile(file);
}

std::string tokenOf(const Daemon& daemon, const std::string& name)
{
    return textAt(daemon.admin().expect(201, "POST", "/admin/users/" + name + "/tokens", R"({"name":"test"})"), "/token");
}

std::int64_t chatNamed(HttpClient& http, std::string_view name)
{
    const auto chats = http.expect(200, "GET", "/api/chats?per_page=200");
    for (const auto& chat : listAt(chats, "/data"))
        if (textAt(chat, "/name") == name)
            return integerAt(chat, "/id");
    return 0;
}

/// An export as this program writes it, of one chat with that many messages.
std::string largeExport(int messages)
{
    const std::string home = "aaaaaaaaaaaaaaaa.";
    std::ostringstream out;
    out << R"({"kind":"netbit","version":1,"scope":"chat"})" "\n"
        << R"({"kind":"user","id":")" << home << R"(1","username":"ann","created_at":"2020-01-01T00:00:00.000Z"})" "\n"
        << R"({"kind":"chat","id":")" << home << R"(1","name":"large","chat_type":"group","created_at":"2020-01-01T00:00:00.000Z"})" "\n";
    for (int i = 1; i <= messages; ++i) {
        const auto minute = std::to_string(100 + i / 60 % 60).substr(1);
        const auto hour = std::to_string(100 + i / 3'600 % 24).substr(1);
        const auto day = std::to_string(101 + i / 86'400).substr(1);
        const auto second = std::to_string(100 + i % 60).substr(1);
        out << R"({"kind":"message","id":")" << home << i << R"(","chat":")" << home << R"(1","sender":")" << home
            << R"(1","created_at":"2021-01-)" << day << 'T' << hour << ':' << minute << ':' << second << R"(.000Z","content":"message number )"
            << i << "\"";
        if (i % 10 == 0) // the last of each ten answers the first, which begins a thread
            out << R"(,"reply_to":")" << home << i - 9 << R"(","thread":")" << home << i - 9 << '"';
        if (i % 10 == 1 && i + 9 <= messages) {
            const auto j = i + 9;
            out << R"(,"reply_count":1,"last_reply_at":"2021-01-)" << std::to_string(101 + j / 86'400).substr(1) << 'T'
                << std::to_string(100 + j / 3'600 % 24).substr(1) << ':' << std::to_string(100 + j / 60 % 60).substr(1) << ':'
                << std::to_string(100 + j % 60).substr(1) << ".000Z\"";
        }
        out << "}\n";
    }
    out << R"({"kind":"member","chat":")" << home << R"(1","user":")" << home << R"(1","joined_at":"2020-01-01T00:00:00.000Z"})" "\n";
    out << R"({"kind":"end","records":)" << messages + 4 << "}\n";
    return out.str();
}

double commits(const Daemon& daemon)
{
    const auto text = daemon.client().request("GET", "/metrics").body;
    const std::string name = "\nnetbit_writer_commits_total ";
    const auto at = text.find(name);
    return at == std::string::npos ? 0 : std::stod(text.substr(at + name.size()));
}

} // namespace

TEST(Transfer, WhatGoesOutOfOneServerComesIntoAnotherAndOutOfThatAgainInTheSameBytes)
{
    TemporaryFolder folder;
    Stage from;
    auto ada = from.daemon.client(from.ada.token);
    auto bob = from.daemon.client(from.bob.token);
    const auto chat = makeChat(from.daemon, from.ada, "group", {from.bob}, "the plan");
    const auto direct = makeChat(from.daemon, from.bob, "direct", {from.eve}, "");
    const auto first = say(ada, chat, "what about @bob and the zeppelin?");
    bob.expect(201, "POST", messagesOf(chat), R"({"content":"an answer","reply_to":)" + std::to_string(first) + "}");
    const auto edited = say(bob, chat, "frist");
    bob.expect(200, "PATCH", messagesOf(chat) + "/" + std::to_string(edited), R"({"content":"first"})");
    const auto gone = say(ada, chat, "never said");
    ada.expect(204, "DELETE", messagesOf(chat) + "/" + std::to_string(gone));
    say(bob, direct, "between us");

    const auto out = exported(from.daemon, {"all"}, folder.path() + "/all.jsonl");
    EXPECT_EQ(out.find("argon2"), std::string::npos) << "no stored password goes out unasked";
    EXPECT_EQ(exported(from.daemon, {"all"}, folder.path() + "/again.jsonl"), out);
    EXPECT_EQ(fs::status(folder.path() + "/all.jsonl").permissions() & (fs::perms::group_all | fs::perms::others_all), fs::perms::none);

    Daemon to;
    const auto dry = netbit(to, {"import", "jsonl", folder.path() + "/all.jsonl", "--dry-run", "--json"});
    EXPECT_EQ(dry.exitCode, 0) << dry.err;
    const auto report = imported(to, "jsonl", folder.path() + "/all.jsonl");
    EXPECT_EQ(at(parseJson(dry.out), "/read"), at(report, "/read"));
    EXPECT_EQ(sum(at(report, "/left_out")), 0) << json::serialize(report);
    EXPECT_EQ(exported(to, {"all"}, folder.path() + "/there.jsonl"), out);
    EXPECT_EQ(sum(at(imported(to, "jsonl", folder.path() + "/all.jsonl"), "/added")), 0);
    EXPECT_EQ(exported(to, {"all"}, folder.path() + "/there.jsonl"), out);

    auto there = to.client(tokenOf(to, "bob"));
    const auto plan = chatNamed(there, "the plan");
    const auto page = there.expect(200, "GET", messagesOf(plan));
    ASSERT_EQ(listAt(page, "/data").size(), 4u);
    EXPECT_EQ(textAt(page, "/data/2/content"), "first");
    EXPECT_EQ(integerAt(page, "/data/0/reply_count"), 1);
    const auto found = there.expect(200, "GET", "/api/search?q=zeppelin");
    EXPECT_EQ(listAt(found, "/data").size(), 1u) << json::serialize(found);
    EXPECT_EQ(to.client(tokenOf(to, "eve")).request("GET", messagesOf(plan)).status, 404) << "who was not in it is not in it";
    to.restart();
    EXPECT_EQ(exported(to, {"all"}, folder.path() + "/there.jsonl"), out);
}

TEST(Transfer, ProjectsMoveWithTheirIssuesAndPullRequestsAndABundleBringsTheCode)
{
    TemporaryFolder folder;
    Stage from;
    const auto project = makeProject(from.daemon, from.ada, "plans");
    auto ada = from.daemon.client(from.ada.token);
    ada.expect(201, "POST", project.path("/members"), R"({"role":"developer","user_id":)" + std::to_string(from.bob.id) + "}");
    const GitClient git(from.daemon);
    const auto place = "ada/plans/" + project.repository;
    git.begin("work", git.url(place, &from.ada));
    git.good("work", {"checkout", "-q", "-b", "topic"});
    git.commit("work", "file", "changed");
    git.good("work", {"push", "-q", "origin", "main", "topic"});
    const auto code = project.path("/" + project.repository);
    const auto pull = integerAt(ada.expect(201, "POST", code + "/pulls", R"({"title":"a change","base":"main","head":"topic"})"), "/number");
    from.daemon.client(from.bob.token).expect(201, "POST", code + "/pulls/" + std::to_string(pull) + "/reviews", R"({"verdict":"approve"})");
    git.good("work", {"bundle", "create", "-q", "all.bundle", "main", "topic"});

    const auto out = exported(from.daemon, {"all"}, folder.path() + "/all.jsonl");
    for (const auto* const kind : {"project", "repository", "project_member", "issue", "issue_comment", "label", "milestone", "board_column", "pull", "pull_review"})
        EXPECT_NE(out.find("{\"kind\":\"" + std::string(kind) + "\""), std::string::npos) << kind;
    Daemon to;
    const auto report = imported(to, "jsonl", folder.path() + "/all.jsonl");
    EXPECT_EQ(sum(at(report, "/left_out")), 0) << json::serialize(report);
    EXPECT_EQ(integerAt(report, "/added/pull"), 1) << json::serialize(report);
    EXPECT_EQ(exported(to, {"all"}, folder.path() + "/there.jsonl"), out);
    EXPECT_EQ(sum(at(imported(to, "jsonl", folder.path() + "/all.jsonl"), "/added")), 0);

    auto there = to.client(tokenOf(to, "ada"));
    EXPECT_EQ(textAt(there.expect(200, "GET", project.path("/issues/" + std::to_string(project.number))), "/title"),
              textAt(ada.expect(200, "GET", project.path("/issues/" + std::to_string(project.number))), "/title"));
    EXPECT_EQ(to.client(tokenOf(to, "bob")).request("GET", project.path("/issues")).status, 200) << "he is a member there as well";
    EXPECT_EQ(to.client(tokenOf(to, "eve")).request("GET", project.path("/issues")).status, 404);
    const auto bundle = there.post(code + "/import", readFile(git.path("work") + "/all.bundle"), {{"Content-Type", "application/x-git-bundle"}});
    EXPECT_EQ(bundle.status, 202) << bundle.body;
    eventually([&] { return !at(there.expect(200, "GET", code + "/jobs"), "/data/0/ended_at").is_null(); }, "the bundle is there");
    EXPECT_EQ(textAt(there.expect(200, "GET", code + "/pulls/" + std::to_string(pull)), "/head/id"), git.head("work"));
    EXPECT_EQ(listAt(there.expect(200, "GET", code + "/pulls/" + std::to_string(pull) + "/commits"), "/data").size(), 1u);
    to.restart();
    EXPECT_EQ(exported(to, {"user", "ada"}, folder.path() + "/user.jsonl").find("\"issue\""), std::string::npos);
}

TEST(Transfer, FilesComeAlongWithTheirBytes)
{
    TemporaryFolder folder;
    const auto file = folder.path() + "/all.jsonl";
    const auto files = folder.path() + "/files";
    Stage from;
    const auto chat = makeChat(from.daemon, from.ada, "group", {from.bob}, "with files");
    auto ada = from.daemon.client(from.ada.token);
    std::string large;
    for (int i = 0; i < 3'000'000; ++i)
        large += static_cast<char>(i * 31 + i / 1'000);
    const auto one = upload(from.daemon, from.ada, large, "?name=large.bin");
    const auto two = upload(from.daemon, from.ada, "small", "?name=sm%C3%A4ll.txt");
    const auto same = upload(from.daemon, from.bob, "small", "?name=the%20same.txt");
    const auto alone = upload(from.daemon, from.ada, "", "?name=empty");
    ada.expect(201, "POST", messagesOf(chat),
               R"({"content":"look","attachments":[)" + std::to_string(one.id) + "," + std::to_string(two.id) + "]}");
    from.daemon.client(from.bob.token)
        .expect(201, "POST", messagesOf(chat), R"({"content":"","attachments":[)" + std::to_string(same.id) + "]}");

    const std::string_view picture("GIF89a\x01\0\x01\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;", 35);
    ada.expect(200, "PUT", "/api/user/avatar", picture);

    const auto out = exported(from.daemon, {"all", "--files", files}, file);
    Daemon to;
    const auto without = imported(to, "jsonl", file);
    EXPECT_EQ(integerAt(without, "/left_out/no_bytes"), 5) << json::serialize(without);
    Daemon there;
    const auto ran = netbit(there, {"import", "jsonl", file, "--files", files, "--json"});
    ASSERT_EQ(ran.exitCode, 0) << ran.err;
    const auto report = parseJson(ran.out);
    EXPECT_EQ(integerAt(report, "/added/file"), 5) << ran.out;
    EXPECT_EQ(sum(at(report, "/left_out")), 0) << ran.out;
    EXPECT_EQ(exported(there, {"all", "--files", folder.path() + "/files-there"}, folder.path() + "/there.jsonl"), out);
    const auto again = parseJson(netbit(there, {"import", "jsonl", file, "--files", files, "--json"}).out);
    EXPECT_EQ(sum(at(again, "/added")), 0) << json::serialize(again);
    there.restart();

    auto bob = there.client(tokenOf(there, "bob"));
    const auto page = bob.expect(200, "GET", messagesOf(chatNamed(bob, "with files")));
    ASSERT_EQ(listAt(page, "/data/0/attachments").size(), 2u) << json::serialize(page);
    EXPECT_TRUE(bob.get(filePath(integerAt(page, "/data/0/attachments/0/id"))).body == large);
    EXPECT_EQ(bob.get(filePath(integerAt(page, "/data/0/attachments/1/id"))).body, "small");
    EXPECT_EQ(textAt(page, "/data/1/message_type"), "file");
    EXPECT_EQ(there.client(tokenOf(there, "eve")).get(filePath(integerAt(page, "/data/0/attachments/0/id"))).status, 404);
    static_cast<void>(alone);
    const auto avatar = from.daemon.client(from.bob.token).get("/api/users/" + std::to_string(from.ada.id) + "/avatar");
    EXPECT_EQ(avatar.status, 200);
    const auto adaThere = integerAt(there.client(tokenOf(there, "ada")).expect(200, "GET", "/api/user/profile"), "/id");
    EXPECT_EQ(bob.get("/api/users/" + std::to_string(adaThere) + "/avatar").body, avatar.body);

    // Bytes that are not those of the digest.
    for (const auto& entry : fs::recursive_directory_iterator(files))
        if (entry.is_regular_file() && entry.file_size() == 5)
            writeFile(entry.path().string(), "other");
    Daemon third;
    const auto wrong = parseJson(netbit(third, {"import", "jsonl", file, "--files", files, "--json"}).out);
    EXPECT_EQ(integerAt(wrong, "/left_out/wrong_bytes"), 2) << json::serialize(wrong);
    EXPECT_EQ(integerAt(wrong, "/added/file"), 3);
}

TEST(Transfer, WithPasswordsPeopleSignInThereAsHere)
{
    TemporaryFolder folder;
    Stage from;
    exported(from.daemon, {"all", "--with-passwords"}, folder.path() + "/all.jsonl");
    Daemon to;
    imported(to, "jsonl", folder.path() + "/all.jsonl");
    login(to, "ada");
}

TEST(Transfer, AnImportThatIsKilledGoesOnWhereItWasAndNothingIsThereTwice)
{
    TemporaryFolder folder;
    const auto file = folder.path() + "/large.jsonl";
    const auto text = largeExport(30'000);
    writeFile(file, text);
    Daemon daemon;
    int interrupted = 0;
    for (int round = 0; round < 4; ++round) {
        const auto before = commits(daemon);
        const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        const auto process = startProgram({netbitPath(), "import", "jsonl", file, "--data", daemon.data()}, nowhere, nowhere, nowhere);
        ::close(nowhere);
        Deadline deadline;
        while (commits(daemon) < before + 2 + round && !deadline.over())
            continue;
        if (round % 2 == 0) {
            ::kill(process, SIGKILL);
            interrupted += waitForProgram(process) == -SIGKILL;
        } else {
            daemon.kill();
            interrupted += waitForProgram(process) != 0;
            daemon.start();
        }
    }
    EXPECT_GE(interrupted, 2) << "the imports were over too soon, so this says nothing";
    const auto report = imported(daemon, "jsonl", file);
    EXPECT_EQ(integerAt(report, "/read/message"), 30'000);
    EXPECT_EQ(sum(at(report, "/added")) + sum(at(report, "/already")), 30'003) << json::serialize(report);
    EXPECT_EQ(exported(daemon, {"chat", "large"}, folder.path() + "/out.jsonl"), text);
    EXPECT_EQ(sum(at(imported(daemon, "jsonl", file), "/added")), 0);
    auto ann = daemon.client(tokenOf(daemon, "ann"));
    EXPECT_EQ(integerAt(ann.expect(200, "GET", messagesOf(chatNamed(ann, "large"))), "/pagination/total"), 30'000);
}

TEST(Transfer, AnExportThatIsCutShortIsSaidToBe)
{
    TemporaryFolder folder;
    const auto file = folder.path() + "/cut.jsonl";
    Daemon daemon;
    const auto text = largeExport(100);
    for (const auto& [bytes, why] : {std::pair<std::string, std::string>(text.substr(0, text.size() / 2), "ends too early"),
                                     {text.substr(0, text.size() - 3) + "9}\n", "counts"},
                                     {text + text, "behind the end"},
                                     {"hello\n", "no export of NetBit"},
                                     {"", "no export of NetBit"},
                                     {R"({"kind":"netbit","version":2})", "version 2"}}) {
        writeFile(file, bytes);
        const auto ran = netbit(daemon, {"import", "jsonl", file});
        EXPECT_EQ(ran.exitCode, 1) << ran.out;
        EXPECT_NE(ran.err.find(why), std::string::npos) << ran.err;
    }
    EXPECT_EQ(netbit(daemon, {"export", "chat", "nowhere", file}).exitCode, 1);
    EXPECT_EQ(netbit(daemon, {"export", "everything", file}).exitCode, 2);
    EXPECT_EQ(netbit(daemon, {"export", "all", folder.path() + "/no/such/folder"}).exitCode, 1);
}

TEST(Transfer, AChatByDaysIsTheSameBytesEachTime)
{
    TemporaryFolder folder;
    writeFile(folder.path() + "/large.jsonl", largeExport(1'000));
    Daemon daemon;
    imported(daemon, "jsonl", folder.path() + "/large.jsonl");
    const auto all = [&](const std::string& into) {
        const auto ran = netbit(daemon, {"export", "chat", "large", into, "--by-day"});
        EXPECT_EQ(ran.exitCode, 0) << ran.err;
        std::string out;
        std::vector<fs::path> paths;
        for (const auto& entry : fs::recursive_directory_iterator(into))
            if (entry.is_regular_file())
                paths.push_back(entry.path());
        std::sort(paths.begin(), paths.end());
        for (const auto& path : paths)
            out += fs::relative(path, into).string() + "\n" + readFile(path.string());
        return out;
    };
    const auto first = all(folder.path() + "/one");
    EXPECT_EQ(all(folder.path() + "/one"), first) << "over what is there";
    EXPECT_EQ(all(folder.path() + "/two"), first);
    EXPECT_NE(first.find("2021/01/2021-01-01.jsonl\n"), std::string::npos);
    EXPECT_NE(first.find("> message number 1000\n"), std::string::npos);
}

class TransferFrom : public testing::Test {
protected:
    /// Imported, and again, and once more after a kill: it is all there, once.
    json::value takeIn(const std::string& format, const std::string& file)
    {
        const auto dry = netbit(daemon, {"import", format, file, "--dry-run"});
        EXPECT_EQ(dry.exitCode, 0) << dry.err;
        const auto users = daemon.admin().expect(200, "GET", "/admin/status");
        auto report = imported(daemon, format, file);
        EXPECT_EQ(sum(at(report, "/added")) + sum(at(report, "/already")) + sum(at(report, "/left_out")), sum(at(report, "/read")))
            << json::serialize(report);
        const auto before = exported(daemon, {"all"}, folder.path() + "/before.jsonl");
        EXPECT_EQ(sum(at(imported(daemon, format, file), "/added")), 0) << "the second time";
        daemon.kill();
        daemon.start();
        EXPECT_EQ(sum(at(imported(daemon, format, file), "/added")), 0) << "after a kill";
        EXPECT_EQ(exported(daemon, {"all"}, folder.path() + "/after.jsonl"), before);
        return report;
    }
    /// As somebody who has come to claim the account.
    HttpClient as(const std::string& name)
    {
        daemon.admin().expect(204, "POST", "/admin/users/" + name + "/password", R"({"password":"correct horse battery"})");
        return daemon.client(tokenOf(daemon, name));
    }

    TemporaryFolder folder;
    Daemon daemon;
};

TEST_F(TransferFrom, Slack)
{
    writeZip(folder.path() + "/s.zip", slackExport());
    const auto report = takeIn("slack", folder.path() + "/s.zip");
    EXPECT_EQ(integerAt(report, "/added/message"), 12);
    EXPECT_EQ(integerAt(report, "/added/chat"), 6);
    auto ben = as("ben");
    const auto general = chatNamed(ben, "general");
    const auto page = ben.expect(200, "GET", messagesOf(general));
    ASSERT_EQ(listAt(page, "/data").size(), 9u);
    EXPECT_EQ(textAt(page, "/data/0/content"), "hello **world**, @ben & #random [here](http://x.org)");
    EXPECT_EQ(integerAt(page, "/data/0/reply_count"), 1);
    EXPECT_EQ(integerAt(page, "/data/1/thread_id"), integerAt(page, "/data/0/id"));
    EXPECT_EQ(listAt(page, "/data/0/reactions").size(), 1u);
    EXPECT_EQ(listAt(page, "/data/0/mentions").size(), 2u);
    EXPECT_EQ(listAt(ben.expect(200, "GET", "/api/search?q=elsewhere"), "/data").size(), 1u);
    EXPECT_EQ(chatNamed(ben, "secret"), 0) << "he is not in it";
    EXPECT_EQ(listAt(ben.expect(200, "GET", "/api/chats"), "/data").size(), 4u);
}

TEST_F(TransferFrom, Mattermost)
{
    writeFile(folder.path() + "/m.jsonl", mattermostExport());
    const auto report = takeIn("mattermost", folder.path() + "/m.jsonl");
    EXPECT_EQ(integerAt(report, "/added/message"), 12);
    EXPECT_EQ(integerAt(report, "/left_out/unknown_chat"), 1);
    auto ben = as("ben");
    const auto page = ben.expect(200, "GET", messagesOf(chatNamed(ben, "Town Square")));
    ASSERT_EQ(listAt(page, "/data").size(), 6u);
    EXPECT_EQ(integerAt(page, "/data/1/reply_count"), 2);
    EXPECT_EQ(listAt(ben.expect(200, "GET", "/api/search?q=nobody"), "/data").size(), 1u);
    const auto chats = ben.expect(200, "GET", "/api/chats");
    for (const auto& chat : listAt(chats, "/data"))
        EXPECT_EQ(integerAt(chat, "/unread_count"), 0) << "what came before counts as read: " << json::serialize(chat);
}

TEST_F(TransferFrom, AnArchiveOfMattermostWithItsFiles)
{
    const std::string bytes(200'000, 'p');
    writeZip(folder.path() + "/m.zip", {{"import.jsonl", mattermostExport()}, {"data/ops/file.pdf", "%PDF-1.4" + bytes.substr(0, 100)}});
    const auto report = takeIn("mattermost", folder.path() + "/m.zip");
    EXPECT_EQ(integerAt(report, "/added/file"), 1);
    auto ann = as("ann");
    const auto page = ann.expect(200, "GET", messagesOf(chatNamed(ann, "Town Square")));
    const auto file = integerAt(page, "/data/3/attachments/0/id");
    EXPECT_EQ(textAt(page, "/data/3/attachments/0/name"), "file.pdf") << json::serialize(page);
    EXPECT_TRUE(ann.get(filePath(file)).body.starts_with("%PDF-1.4"));
}

TEST_F(TransferFrom, Seed)
{
    makeDatabase(folder.path() + "/seed.db", seedTables);
    const auto report = takeIn("seed", folder.path() + "/seed.db");
    EXPECT_EQ(integerAt(report, "/added/message"), 6);
    EXPECT_EQ(integerAt(report, "/added/project"), 2);
    EXPECT_EQ(integerAt(report, "/added/repository"), 1);
    auto ann = as("ann");
    const auto project = ann.expect(200, "GET", "/api/projects/ann/p");
    EXPECT_EQ(textAt(project, "/project/role"), "owner");
    EXPECT_EQ(textAt(project, "/repositories/0/name"), "r");
    EXPECT_EQ(listAt(ann.expect(200, "GET", "/api/projects"), "/data").size(), 2u);
    const auto page = ann.expect(200, "GET", messagesOf(chatNamed(ann, "all")));
    ASSERT_EQ(listAt(page, "/data").size(), 5u);
    EXPECT_EQ(textAt(page, "/data/0/content"), "first");
    EXPECT_EQ(textAt(page, "/data/1/content"), "second");
    EXPECT_EQ(listAt(ann.expect(200, "GET", "/api/search?q=between"), "/data").size(), 1u);
}

} // namespace netbit::test
