// Pushes while the repository is packed and cleared, again and again: what was acknowledged is there, and the repository is sound.

#include "journey/Git.h"
#include "journey/Uploading.h"

#include <atomic>
#include <iostream>
#include <map>

namespace netbit::test {

TEST(GitKeep, WhatIsPushedWhileOthersAreClearedAwayStays)
{
    constexpr int writers = 2;
    constexpr int pushes = 50; // of each
    constexpr int clearings = 20;
    // Nothing that no ref leads to stays: what git's grace time would hide shows.
    Daemon daemon({"git.prune_days=0", "limits.user_reads_per_minute=100000", "limits.user_writes_per_minute=100000",
                   "limits.address_requests_per_minute=100000"});
    const auto ada = makeUser(daemon, "ada");
    const auto repository = makeRepository(daemon, ada, "code");
    const GitClient git(daemon);
    git.begin("w0", git.url(repository.place, &ada));
    git.good("w0", {"push", "-q", "origin", "main"});
    for (int i = 1; i < writers; ++i)
        git.good("", {"clone", "-q", git.url(repository.place, &ada), "w" + std::to_string(i)});

    std::atomic<int> writing{writers};
    std::atomic<int> acknowledged{0};
    std::atomic<int> refused{0};
    std::vector<std::map<std::string, std::string>> refs(writers); // what each was told is there
    std::vector<std::jthread> all; // also when the test ends early
    for (int i = 0; i < writers; ++i)
        all.emplace_back([&, i] {
            const auto name = "w" + std::to_string(i);
            auto& mine = refs[static_cast<std::size_t>(i)];
            const auto push = [&](const std::string& id, const std::string& ref) {
                const auto pushed = git.run(name, {"push", "-q", "origin", "+" + id + ":" + ref});
                if (pushed.exitCode == 0) {
                    ++acknowledged;
                    mine[ref] = id;
                } else {
                    ++refused;
                    std::cout << pushed.err;
                }
            };
            for (int n = 0; n < pushes; ++n) {
                const auto branch = "refs/heads/" + name + "-" + std::to_string(n % 5);
                // What is replaced, or deleted, nothing leads to; some of it comes back.
                std::string id;
                if (n % 7 == 6) {
                    id = git.good(name, {"rev-parse", "HEAD~3"});
                } else {
                    id = git.commit(name, "own", randomBytes(2'000, static_cast<unsigned>(n * writers + i)));
                    if (n % 4 == 3)
                        git.good(name, {"reset", "-q", "--hard", "HEAD~2"});
                }
                push(id, branch);
                if (n % 6 == 5 && git.run(name, {"push", "-q", "origin", ":" + branch}).exitCode == 0)
                    mine.erase(branch);
            }
            --writing;
        });
    int cleared = 0;
    int failed = 0;
    auto http = daemon.client(ada.token);
    while (cleared < clearings || writing > 0) {
        if (cleared >= clearings * 5) // slow pushers need no more of it
            break;
        const auto started = http.post("/api/git/ada/code/upkeep", "");
        ASSERT_EQ(started.status, 202) << started.body;
        json::value last;
        eventually(
            [&] {
                last = at(http.expect(200, "GET", "/api/git/ada/code/jobs"), "/data/0");
                return !at(last, "/ended_at").is_null();
            },
            "the upkeep ends");
        failed += textAt(last, "/state") != "done";
        if (textAt(last, "/state") != "done")
            std::cout << json::serialize(last) << '\n';
        ++cleared;
    }
    for (auto& one : all)
        one.join();
    std::cout << acknowledged << " pushes acknowledged, " << refused << " refused, " << cleared << " upkeeps, " << failed << " failed\n";
    EXPECT_GE(cleared, clearings);
    EXPECT_EQ(failed, 0);
    EXPECT_GE(acknowledged, writers * pushes * 9 / 10);

    http.expect(202, "POST", "/api/git/ada/code/upkeep");
    eventually([&] { return !at(http.expect(200, "GET", "/api/git/ada/code/jobs"), "/data/0/ended_at").is_null(); }, "the last upkeep ends");
    const auto there = git.good("", {"ls-remote", git.url(repository.place, &ada)}) + "\n";
    for (const auto& mine : refs)
        for (const auto& [ref, id] : mine)
            EXPECT_NE(there.find(id + "\t" + ref + "\n"), std::string::npos) << ref << " is not " << id << ":\n" << there;
    const auto bare = daemon.data() + "/repositories/01/" + std::to_string(repository.id) + ".git";
    const auto checked = runProgram({"/usr/bin/git", "-C", bare, "fsck", "--strict", "--full"}, {},
                                    {"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"});
    EXPECT_EQ(checked.exitCode, 0) << checked.out << checked.err;
    const auto unreachable = runProgram({"/usr/bin/git", "-C", bare, "fsck", "--unreachable", "--no-dangling"}, {},
                                        {"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"});
    EXPECT_EQ(unreachable.out, "") << "nothing is cleared away: then this has shown nothing";
    git.good("", {"clone", "-q", git.url(repository.place, &ada), "copy"});
    EXPECT_EQ(git.run("copy", {"fsck", "--strict"}).exitCode, 0);
    showLogOnFailure(daemon);
}

} // namespace netbit::test
