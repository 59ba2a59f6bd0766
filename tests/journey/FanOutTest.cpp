// A live stream never loses its place: not when it is cut off, not when the server is killed, not after a week.
// NETBIT_STRESS=full makes it 500 SSE and 500 TCP subscribers with 10,000 messages, and 200,000 events to catch up on.

#include "journey/Crowd.h"
#include "journey/Load.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <iostream>

namespace netbit::test {

namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

bool full()
{
    const char* stress = std::getenv("NETBIT_STRESS");
    return stress && std::string(stress) == "full";
}

constexpr std::chrono::minutes longest{10};

/// Every list is the log: each chat's messages in the order that a reader sees, and the events in one order for all.
void expectTheLog(const Daemon& daemon, const Load& load, const std::vector<std::vector<Crowd::Heard>>& lists)
{
    std::map<std::int64_t, std::vector<std::int64_t>> byChat;
    for (const auto& heard : lists.front())
        byChat[heard.chat].push_back(heard.message);
    auto http = daemon.client(load.reader().token);
    for (const auto chat : load.chats()) {
        std::vector<std::int64_t> there;
        for (const auto& message : load.walk(http, chat))
            there.push_back(message.first);
        EXPECT_EQ(byChat[chat], there) << "chat " << chat;
    }
    for (std::size_t i = 1; i < lists.size(); ++i)
        EXPECT_EQ(lists[i] == lists.front(), true) << "Subscriber " << i << " heard something else than the first one.";
}

} // namespace

TEST(FanOut, EachSubscribersListEqualsTheLogOverCutsAndKills)
{
    Daemon daemon;
    LoadSize size;
    size.httpWriters = size.tcpWriters = 4;
    size.messages = full() ? 10'000 : 400;
    size.pagers = size.subscribers = 0;
    const int subscribers = full() ? 500 : sanitized ? 10 : 25; // of each kind
    Load load(daemon, size);
    Crowd crowd(daemon, load.users(), subscribers, subscribers, size.messages / 4);
    const auto begun = steady_clock::now();
    load.run(2);
    const bool all = crowd.waitForAll(static_cast<std::size_t>(size.messages), longest);
    const auto seconds = duration<double>(steady_clock::now() - begun).count();
    const auto lists = crowd.leave();
    ASSERT_TRUE(all) << crowd.complaint();
    for (const auto& complaint : load.complaints())
        ADD_FAILURE() << complaint;
    std::cout << size.messages << " messages to " << lists.size() << " subscribers in " << seconds << " s ("
              << static_cast<double>(lists.size()) * size.messages / seconds << " events/s); " << crowd.cuts()
              << " cut off, " << crowd.losses() << " lost with the server\n";
    EXPECT_GT(crowd.cuts(), 0u);
    EXPECT_GE(crowd.losses(), static_cast<std::uint64_t>(2 * subscribers));
    expectTheLog(daemon, load, lists);
}

TEST(FanOut, AWeekAwayIsCaughtUpOnInOrder)
{
    Daemon daemon;
    LoadSize size;
    size.httpWriters = size.tcpWriters = 16;
    size.messages = full() ? 200'000 : 2'000;
    size.pagers = size.subscribers = 0;
    Load load(daemon, size);
    load.run(0);
    daemon.restart(); // what the tail in memory held must come from the disk
    Crowd crowd(daemon, load.users(), 1, 1, 0);
    const auto begun = steady_clock::now();
    const bool all = crowd.waitForAll(static_cast<std::size_t>(size.messages), longest);
    const auto seconds = duration<double>(steady_clock::now() - begun).count();
    const auto lists = crowd.leave();
    ASSERT_TRUE(all) << crowd.complaint();
    std::cout << "one SSE and one TCP client caught up on " << size.messages << " events each in " << seconds << " s\n";
    expectTheLog(daemon, load, lists);
}

} // namespace netbit::test
