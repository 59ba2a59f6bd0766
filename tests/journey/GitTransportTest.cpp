// Clone, fetch and push with the real git client.

#include "journey/Git.h"
#include "journey/Uploading.h"

#include <algorithm>
#include <thread>

namespace netbit::test {

namespace {

class GitTransport : public OnStage {
protected:
    static void SetUpTestSuite()
    {
        _stage = std::make_unique<Stage>(std::vector<std::string>{"limits.user_reads_per_minute=100000", "limits.user_writes_per_minute=100000",
                                                                  "limits.address_requests_per_minute=100000"});
    }
    void TearDown() override { showLogOnFailure(daemon()); }

    /// A repository of ada's with a working copy "work" whose main was pushed.
    Repository begun(const std::string& name, bool isPublic = false)
    {
        const auto made = makeRepository(daemon(), ada(), name, isPublic);
        git.begin("work", git.url(made.place, &ada()));
        git.good("work", {"push", "-q", "-u", "origin", "main"});
        return made;
    }
    std::string remote(const Repository& repository, const std::string& ref) const
    {
        const auto line = git.good("", {"ls-remote", git.url(repository.place, &ada()), ref});
        return line.substr(0, std::min<std::size_t>(line.size(), 40));
    }
    void expectSound(const std::string& name) const
    {
        const auto checked = git.run(name, {"fsck", "--strict", "--full"});
        EXPECT_EQ(checked.exitCode, 0) << checked.out << checked.err;
    }

    GitClient git{daemon()};
};

} // namespace

class GitProtocol : public GitTransport, public testing::WithParamInterface<const char*> {};

TEST_P(GitProtocol, ClonesFetchesAndPushes)
{
    const std::string version = std::string("protocol.version=") + GetParam();
    const auto repository = makeRepository(daemon(), ada(), std::string("version") + GetParam());
    git.begin("work", git.url(repository.place, &ada()));
    git.good("work", {"-c", version, "push", "-q", "origin", "main"});
    git.good("", {"-c", version, "clone", "-q", git.url(repository.place + ".git", &ada()), "copy"});
    EXPECT_EQ(git.head("copy"), git.head("work"));
    for (int i = 0; i < 40; ++i)
        git.commit("work", "file.txt", std::to_string(i));
    git.good("work", {"-c", version, "push", "-q", "origin", "main"});
    git.good("copy", {"-c", version, "pull", "-q"});
    EXPECT_EQ(git.head("copy"), git.head("work"));
    expectSound("copy");
    // What was said on the wire is what was asked for.
    const auto traced = git.run("", {"-c", version, "ls-remote", git.url(repository.place, &ada())}, {"GIT_TRACE_PACKET=1"});
    const bool second = traced.err.find("git< version 2") != std::string::npos;
    const bool first = traced.err.find("git< version 1") != std::string::npos;
    EXPECT_EQ(second, std::string(GetParam()) == "2") << traced.err;
    EXPECT_EQ(first, std::string(GetParam()) == "1") << traced.err;
}

INSTANTIATE_TEST_SUITE_P(Versions, GitProtocol, testing::Values("0", "1", "2"));

TEST_F(GitTransport, AnEmptyRepositoryIsClonedAndKnowsItsBranch)
{
    const auto repository = makeRepository(daemon(), ada(), "empty");
    git.good("", {"clone", "-q", git.url(repository.place, &ada()), "copy"});
    EXPECT_EQ(readFile(git.path("copy") + "/.git/HEAD"), "ref: refs/heads/main\n");
}

TEST_F(GitTransport, RepositoriesOfProjectsHaveALongerName)
{
    const auto repository = makeProjectRepository(daemon(), ada(), "team", "tools");
    git.begin("work", git.url(repository.place + ".git", &ada()));
    git.good("work", {"push", "-q", "origin", "main"});
    git.good("", {"clone", "-q", git.url(repository.place, &ada()), "copy"});
    EXPECT_EQ(git.head("copy"), git.head("work"));
    EXPECT_NE(git.run("", {"clone", "-q", git.url("ada/tools", &ada()), "other"}).exitCode, 0) << "there is no personal one of that name";
}

TEST_F(GitTransport, ManyCommitsWithALargeBlobArePushedInChunksAndFlat)
{
    const auto repository = begun("chunks");
    git.commit("work", "blob.bin", randomBytes(4 << 20, 1));
    for (int i = 0; i < 59; ++i)
        git.commit("work", "file" + std::to_string(i % 7), randomBytes(2000, static_cast<unsigned>(i)));
    const auto before = residentBytes(daemon().pid());
    resetPeak(daemon().pid());
    const auto traced = git.run("work", {"-c", "http.postBuffer=65536", "push", "origin", "main"}, {"GIT_CURL_VERBOSE=1"});
    ASSERT_EQ(traced.exitCode, 0) << traced.err;
    EXPECT_NE(traced.err.find("Transfer-Encoding: chunked"), std::string::npos);
    git.good("", {"clone", "-q", git.url(repository.place, &ada()), "copy"});
    EXPECT_EQ(git.head("copy"), git.head("work"));
    EXPECT_EQ(readFile(git.path("copy") + "/blob.bin"), randomBytes(4 << 20, 1));
    expectSound("copy");
    EXPECT_LT(highestResidentBytes(daemon().pid()), before + (24 << 20)) << "the pack went through in pieces";
    auto http = as(ada());
    EXPECT_GT(integerAt(http.expect(200, "GET", "/api/repos/chunks"), "/size_bytes"), 4 << 20);
}

TEST_F(GitTransport, EightClonesAndEightPushesAtOnce)
{
    const auto repository = begun("busy");
    for (int i = 0; i < 8; ++i) {
        const auto name = "w" + std::to_string(i);
        git.good("", {"clone", "-q", git.url(repository.place, &ada()), name});
        git.good(name, {"checkout", "-q", "-b", "topic" + std::to_string(i)});
        git.commit(name, "own" + std::to_string(i), randomBytes(300'000, static_cast<unsigned>(i)));
    }
    std::vector<std::thread> all;
    std::vector<Finished> pushed(8);
    std::vector<Finished> cloned(8);
    for (std::size_t i = 0; i < 8; ++i) {
        const auto number = std::to_string(i);
        all.emplace_back([&, i, number] { pushed[i] = git.run("w" + number, {"push", "-q", "origin", "topic" + number}); });
        all.emplace_back([&, i, number] { cloned[i] = git.run("", {"clone", "-q", git.url(repository.place, &ada()), "c" + number}); });
    }
    for (auto& one : all)
        one.join();
    for (std::size_t i = 0; i < 8; ++i) {
        const auto number = std::to_string(i);
        EXPECT_EQ(pushed[i].exitCode, 0) << pushed[i].err;
        EXPECT_EQ(cloned[i].exitCode, 0) << cloned[i].err;
        EXPECT_EQ(remote(repository, "refs/heads/topic" + number), git.head("w" + number));
        expectSound("c" + number);
    }
}

TEST_F(GitTransport, ShallowCloneThenAllOfIt)
{
    const auto repository = begun("shallow");
    for (int i = 0; i < 12; ++i)
        git.commit("work", "file", std::to_string(i));
    git.good("work", {"push", "-q", "origin", "main"});
    git.good("", {"clone", "-q", "--depth", "3", git.url(repository.place, &ada()), "copy"});
    EXPECT_EQ(git.good("copy", {"rev-list", "--count", "HEAD"}), "3");
    git.good("copy", {"fetch", "-q", "--deepen", "4"});
    EXPECT_EQ(git.good("copy", {"rev-list", "--count", "HEAD"}), "7");
    git.commit("copy", "from-shallow", "x"); // and pushes from one
    git.good("copy", {"push", "-q", "origin", "main"});
    git.good("copy", {"fetch", "-q", "--unshallow"});
    EXPECT_EQ(git.good("copy", {"rev-list", "--count", "HEAD"}), "14");
    expectSound("copy");
}

TEST_F(GitTransport, PartialCloneFetchesWhatItLacksWhenItNeedsIt)
{
    const auto repository = begun("partial");
    git.commit("work", "large.bin", randomBytes(500'000, 3));
    git.good("work", {"push", "-q", "origin", "main"});
    git.good("", {"clone", "-q", "--filter=blob:none", "--no-checkout", git.url(repository.place, &ada()), "copy"});
    EXPECT_NE(git.good("copy", {"rev-list", "--objects", "--all", "--missing=print"}).find('?'), std::string::npos);
    git.good("copy", {"checkout", "-q", "main"});
    EXPECT_EQ(readFile(git.path("copy") + "/large.bin"), randomBytes(500'000, 3));
}

TEST_F(GitTransport, AtomicPushesAllOrNothing)
{
    const auto repository = begun("atomic");
    git.good("", {"clone", "-q", git.url(repository.place, &ada()), "other"});
    git.commit("work", "a", "1");
    git.good("work", {"push", "-q", "origin", "main"});
    const auto there = remote(repository, "refs/heads/main");
    git.commit("other", "b", "2"); // main does not build on what is there
    git.good("other", {"branch", "topic"});
    // Past git's own look before it sends: the server has to say no.
    const auto both = git.run("other", {"push", "--atomic", "--force-with-lease=main:" + git.head("other"), "origin", "main", "topic"});
    EXPECT_NE(both.exitCode, 0);
    EXPECT_EQ(remote(repository, "refs/heads/main"), there);
    EXPECT_EQ(remote(repository, "refs/heads/topic"), "");
    EXPECT_NE(git.run("other", {"push", "origin", "main", "topic"}).exitCode, 0);
    EXPECT_EQ(remote(repository, "refs/heads/topic"), git.head("other")) << "without --atomic the good one goes";
}

TEST_F(GitTransport, DeletesTagsAndLeases)
{
    const auto repository = begun("refs");
    git.good("work", {"tag", "-a", "v1", "-m", "one"});
    git.good("work", {"tag", "light"});
    git.good("work", {"push", "-q", "--tags", "origin"});
    EXPECT_EQ(remote(repository, "refs/tags/v1"), git.good("work", {"rev-parse", "v1"}));
    git.good("work", {"push", "-q", "origin", "main:refs/heads/topic"});
    git.good("work", {"push", "-q", "origin", "--delete", "topic", "light"});
    EXPECT_EQ(remote(repository, "refs/heads/topic"), "");
    EXPECT_EQ(remote(repository, "refs/tags/light"), "");
    git.good("work", {"push", "-q", "origin", "main:refs/heads/lease"});
    const auto old = git.head("work");
    git.good("work", {"commit", "-q", "--amend", "-m", "again"});
    EXPECT_NE(git.run("work", {"push", "origin", "main:lease"}).exitCode, 0) << "it does not build on it";
    EXPECT_NE(git.run("work", {"push", "--force-with-lease=lease:" + std::string(40, '1'), "origin", "main:lease"}).exitCode, 0);
    git.good("work", {"push", "-q", "--force-with-lease=lease:" + old, "origin", "main:lease"});
    EXPECT_EQ(remote(repository, "refs/heads/lease"), git.head("work"));
}

TEST_F(GitTransport, TheDefaultBranchStaysAndOtherPlacesAreClosed)
{
    const auto repository = begun("places");
    const auto deleted = git.run("work", {"push", "origin", "--delete", "main"});
    EXPECT_NE(deleted.exitCode, 0);
    EXPECT_NE(deleted.err.find("remote: The branch main is the default branch: it cannot be deleted."), std::string::npos) << deleted.err;
    for (const auto* const ref : {"refs/pull/1/head", "refs/netbit/x", "refs/remotes/origin/main"}) {
        const auto pushed = git.run("work", {"push", "origin", std::string("main:") + ref});
        EXPECT_NE(pushed.exitCode, 0) << ref;
        EXPECT_NE(pushed.err.find("is none of them"), std::string::npos) << pushed.err;
    }
    EXPECT_EQ(remote(repository, "refs/heads/main"), git.head("work"));
}

TEST_F(GitTransport, ProtectedBranchesSayWhyInPlainWords)
{
    const auto repository = makeProjectRepository(daemon(), ada(), "guarded", "code");
    auto http = as(ada());
    http.expect(200, "PUT", "/api/projects/ada/guarded/config",
                R"({"protected_branches":[{"pattern":"main","push":["owner"],"allow_force":false,"allow_delete":false},
                    {"pattern":"release/*","push":[]}]})");
    git.begin("work", git.url(repository.place, &ada()));
    git.good("work", {"push", "-q", "origin", "main"});
    git.good("work", {"commit", "-q", "--amend", "-m", "another"});
    const auto forced = git.run("work", {"push", "--force", "origin", "main", "main:topic"});
    EXPECT_NE(forced.exitCode, 0);
    EXPECT_NE(forced.err.find("remote: The branch main is protected: a push must build on what is there, not replace it."), std::string::npos)
        << forced.err;
    EXPECT_EQ(remote(repository, "refs/heads/topic"), git.head("work")) << "the other ref of the push went through";
    const auto closed = git.run("work", {"push", "origin", "main:release/1"});
    EXPECT_NE(closed.err.find("remote: The branch release/1 is protected: nobody may push to it directly."), std::string::npos) << closed.err;

    http.expect(201, "POST", "/api/projects/ada/guarded/members", R"({"user_id":)" + std::to_string(bob().id) + R"(,"role":"developer"})");
    git.good("", {"clone", "-q", git.url(repository.place, &bob()), "bobs"});
    git.commit("bobs", "file", "of bob");
    const auto refused = git.run("bobs", {"push", "origin", "main"});
    EXPECT_NE(refused.exitCode, 0);
    EXPECT_NE(refused.err.find("remote: The branch main is protected: only with the role owner one may push to it."), std::string::npos)
        << refused.err;
    git.good("bobs", {"push", "-q", "origin", "HEAD:bobs-topic"});
}

TEST_F(GitTransport, LimitsOfSizeAreTold)
{
    const auto repository = makeProjectRepository(daemon(), ada(), "small", "code");
    auto http = as(ada());
    http.expect(200, "PUT", "/api/projects/ada/small/config", R"({"limits":{"max_push_bytes":200000,"quota_bytes":350000}})");
    git.begin("work", git.url(repository.place, &ada()));
    git.good("work", {"push", "-q", "origin", "main"});
    git.commit("work", "large", randomBytes(3'000'000, 1));
    const auto large = git.run("work", {"push", "origin", "main"});
    EXPECT_NE(large.exitCode, 0);
    EXPECT_NE(large.err.find("pack exceeds maximum allowed size"), std::string::npos) << large.err;
    git.good("work", {"reset", "-q", "--hard", "HEAD~1"});
    for (int i = 0; i < 3; ++i) {
        git.commit("work", "part", randomBytes(150'000, static_cast<unsigned>(i)));
        git.run("work", {"push", "-q", "origin", "main"});
    }
    git.commit("work", "more", "x");
    const auto full = git.run("work", {"push", "origin", "main"});
    EXPECT_NE(full.exitCode, 0) << "350,000 bytes are used up by now";
}

TEST_F(GitTransport, WhoMayReadAndWhoMayPush)
{
    const auto open = begun("open", true);
    git.good("", {"clone", "-q", git.url(open.place), "anonymous"});
    EXPECT_EQ(git.head("anonymous"), git.head("work"));
    const auto nobody = git.run("anonymous", {"push", "origin", "main:nobody"});
    EXPECT_NE(nobody.exitCode, 0);
    EXPECT_NE(nobody.err.find("could not read Username"), std::string::npos) << "git was asked who it is: " << nobody.err;
    git.good("", {"clone", "-q", git.url(open.place, &eve()), "eves"});
    git.commit("eves", "file", "x");
    const auto stranger = git.run("eves", {"push", "origin", "main"});
    EXPECT_NE(stranger.exitCode, 0);
    EXPECT_NE(stranger.err.find("You may read ada/open, and not push to it."), std::string::npos) << stranger.err;

    const auto closed = makeRepository(daemon(), ada(), "closed");
    EXPECT_NE(git.run("", {"clone", "-q", git.url(closed.place), "none"}).err.find("could not read Username"), std::string::npos);
    const auto hidden = git.run("", {"clone", "-q", git.url(closed.place, &eve()), "none"});
    const auto absent = git.run("", {"clone", "-q", git.url("ada/there-is-none", &eve()), "none"});
    EXPECT_NE(hidden.exitCode, 0);
    EXPECT_NE(hidden.err.find("There is no such repository, or you may not read it."), std::string::npos) << hidden.err;
    EXPECT_NE(absent.err.find("There is no such repository, or you may not read it."), std::string::npos) << "alike: " << absent.err;
    User wrong = ada();
    wrong.token = "nbt_wrong";
    EXPECT_NE(git.run("", {"clone", "-q", git.url(closed.place, &wrong), "none"}).exitCode, 0);
}

TEST_F(GitTransport, AnAccessTokenIsGoodAsFarAsItsScopes)
{
    const auto repository = begun("scopes");
    auto http = daemon().client(textAt(login(daemon(), "ada"), "/access_token"));
    const auto token = [&](const std::string& scopes) {
        auto user = ada();
        user.name = "anything";
        user.token = textAt(http.expect(201, "POST", "/api/user/tokens", R"({"name":"t","scopes":)" + scopes + "}"), "/token");
        return user;
    };
    const auto forGit = token(R"(["git"])");
    git.good("", {"clone", "-q", git.url(repository.place, &forGit), "copy"});
    git.commit("copy", "file", "x");
    git.good("copy", {"push", "-q", "origin", "main"});
    const auto other = token(R"(["read"])");
    EXPECT_NE(git.run("", {"clone", "-q", git.url(repository.place, &other), "none"}).exitCode, 0) << "it has not the scope git";
}

TEST_F(GitTransport, AnOldNameLeadsToTheNewOneAndAnArchivedOneTakesNoPush)
{
    auto repository = begun("before");
    auto http = as(ada());
    http.expect(200, "PATCH", "/api/repos/before", R"({"name":"after"})");
    git.good("", {"clone", "-q", git.url("ada/before", &ada()), "copy"});
    EXPECT_EQ(git.head("copy"), git.head("work"));
    git.commit("work", "file", "x");
    git.good("work", {"push", "-q", "origin", "main"});
    http.expect(200, "PATCH", "/api/repos/after", R"({"state":"archived"})");
    git.commit("work", "file", "y");
    const auto refused = git.run("work", {"push", "origin", "main"});
    EXPECT_NE(refused.exitCode, 0);
    EXPECT_NE(refused.err.find("is archived: it takes no pushes."), std::string::npos) << refused.err;
    git.good("", {"clone", "-q", git.url("ada/after", &ada()), "still"});
}

TEST_F(GitTransport, ADefaultBranchOfAnotherNameIsWhatAClonesHeadIs)
{
    const auto repository = begun("heads");
    git.good("work", {"push", "-q", "origin", "main:trunk"});
    auto http = as(ada());
    http.expect(200, "PATCH", "/api/repos/heads", R"({"default_branch":"trunk"})");
    git.good("", {"clone", "-q", git.url(repository.place, &ada()), "copy"});
    EXPECT_EQ(git.good("copy", {"branch", "--show-current"}), "trunk");
}

TEST_F(GitTransport, APushIsAnEventWithItsCommits)
{
    const auto repository = begun("told");
    auto http = as(ada());
    const auto record = http.expect(200, "GET", "/api/repos/told");
    EXPECT_EQ(textAt(record, "/default_branch"), "main");
    EXPECT_GT(integerAt(record, "/size_bytes"), 0);
}

TEST_F(GitTransport, ChildrenAreGoneWhenTheClientIs)
{
    const auto repository = begun("gone");
    git.commit("work", "large", randomBytes(30 << 20, 9));
    git.good("work", {"push", "-q", "origin", "main"});
    const auto children = [&] {
        const auto found = runProgram({"/usr/bin/pgrep", "-P", std::to_string(daemon().pid()), "-c", "git"}, {});
        return std::stoi("0" + found.out);
    };
    {
        auto raw = RawHttp(Socket::tcp(daemon().http()));
        const auto want = git.head("work");
        const std::string body = "0032want " + want + "\n00000009done\n";
        raw.send("POST /git/" + repository.place + "/git-upload-pack HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + ada().token +
                 "\r\nContent-Type: application/x-git-upload-pack-request\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        EXPECT_EQ(raw.readHead().status, 200);
        EXPECT_EQ(children(), 1) << "30 MB fit into no buffer on the way";
    }
    eventually([&] { return children() == 0; }, "upload-pack ends with its client");
}

} // namespace netbit::test
