#include "storage/TableDump.h"

#include "storage/tests/Temporary.h"

#include <array>

namespace netbit::storage::test
{

namespace
{

constexpr std::array<Migration, 2> steps{
    {{1, "items", "CREATE TABLE p_a_items (id INTEGER PRIMARY KEY, price REAL, name TEXT, picture BLOB);"
                  "CREATE INDEX p_a_by_name ON p_a_items (name)"},
     {2, "rows", "INSERT INTO p_a_items VALUES (7, 1.5, 'an \"apple\"', x'00ff'), (9, NULL, NULL, NULL)"}}};
constexpr Migration other{1, "items", "CREATE TABLE p_ab_items (id INTEGER PRIMARY KEY)"};

class TableDumps : public ::testing::Test
{
protected:
    std::string row(Database& of, std::int64_t id)
    {
        auto& statement = of.writing().prepare(
            "SELECT quote(price) || quote(name) || quote(picture) FROM p_a_items WHERE id = $1");
        statement.bind(1, id);
        statement.step();
        std::string out(statement.text(0));
        statement.reset();
        return out;
    }

    Directory directory;
    std::unique_ptr<Database> database = open(directory.file("a.db"));
    std::unique_ptr<Database> copy = open(directory.file("b.db"));
};

} // namespace

TEST_F(TableDumps, AreTheTablesOfThePrefixAndNoOthersAndCanBeMadeAgain)
{
    ASSERT_TRUE(migrate(*database, "a", steps, "p_a_"));
    ASSERT_TRUE(migrate(*database, "ab", std::array{other}, "p_ab_"));
    const auto dump = dumpTables(*database, "a", "p_a_", 1'000);
    ASSERT_TRUE(dump) << dump.error().detail;
    EXPECT_EQ(dump->schema.size(), 2U);
    ASSERT_EQ(dump->tables.size(), 1U);
    EXPECT_EQ(dump->tables[0].rows.size(), 2U);
    ASSERT_TRUE(restoreTables(*copy, "a", *dump));
    EXPECT_EQ(row(*copy, 7), "1.5'an \"apple\"'X'00FF'");
    EXPECT_EQ(row(*copy, 9), row(*database, 9));
    EXPECT_TRUE(migrate(*copy, "a", steps, "p_a_")) << "the steps that were run are run again";
    EXPECT_EQ(appliedMigrations(*copy, "a"), (std::vector<std::string>{"items", "rows"}));
}

TEST_F(TableDumps, OfAnOwnerThatHasNothingAreEmpty)
{
    const auto dump = dumpTables(*database, "a", "p_a_", 1'000);
    ASSERT_TRUE(dump) << dump.error().detail;
    EXPECT_TRUE(dump->schema.empty() && dump->migrations.empty());
    EXPECT_TRUE(restoreTables(*copy, "a", *dump));
}

TEST_F(TableDumps, ThatAreTooLargeAreRefused)
{
    ASSERT_TRUE(migrate(*database, "a", steps, "p_a_"));
    EXPECT_EQ(dumpTables(*database, "a", "p_a_", 15).error().code, "tables_too_large");
}

} // namespace netbit::storage::test
