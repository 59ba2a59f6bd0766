// The seed's database, with its tables as its contract has them.

#include "cli/tests/Collected.h"
#include "cli/tests/TempDir.h"
#include "tests/support/exports/SeedTables.h"

#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace netbit::cli::transfer
{

namespace
{

using test::at;
using test::readOut;
using netbit::test::makeDatabase;
using test::TempDir;

TEST(Seed, EachTableIsRead)
{
    const TempDir dir;
    makeDatabase(dir.path("seed.db"), netbit::test::seedTables);
    const auto out = readOut(&openSeed, dir.path("seed.db"));
    ASSERT_TRUE(out.outcome.ok()) << out.outcome.error().detail;
    EXPECT_EQ(out.source, "seed:seed.db");
    const auto& sink = out.sink;
    EXPECT_EQ(at(sink.one("user", "1"), "created_at"), "2024-01-02T03:04:05.000Z");
    EXPECT_EQ(at(sink.one("user", "2"), "created_at"), "2024-01-02T03:04:05.000Z");
    EXPECT_EQ(at(sink.one("user", "3"), "created_at"), "2024-01-02T03:04:05.123Z");
    EXPECT_EQ(at(sink.one("user", "2"), "username"), "ben.two");
    EXPECT_EQ(at(sink.one("user", "1"), "state"), "imported");
    EXPECT_EQ(boost::json::serialize(sink.one("user", "1")).find("hash"), std::string::npos);
    EXPECT_EQ(at(sink.one("chat", "1"), "updated_at"), "2024-01-03T03:04:05.000Z");
    EXPECT_EQ(at(sink.one("chat", "2"), "chat_type"), "direct");
    EXPECT_EQ(at(sink.one("chat", "3"), "chat_type"), "channel");
    EXPECT_EQ(at(sink.one("chat", "4"), "chat_type"), "group") << "a direct chat is of two";
    EXPECT_EQ(at(sink.one("chat", "4"), "name"), "chat 4");
    EXPECT_EQ(sink.of("member").size(), 6u);
    EXPECT_EQ(at(sink.of("member")[0], "read_at"), "2024-01-02T04:00:00.000Z");
    EXPECT_EQ(sink.of("message").size(), 6u);
    EXPECT_EQ(at(sink.one("message", "2"), "created_at"), "2024-01-02T03:04:06.500Z");
    EXPECT_EQ(at(sink.one("message", "2"), "edited_at"), "2024-01-02T03:05:00.000Z");
    EXPECT_EQ(at(sink.one("message", "4"), "type"), "system");
    EXPECT_EQ(at(sink.one("message", "5"), "type"), "image");
    EXPECT_EQ(sink.of("project").size(), 2u);
    EXPECT_EQ(at(sink.one("project", "1"), "owner"), "1");
    EXPECT_EQ(at(sink.one("project", "1"), "name"), "p");
    EXPECT_EQ(at(sink.one("repository", "1"), "project"), "1");
    for (const auto* reason : {"invalid_time 1", "invalid_utf8 1", "message_type 1",
                               "chat_type 2"}) {
        EXPECT_NE(out.report.find(reason), std::string::npos) << reason << "\n" << out.report;
    }
}

TEST(Seed, WhatIsNoSeedIsRefusedAndLeftAsItIs)
{
    const TempDir dir;
    EXPECT_EQ(readOut(&openSeed, dir.path("none.db")).outcome.error().code, "unreadable");
    EXPECT_FALSE(std::filesystem::exists(dir.path("none.db")));
    EXPECT_EQ(readOut(&openSeed, dir.write("text.db", std::string(5'000, 'x'))).outcome.error().code, "no_seed");
    makeDatabase(dir.path("other.db"), "CREATE TABLE users (id INTEGER);");
    EXPECT_EQ(readOut(&openSeed, dir.path("other.db")).outcome.error().code, "no_seed");
    makeDatabase(dir.path("views.db"), std::string(netbit::test::seedTables) + "ALTER TABLE messages RENAME TO m; CREATE VIEW messages AS SELECT * FROM m;");
    EXPECT_EQ(readOut(&openSeed, dir.path("views.db")).outcome.error().code, "no_seed") << "a view could do anything";
}

TEST(Seed, DamagedDatabasesAreReadOrRefused)
{
    const TempDir dir;
    makeDatabase(dir.path("seed.db"), netbit::test::seedTables);
    std::ifstream in(dir.path("seed.db"), std::ios::binary);
    const std::string good{std::istreambuf_iterator<char>(in), {}};
    std::mt19937 random(17);
    const auto pick = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(random); };
    std::size_t whole = 0;
    for (int round = 0; round < 1'000; ++round) {
        auto bad = good;
        for (auto changes = 1 + pick(10); changes > 0; --changes)
            bad[pick(bad.size() - 1)] = static_cast<char>(pick(255));
        const auto out = readOut(&openSeed, dir.write("bad.db", bad));
        whole += out.outcome.ok();
        if (!out.outcome) {
            EXPECT_FALSE(out.outcome.error().detail.empty());
        }
    }
    EXPECT_GT(whole, 20u);
}

} // namespace

} // namespace netbit::cli::transfer
