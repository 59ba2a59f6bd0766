#include "isolation/wire/Arena.h"

#include <gtest/gtest.h>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

namespace netbit::isolation::wire {
namespace {

class Arena : public testing::Test {
protected:
    Arena()
    {
        const int descriptor = SharedMemory::create();
        memory = SharedMemory::map(descriptor);
        ::close(descriptor);
    }
    static std::optional<std::uint32_t> put(ArenaWriter& writer, const std::string& bytes)
    {
        const nb_str piece{bytes.data(), bytes.size()};
        return writer.put({&piece, 1}, bytes.size());
    }
    std::optional<SharedMemory> memory;
};

TEST_F(Arena, PiecesBecomeOneBlock)
{
    ArenaWriter writer(memory->toChild());
    const ArenaReader reader(memory->toChild());
    const std::vector<nb_str> pieces{{"one ", 4}, {nullptr, 0}, {"two", 3}};
    const auto block = writer.put(pieces, 7);
    ASSERT_TRUE(block);
    EXPECT_EQ("one two", reader.at(*block, 7));
}

TEST_F(Arena, GivenBackInAnyOrderItIsUsedAgainAndNothingOverlaps)
{
    ArenaWriter writer(memory->toChild());
    const ArenaReader reader(memory->toChild());
    std::mt19937 random(1);
    struct Held {
        std::uint32_t block;
        std::string bytes;
    };
    std::vector<Held> held;
    std::uint64_t passed = 0;
    std::size_t refused = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::string bytes(random() % 200'000, static_cast<char>('a' + random() % 26));
        if (const auto block = put(writer, bytes)) {
            held.push_back({*block, bytes});
            passed += bytes.size();
        } else {
            ++refused;
        }
        while (!held.empty() && (held.size() > 30 || random() % 3 == 0)) {
            const auto which = random() % held.size();
            ASSERT_EQ(held[which].bytes, reader.at(held[which].block, static_cast<std::uint32_t>(held[which].bytes.size())));
            reader.free(held[which].block);
            held.erase(held.begin() + static_cast<std::ptrdiff_t>(which));
        }
    }
    EXPECT_GT(passed, 50 * SharedMemory::arenaBytes);
    EXPECT_GT(refused, 0u); // it was full at times
}

TEST_F(Arena, WhatIsLargerThanItIsRefused)
{
    ArenaWriter writer(memory->toChild());
    EXPECT_FALSE(put(writer, std::string(SharedMemory::arenaBytes, 'x')));
    const auto block = put(writer, std::string(SharedMemory::arenaBytes - 16, 'x'));
    ASSERT_TRUE(block);
    EXPECT_FALSE(put(writer, "y"));
    ArenaReader(memory->toChild()).free(*block);
    EXPECT_TRUE(put(writer, "y"));
}

TEST_F(Arena, ABlockOutsideOfItIsNotRead)
{
    const ArenaReader reader(memory->toChild());
    constexpr auto size = static_cast<std::uint32_t>(SharedMemory::arenaBytes);
    EXPECT_TRUE(reader.at(0, size - 16));
    EXPECT_FALSE(reader.at(0, size - 15));
    EXPECT_FALSE(reader.at(8, 1));
    EXPECT_FALSE(reader.at(size, 0));
    EXPECT_FALSE(reader.at(size - 16, 1));
    EXPECT_FALSE(reader.at(0xFFFF'FFF0, 0xFFFF'FFFF));
}

TEST(SharedMemoryTest, OfAnotherSizeIsNoneOfOurs)
{
    const int descriptor = SharedMemory::create();
    EXPECT_NE(0, ::ftruncate(descriptor, 4096)) << "it can be shrunk under our feet";
    ::close(descriptor);
    FILE* const other = std::tmpfile();
    EXPECT_FALSE(SharedMemory::map(fileno(other)));
    std::fclose(other);
}

} // namespace
} // namespace netbit::isolation::wire
