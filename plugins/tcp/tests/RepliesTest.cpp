// The order of answers.

#include "tcp/src/OrderedReplies.h"
#include "tcp/src/UserCount.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using Replies = netbit::tcp::OrderedReplies<std::string>;

TEST(OrderedReplies, AReadyAnswerWaitsForThoseBeforeIt)
{
    Replies replies;
    std::vector<std::vector<std::string>> sent;
    const auto hand = [&](std::vector<std::string>& ready) { sent.push_back(ready); };
    const auto a = replies.open(), b = replies.open(), c = replies.open();
    replies.fill(c, "c");
    replies.flush(hand);
    EXPECT_TRUE(sent.empty());
    EXPECT_EQ(replies.waiting(), 3u);
    replies.fill(a, "a");
    replies.flush(hand);
    replies.fill(b, "b");
    replies.flush(hand);
    EXPECT_EQ(sent, (std::vector<std::vector<std::string>>{{"a"}, {"b", "c"}}));
    EXPECT_EQ(replies.waiting(), 0u);
}

TEST(OrderedReplies, WhatGetsReadyWhileHandingOnIsTakenAlong)
{
    Replies replies;
    std::vector<std::string> sent;
    const auto a = replies.open(), b = replies.open();
    replies.fill(a, "a");
    replies.flush([&](std::vector<std::string>& ready) {
        sent.insert(sent.end(), ready.begin(), ready.end());
        if (sent.size() == 1) {
            replies.fill(b, "b");
            replies.flush([](std::vector<std::string>&) { FAIL() << "two at once"; });
        }
    });
    EXPECT_EQ(sent, (std::vector<std::string>{"a", "b"}));
}

TEST(OrderedReplies, AnExceptionWhileHandingOnDoesNotStopTheNext)
{
    Replies replies;
    replies.fill(replies.open(), "a");
    EXPECT_THROW(replies.flush([](std::vector<std::string>&) { throw 1; }), int);
    replies.fill(replies.open(), "b");
    std::string sent;
    replies.flush([&](std::vector<std::string>& ready) { sent = ready.front(); });
    EXPECT_EQ(sent, "b");
}

TEST(OrderedReplies, ThreadsInAnyOrderNeverChangeTheOrder)
{
    constexpr std::size_t count = 20'000;
    Replies replies;
    std::vector<std::string> sent; // by one thread at a time, which is what flush promises
    std::atomic<int> inside{0};
    const auto hand = [&](std::vector<std::string>& ready) {
        EXPECT_EQ(inside.fetch_add(1), 0);
        sent.insert(sent.end(), ready.begin(), ready.end());
        inside.fetch_sub(1);
    };
    std::vector<Replies::Ticket> tickets;
    for (std::size_t i = 0; i < count; ++i)
        tickets.push_back(replies.open());
    std::shuffle(tickets.begin(), tickets.end(), std::mt19937(7));
    std::vector<std::thread> threads;
    for (std::size_t part = 0; part < 4; ++part)
        threads.emplace_back([&, part] {
            for (std::size_t i = part; i < count; i += 4) {
                replies.fill(tickets[i], std::to_string(tickets[i]));
                replies.flush(hand);
            }
        });
    for (auto& thread : threads)
        thread.join();
    ASSERT_EQ(sent.size(), count);
    for (std::size_t i = 0; i < count; ++i)
        ASSERT_EQ(sent[i], std::to_string(i));
}

TEST(UserCount, TheCapIsPerUserAndGivenBack)
{
    netbit::tcp::UserCount users;
    EXPECT_TRUE(users.enter(1, 2));
    EXPECT_TRUE(users.enter(1, 2));
    EXPECT_FALSE(users.enter(1, 2));
    EXPECT_TRUE(users.enter(2, 2));
    users.leave(1);
    EXPECT_TRUE(users.enter(1, 2));
}

} // namespace
