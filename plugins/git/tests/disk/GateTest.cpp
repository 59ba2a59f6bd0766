#include "disk/Gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>
#include <vector>

namespace netbit::git {
namespace {

TEST(Gate, WhoAddsIsInWithOthersWhoAdd)
{
    Gate gate;
    std::vector<Gate::Pass> in;
    for (int i = 0; i < 3; ++i)
        gate.enter(1, [&](Gate::Pass pass) { in.push_back(std::move(pass)); });
    EXPECT_EQ(in.size(), 3u);
}

TEST(Gate, WhoTakesAwayWaitsForAllAndKeepsNobodyOutMeanwhile)
{
    Gate gate;
    std::vector<Gate::Pass> in;
    const auto keep = [&](Gate::Pass pass) { in.push_back(std::move(pass)); };
    gate.enter(1, keep);
    bool alone = false;
    Gate::Pass taking;
    EXPECT_NE(gate.alone(1, [&](Gate::Pass pass) { alone = true; taking = std::move(pass); }), 0u);
    gate.enter(1, keep);
    EXPECT_EQ(in.size(), 2u);
    in.pop_back();
    EXPECT_FALSE(alone);
    in.clear();
    EXPECT_TRUE(alone);
    EXPECT_FALSE(gate.tryEnter(1).has_value());
    EXPECT_TRUE(gate.tryEnter(3).has_value());
    gate.enter(1, keep);
    gate.enter(2, keep);
    EXPECT_EQ(in.size(), 1u) << "another repository's gate is its own";
    taking.leave();
    EXPECT_EQ(in.size(), 2u);
}

TEST(Gate, WhoGivesUpIsNotCalled)
{
    Gate gate;
    Gate::Pass in;
    gate.enter(1, [&](Gate::Pass pass) { in = std::move(pass); });
    const auto number = gate.alone(1, [](const Gate::Pass&) { FAIL(); });
    EXPECT_TRUE(gate.cancel(1, number));
    EXPECT_FALSE(gate.cancel(1, number));
    in.leave();
    EXPECT_FALSE(gate.cancel(1, number));
    EXPECT_EQ(gate.alone(1, [](const Gate::Pass&) {}), 0u);
}

TEST(Gate, HoldsWithManyThreads)
{
    Gate gate;
    std::atomic<int> adding{0};
    std::atomic<int> taking{0};
    std::atomic<int> broken{0};
    std::atomic<int> done{0};
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            std::mt19937 random(t);
            for (int i = 0; i < 2'000; ++i) {
                const auto id = static_cast<std::int64_t>(random() % 2);
                if (random() % 4 == 0)
                    gate.alone(7, [&](const Gate::Pass&) {
                        broken += ++taking != 1 || adding != 0;
                        --taking;
                        ++done;
                    });
                else
                    gate.enter(7, [&](const Gate::Pass&) {
                        ++adding;
                        broken += taking != 0;
                        --adding;
                        ++done;
                    });
                gate.enter(id, [](const Gate::Pass&) {});
            }
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(broken, 0);
    EXPECT_EQ(done, 8'000);
}

} // namespace
} // namespace netbit::git
