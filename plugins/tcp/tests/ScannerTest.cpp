// The framing: objects in, whatever way the stream is cut.

#include "support/JsonDocument.h"
#include "tcp/src/FrozenSession.h"
#include "tcp/src/Packet.h"
#include "tcp/src/PacketScanner.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace {

using netbit::tcp::PacketScanner;
using netbit::tcp::ScanLimits;

/// Plays the host: keeps what is not consumed and offers it again in front of what is new.
struct Stream {
    explicit Stream(ScanLimits limits = {}) : scanner(limits) {}

    void feed(std::string_view piece)
    {
        held.append(piece);
        for (bool more = true; more && !hopeless;) {
            const auto step = scanner.next(held);
            switch (step.found) {
            case PacketScanner::Found::more: more = false; break;
            case PacketScanner::Found::packet: seen.emplace_back(step.packet); break;
            case PacketScanner::Found::fault: seen.push_back("!" + std::string(step.code) + " " + step.detail); break;
            case PacketScanner::Found::hopeless: seen.push_back("!hopeless"); hopeless = true; break;
            }
            ASSERT_LE(step.consumed, held.size());
            held.erase(0, step.consumed);
            mostHeld = std::max(mostHeld, held.size());
        }
    }

    PacketScanner scanner;
    std::string held;
    std::vector<std::string> seen;
    std::size_t mostHeld = 0;
    bool hopeless = false;
};

std::vector<std::string> codesOf(const std::vector<std::string>& seen)
{
    std::vector<std::string> out;
    for (const auto& item : seen)
        out.push_back(item.front() == '!' ? item.substr(0, item.find(' ')) : item);
    return out;
}

using Seen = std::vector<std::string>;

TEST(PacketScanner, EverySplitIntoTwoAndThreePiecesGivesTheSamePackets)
{
    const std::string stream = " {\"a\":1}{\"b\":\"}{\\\"\\\\\"}\r\n\t{\"c\":[{},[\"]\"]]}[1,{\"x\":\"]\"}] nonsense {\"d\":{}}"
                               "{\"e\":[}}\n{\"f\":\"\n{\"g\":\"\xc3\xa9\"}\"top\"{}";
    Stream whole;
    whole.feed(stream);
    ASSERT_EQ(codesOf(whole.seen),
              (Seen{"{\"a\":1}", "{\"b\":\"}{\\\"\\\\\"}", "{\"c\":[{},[\"]\"]]}", "!not_an_object", "!not_an_object",
                    "{\"d\":{}}", "!invalid_json", "!invalid_json", "{\"g\":\"\xc3\xa9\"}", "!not_an_object", "{}"}));
    for (std::size_t first = 0; first <= stream.size(); ++first) {
        for (std::size_t second = first; second <= stream.size(); ++second) {
            Stream cut;
            cut.feed(stream.substr(0, first));
            cut.feed(stream.substr(first, second - first));
            cut.feed(stream.substr(second));
            ASSERT_EQ(cut.seen, whole.seen) << "cut at " << first << " and " << second;
        }
    }
}

TEST(PacketScanner, AnotherOneGoesOnWhereverTheFirstHasStopped)
{
    ScanLimits limits;
    limits.maxPacketBytes = 24;
    limits.maxDepth = 3;
    const std::string stream = " {\"a\":1}{\"b\":\"}{\\\"\\\\\"}[1,{\"x\":\"]\"}] nonsense {\"d\":{\"e\":[[[]]]}}"
                               "{\"long\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}{\"e\":[}}\n{\"g\":1}";
    Stream whole(limits);
    whole.feed(stream);
    ASSERT_GT(whole.seen.size(), 6u);
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        Stream first(limits);
        first.feed(stream.substr(0, cut));
        const auto moved = netbit::tcp::thaw(netbit::tcp::freeze({7, first.scanner.place(), std::nullopt}));
        ASSERT_TRUE(moved);
        EXPECT_EQ(moved->confirmed, 7);
        Stream second(limits);
        second.scanner = PacketScanner(limits, moved->scanner);
        second.held = first.held;
        second.seen = first.seen;
        second.feed(stream.substr(cut));
        ASSERT_EQ(second.seen, whole.seen) << "cut at " << cut;
        EXPECT_EQ(second.scanner.inspected(), whole.scanner.inspected());
    }
}

TEST(FrozenSession, TheFormIsLookedAt)
{
    auto piece = netbit::tcp::freeze({-1, {}, netbit::support::LogPlace{9, {"a"}}});
    const auto good = netbit::tcp::thaw(piece);
    ASSERT_TRUE(good && good->subscription);
    EXPECT_EQ(good->subscription->after, 9);
    EXPECT_EQ(good->subscription->topics, std::vector<std::string>{"a"});
    ++piece.form;
    EXPECT_FALSE(netbit::tcp::thaw(piece));
    for (const auto* bytes : {"", "{}", R"({"confirmed":1})", R"({"confirmed":1,"scanner":{}})"})
        EXPECT_FALSE(netbit::tcp::thaw({1, bytes, nullptr})) << bytes;
}

TEST(PacketScanner, BytesThatDribbleInAreLookedAtOnce)
{
    const std::string packet = "{\"content\":\"" + std::string(60'000, 'x') + "\"}";
    Stream stream;
    for (const char c : packet)
        stream.feed({&c, 1});
    EXPECT_EQ(stream.seen, Seen{packet});
    EXPECT_EQ(stream.scanner.inspected(), packet.size());
}

TEST(PacketScanner, AnOversizeObjectIsFollowedNotKeptAndRefusedOnce)
{
    ScanLimits limits;
    limits.maxPacketBytes = 1000;
    const std::string big = "{\"a\":[\"" + std::string(5000, '{') + "\",{\"b\":1}]}";
    Stream stream(limits);
    for (std::size_t at = 0; at < big.size(); at += 100)
        stream.feed(std::string_view(big).substr(at, 100));
    stream.feed("{\"next\":1}");
    EXPECT_EQ(codesOf(stream.seen), (Seen{"!packet_too_large", "{\"next\":1}"}));
    EXPECT_LE(stream.mostHeld, limits.maxPacketBytes + 100);
    EXPECT_NE(stream.seen[0].find(std::to_string(big.size())), std::string::npos) << stream.seen[0];
}

TEST(PacketScanner, AnObjectOfExactlyTheLimitPasses)
{
    ScanLimits limits;
    limits.maxPacketBytes = 20;
    Stream stream(limits);
    stream.feed("{\"a\":\"" + std::string(12, 'x') + "\"}");
    stream.feed("{\"a\":\"" + std::string(13, 'x') + "\"}");
    EXPECT_EQ(codesOf(stream.seen), (Seen{"{\"a\":\"xxxxxxxxxxxx\"}", "!packet_too_large"}));
}

TEST(PacketScanner, DepthIsLimitedAndSaysWhere)
{
    ScanLimits limits;
    limits.maxDepth = 3;
    Stream stream(limits);
    stream.feed("{\"a\":[[]]}{\"a\":[[[]]]}{}");
    EXPECT_EQ(codesOf(stream.seen), (Seen{"{\"a\":[[]]}", "!too_deep", "{}"}));
    EXPECT_NE(stream.seen[1].find("byte 7"), std::string::npos) << stream.seen[1];
}

TEST(PacketScanner, AHundredThousandLevelsAreSafe)
{
    Stream stream;
    stream.feed("{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}{}");
    EXPECT_EQ(codesOf(stream.seen), (Seen{"!too_deep", "{}"}));
}

TEST(PacketScanner, GarbageIsRefusedOnceUpToALineFeedOrABrace)
{
    Stream stream;
    stream.feed("GET / HTTP/1.1\r\nHost: x\r\n\r\n1 2 3 {\"a\":1}");
    EXPECT_EQ(codesOf(stream.seen), (Seen{"!not_an_object", "!not_an_object", "!not_an_object", "{\"a\":1}"}));
}

TEST(PacketScanner, AMebibyteOfNonsenseIsHopeless)
{
    for (const std::string& filler : {std::string(1000, 'x'), std::string(999, '[') + "\n", std::string("{\"a\":") }) {
        Stream stream;
        for (int i = 0; i < 300'000 && !stream.hopeless; ++i)
            stream.feed(filler);
        EXPECT_TRUE(stream.hopeless) << filler.substr(0, 10);
        EXPECT_LE(stream.scanner.inspected(), 1'200'000u);
    }
}

TEST(PacketScanner, AGoodPacketGivesHopeAgain)
{
    Stream stream;
    for (int i = 0; i < 8; ++i)
        stream.feed(std::string(500'000, 'x') + "\n{}");
    EXPECT_FALSE(stream.hopeless);
}

TEST(PacketScanner, RandomBytesAndMutatedPacketsNeverBreakItAndAreLookedAtOnce)
{
    std::mt19937 random(20'261'124);
    const auto below = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most - 1)(random); };
    const std::string good = "{\"packet_type\":\"SendMessage\",\"message\":{\"chat_id\":1,\"content\":\"a\\\"\\u00e9\"}}\n";
    const std::string_view alphabet = "{}[]\"\\:,nult0123456789.eE+-\n \t\xc3\xa9\xff\x01";
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        if (round % 2 == 0) {
            text = good + good + good;
            for (std::size_t edits = below(6); edits > 0; --edits) {
                const auto at = below(text.size());
                if (below(3) == 0)
                    text.erase(at, below(8));
                else if (below(2) == 0)
                    text.insert(at, 1, alphabet[below(alphabet.size())]);
                else
                    text[at] = static_cast<char>(below(256));
            }
        } else {
            for (std::size_t length = below(200); length > 0; --length)
                text += alphabet[below(alphabet.size())];
        }
        ScanLimits limits;
        limits.maxPacketBytes = 150;
        limits.maxDepth = 5;
        Stream whole(limits);
        whole.feed(text);
        Stream pieces(limits);
        for (std::size_t at = 0; at < text.size();) {
            const auto length = std::min(text.size() - at, 1 + below(20));
            pieces.feed(std::string_view(text).substr(at, length));
            at += length;
        }
        ASSERT_EQ(pieces.seen, whole.seen) << "round " << round << ": " << text;
        ASSERT_EQ(pieces.scanner.inspected(), whole.scanner.inspected());
        ASSERT_LE(whole.scanner.inspected(), text.size());
        for (const auto& item : whole.seen) {
            netbit::support::JsonDocument document;
            if (item.front() == '{')
                netbit::tcp::readPacket(document, item, limits.maxDepth);
        }
    }
}

} // namespace
