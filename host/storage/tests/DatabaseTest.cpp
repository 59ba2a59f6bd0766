#include "storage/tests/Temporary.h"

#include <atomic>
#include <cmath>
#include <fstream>
#include <limits>
#include <sys/stat.h>
#include <thread>

namespace netbit::storage::test
{

namespace
{

base::Status statusOf(const std::function<void()>& work)
{
    try {
        work();
    } catch (const DatabaseError& error) {
        return error.status();
    }
    return base::Status::ok;
}

mode_t modeOf(const std::string& path)
{
    struct stat about {
    };
    return ::stat(path.c_str(), &about) == 0 ? about.st_mode & 07777 : 0;
}

} // namespace

TEST(SqliteFile, IsReadableByItsOwnerOnlyWhateverTheUmask)
{
    for (const mode_t mask : {0000, 0022, 0777}) {
        const Directory directory;
        const auto path = directory.file("a.db");
        const auto before = ::umask(mask);
        {
            const auto database = open(path);
            database->writing().execute("CREATE TABLE t (a)");
            EXPECT_EQ(modeOf(path), 0600u) << "umask " << mask;
            EXPECT_EQ(modeOf(path + "-wal"), 0600u) << "umask " << mask;
            EXPECT_EQ(modeOf(path + "-shm"), 0600u) << "umask " << mask;
        }
        ::umask(before);
    }
}

TEST(SqliteFile, ThatCannotBeOpenedIsAnErrorWithTheReason)
{
    const auto opened = openSqlite({.path = "/nowhere/at/all.db"});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.status(), base::Status::unavailable);
    EXPECT_EQ(opened.error().code, "database_unusable");
    EXPECT_FALSE(opened.error().detail.empty());
}

TEST(SqliteFile, ThatIsNoDatabaseIsRefused)
{
    const Directory directory;
    std::ofstream(directory.file("a.db")) << std::string(8192, 'z');
    const auto opened = openSqlite({.path = directory.file("a.db")});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, "database_unusable");
}

TEST(SqliteFile, TellsOfSlowStatementsWithoutTheirValues)
{
    const Directory directory;
    std::vector<std::string> told;
    SqliteOptions options{.path = directory.file("a.db")};
    options.slow = std::chrono::milliseconds(5);
    options.onSlow = [&](std::string_view sql, std::chrono::milliseconds time) {
        EXPECT_GE(time, options.slow);
        if (sql.starts_with("WITH")) // a busy machine makes others slow
            told.emplace_back(sql);
    };
    const auto database = openSqlite(options);
    ASSERT_TRUE(database);
    const auto count = [](Connection& connection) {
        auto& statement = connection.prepare("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) SELECT count(*) FROM n");
        statement.bind(1, std::int64_t{2'000'000});
        while (statement.step()) { }
    };
    count((*database)->writing());
    (*database)->read(count);
    ASSERT_EQ(told.size(), 2u);
    for (const auto& sql : told) {
        EXPECT_NE(sql.find("?1"), std::string::npos) << sql;
        EXPECT_EQ(sql.find("2000000"), std::string::npos) << sql;
    }
}

TEST(SqliteFile, HasTheSettingsThatDurabilityRestsOn)
{
    const Directory directory;
    const auto database = open(directory.file("a.db"));
    const auto text = [&](Connection& connection, const char* sql) {
        auto& statement = connection.prepare(sql);
        statement.step();
        const auto value = std::string(statement.text(0));
        statement.reset();
        return value;
    };
    EXPECT_EQ(text(database->writing(), "PRAGMA journal_mode"), "wal");
    EXPECT_EQ(text(database->writing(), "PRAGMA synchronous"), "2"); // FULL
    EXPECT_EQ(text(database->writing(), "PRAGMA foreign_keys"), "1");
    EXPECT_EQ(text(database->writing(), "PRAGMA busy_timeout"), "5000");
    database->read([&](Connection& reader) {
        EXPECT_EQ(text(reader, "PRAGMA query_only"), "1");
        EXPECT_EQ(text(reader, "PRAGMA foreign_keys"), "1");
    });
    EXPECT_EQ(database->engine(), "sqlite");
}

class Statements : public ::testing::Test
{
protected:
    Statements() { connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, value ANY) STRICT"); }

    Directory directory;
    std::unique_ptr<Database> database = open(directory.file("a.db"));
    Connection& connection = database->writing();
};

TEST_F(Statements, GiveBackEachTypeAsItWasBound)
{
    const std::string blob("\0\x01\xff z", 5);
    const std::string text("gr\xc3\xbc\xc3\x9f \0 dich", 14);
    auto& insert = connection.prepare("INSERT INTO t (id, value) VALUES ($1, $2)");
    insert.bind(1, 1).bind(2, std::numeric_limits<std::int64_t>::min()).run();
    insert.bind(1, 2).bind(2, 0.1).run();
    insert.bind(1, 3).bind(2, text).run();
    insert.bind(1, 4).bindBlob(2, blob).run();
    insert.bind(1, 5).bindNull(2).run();
    insert.bind(1, 6).bind(2, std::string_view()).run();
    insert.bind(1, 7).bindBlob(2, std::string_view()).run();

    auto& select = connection.prepare("SELECT id, value FROM t ORDER BY id");
    ASSERT_EQ(select.columns(), 2);
    EXPECT_EQ(select.columnName(1), "value");
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.type(1), ValueType::integer);
    EXPECT_EQ(select.integer(1), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(select.text(1), "-9223372036854775808");
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.type(1), ValueType::real);
    EXPECT_DOUBLE_EQ(select.real(1), 0.1);
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.type(1), ValueType::text);
    EXPECT_EQ(select.text(1), text);
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.type(1), ValueType::blob);
    EXPECT_EQ(select.text(1), blob);
    ASSERT_TRUE(select.step());
    EXPECT_TRUE(select.isNull(1));
    EXPECT_EQ(select.text(1), "");
    EXPECT_EQ(select.integer(1), 0);
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.type(1), ValueType::text) << "an empty text is not NULL";
    ASSERT_TRUE(select.step());
    EXPECT_EQ(select.type(1), ValueType::blob) << "an empty blob is not NULL";
    EXPECT_FALSE(select.step());
}

TEST_F(Statements, AreTheSameObjectForTheSameText)
{
    std::string text = "SELECT 1";
    auto* first = &connection.prepare(text);
    EXPECT_EQ(first, &connection.prepare(std::string("SELECT") + " 1"));
    EXPECT_NE(first, &connection.prepare("SELECT 2"));
}

TEST_F(Statements, NumberTheirParametersWhateverTheOrderInTheText)
{
    auto& select = connection.prepare("SELECT $3, $1, $3 - $1, $2");
    ASSERT_TRUE(select.bind(1, 1).bind(2, std::string_view("two")).bind(3, 3).step());
    EXPECT_EQ(select.integer(0), 3);
    EXPECT_EQ(select.integer(1), 1);
    EXPECT_EQ(select.integer(2), 2);
    EXPECT_EQ(select.text(3), "two");
    EXPECT_FALSE(select.step());
    EXPECT_THROW(select.bind(4, 1), DatabaseError);
    EXPECT_THROW(select.bind(0, 1), DatabaseError);
    auto& questions = connection.prepare("SELECT ?2, ?1");
    ASSERT_TRUE(questions.bind(1, 1).bind(2, 2).step());
    EXPECT_EQ(questions.integer(0), 2);
    questions.reset();
}

TEST_F(Statements, ForgetWhatWasBoundWhenTheyEnd)
{
    auto& insert = connection.prepare("INSERT INTO t (id, value) VALUES ($1, $2)");
    insert.bind(1, 1).bind(2, 7).run();
    insert.bind(1, 2).run();
    auto& select = connection.prepare("SELECT value FROM t WHERE id = 2");
    ASSERT_TRUE(select.step());
    EXPECT_TRUE(select.isNull(0));
    select.reset();
}

TEST_F(Statements, CountTheRowsTheyChanged)
{
    connection.execute("INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)");
    EXPECT_EQ(connection.prepare("UPDATE t SET value = 0 WHERE id > 1").run(), 2);
    EXPECT_EQ(connection.prepare("UPDATE t SET value = 0 WHERE id > 9").run(), 0);
    EXPECT_EQ(connection.prepare("SELECT * FROM t").run(), 0);
    EXPECT_EQ(connection.prepare("DELETE FROM t WHERE id = 1 RETURNING id").run(), 1);
}

TEST_F(Statements, MapTheEnginesFailures)
{
    connection.execute(
        "CREATE TABLE parents (id INTEGER PRIMARY KEY); CREATE TABLE children (p REFERENCES parents (id))");
    connection.execute("INSERT INTO t VALUES (1, 1)");
    EXPECT_EQ(statusOf([&] { connection.execute("INSERT INTO t VALUES (1, 1)"); }), base::Status::conflict);
    EXPECT_EQ(statusOf([&] { connection.execute("INSERT INTO children VALUES (7)"); }), base::Status::conflict);
    EXPECT_EQ(statusOf([&] { connection.execute("SELEKT"); }), base::Status::internal);
    EXPECT_EQ(statusOf([&] { connection.prepare("SELECT * FROM absent"); }), base::Status::internal);
    EXPECT_EQ(statusOf([&] { connection.prepare("SELECT 1; SELECT 2"); }), base::Status::internal);
    EXPECT_EQ(statusOf([&] { connection.prepare("  -- nothing"); }), base::Status::internal);
    EXPECT_EQ(statusOf([&] { connection.prepare("SELECT $1").bind(2, 1); }), base::Status::internal);
    EXPECT_EQ(
        statusOf([&] { database->read([](Connection& reader) { reader.execute("INSERT INTO t VALUES (2, 2)"); }); }),
        base::Status::unavailable)
        << "a reader never writes";
}

TEST_F(Statements, WorkAgainAfterAFailure)
{
    auto& insert = connection.prepare("INSERT INTO t (id, value) VALUES ($1, $2)");
    insert.bind(1, 1).bind(2, 1).run();
    EXPECT_THROW(insert.bind(1, 1).bind(2, 1).run(), DatabaseError);
    EXPECT_EQ(insert.bind(1, 2).bind(2, 1).run(), 1);
}

TEST_F(Statements, SurviveAChangeOfTheSchema)
{
    auto& select = connection.prepare("SELECT count(*) FROM t");
    EXPECT_TRUE(select.step());
    connection.prepare("SELECT count(*) FROM t");
    connection.execute("ALTER TABLE t ADD COLUMN more TEXT");
    EXPECT_TRUE(connection.prepare("SELECT count(*) FROM t").step());
}

TEST_F(Statements, LeftWithARowDoNotKeepTheLogFromStartingAgain)
{
    // A pending row holds a read lock, and under it the write-ahead log could only grow.
    const auto logSize = [&] { return std::filesystem::file_size(directory.file("a.db-wal")); };
    auto& pending = connection.prepare("SELECT id FROM t ORDER BY id");
    auto& insert = connection.prepare("INSERT INTO t (value) VALUES (zeroblob(60000))");
    for (int i = 0; i < 400; ++i) {
        database->begin();
        insert.run();
        ASSERT_TRUE(pending.step()) << "and never reset";
        database->commit();
        database->read([](Connection& reader) { reader.prepare("SELECT id FROM t").step(); });
    }
    EXPECT_LT(logSize(), 20u << 20) << "24 MB were written through a log that begins again at 16";
}

TEST_F(Statements, ChangesGrowsWithRowsAndSchemaButNotWithReads)
{
    const auto start = connection.changes();
    connection.prepare("SELECT count(*) FROM t").step();
    EXPECT_THROW(connection.execute("INSERT INTO t VALUES ('no integer', 1)"), DatabaseError);
    EXPECT_EQ(connection.changes(), start);
    connection.execute("INSERT INTO t VALUES (1, 1)");
    const auto afterRow = connection.changes();
    EXPECT_GT(afterRow, start);
    connection.execute("/* a remark */ CREATE TABLE u (a)");
    EXPECT_GT(connection.changes(), afterRow);
}

TEST_F(Statements, RollbackUndoesAndIsHarmlessWithoutATransaction)
{
    database->rollback();
    database->begin();
    EXPECT_TRUE(database->inTransaction());
    connection.execute("INSERT INTO t VALUES (1, 1)");
    database->rollback();
    EXPECT_FALSE(database->inTransaction());
    EXPECT_FALSE(connection.prepare("SELECT * FROM t").step());
}

TEST_F(Statements, AReaderSeesOneConsistentViewWhileTheWriterCommits)
{
    connection.execute("INSERT INTO t VALUES (1, 0), (2, 0)");
    std::atomic<bool> stop{false};
    std::atomic<int> views{0};
    std::thread reader([&] {
        while (!stop) {
            database->read([&](Connection& view) {
                const auto value = [&](std::int64_t id) {
                    auto& select = view.prepare("SELECT value FROM t WHERE id = $1").bind(1, id);
                    select.step();
                    const auto found = select.integer(0);
                    select.reset();
                    return found;
                };
                const auto first = value(1);
                std::this_thread::yield(); // the writer commits here
                EXPECT_EQ(value(2), first);
                EXPECT_EQ(value(1), first);
            });
            ++views;
        }
    });
    for (int i = 1; i <= 300 || views < 50; ++i) {
        database->begin();
        connection.prepare("UPDATE t SET value = $1").bind(1, i).run();
        database->commit();
    }
    stop = true;
    reader.join();
}

TEST_F(Statements, ReadersAreSharedAndGivenBackWhenTheWorkThrows)
{
    for (int i = 0; i < 10; ++i)
        EXPECT_THROW(database->read([](Connection&) { throw std::runtime_error("work"); }), std::runtime_error);
    std::atomic<int> sum{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) // four times as many as connections
        threads.emplace_back([&] {
            for (int n = 0; n < 50; ++n)
                database->read([&](Connection& view) {
                    auto& select = view.prepare("SELECT 1");
                    select.step();
                    sum += static_cast<int>(select.integer(0));
                });
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(sum, 400);
}

} // namespace netbit::storage::test
