// Each kind of record of a bulk export of Mattermost, and what is not one.

#include "tests/support/exports/Archive.h"
#include "cli/tests/Collected.h"
#include "tests/support/exports/MattermostExport.h"
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

void expectAll(const test::ReadOut& out, bool withFiles)
{
    ASSERT_TRUE(out.outcome.ok()) << out.outcome.error().detail;
    const auto& sink = out.sink;
    EXPECT_EQ(at(sink.one("user", "ann"), "display_name"), "Ann Archer");
    EXPECT_EQ(at(sink.one("user", "ann"), "role"), "") << "who rules there rules nothing here";
    EXPECT_EQ(at(sink.one("user", "ben"), "role"), "guest");
    EXPECT_EQ(at(sink.one("user", "ben"), "display_name"), "Ben B.");
    EXPECT_EQ(at(sink.one("user", "old.one"), "state"), "deactivated");
    EXPECT_EQ(at(sink.one("user", "deploybot"), "role"), "bot");

    EXPECT_EQ(at(sink.one("chat", "ops/town-square"), "visibility"), "public");
    EXPECT_EQ(at(sink.one("chat", "ops/town-square"), "topic"), "all of us");
    EXPECT_EQ(at(sink.one("chat", "ops/war-room"), "visibility"), "");
    EXPECT_FALSE(at(sink.one("chat", "ops/war-room"), "archived_at").empty());
    EXPECT_EQ(at(sink.one("chat", "@ann,ben"), "chat_type"), "direct");
    EXPECT_EQ(at(sink.one("chat", "@ann"), "name"), "notes of ann");
    EXPECT_EQ(at(sink.one("chat", "@ann,ben,old.one"), "name"), "ann, ben, old.one");

    const auto first = sink.one("message", "ops/town-square/ann/1577836800001");
    EXPECT_EQ(at(first, "created_at"), "2020-01-01T00:00:00.001Z");
    EXPECT_EQ(first.at("mentions").as_array().size(), 2u) << "ben once, and all; nobody is nobody, and code is code";
    EXPECT_EQ(first.at("reactions").as_array().size(), 1u);
    EXPECT_FALSE(at(first, "pinned_at").empty());
    EXPECT_FALSE(at(first, "edited_at").empty());
    const auto reply = sink.one("message", "ops/town-square/ben/1577836802000");
    EXPECT_EQ(at(reply, "reply_to"), "ops/town-square/ann/1577836800001");
    EXPECT_EQ(at(reply, "content"), withFiles ? "an answer" : "an answer\n\n(file: file.pdf)");
    EXPECT_EQ(sink.of("file").size(), withFiles ? 1u : 0u);
    if (withFiles) {
        const auto file = sink.one("file", "ops/town-square/ben/1577836802000/file0");
        EXPECT_EQ(at(file, "name"), "file.pdf");
        EXPECT_EQ(at(file, "owner"), "ben");
        EXPECT_EQ(file.at("size").as_int64(), 4);
        EXPECT_EQ(at(file, "sha256"), "315d429b7714cedb6ad04ac31240145257692630457f3c88253c5beceac76027");
        EXPECT_EQ(reply.at("attachments").at(0).as_string(), at(file, "id"));
    }
    EXPECT_EQ(at(sink.one("message", "ops/town-square/ben/1577836800000"), "type"), "system");
    EXPECT_EQ(at(sink.one("message", "ops/town-square/ben/1577836801000"), "content"), "*waves*");
    EXPECT_EQ(at(sink.one("message", "ops/town-square/deploybot/1577836804000"), "content"), "**Release**\n1.2 is out\n**By**: ann");
    EXPECT_EQ(at(sink.one("message", "ops/war-room/ann/1577836805000#2"), "content"), "in one millisecond");
    EXPECT_EQ(at(sink.one("message", "@ann,ben/ann/1577836901000"), "reply_to"), "@ann,ben/ben/1577836900000");
    EXPECT_EQ(sink.of("message").size(), 13u);
    EXPECT_EQ(sink.of("member").size(), 3u + 2 + 3 + 1);
    EXPECT_EQ(at(sink.records.back(), "kind"), "member") << "members come behind messages";
    for (const auto* reason : {"empty 1", "invalid_time 1", "team 1", "emoji 1", "role 1", "scheme 1", "unknown_type 1", "not_a_record 1",
                               "invalid_json 1"}) {
        EXPECT_NE(out.report.find(reason), std::string::npos) << reason << "\n" << out.report;
    }
}

TEST(Mattermost, EachKindOfRecordIsRead)
{
    const TempDir dir;
    dir.write("m.jsonl", netbit::test::mattermostExport());
    const auto out = readOut(&openMattermost, dir.path("m.jsonl"));
    EXPECT_EQ(out.source, "mattermost");
    expectAll(out, false);
    EXPECT_NE(out.report.find("m.jsonl:12, reply 0"), std::string::npos) << out.report;
}

TEST(Mattermost, AnArchiveIsReadAsItsLines)
{
    const TempDir dir;
    writeZip(dir.path("m.zip"), {{"import.jsonl", netbit::test::mattermostExport()}, {"data/ops/file.pdf", "%PDF"}, {"data/inner.zip", "PK"}});
    const auto out = readOut(&openMattermost, dir.path("m.zip"));
    expectAll(out, true);
    EXPECT_NE(out.report.find("archive_in_archive 1"), std::string::npos) << out.report;
    writeZip(dir.path("m.zip"), {{"a.jsonl", ""}, {"b.jsonl", ""}});
    EXPECT_EQ(readOut(&openMattermost, dir.path("m.zip")).outcome.error().code, "no_mattermost_export");
    writeZip(dir.path("m.zip"), {{"a.txt", ""}});
    EXPECT_EQ(readOut(&openMattermost, dir.path("m.zip")).outcome.error().code, "no_mattermost_export");
}

TEST(Mattermost, WhatIsNoExportIsRefused)
{
    const TempDir dir;
    for (const auto* bytes : {"", "{}", "x", R"({"type":"team","team":{}})"}) {
        EXPECT_EQ(readOut(&openMattermost, dir.write("m.jsonl", bytes)).outcome.error().code, "no_mattermost_export") << bytes;
    }
    EXPECT_EQ(readOut(&openMattermost, dir.write("m.jsonl", R"({"type":"version","version":2})")).outcome.error().code, "other_version");
    EXPECT_EQ(readOut(&openMattermost, dir.path("none")).outcome.error().code, "unreadable");
}

TEST(Mattermost, MutatedExportsAreReadOrRefused)
{
    const TempDir dir;
    std::mt19937 random(13);
    const auto pick = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(random); };
    std::size_t messages = 0;
    for (int round = 0; round < 500; ++round) {
        auto text = netbit::test::mattermostExport();
        for (auto changes = 1 + pick(10); changes > 0; --changes)
            switch (pick(2)) {
            case 0: text[pick(text.size() - 1)] = static_cast<char>(pick(255)); break;
            case 1: text.erase(pick(text.size() - 1), 1 + pick(6)); break;
            default: text.insert(pick(text.size() - 1), pick(1) == 0 ? "\n" : "\"");
            }
        const auto out = readOut(&openMattermost, dir.write("m.jsonl", text));
        if (!out.outcome) {
            EXPECT_FALSE(out.outcome.error().detail.empty());
        }
        messages += out.sink.of("message").size();
    }
    EXPECT_GT(messages, 1'000u);
}

} // namespace

} // namespace netbit::cli::transfer
