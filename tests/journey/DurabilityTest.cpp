// An acknowledgement is a promise: kept for every reader, in one order, once, and over kill -9.
// NETBIT_STRESS=full makes it 64 writers, 50,000 messages and 20 kills.

#include "journey/Load.h"
#include "support/TcpClient.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <iostream>
#include <set>

namespace netbit::test {

namespace {

/// Holds everything that anybody saw against what was acknowledged.
void expectEveryPromiseKept(const Daemon& daemon, const Load& load, int messages)
{
    for (const auto& complaint : load.complaints())
        ADD_FAILURE() << complaint;
    EXPECT_EQ(load.ledger().count(), messages);
    auto http = daemon.client(load.reader().token);
    std::size_t total = 0;
    for (const auto chat : load.chats()) {
        SCOPED_TRACE("chat " + std::to_string(chat));
        const auto seen = load.walk(http, chat);
        total += seen.size();
        std::set<std::string> contents;
        for (const auto& message : seen)
            EXPECT_TRUE(contents.insert(message.second).second) << "There twice: " << message.second;
        auto promised = load.ledger().of(chat);
        auto there = seen;
        std::sort(promised.begin(), promised.end());
        std::sort(there.begin(), there.end());
        EXPECT_EQ(promised, there) << "Acknowledged and stored messages differ.";
        for (std::size_t i = 0; i < load.heard().size(); ++i) {
            const auto found = load.heard()[i].find(chat);
            ASSERT_NE(found, load.heard()[i].end());
            EXPECT_EQ(found->second, seen) << "Subscriber " << i << " heard another order, or not everything, or more.";
        }
    }
    EXPECT_EQ(total, static_cast<std::size_t>(messages));
}

void print(const char* what, const LoadSize& size, std::chrono::steady_clock::duration took)
{
    const auto seconds = std::chrono::duration<double>(took).count();
    std::cout << what << ": " << size.messages << " messages by " << size.httpWriters << " HTTP and " << size.tcpWriters
              << " TCP writers, " << size.pagers << " pagers, " << size.subscribers << " subscribers, in " << seconds << " s: "
              << size.messages / seconds << " messages/s\n";
}

} // namespace

TEST(Durability, EveryReaderAndSubscriberSeesEveryAcknowledgedMessageOnceAndInOneOrder)
{
    Daemon daemon;
    const auto size = LoadSize::chosen();
    Load load(daemon, size);
    const auto begun = std::chrono::steady_clock::now();
    load.run(0);
    print("without kills", size, std::chrono::steady_clock::now() - begun);
    expectEveryPromiseKept(daemon, load, size.messages);
}

TEST(Durability, NothingAcknowledgedIsLostTornOrDoubledByKillsUnderLoad)
{
    Daemon daemon;
    const auto size = LoadSize::chosen();
    Load load(daemon, size);
    const auto begun = std::chrono::steady_clock::now();
    load.run(size.kills);
    print("with kills", size, std::chrono::steady_clock::now() - begun);
    std::cout << "started " << daemon.generation() << " times, last ready after " << daemon.timeToReady().count() << " ms\n";
    EXPECT_EQ(daemon.generation(), static_cast<unsigned>(size.kills) + 1);
    expectEveryPromiseKept(daemon, load, size.messages);

    daemon.kill();
    daemon.start();
    expectEveryPromiseKept(daemon, load, size.messages);
}

TEST(Durability, AKeyIsKnownAfterAKill)
{
    Daemon daemon;
    const auto ada = makeUser(daemon, "ada");
    const auto chat = makeChat(daemon, ada, "group", {});
    const auto body = R"({"content":"once"})";
    const Headers key{{"Idempotency-Key", "the-key"}};
    const auto first = daemon.client(ada.token).expect(201, "POST", messagesOf(chat), body, key);
    const auto ack = TcpClient(daemon.tcp(), ada.token).ask(sendPacket(chat, "once more", "the-id"));

    daemon.kill();
    daemon.start();

    const auto again = daemon.client(ada.token).post(messagesOf(chat), body, key);
    EXPECT_LT(again.status, 300) << again.body;
    EXPECT_EQ(again.document(), first);
    const auto ackAgain = TcpClient(daemon.tcp(), ada.token).ask(sendPacket(chat, "once more", "the-id"));
    EXPECT_EQ(integerAt(ackAgain, "/message_id"), integerAt(ack, "/message_id"));
    const auto page = daemon.client(ada.token).expect(200, "GET", messagesOf(chat));
    EXPECT_EQ(listAt(page, "/data").size(), 2u);
}

TEST(Durability, ReadyWithinTwoSecondsAfterAKill)
{
    Daemon daemon;
    daemon.kill();
    daemon.start();
    if (!sanitized) {
        EXPECT_LE(daemon.timeToReady().count(), 2'000);
    }
}

} // namespace netbit::test
