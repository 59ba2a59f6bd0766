#include "isolation/wire/Channel.h"
#include "isolation/wire/Messages.h"

#include <atomic>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace netbit::isolation::wire {
namespace {

class ChannelTest : public testing::Test {
protected:
    ChannelTest()
    {
        int pair[2];
        EXPECT_EQ(0, ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
        const int memory = SharedMemory::create();
        parent = std::make_unique<Channel>(pair[0], std::move(*SharedMemory::map(memory)), Side::parent, [this] { full = true; });
        child = std::make_unique<Channel>(pair[1], std::move(*SharedMemory::map(memory)), Side::child, [] {});
        ::close(memory);
    }
    /// The next frame, waiting for it.
    bool next(Channel& channel, Frame& frame)
    {
        for (;;) {
            const auto got = channel.next(frame);
            if (got != Channel::Got::nothing)
                return got == Channel::Got::frame;
            if (parent->wantsToWrite())
                parent->flush();
            pollfd wanted{channel.socket(), POLLIN, 0};
            if (::poll(&wanted, 1, 5000) != 1 || !channel.receive())
                return false;
        }
    }
    std::unique_ptr<Channel> parent;
    std::unique_ptr<Channel> child;
    std::atomic<bool> full{false};
};

TEST_F(ChannelTest, MessagesOfManyThreadsArriveWholeAndEachThreadsInItsOrder)
{
    constexpr unsigned threads = 4;
    constexpr std::uint64_t each = 5'000;
    std::vector<std::thread> senders;
    for (unsigned i = 0; i < threads; ++i)
        senders.emplace_back([this, i] {
            const std::string large(60'000, static_cast<char>('a' + i));
            for (std::uint64_t n = 0; n < each; ++n) {
                Data message;
                message.conn = i << 16 | n;
                message.bytes.bytes = str(std::string_view(large).substr(0, n % 37 == 0 ? large.size() : n % 50));
                ASSERT_TRUE(parent->send(Kind::data, message));
            }
        });
    std::vector<std::uint64_t> expected(threads, 0);
    for (std::uint64_t n = 0; n < threads * each; ++n) {
        Frame frame;
        ASSERT_TRUE(next(*child, frame));
        Data message;
        ASSERT_TRUE(read(frame, message, child->trust()));
        const auto who = message.conn >> 16;
        ASSERT_LT(who, threads);
        ASSERT_EQ(expected[who]++, message.conn & 0xFFFF);
        for (const char c : view(message.bytes.bytes))
            ASSERT_EQ(static_cast<char>('a' + who), c);
    }
    for (auto& sender : senders)
        sender.join();
    EXPECT_EQ(0u, parent->queuedBytes());
}

TEST_F(ChannelTest, AFullSocketKeepsNobodyWaiting)
{
    const std::string large(SharedMemory::arenaBytes, 'x'); // larger than what shared memory takes
    Data message;
    message.bytes.bytes = str(large);
    for (message.conn = 0; message.conn < 5; ++message.conn)
        ASSERT_TRUE(parent->send(Kind::data, message));
    EXPECT_TRUE(full);
    EXPECT_GT(parent->queuedBytes(), large.size());
    for (std::uint64_t n = 0; n < 5; ++n) {
        Frame frame;
        ASSERT_TRUE(next(*child, frame));
        Data back;
        ASSERT_TRUE(read(frame, back, child->trust()));
        EXPECT_EQ(n, back.conn);
        EXPECT_EQ(large, view(back.bytes.bytes));
    }
    EXPECT_EQ(0u, parent->queuedBytes());
}

TEST_F(ChannelTest, WhatIsGatheredIsSentTogether)
{
    Frame frame;
    {
        const Channel::Gathering gathering(*parent);
        parent->send(Kind::pong, Nothing{});
        EXPECT_GT(parent->queuedBytes(), 0u);
    }
    EXPECT_EQ(0u, parent->queuedBytes());
    EXPECT_TRUE(next(*child, frame));
}

TEST_F(ChannelTest, AHeadThatCannotBeIsToldAndNothingIsReservedForIt)
{
    Head head{longestMessage(Side::child) + 1, Kind::pong, 0, 0};
    ASSERT_EQ(static_cast<ssize_t>(sizeof head), ::write(child->socket(), &head, sizeof head));
    ASSERT_TRUE(parent->receive());
    Frame frame;
    EXPECT_EQ(Channel::Got::broken, parent->next(frame));
}

TEST_F(ChannelTest, AMessageThatIsTooLongIsNotSent)
{
    Reply message;
    const std::string large(longestMessage(Side::child) + 1, 'x');
    message.bytes.bytes = str(large);
    EXPECT_FALSE(child->send(Kind::reply, message));
    EXPECT_TRUE(child->send(Kind::pong, Nothing{}));
    Frame frame;
    ASSERT_TRUE(next(*parent, frame));
    EXPECT_EQ(Kind::pong, frame.head.kind);
}

TEST_F(ChannelTest, TheOtherEndsEndIsSeen)
{
    child->shut();
    EXPECT_FALSE(child->send(Kind::pong, Nothing{}));
    EXPECT_FALSE(parent->receive());
}

} // namespace
} // namespace netbit::isolation::wire
