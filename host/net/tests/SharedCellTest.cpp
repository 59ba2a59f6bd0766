#include "base/SharedCell.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace netbit::base {
namespace {

TEST(SharedCell, StartsEmptyAndGivesWhatWasStored)
{
    SharedCell<const int> cell;
    EXPECT_EQ(cell.load(), nullptr);
    cell.store(std::make_shared<const int>(7));
    EXPECT_EQ(*cell.load(), 7);
    EXPECT_EQ(*cell.exchange(nullptr), 7);
    EXPECT_EQ(cell.load(), nullptr);
}

TEST(SharedCell, DestroysTheOldValueOutsideItsLock)
{
    SharedCell<int> cell;
    bool sawNew = false;
    cell.store(std::shared_ptr<int>(new int(1), [&](int* old) {
        sawNew = *cell.load() == 2; // would wait for ever inside
        delete old;
    }));
    cell.store(std::make_shared<int>(2));
    EXPECT_TRUE(sawNew);
}

TEST(SharedCell, ReadersSeeWholeValuesInOrderWhileAWriterReplacesThem)
{
    struct Pair {
        int a;
        int b;
    };
    SharedCell<const Pair> cell(std::make_shared<const Pair>(Pair{0, 0}));
    std::atomic<bool> stop{false};
    std::vector<std::thread> readers;
    for (int r = 0; r < 3; ++r)
        readers.emplace_back([&] {
            int last = 0;
            while (!stop) {
                const auto seen = cell.load();
                EXPECT_EQ(seen->a, seen->b);
                EXPECT_GE(seen->a, last);
                last = seen->a;
            }
        });
    for (int i = 1; i <= 20'000; ++i)
        cell.store(std::make_shared<const Pair>(Pair{i, i}));
    stop = true;
    for (auto& reader : readers)
        reader.join();
    EXPECT_EQ(cell.load().use_count(), 2);
}

} // namespace
} // namespace netbit::base
