#include "net/Child.h"
#include "net/tests/Client.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <csignal>
#include <optional>
#include <thread>

namespace netbit::net {
namespace {

using namespace std::chrono_literals;
using tests::eventually;

/// Collects what a child says.
class Collector final : public ChildHandler {
public:
    bool onOutput(std::string bytes) override
    {
        const std::lock_guard lock(_mutex);
        _output += bytes;
        return _output.size() < holdAt;
    }
    void onDrained() override { ++drained; }
    void onExit(ChildEnd end) override
    {
        const std::lock_guard lock(_mutex);
        ++exits;
        _end = std::move(end);
        _changed.notify_all();
    }
    std::optional<ChildEnd> await(std::chrono::milliseconds longest = 20s)
    {
        std::unique_lock lock(_mutex);
        _changed.wait_for(lock, longest, [&] { return _end.has_value(); });
        return _end;
    }
    std::string output()
    {
        const std::lock_guard lock(_mutex);
        return _output;
    }
    std::atomic<std::size_t> holdAt{~std::size_t{0}};
    std::atomic<int> drained{0};
    std::atomic<int> exits{0};

private:
    std::mutex _mutex; // guards what follows
    std::condition_variable _changed;
    std::string _output;
    std::optional<ChildEnd> _end;
};

class ChildTest : public testing::Test {
protected:
    ChildTest() { _reactor.start(); }
    ~ChildTest() override { _reactor.stop(); }

    static ChildPlan shell(std::string script)
    {
        ChildPlan plan;
        plan.launcher = NETBIT_LAUNCH;
        plan.program = "/bin/sh";
        plan.arguments = {"-c", std::move(script)};
        plan.environment = {"PATH=/usr/bin:/bin", "NAME=a value"};
        plan.wallTime = 30s;
        plan.cpuSeconds = 10;
        plan.memoryBytes = 64 << 20;
        plan.errorBytes = 1000;
        return plan;
    }
    std::shared_ptr<Child> start(const ChildPlan& plan)
    {
        auto started = Child::start(_reactor, plan, _said);
        EXPECT_TRUE(started) << (started ? "" : started.error().detail);
        return started ? *started : nullptr;
    }
    ChildEnd end()
    {
        const auto end = _said->await();
        EXPECT_TRUE(end) << "the child has not ended";
        return end.value_or(ChildEnd{.reason = ChildEnd::Reason::killed, .status = -1, .errors = {}});
    }

    Reactor _reactor;
    std::shared_ptr<Collector> _said = std::make_shared<Collector>();
};

TEST_F(ChildTest, HasItsEnvironmentAndItsFolderAndNothingElse)
{
    auto plan = shell("echo \"$NAME|$HOME|$(pwd)|$(ls /proc/self/fd | wc -l)\"; exit 7");
    plan.directory = "/usr";
    start(plan)->endInput();
    const auto told = end();
    EXPECT_EQ(told.reason, ChildEnd::Reason::exited);
    EXPECT_EQ(told.status, 7);
    EXPECT_EQ(_said->output(), "a value||/usr|4\n"); // three, and the folder that ls reads
}

TEST_F(ChildTest, GivesBackMegabytesWithoutLosingAByte)
{
    const auto child = start(shell("cat"));
    std::string sent;
    const std::string piece(50'000, 'x');
    for (int i = 0; i < 200; ++i) {
        const auto bytes = std::to_string(i) + piece;
        sent += bytes;
        const int before = _said->drained;
        const auto state = child->write(bytes);
        ASSERT_NE(state, WriteState::closed);
        if (state == WriteState::full) {
            ASSERT_TRUE(eventually([&] { return _said->drained > before; }));
        }
    }
    child->endInput();
    EXPECT_EQ(end().status, 0);
    EXPECT_EQ(_said->output(), sent);
}

TEST_F(ChildTest, WaitsForAHandlerThatHasEnough)
{
    _said->holdAt = 1;
    const auto child = start(shell("head -c 5000000 /dev/zero; echo done >&2"));
    ASSERT_TRUE(eventually([&] { return !_said->output().empty(); }));
    EXPECT_FALSE(_said->await(300ms)) << "5 MB fit into no pipe";
    EXPECT_LE(_said->output().size(), 64u * 1024);
    _said->holdAt = ~std::size_t{0};
    child->resume();
    EXPECT_EQ(end().errors, "done\n");
    EXPECT_EQ(_said->output().size(), 5'000'000u);
}

TEST_F(ChildTest, IsEndedWithItsWholeGroupWhenItsTimeIsOver)
{
    auto plan = shell("sleep 1000 & echo $!; wait");
    plan.wallTime = 200ms;
    start(plan);
    EXPECT_EQ(end().reason, ChildEnd::Reason::tooLong);
    const auto other = std::stoi(_said->output());
    EXPECT_TRUE(eventually([&] { return ::kill(other, 0) != 0; })) << "the sleep lives on";
}

TEST_F(ChildTest, ThatIgnoresTheFirstSignalIsKilled)
{
    const auto child = start(shell("trap '' TERM; echo ready; while :; do sleep 1; done"));
    ASSERT_TRUE(eventually([&] { return !_said->output().empty(); }));
    child->kill(200ms);
    const auto told = end();
    EXPECT_EQ(told.reason, ChildEnd::Reason::killed);
    EXPECT_EQ(told.status, SIGKILL);
}

TEST_F(ChildTest, CanBeKilledWhileItsOutputIsHeld)
{
    _said->holdAt = 1;
    const auto child = start(shell("cat /dev/zero"));
    ASSERT_TRUE(eventually([&] { return !_said->output().empty(); }));
    child->kill(1s);
    EXPECT_EQ(end().reason, ChildEnd::Reason::killed);
}

TEST_F(ChildTest, ThatUsesMoreTimeOfTheProcessorThanItMayIsEnded)
{
    auto plan = shell("while :; do :; done");
    plan.cpuSeconds = 1;
    start(plan);
    const auto told = end();
    EXPECT_EQ(told.reason, ChildEnd::Reason::signalled);
    EXPECT_GE(told.cpuMs, 500u); // measured; the limit is by ticks, of which a busy machine gives it some that were others'
}

TEST_F(ChildTest, ThatWantsMoreMemoryThanItMayGetsNone)
{
    auto plan = shell("x=$(head -c 100000000 /dev/zero | tr '\\0' x); echo ${#x}");
    start(plan)->endInput();
    EXPECT_NE(end().status, 0);
    EXPECT_EQ(_said->output(), "");
}

TEST_F(ChildTest, KeepsTheBeginningOfWhatItSaysOnStderr)
{
    start(shell("for i in $(seq 1000); do echo line $i >&2; done"));
    const auto told = end();
    EXPECT_TRUE(told.errorsCut);
    EXPECT_EQ(told.errors.size(), 1000u);
    EXPECT_EQ(told.errors.substr(0, 7), "line 1\n");
}

TEST_F(ChildTest, MayHaveItsErrorsInItsOutput)
{
    auto plan = shell("echo one; echo two >&2; echo three");
    plan.joined = true;
    start(plan);
    EXPECT_EQ(end().errors, "");
    EXPECT_EQ(_said->output(), "one\ntwo\nthree\n");
}

TEST_F(ChildTest, ThatReadsNoMoreSaysSoToTheWriter)
{
    const auto child = start(shell("exec 0<&-; echo closed; sleep 1000"));
    ASSERT_TRUE(eventually([&] { return !_said->output().empty(); }));
    EXPECT_EQ(child->write("anything"), WriteState::closed);
    child->kill(1s);
    end();
}

TEST_F(ChildTest, IsNotWaitedForWhenAStrangerHoldsItsPipe)
{
    start(shell("trap 'echo out; exit 0' USR1; setsid sh -c \"kill -USR1 $$; exec sleep 8\" & wait"));
    EXPECT_EQ(end().status, 0);
    EXPECT_EQ(_said->output(), "out\n");
}

TEST_F(ChildTest, OutlivesTheThreadThatAskedForIt)
{
    std::shared_ptr<Child> child;
    std::thread([&] { child = start(shell("read line; echo $line")); }).join();
    child->write("still here\n");
    child->endInput();
    EXPECT_EQ(end().status, 0);
    EXPECT_EQ(_said->output(), "still here\n");
}

TEST_F(ChildTest, OfNoProgramIsNotStarted)
{
    auto plan = shell("");
    plan.program = "/no/such/program";
    const auto started = Child::start(_reactor, plan, _said);
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, "program_not_found");
}

TEST_F(ChildTest, ThatCannotBeMadeReadySaysWhy)
{
    auto plan = shell("exit 0");
    plan.directory = "/no/such/folder";
    start(plan);
    const auto told = end();
    EXPECT_EQ(told.status, 126);
    EXPECT_NE(told.errors.find("No such file"), std::string::npos) << told.errors;
}

} // namespace
} // namespace netbit::net
