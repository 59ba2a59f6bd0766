// Each kind of record of a Slack export, and what is not one.

#include "tests/support/exports/Archive.h"
#include "cli/tests/Collected.h"
#include "tests/support/exports/SlackExport.h"
#include "cli/tests/TempDir.h"

#include <random>

namespace netbit::cli::transfer
{

namespace
{

using test::at;
using test::readOut;
using test::TempDir;
using netbit::test::writeZip;

TEST(Slack, EachKindOfRecordIsRead)
{
    const TempDir dir;
    writeZip(dir.path("s.zip"), netbit::test::slackExport());
    const auto out = readOut(&openSlack, dir.path("s.zip"));
    ASSERT_TRUE(out.outcome.ok()) << out.outcome.error().detail;
    EXPECT_EQ(out.source, "slack:T012AB3C");
    const auto& sink = out.sink;

    EXPECT_EQ(at(sink.one("user", "U1"), "username"), "ann");
    EXPECT_EQ(at(sink.one("user", "U1"), "email"), "ann@example.org");
    EXPECT_EQ(at(sink.one("user", "U1"), "display_name"), "Ann A.");
    EXPECT_EQ(at(sink.one("user", "U1"), "time_zone"), "Europe/Zurich");
    EXPECT_EQ(at(sink.one("user", "U1"), "state"), "imported");
    EXPECT_EQ(at(sink.one("user", "U3"), "state"), "deactivated");
    EXPECT_EQ(at(sink.one("user", "U4"), "role"), "bot");
    EXPECT_EQ(at(sink.one("user", "bot:B9"), "username"), "build.bot");
    EXPECT_EQ(at(sink.one("user", "U77"), "username"), "guest77");

    const auto general = sink.one("chat", "C1");
    EXPECT_EQ(at(general, "name"), "general");
    EXPECT_EQ(at(general, "visibility"), "public");
    EXPECT_EQ(at(general, "topic"), "all & sundry");
    EXPECT_FALSE(at(sink.one("chat", "C2"), "archived_at").empty());
    EXPECT_EQ(at(sink.one("chat", "G1"), "visibility"), "");
    EXPECT_EQ(at(sink.one("chat", "D1"), "chat_type"), "direct");
    EXPECT_EQ(sink.one("chat", "D1").at("participants").as_array().size(), 2u);
    EXPECT_EQ(at(sink.one("chat", "D2"), "name"), "notes of ann");
    EXPECT_EQ(at(sink.one("chat", "M1"), "name"), "mpdm-ann--ben--old-1");

    const auto first = sink.one("message", "C1/1577836800.000100");
    EXPECT_EQ(at(first, "created_at"), "2020-01-01T00:00:00.000Z");
    EXPECT_EQ(at(first, "content"), "hello **world**, @ben & #random [here](http://x.org)");
    EXPECT_EQ(first.at("mentions").as_array().size(), 2u);
    EXPECT_EQ(first.at("reactions").as_array().size(), 2u);
    EXPECT_FALSE(at(first, "edited_at").empty());
    EXPECT_FALSE(at(first, "pinned_at").empty());
    EXPECT_EQ(at(sink.one("message", "C1/1577836801.000200"), "reply_to"), "C1/1577836800.000100");
    EXPECT_EQ(at(sink.one("message", "C1/1577836802.000300"), "type"), "system");
    EXPECT_EQ(at(sink.one("message", "C1/1577836803.000400"), "sender"), "bot:B9");
    EXPECT_EQ(at(sink.one("message", "C1/1577836803.000400"), "content"), "**[Build 7](http://ci.org/7)**\nfailed\n**Branch**: main");
    EXPECT_EQ(at(sink.one("message", "C1/1577836804.000500"), "content"), "look\n\n[plan.pdf](https://files.slack.com/plan.pdf)");
    EXPECT_FALSE(at(sink.one("message", "C1/1577836805.000600"), "deleted_at").empty());
    EXPECT_EQ(at(sink.one("message", "C1/1577836806.000700"), "content"), "_waves_");
    EXPECT_EQ(at(sink.one("message", "D1/1577836900.000100"), "content"), "between us");
    EXPECT_EQ(sink.of("message").size(), 12u);
    // Answers come behind what they answer, members behind messages.
    bool seen = false;
    for (const auto& record : sink.records) {
        seen = seen || (at(record, "kind") == "message" && at(record, "id") == "C1/1577836800.000100");
        if (at(record, "reply_to") == "C1/1577836800.000100") {
            EXPECT_TRUE(seen);
        }
    }
    for (const auto* reason : {"empty 1", "invalid_ts 1", "no_sender 1", "not_a_message 1", "unsupported_subtype 1", "unknown_file 1",
                               "archive_in_archive 1", "invalid_json 1"})
        EXPECT_NE(out.report.find(reason), std::string::npos) << reason << "\n" << out.report;
    EXPECT_NE(out.report.find("file 1"), std::string::npos) << out.report;
    EXPECT_NE(out.report.find("general/2020-01-02.json, record 2"), std::string::npos) << out.report;
}

TEST(Slack, AllInOneFolderIsReadAsWell)
{
    const TempDir dir;
    netbit::test::Files inFolder;
    for (const auto& [name, bytes] : netbit::test::slackExport())
        inFolder.emplace_back("team export/" + name, bytes);
    writeZip(dir.path("s.zip"), inFolder);
    const auto out = readOut(&openSlack, dir.path("s.zip"));
    ASSERT_TRUE(out.outcome.ok());
    EXPECT_EQ(out.sink.of("message").size(), 12u);
}

TEST(Slack, APartThatTheServerWouldRefuseCostsNotTheWhole)
{
    const TempDir dir;
    writeZip(dir.path("s.zip"), {{"users.json", R"([{"id":"U1","name":"a b\u0007","profile":{"email":"a@b@c","display_name":"x\ny","title":"t"}}])"},
                                 {"channels.json", R"([{"id":"C1","name":"\t","created":1,"members":["U1"]}])"},
                                 {"\t/2020-01-01.json", "[]"}});
    EXPECT_EQ(readOut(&openSlack, dir.path("s.zip")).outcome.error().code, "zip_bad_name");
    writeZip(dir.path("s.zip"), {{"users.json", R"([{"id":"U1","name":"a b\u0007","profile":{"email":"a@b@c","display_name":"x\ny","title":"t"}}])"},
                                 {"channels.json", R"([{"id":"C1","name":" ","created":1,"members":["U1"]}])"},
                                 {" /2020-01-01.json", R"([{"type":"message","user":"U1","text":"x","ts":"1.0","reactions":[{"name":"a b","users":["U1"]},{"name":"ok","users":["U1"]}]}])"}});
    const auto out = readOut(&openSlack, dir.path("s.zip"));
    ASSERT_TRUE(out.outcome.ok());
    EXPECT_EQ(at(out.sink.one("user", "U1"), "username"), "a.b");
    EXPECT_EQ(at(out.sink.one("user", "U1"), "email"), "");
    EXPECT_EQ(at(out.sink.one("user", "U1"), "display_name"), "x y");
    EXPECT_EQ(at(out.sink.one("chat", "C1"), "name"), "C1");
    EXPECT_EQ(out.sink.one("message", "C1/1.0").at("reactions").as_array().size(), 1u);
}

TEST(Slack, WhatIsNoExportIsRefused)
{
    const TempDir dir;
    writeZip(dir.path("s.zip"), {{"a.json", "[]"}});
    EXPECT_EQ(readOut(&openSlack, dir.path("s.zip")).outcome.error().code, "no_slack_export");
    writeZip(dir.path("s.zip"), {{"users.json", "{}"}});
    EXPECT_EQ(readOut(&openSlack, dir.path("s.zip")).outcome.error().code, "no_slack_export");
    writeZip(dir.path("s.zip"), {{"users.json", "[}"}});
    EXPECT_EQ(readOut(&openSlack, dir.path("s.zip")).outcome.error().code, "invalid_json");
    writeZip(dir.path("s.zip"), {{"users.json", "[]"}, {"../x", "[]"}});
    EXPECT_EQ(readOut(&openSlack, dir.path("s.zip")).outcome.error().code, "zip_bad_name");
}

TEST(Slack, MutatedExportsAreReadOrRefused)
{
    const TempDir dir;
    std::mt19937 random(9);
    const auto pick = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(random); };
    std::size_t messages = 0;
    for (int round = 0; round < 300; ++round) {
        auto files = netbit::test::slackExport();
        for (auto changes = 1 + pick(6); changes > 0; --changes) {
            auto& bytes = files[pick(files.size() - 1)].second;
            if (bytes.empty())
                continue;
            switch (pick(3)) {
            case 0: bytes[pick(bytes.size() - 1)] = static_cast<char>(pick(255)); break;
            case 1: bytes.erase(pick(bytes.size() - 1), 1 + pick(4)); break;
            case 2: { // another value of another type
                const auto digit = bytes.find_first_of("0123456789", pick(bytes.size() - 1));
                if (digit != std::string::npos)
                    bytes.replace(digit, 1, pick(1) == 0 ? "null" : "{}");
                break;
            }
            default: { // a member of another name
                const auto quote = bytes.find('"', pick(bytes.size() - 1));
                if (quote != std::string::npos)
                    bytes.insert(quote + 1, "x");
            }
            }
        }
        writeZip(dir.path("s.zip"), files);
        const auto out = readOut(&openSlack, dir.path("s.zip"));
        if (!out.outcome) {
            EXPECT_FALSE(out.outcome.error().detail.empty());
        }
        messages += out.sink.of("message").size();
    }
    EXPECT_GT(messages, 300u);
}

} // namespace

} // namespace netbit::cli::transfer
