#include "transport/Packets.h"

#include <gtest/gtest.h>

#include <random>

namespace netbit::git {
namespace {

const std::string one(40, '1');
const std::string two(40, '2');
const std::string none(noObject);

std::string request(const std::vector<std::string>& commands, const std::string& capabilities = "report-status side-band-64k atomic")
{
    std::string out;
    for (std::size_t i = 0; i < commands.size(); ++i)
        out += packet(i == 0 ? commands[i] + '\0' + ' ' + capabilities : commands[i]);
    return out + std::string(flushPacket);
}

CommandReader readIn(std::string bytes, std::size_t piece)
{
    CommandReader reader;
    for (std::string_view left = bytes; !left.empty() && reader.state() == CommandReader::State::more;) {
        auto part = left.substr(0, piece);
        const auto size = part.size();
        reader.feed(part);
        left.remove_prefix(size - part.size());
    }
    return reader;
}

TEST(PushCommands, AreReadFromPiecesOfAnySizeAndNothingOfThePackIsTaken)
{
    const auto front = request({none + ' ' + one + " refs/heads/main", one + ' ' + none + " refs/heads/old"});
    for (std::size_t piece = 1; piece < 200; piece += 13) {
        CommandReader reader;
        const auto all = front + "PACK of the rest";
        std::string_view left = all;
        while (reader.state() == CommandReader::State::more && !left.empty()) {
            auto part = left.substr(0, piece);
            const auto size = part.size();
            reader.feed(part);
            left.remove_prefix(size - part.size());
        }
        ASSERT_EQ(reader.state(), CommandReader::State::whole);
        EXPECT_EQ(left, "PACK of the rest");
        EXPECT_EQ(reader.bytes(), front);
        ASSERT_EQ(reader.commands().size(), 2u);
        EXPECT_TRUE(reader.commands()[0].creates());
        EXPECT_TRUE(reader.commands()[1].deletes());
        EXPECT_EQ(reader.commands()[1].ref, "refs/heads/old");
        EXPECT_TRUE(reader.can("atomic"));
        EXPECT_FALSE(reader.can("ato"));
    }
}

TEST(PushCommands, OfAShallowCloneAreRead)
{
    const auto reader = readIn(packet("shallow " + one) + request({one + ' ' + two + " refs/heads/main"}), 10);
    EXPECT_EQ(reader.state(), CommandReader::State::whole);
    EXPECT_EQ(reader.commands().size(), 1u);
    EXPECT_TRUE(reader.can("report-status"));
}

TEST(PushCommands, ThatAreNoneAreRefused)
{
    for (const auto& line : {std::string("refs/heads/main"), one + ' ' + two, one + ' ' + two + ' ', one + "  " + two + " refs/heads/x",
                             std::string(40, 'A') + ' ' + two + " refs/heads/x", one + ' ' + two + " refs/heads/a\tb",
                             one + ' ' + two + " refs/heads/" + std::string(2000, 'a'), one + '\t' + two + " refs/heads/x"})
        EXPECT_EQ(readIn(request({line}), 4096).state(), CommandReader::State::broken) << line;
    EXPECT_EQ(readIn("0003", 4).state(), CommandReader::State::broken);
    EXPECT_EQ(readIn("zzzz", 4).state(), CommandReader::State::broken);
    EXPECT_EQ(readIn("ffff", 4).state(), CommandReader::State::broken);
    EXPECT_EQ(readIn("PACK", 4).state(), CommandReader::State::broken);
}

TEST(PushCommands, AreNotMoreThanAllowed)
{
    std::vector<std::string> many;
    for (std::size_t i = 0; i <= CommandReader::mostCommands; ++i)
        many.push_back(none + ' ' + one + " refs/heads/b" + std::to_string(i));
    const auto reader = readIn(request(many), 1000);
    EXPECT_EQ(reader.state(), CommandReader::State::broken);
    EXPECT_NE(reader.fault().find("2000"), std::string::npos) << reader.fault();
}

TEST(PushCommands, RandomBytesNeverBreakTheReader)
{
    std::mt19937 random(11);
    const auto good = request({none + ' ' + one + " refs/heads/main", one + ' ' + none + " refs/heads/old"});
    for (int round = 0; round < 3000; ++round) {
        auto bytes = good;
        for (int i = 0; i < 3; ++i)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        const auto reader = readIn(bytes, 1 + random() % 50);
        for (const auto& command : reader.commands())
            EXPECT_EQ(command.ref.find_first_of(std::string("\t\n\0 ", 4)), std::string::npos);
    }
}

TEST(PushReport, IsUnderstoodOnBandsAndWithout)
{
    const auto report = packet("unpack ok\n") + packet("ok refs/heads/main\n") + packet("ng refs/heads/x non-fast-forward\n") +
                        std::string(flushPacket);
    const auto onBands = banded(2, "progress") + banded(1, report) + std::string(flushPacket);
    for (const bool bands : {false, true})
        for (std::size_t piece = 1; piece < 60; piece += 7) {
            ReportReader reader(bands);
            const auto& bytes = bands ? onBands : report;
            for (std::size_t at = 0; at < bytes.size(); at += piece)
                reader.feed(std::string_view(bytes).substr(at, piece));
            EXPECT_TRUE(reader.whole());
            EXPECT_TRUE(reader.accepted("refs/heads/main"));
            EXPECT_FALSE(reader.accepted("refs/heads/x"));
            EXPECT_FALSE(reader.accepted("refs/heads/y"));
        }
}

TEST(PushReport, ThatIsCutOffIsNotWhole)
{
    ReportReader reader(true);
    reader.feed(banded(1, packet("unpack ok\n") + packet("ok refs/heads/main\n")));
    EXPECT_FALSE(reader.whole());
}

TEST(PushReport, OfARefusalTellsEveryRefAndTheWords)
{
    auto reader = readIn(request({none + ' ' + one + " refs/heads/main", none + ' ' + one + " refs/heads/x"}), 500);
    const auto text = refusal(reader, "in plain words", "why");
    EXPECT_NE(text.find("\2in plain words"), std::string::npos);
    EXPECT_NE(text.find("ng refs/heads/x why"), std::string::npos);
    ReportReader heard(true);
    heard.feed(text);
    EXPECT_TRUE(heard.whole());
}

TEST(Bands, AreCutAtTheLongestPacket)
{
    const auto bytes = banded(1, std::string(200'000, 'x'));
    EXPECT_EQ(bytes.size(), 200'000u + 4 * 5u);
    EXPECT_EQ(bytes.substr(0, 4), "fff0");
}

} // namespace
} // namespace netbit::git
