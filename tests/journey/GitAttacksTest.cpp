// What a client may send in place of what git would: bytes that are no pack, names that are paths or options, bombs.

#include "journey/Git.h"
#include "journey/Gzip.h"
#include "journey/Uploading.h"

#include <random>

namespace netbit::test {

namespace {

class GitAttacks : public OnStage {
protected:
    static void SetUpTestSuite()
    {
        _stage = std::make_unique<Stage>(std::vector<std::string>{"limits.user_reads_per_minute=100000", "limits.user_writes_per_minute=100000",
                                                                  "limits.address_requests_per_minute=100000"});
        const auto made = makeRepository(daemon(), ada(), "code", true);
        const GitClient git(daemon());
        git.begin("work", git.url(made.place, &ada()));
        git.good("work", {"push", "-q", "origin", "main"});
        _head = git.head("work");
    }
    void TearDown() override
    {
        // Whatever was sent: the repository is as it was, and served.
        const GitClient git(daemon());
        EXPECT_EQ(git.good("", {"ls-remote", git.url("ada/code"), "refs/heads/main"}).substr(0, 40), _head);
        EXPECT_EQ(git.good("", {"ls-remote", git.url("ada/code")}).find("refs/heads/evil"), std::string::npos);
        showLogOnFailure(daemon());
    }

    static HttpReply post(const std::string& service, const std::string& body, Headers more = {})
    {
        more.emplace_back("Content-Type", "application/x-git-" + service + "-request");
        return as(ada()).post("/git/ada/code/git-" + service, body, more);
    }
    static std::string packet(const std::string& text)
    {
        char length[8];
        std::snprintf(length, sizeof length, "%04zx", text.size() + 4);
        return length + text;
    }
    static std::string update(const std::string& ref, const std::string& from = std::string(40, '0'), const std::string& to = _head)
    {
        return packet(from + " " + to + " " + ref + '\0' + " report-status side-band-64k") + "0000";
    }
    static inline std::string _head;
};

} // namespace

TEST_F(GitAttacks, NamesThatArePathsOrOptionsLeadNowhere)
{
    const std::vector<std::string> names{"..",      "%2e%2e",      "%2e%2e%2f%2e%2e", "..%2fcode", "%2fetc%2fpasswd", "-u",       "--upload-pack=x",
                                         "%00",     "code%00.git", "code%0a",         "~root",     "$(id)",           "`id`",     "code;id",
                                         "%ff%fe",  ".git",        "code.git.git",    "*",         "code%20",         "CODE%2f",  std::string(3000, 'a'),
                                         "-",       "--",          "config",          "..%5c..",   "code%09",         "%25s%25n", "file:%2f%2f"};
    auto http = as(ada());
    int asked = 0;
    for (const auto& name : names)
        for (const auto& path : {"/git/" + name + "/code", "/git/ada/" + name, "/git/" + name + "/ada/code", "/git/ada/" + name + "/code",
                                 "/git/ada/code/" + name}) {
            for (const std::string service : {"git-upload-pack", "git-receive-pack"}) {
                const auto told = http.get(path + "/info/refs?service=" + service);
                EXPECT_TRUE(told.status == 404 || told.status == 400 || told.status == 405 || told.status == 414) << path << ": " << told.status << told.body;
                const auto posted = http.post(path + "/" + service, update("refs/heads/evil"), {{"Content-Type", "application/x-" + service + "-request"}});
                EXPECT_TRUE(posted.status == 404 || posted.status == 400 || posted.status == 405 || posted.status == 414)
                    << path << ": " << posted.status << posted.body;
                asked += 2;
            }
        }
    EXPECT_GT(asked, 500);
}

TEST_F(GitAttacks, OtherServicesAreNone)
{
    auto http = as(ada());
    for (const auto* const service : {"", "git-upload-archive", "upload-pack", "git-upload-pack%00", "--upload-pack", "git-upload-pack%20--help",
                                      "git-shell", "../../bin/sh", "GIT-UPLOAD-PACK", "git-receive-pack%0a"}) {
        const auto told = http.get(std::string("/git/ada/code/info/refs?service=") + service);
        EXPECT_EQ(told.status, std::string(service).find("%00") == std::string::npos ? 403 : 400) << service;
    }
    for (const auto* const path : {"/git/ada/code/HEAD", "/git/ada/code/objects/info/packs", "/git/ada/code/objects/pack/x.pack",
                                   "/git/ada/code/config", "/git/ada/code/git-upload-archive", "/git/ada/code.git/../../netbit.db"})
        EXPECT_TRUE(http.get(path).status == 404 || http.get(path).status == 400) << path << ": the dumb protocol is not spoken";
}

TEST_F(GitAttacks, RefsThatAreOptionsOrPathsAreNotPushed)
{
    for (const std::string ref : {"--help", "-x", "../../config", "refs/../config", "refs/heads/../../config", "refs/heads/a..b", "refs/heads/.lock",
                                  "refs/heads/x.lock", "refs/heads/a\\b", "refs/heads/~x", "refs/heads/$(id)", "HEAD", "config", "refs",
                                  "refs/heads/", "refs/heads//x", "refs/heads/@{x", "refs/pull/1/head", "refs/netbit/x", "refs/heads/a b", "refs/heads/\x01"}) {
        const auto reply = post("receive-pack", update(ref));
        EXPECT_TRUE(reply.status == 200 || reply.status == 400) << ref << ": " << reply.status << reply.body;
        EXPECT_EQ(reply.body.find("ok " + ref + "\n"), std::string::npos) << ref << " was taken: " << reply.body;
    }
}

TEST_F(GitAttacks, RandomBytesInPlaceOfAPackChangeNothing)
{
    std::mt19937 random(21);
    for (int round = 0; round < 20; ++round) {
        const auto reply = post("receive-pack", update("refs/heads/evil", std::string(40, '0'), std::string(40, 'a')) +
                                                    (round % 2 ? "PACK" : "") + randomBytes(1 + random() % 100'000, static_cast<unsigned>(random())));
        EXPECT_EQ(reply.status, 200) << reply.body;
        EXPECT_EQ(reply.body.find("unpack ok"), std::string::npos);
    }
}

TEST_F(GitAttacks, RandomBytesInPlaceOfARequestAreRefused)
{
    std::mt19937 random(22);
    for (int round = 0; round < 20; ++round)
        for (const auto* const service : {"upload-pack", "receive-pack"}) {
            const auto reply = post(service, randomBytes(1 + random() % 10'000, static_cast<unsigned>(random())));
            EXPECT_EQ(reply.status, 400) << service << ": " << reply.body;
        }
    for (const auto* const service : {"upload-pack", "receive-pack"}) {
        EXPECT_EQ(post(service, "").status, 400);
        EXPECT_EQ(post(service, "0000").status, 200) << "git asks so whether it may";
    }
    EXPECT_EQ(post("upload-pack", "0002", {{"Git-Protocol", "version=2"}}).status, 400) << "git aborts over it";
}

TEST_F(GitAttacks, GzipIsUnpackedWithinBounds)
{
    EXPECT_EQ(post("receive-pack", gzipped("0000"), {{"Content-Encoding", "gzip"}}).status, 200);
    EXPECT_EQ(post("receive-pack", "0000", {{"Content-Encoding", "br"}}).status, 415);
    EXPECT_EQ(post("upload-pack", "no gzip at all", {{"Content-Encoding", "gzip"}}).status, 400);
    const auto whole = gzipped("0032want " + _head + "\n00000009done\n");
    EXPECT_EQ(post("upload-pack", whole, {{"Content-Encoding", "x-gzip"}}).status, 200);
    EXPECT_EQ(post("upload-pack", whole.substr(0, whole.size() - 6), {{"Content-Encoding", "gzip"}}).status, 400);
    const auto before = residentBytes(daemon().pid());
    resetPeak(daemon().pid());
    const auto bomb = gzipped(std::string(400 << 20, '0')); // 400 KiB, and 400 MiB
    for (const auto* const service : {"upload-pack", "receive-pack"}) // "0000" is all that is read of it
        EXPECT_EQ(post(service, bomb, {{"Content-Encoding", "gzip"}}).status, 200);
    const auto endless = gzipped("0010have nothing" + std::string(400 << 20, '0'));
    for (const auto* const service : {"upload-pack", "receive-pack"})
        EXPECT_EQ(post(service, endless, {{"Content-Encoding", "gzip"}}).status, 400);
    EXPECT_LT(highestResidentBytes(daemon().pid()), before + (16 << 20));
}

TEST_F(GitAttacks, AVariableOfTheHeadersDoesNotReachGit)
{
    auto http = as(ada());
    for (const auto* const protocol : {"version=2:$(id)", "version=2\tx", "--exec", "version=2 ; id", ""}) {
        const auto told = http.get("/git/ada/code/info/refs?service=git-upload-pack", {{"Git-Protocol", protocol}});
        EXPECT_EQ(told.status, 200);
    }
    EXPECT_EQ(http.post("/git/ada/code/git-upload-pack", "0000", {{"Content-Type", "text/plain"}}).status, 415);
}

} // namespace netbit::test
