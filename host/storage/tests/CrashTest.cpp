#include "storage/tests/Temporary.h"

#include <chrono>
#include <csignal>
#include <random>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netbit::storage::test
{

namespace
{

struct Killed {
    std::int64_t lastAcknowledged = 0;
    bool failures = false;
};

// Starts the writing process, kills it after so long, and reads what it had acknowledged.
Killed writeAndKill(const std::string& database, std::chrono::microseconds after)
{
    int pipe[2] = {};
    if (::pipe(pipe) != 0)
        throw std::runtime_error("pipe failed");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, pipe[0]);
    std::string program = CRASH_WRITER, path = database;
    char* const arguments[] = {program.data(), path.data(), nullptr};
    pid_t child = 0;
    const int started = ::posix_spawn(&child, CRASH_WRITER, &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    if (started != 0)
        throw std::runtime_error("cannot start " CRASH_WRITER);

    std::string output;
    char buffer[65536];
    auto take = [&] {
        const auto size = ::read(pipe[0], buffer, sizeof buffer);
        if (size > 0)
            output.append(buffer, static_cast<std::size_t>(size));
        return size > 0;
    };
    take(); // it writes
    const auto end = std::chrono::steady_clock::now() + after;
    while (std::chrono::steady_clock::now() < end && take()) { }
    ::kill(child, SIGKILL);
    while (take()) { }
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself with " << WEXITSTATUS(status);

    Killed killed;
    killed.failures = output.find("failed") != std::string::npos;
    if (const auto lineEnd = output.rfind('\n'); lineEnd != std::string::npos) {
        const auto lineStart = lineEnd == 0 ? std::string::npos : output.rfind('\n', lineEnd - 1);
        const auto from = lineStart == std::string::npos ? 0 : lineStart + 1;
        killed.lastAcknowledged = std::atoll(output.substr(from, lineEnd - from).c_str());
    }
    return killed;
}

} // namespace

TEST(KilledWriter, LosesNothingAcknowledgedAndTearsNothing)
{
    const Directory directory;
    const auto path = directory.file("crash.db");
    const auto seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);

    std::int64_t acknowledged = 0;
    for (int round = 0; round < 12; ++round) {
        const auto killed = writeAndKill(path, std::chrono::microseconds(random() % 60'000));
        EXPECT_FALSE(killed.failures);
        EXPECT_GT(killed.lastAcknowledged, acknowledged) << "round " << round;
        acknowledged = killed.lastAcknowledged;

        const auto database = open(path, 1);
        auto& row = database->writing().prepare(
            "SELECT (SELECT count(*) FROM rows), (SELECT max(id) FROM rows), (SELECT count(*) FROM twins),"
            " (SELECT max(id) FROM twins), (SELECT count(*) FROM rows WHERE length(padding) = 200),"
            " (SELECT group_concat(integrity_check) FROM pragma_integrity_check)");
        ASSERT_TRUE(row.step());
        const auto count = row.integer(0);
        EXPECT_GE(count, acknowledged) << "an acknowledged row is gone, round " << round;
        EXPECT_EQ(row.integer(1), count) << "a gap";
        EXPECT_EQ(row.integer(2), count) << "half a job was kept";
        EXPECT_EQ(row.integer(3), count);
        EXPECT_EQ(row.integer(4), count);
        EXPECT_EQ(row.text(5), "ok");
        row.reset();
    }
}

} // namespace netbit::storage::test
