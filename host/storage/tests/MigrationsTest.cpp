#include "storage/Writer.h"
#include "storage/tests/Temporary.h"

#include <array>

namespace netbit::storage::test
{

namespace
{

constexpr Migration first{1, "items", "CREATE TABLE p_a_items (id INTEGER PRIMARY KEY)"};
constexpr Migration second{2, "titles",
                           "ALTER TABLE p_a_items ADD COLUMN title TEXT; INSERT INTO p_a_items VALUES (1, 'x')"};

class Migrations : public ::testing::Test
{
protected:
    std::int64_t count(const std::string& sql)
    {
        auto& statement = database->writing().prepare(sql);
        statement.step();
        const auto value = statement.integer(0);
        statement.reset();
        return value;
    }

    bool hasTable(const std::string& name)
    {
        return count("SELECT count(*) FROM sqlite_master WHERE name = '" + name + "'") == 1;
    }

    Directory directory;
    std::unique_ptr<Database> database = open(directory.file("a.db"));
};

} // namespace

TEST_F(Migrations, RunOnceEachAndGoOnWhereTheyStopped)
{
    ASSERT_TRUE(migrate(*database, "a", std::array{first}, "p_a_"));
    ASSERT_TRUE(migrate(*database, "a", std::array{first, second}, "p_a_"));
    ASSERT_TRUE(migrate(*database, "a", std::array{first, second}, "p_a_"));
    EXPECT_EQ(count("SELECT count(*) FROM p_a_items"), 1);
    EXPECT_EQ(
        count("SELECT count(*) FROM schema_migrations WHERE owner = 'a' AND length(digest) = 64 AND applied_at > 0"),
        2);
}

TEST_F(Migrations, OfTwoOwnersDoNotMeet)
{
    constexpr Migration other{1, "items", "CREATE TABLE p_b_items (id INTEGER PRIMARY KEY)"};
    ASSERT_TRUE(migrate(*database, "a", std::array{first}, "p_a_"));
    ASSERT_TRUE(migrate(*database, "b", std::array{other}, "p_b_"));
    EXPECT_TRUE(hasTable("p_a_items"));
    EXPECT_TRUE(hasTable("p_b_items"));
}

TEST_F(Migrations, WithAChangedTextAreRefused)
{
    ASSERT_TRUE(migrate(*database, "a", std::array{first}, "p_a_"));
    constexpr Migration changed{1, "items", "CREATE TABLE p_a_items (id INTEGER PRIMARY KEY )"};
    const auto result = migrate(*database, "a", std::array{changed, second}, "p_a_");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.status(), base::Status::conflict);
    EXPECT_EQ(result.error().code, "migration_changed");
    EXPECT_EQ(count("SELECT count(*) FROM schema_migrations"), 1) << "and the step after it did not run";
}

TEST_F(Migrations, OfANewerBuildAreRefused)
{
    ASSERT_TRUE(migrate(*database, "a", std::array{first, second}, "p_a_"));
    const auto result = migrate(*database, "a", std::array{first}, "p_a_");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.status(), base::Status::conflict);
    EXPECT_EQ(result.error().code, "database_newer");
}

TEST_F(Migrations, MustBeNumberedWithoutAGap)
{
    constexpr Migration third{3, "later", "SELECT 1"};
    const auto result = migrate(*database, "a", std::array{first, third}, "p_a_");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "migration_numbers");
}

TEST_F(Migrations, OfAPluginKeepToTheirPrefix)
{
    constexpr Migration outside{1, "outside", "CREATE TABLE p_a_good (id INTEGER); CREATE TABLE users (id INTEGER)"};
    const auto result = migrate(*database, "a", std::array{outside}, "p_a_");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "table_not_yours");
    EXPECT_NE(result.error().detail.find("step 1 (outside) of a"), std::string::npos) << result.error().detail;
    EXPECT_FALSE(hasTable("p_a_good"));
    EXPECT_NO_THROW(database->writing().prepare("SELECT 1 FROM sqlite_master")) << "the restriction has ended";
}

TEST_F(Migrations, AreAllUndoneWhenOneFails)
{
    constexpr Migration broken{2, "broken", "INSERT INTO p_a_items VALUES (1); INSERT INTO p_a_items VALUES (1)"};
    const auto result = migrate(*database, "a", std::array{first, broken}, "p_a_");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.status(), base::Status::conflict);
    EXPECT_NE(result.error().detail.find("step 2 (broken)"), std::string::npos) << result.error().detail;
    EXPECT_FALSE(hasTable("p_a_items"));
    EXPECT_FALSE(database->inTransaction());
    EXPECT_TRUE(migrate(*database, "a", std::array{first, second}, "p_a_"));
}

TEST_F(Migrations, RunOnTheWritersThreadInsideItsTransaction)
{
    Writer writer(*database, {});
    writer.start();
    ASSERT_TRUE(writer.run([&](Connection&) { return migrate(*database, "a", std::array{first}, "p_a_"); }));
    constexpr Migration broken{2, "broken", "CREATE TABLE p_a_half (id INTEGER); SELEKT"};
    const auto result = writer.run([&](Connection& connection) {
        connection.execute("INSERT INTO p_a_items VALUES (5)");
        EXPECT_FALSE(migrate(*database, "a", std::array{first, broken}, "p_a_"));
        return base::Result<void>();
    });
    EXPECT_TRUE(result) << "the job chose to live with it";
    writer.stop();
    EXPECT_FALSE(hasTable("p_a_half"));
    EXPECT_EQ(count("SELECT count(*) FROM p_a_items"), 1) << "what the job wrote besides is there";
}

TEST_F(Migrations, OfTheHostMakeTheTablesOfTheContract)
{
    ASSERT_TRUE(migrate(*database, "netbit", hostMigrations()));
    for (const char* table : {"users", "chats", "chat_participants", "messages", "message_keys", "events", "sessions",
                              "refresh_tokens", "access_tokens", "invites", "imports"}) {
        EXPECT_TRUE(hasTable(table)) << table;
        EXPECT_EQ(count("SELECT strict FROM pragma_table_list('" + std::string(table) + "')"), 1) << table;
    }
}

} // namespace netbit::storage::test
