// kill -9 in the middle of pushes: refs are old or new, the repository is sound, the database says what the refs are.
// NETBIT_GIT_KILLS says how often; 5 unless it does.

#include "journey/Git.h"
#include "journey/Uploading.h"

#include <cstdlib>
#include <random>
#include <sqlite3.h>
#include <thread>

namespace netbit::test {

namespace {

int kills()
{
    const auto* const wanted = std::getenv("NETBIT_GIT_KILLS");
    return wanted ? std::atoi(wanted) : 5;
}

/// One number that the database gives.
std::int64_t asked(const Daemon& daemon, const std::string& sql)
{
    sqlite3* database = nullptr;
    sqlite3_open_v2((daemon.data() + "/netbit.db").c_str(), &database, SQLITE_OPEN_READONLY, nullptr);
    sqlite3_stmt* statement = nullptr;
    std::int64_t out = -1;
    if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        out = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return out;
}

} // namespace

TEST(GitKilled, RefsAreOldOrNewAndTheDatabaseAgrees)
{
    constexpr int writers = 3;
    Daemon daemon({"limits.user_reads_per_minute=100000", "limits.user_writes_per_minute=100000", "limits.address_requests_per_minute=100000"});
    const auto ada = makeUser(daemon, "ada");
    const auto repository = makeRepository(daemon, ada, "code");
    const GitClient git(daemon);
    git.begin("w0", git.url(repository.place, &ada));
    git.good("w0", {"push", "-q", "origin", "main"});
    for (int i = 1; i < writers; ++i)
        git.good("", {"clone", "-q", git.url(repository.place, &ada), "w" + std::to_string(i)});
    const auto bare = daemon.data() + "/repositories/01/" + std::to_string(repository.id) + ".git";

    std::mt19937 random(99);
    int acknowledged = 0;
    int interrupted = 0;
    for (int round = 0; round < kills(); ++round) {
        SCOPED_TRACE("kill " + std::to_string(round));
        std::vector<std::string> before(writers);
        std::vector<std::string> after(writers);
        std::vector<Finished> pushed(writers);
        std::vector<std::thread> all;
        for (int i = 0; i < writers; ++i) {
            const auto name = "w" + std::to_string(i);
            const auto at = static_cast<std::size_t>(i);
            git.good(name, {"remote", "set-url", "origin", git.url(repository.place, &ada)}); // another port at each start
            before[at] = git.good("", {"ls-remote", git.url(repository.place, &ada), "refs/heads/" + name}).substr(0, 40);
            after[at] = git.commit(name, "own", randomBytes(600'000, static_cast<unsigned>(round * writers + i)));
            all.emplace_back([&, name, at] { pushed[at] = git.run(name, {"push", "-q", "origin", "+HEAD:refs/heads/" + name}); });
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(random() % 150)); // anywhere in it: that is the point
        daemon.kill();
        for (auto& one : all)
            one.join();
        daemon.start();
        const auto checked = runProgram({"/usr/bin/git", "-C", bare, "fsck", "--strict", "--full"}, {}, {"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*"});
        EXPECT_EQ(checked.exitCode, 0) << checked.out << checked.err;
        for (int i = 0; i < writers; ++i) {
            const auto name = "w" + std::to_string(i);
            const auto at = static_cast<std::size_t>(i);
            const auto now = git.good("", {"ls-remote", git.url(repository.place, &ada), "refs/heads/" + name}).substr(0, 40);
            EXPECT_TRUE(now == before[at] || now == after[at]) << name << " is " << now;
            if (pushed[at].exitCode == 0) {
                ++acknowledged;
                EXPECT_EQ(now, after[at]) << name << ": the client was told that it is there";
            } else {
                ++interrupted;
            }
            // It goes on from there.
            git.good(name, {"remote", "set-url", "origin", git.url(repository.place, &ada)});
            git.good(name, {"push", "-q", "origin", "+HEAD:refs/heads/" + name});
        }
        eventually([&] { return asked(daemon, "SELECT count(*) FROM pushes WHERE state = 'pending'") == 0; }, "no push is left pending");
    }
    std::cout << kills() << " kills, " << acknowledged << " pushes acknowledged before, " << interrupted << " interrupted\n";
    git.good("", {"clone", "-q", git.url(repository.place, &ada), "copy"});
    EXPECT_EQ(git.run("copy", {"fsck", "--strict"}).exitCode, 0);
}

} // namespace netbit::test
