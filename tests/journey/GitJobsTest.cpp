// Repositories on disk: imports, forks, mirrors, upkeep, and the end after the grace time.

#include "journey/Git.h"
#include "journey/Uploading.h"

#include <filesystem>

namespace netbit::test {

namespace {

class GitJobs : public OnStage {
protected:
    static void SetUpTestSuite()
    {
        _stage = std::make_unique<Stage>(std::vector<std::string>{"limits.user_reads_per_minute=100000", "limits.user_writes_per_minute=100000",
                                                                  "limits.address_requests_per_minute=100000", "projects.grace_s=0",
                                                                  "git.import_plain=true", "git.import_inside=true"});
    }
    void TearDown() override { showLogOnFailure(daemon()); }

    /// Waits for the newest job's end, and gives it.
    json::value ended(const std::string& place, const User& who = ada())
    {
        json::value last;
        eventually(
            [&] {
                last = as(who).expect(200, "GET", "/api/git/" + place + "/jobs");
                const auto& all = listAt(last, "/data");
                return !all.empty() && has(all[0], "/ended_at") && !at(all[0], "/ended_at").is_null();
            },
            "the job ends");
        return listAt(last, "/data")[0];
    }
    Repository source(const std::string& name)
    {
        const auto made = makeRepository(daemon(), ada(), name, true);
        git.begin("work", git.url(made.place, &ada()));
        git.commit("work", "file", randomBytes(100'000, 4));
        git.good("work", {"tag", "v1"});
        git.good("work", {"push", "-q", "origin", "main", "v1"});
        return made;
    }
    std::string folderOf(const Repository& repository) const
    {
        char group[4];
        std::snprintf(group, sizeof group, "%02x", static_cast<unsigned>(repository.id & 0xFF));
        return daemon().data() + "/repositories/" + group + "/" + std::to_string(repository.id) + ".git";
    }
    void expectClonesAs(const Repository& repository, const std::string& head)
    {
        git.good("", {"clone", "-q", git.url(repository.place, &ada()), "copy-" + std::to_string(repository.id)});
        EXPECT_EQ(git.head("copy-" + std::to_string(repository.id)), head);
        EXPECT_EQ(git.run("copy-" + std::to_string(repository.id), {"fsck", "--strict"}).exitCode, 0);
    }

    GitClient git{daemon()};
};

} // namespace

TEST_F(GitJobs, ABundleFillsAnEmptyRepository)
{
    source("bundled");
    git.good("work", {"bundle", "create", "-q", git.path("all.bundle"), "--all"});
    const auto bundle = readFile(git.path("all.bundle"));
    const auto target = makeRepository(daemon(), ada(), "from-bundle");
    const Headers type{{"Content-Type", "application/x-git-bundle"}};
    EXPECT_EQ(as(ada()).post("/api/git/ada/from-bundle/import", bundle, type).status, 202);
    EXPECT_EQ(textAt(ended(target.place), "/state"), "done");
    expectClonesAs(target, git.head("work"));
    auto http = as(ada());
    EXPECT_EQ(textAt(http.expect(200, "GET", "/api/repos/from-bundle"), "/default_branch"), "main");

    EXPECT_EQ(as(ada()).post("/api/git/ada/from-bundle/import", bundle, type).status, 202);
    EXPECT_EQ(textAt(ended(target.place), "/state"), "failed") << "it is not empty any more";
    makeRepository(daemon(), ada(), "from-noise");
    EXPECT_EQ(as(ada()).post("/api/git/ada/from-noise/import", randomBytes(300'000, 1), type).status, 202);
    EXPECT_EQ(textAt(ended("ada/from-noise"), "/state"), "failed");
    EXPECT_TRUE(std::filesystem::is_empty(daemon().data() + "/repositories/.netbit/tmp")) << "nothing is left of it";
    expectProblem(as(eve()).post("/api/git/ada/from-noise/import", bundle, type), 404);
}

TEST_F(GitJobs, AnAddressFillsAnEmptyRepositoryAndAMirrorFollowsIt)
{
    const auto open = source("open");
    const auto url = git.url(open.place);
    const auto copy = makeRepository(daemon(), bob(), "copied");
    as(bob()).expect(202, "POST", "/api/git/bob/copied/import-url", R"({"url":")" + url + R"("})");
    EXPECT_EQ(textAt(ended(copy.place, bob()), "/state"), "done");

    const auto mirror = makeRepository(daemon(), ada(), "mirror");
    as(ada()).expect(200, "PUT", "/api/git/ada/mirror/mirror", R"({"mirror_url":")" + url + R"("})");
    EXPECT_EQ(textAt(ended(mirror.place), "/kind"), "mirror");
    EXPECT_EQ(textAt(ended(mirror.place), "/state"), "done");
    expectClonesAs(mirror, git.head("work"));
    const auto pushed = git.run("work", {"push", git.url(mirror.place, &ada()), "main:topic"});
    EXPECT_NE(pushed.exitCode, 0);
    EXPECT_NE(pushed.err.find("mirrors another one: push there"), std::string::npos) << pushed.err;
    expectProblem(as(ada()).post("/api/git/ada/mirror/import-url", R"({"url":"ext::sh -c id"})"), 422, "bad_url");
    expectProblem(as(ada()).post("/api/git/ada/mirror/import-url", R"({"url":"https://a:b@example.org/x"})"), 422, "bad_url");
    expectProblem(as(ada()).post("/api/git/ada/mirror/import-url", R"({"adress":"https://example.org/x"})"), 422);
}

TEST_F(GitJobs, AForkIsARepositoryOfItsOwn)
{
    const auto original = source("original");
    auto http = as(bob());
    const auto made = http.expect(201, "POST", "/api/git/ada/original/fork", R"({"name":"mine"})");
    const Repository fork{integerAt(made, "/id"), "bob/mine"};
    EXPECT_EQ(textAt(ended(fork.place, bob()), "/state"), "done");
    EXPECT_FALSE(std::filesystem::exists(folderOf(fork) + "/objects/info/alternates"));
    git.good("", {"clone", "-q", git.url(fork.place, &bob()), "forked"});
    EXPECT_EQ(git.head("forked"), git.head("work"));
    git.commit("forked", "own", "x");
    git.good("forked", {"push", "-q", "origin", "main"});
    EXPECT_EQ(git.good("", {"ls-remote", git.url(original.place), "refs/heads/main"}).substr(0, 40), git.head("work"));
    // The original goes: what the fork has stays.
    as(ada()).expect(204, "DELETE", "/api/repos/original");
    daemon().restart();
    eventually([&] { return !std::filesystem::exists(folderOf(original)); }, "the bytes go when the grace time is over");
    git.good("", {"clone", "-q", git.url(fork.place, &bob()), "still"});
    EXPECT_EQ(git.head("still"), git.head("forked"));
    EXPECT_EQ(git.run("still", {"fsck", "--strict"}).exitCode, 0);
}

TEST_F(GitJobs, UpkeepPacksAndChecks)
{
    const auto repository = source("kept");
    for (int i = 0; i < 5; ++i) {
        git.commit("work", "file", std::to_string(i));
        git.good("work", {"push", "-q", "origin", "main"});
    }
    as(ada()).expect(202, "POST", "/api/git/ada/kept/upkeep");
    EXPECT_EQ(textAt(ended(repository.place), "/state"), "done");
    std::size_t packs = 0;
    for (const auto& each : std::filesystem::directory_iterator(folderOf(repository) + "/objects/pack"))
        packs += each.path().extension() == ".pack" ? 1 : 0;
    EXPECT_EQ(packs, 1u);
    expectClonesAs(repository, git.head("work"));
    expectProblem(as(eve()).post("/api/git/ada/kept/upkeep", ""), 403, "not_allowed");
}

TEST(GitImports, LeadToNothingInsideUnlessAllowed)
{
    Daemon daemon;
    const auto ada = makeUser(daemon, "ada");
    makeRepository(daemon, ada, "code");
    auto http = daemon.client(ada.token);
    for (const auto* const url : {"https://127.0.0.1/x", "https://localhost:8080/x", "https://[::1]/x", "https://169.254.169.254/latest", "https://10.0.0.1/x",
                                  "https://0/x", "https://2130706433/x", "https://127.1/x"}) {
        expectProblem(http.post("/api/git/ada/code/import-url", std::string(R"({"url":")") + url + R"("})"), 422, "address_inside");
        const auto mirror = http.request("PUT", "/api/git/ada/code/mirror", std::string(R"({"mirror_url":")") + url + R"("})");
        expectProblem(mirror, 422, "address_inside");
    }
    expectProblem(http.post("/api/git/ada/code/import-url", R"({"url":"http://example.org/x"})"), 422, "bad_url");
    EXPECT_TRUE(listAt(http.expect(200, "GET", "/api/git/ada/code/jobs"), "/data").empty());
}

} // namespace netbit::test
