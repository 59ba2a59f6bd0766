// What a datagram says, and that nothing else gets through.

#include "udp/src/Datagram.h"
#include "udp/src/Relay.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace {

using namespace netbit::udp;
using netbit::support::JsonDocument;

const std::string mac(64, 'a');

std::string sign(const std::string& openPacket) { return openPacket + ",\"mac\":\"" + mac + "\"}"; }

std::string reasonOf(std::string_view text)
{
    JsonDocument document;
    const auto read = readDatagram(document, text);
    const auto* refused = std::get_if<Refused>(&read);
    return refused ? refused->reason : "accepted";
}

TEST(Datagram, PingIsKnownInEverySpelling)
{
    EXPECT_TRUE(isPlainPing(R"({"packet_type":"Ping"})"));
    EXPECT_TRUE(isPlainPing(R"({"packet_type": "Ping"})"));
    EXPECT_FALSE(isPlainPing(R"({"packet_type":"Ping"} )"));
    for (const auto* text : {R"( { "packet_type" : "Ping" } )", R"({"packet_type":"Ping","message":null,"chat_id":null})",
                             R"({"packet_type":"P\u0069ng"})"}) {
        JsonDocument document;
        EXPECT_TRUE(std::holds_alternative<Ping>(readDatagram(document, text))) << text;
    }
}

TEST(Datagram, TheMacCoversTheBytesBeforeIt)
{
    const std::string open = R"({"packet_type":"Typing","chat_id":7,"session":"s","seq":12)";
    const auto text = sign(open);
    JsonDocument document;
    const auto read = readDatagram(document, text);
    const auto& packet = std::get<SignedPacket>(read);
    EXPECT_EQ(packet.covered, open);
    EXPECT_EQ(packet.mac, mac);
    EXPECT_EQ(packet.session, "s");
    EXPECT_EQ(packet.seq, 12u);
    EXPECT_EQ(std::get<Typing>(packet.what).chatId, 7);
}

TEST(Datagram, EverySignedPacketIsRead)
{
    const std::string tail = R"(,"session":"s","seq":1)";
    JsonDocument a, b, c;
    const auto one = sign(R"({"packet_type":"Status","user_id":3,"status_data":["on"])" + tail);
    const auto status = std::get<SignedPacket>(readDatagram(a, one));
    EXPECT_EQ(std::get<Status>(status.what).data, R"(["on"])");
    const auto two = sign(R"({"packet_type":"Subscribe","cookie":"x")" + tail);
    const auto subscribe = std::get<SignedPacket>(readDatagram(b, two));
    EXPECT_EQ(std::get<Subscribe>(subscribe.what).cookie, "x");
    const auto three = sign(R"({"packet_type":"Unsubscribe")" + tail);
    const auto unsubscribe = std::get<SignedPacket>(readDatagram(c, three));
    EXPECT_TRUE(std::holds_alternative<Unsubscribe>(unsubscribe.what));
}

TEST(Datagram, WhatIsNotExactlySoIsRefused)
{
    const std::string open = R"({"packet_type":"Typing","chat_id":7,"session":"s","seq":1)";
    const std::pair<std::string, std::string> cases[] = {
        {"", "invalid_json"},
        {"ping", "invalid_json"},
        {"[]", "not_an_object"},
        {"{}", "unknown_packet_type"},
        {R"({"packet_type":"Ping"}{})", "invalid_json"},
        {R"({"packet_type":"Ping","x":1})", "unknown_member"},
        {R"({"packet_type":"Ping","packet_type":"Ping"})", "duplicate_member"},
        {"{\"packet_type\":\"Ping\xff\"}", "invalid_json"},
        {open + "}", "unsigned"},
        {open + ", \"mac\":\"" + mac + "\"}", "unsigned"},
        {open + ",\"mac\":\"" + mac + "\" }", "unsigned"},
        {open + ",\"mac\":\"" + mac + "\"}\n", "unsigned"},
        {open + ",\"mac\":\"" + std::string(64, 'A') + "\"}", "unsigned"},
        {open + ",\"mac\":\"" + std::string(63, 'a') + "\"}", "unsigned"},
        {R"({"packet_type":"Typing","mac":")" + mac + R"(","chat_id":7,"session":"s","seq":1})", "unsigned"},
        {R"({"mac":"b","packet_type":"Typing","chat_id":7,"session":"s","seq":1,"mac":")" + mac + "\"}", "duplicate_member"},
        {sign(R"({"packet_type":"Typing","chat_id":7,"session":"s")"), "unsigned"},
        {sign(R"({"packet_type":"Typing","chat_id":7,"seq":1)"), "unsigned"},
        {sign(R"({"packet_type":"Typing","chat_id":7,"session":"s","seq":-1)"), "out_of_range"},
        {sign(R"({"packet_type":"Typing","session":"s","seq":1)"), "missing_member"},
        {sign(R"({"packet_type":"Status","session":"s","seq":1)"), "missing_member"},
        {sign(R"({"packet_type":"SendMessage","session":"s","seq":1)"), "unknown_packet_type"},
        {R"({"packet_type":")" + std::string(1200, 'x') + "\"}", "too_large"},
    };
    for (const auto& [text, reason] : cases)
        EXPECT_EQ(reasonOf(text), reason) << text;
}

TEST(Datagram, MutatedPacketsNeverBreakIt)
{
    std::mt19937 random(8082);
    const auto below = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most - 1)(random); };
    const std::string good = sign(R"({"packet_type":"Status","status_data":{"a":"\u00e9"},"session":"s","seq":1)");
    for (int round = 0; round < 20'000; ++round) {
        std::string text = good;
        for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
            if (text.empty())
                break;
            const auto at = below(text.size());
            if (below(3) == 0)
                text.erase(at, 1 + below(10));
            else
                text[at] = static_cast<char>(below(256));
        }
        JsonDocument document;
        const auto read = readDatagram(document, text);
        if (const auto* packet = std::get_if<SignedPacket>(&read)) {
            ASSERT_EQ(packet->covered.size() + macSuffixBytes, text.size());
        }
    }
}

TEST(Broadcast, TellsOfTypingAndPresence)
{
    netbit::Event typing{0, "typing", 7, 3, R"({"topic":"typing","data":{"user_id":3}})"};
    EXPECT_EQ(packetOf(typing), R"({"packet_type":"Typing","chat_id":7,"user_id":3})");
    netbit::Event presence{0, "presence.changed", 0, 3, R"({"topic":"presence.changed","data":{"status_data":"away"}})"};
    EXPECT_EQ(packetOf(presence), R"({"packet_type":"Status","user_id":3,"status_data":"away"})");
    netbit::Event other{5, "message.created", 7, 3, "{}"};
    EXPECT_EQ(packetOf(other), "");
}

} // namespace
