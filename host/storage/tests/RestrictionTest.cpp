#include "storage/tests/Temporary.h"

namespace netbit::storage::test
{

namespace
{

class Restriction : public HostDatabase
{
protected:
    Restriction()
    {
        addUser(1, "ada");
        connection().restrictTo("p_todo_");
        connection().execute("CREATE TABLE p_todo_items (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT UNIQUE);"
                             "CREATE INDEX p_todo_by_title ON p_todo_items (title)");
    }

    bool runs(const std::string& sql)
    {
        try {
            connection().execute(sql);
            return true;
        } catch (const DatabaseError& error) {
            reason = error.what();
            code = error.code();
            return false;
        }
    }

    std::string reason; // of the last refusal
    std::string code;
};

} // namespace

TEST_F(Restriction, AllowsEverythingAPluginDoesWithItsOwnTables)
{
    EXPECT_TRUE(runs("INSERT INTO p_todo_items (title) VALUES ('a'), ('b')"));
    EXPECT_TRUE(
        runs("INSERT INTO p_todo_items (id, title) VALUES (1, 'c') ON CONFLICT DO UPDATE SET title = excluded.title"));
    EXPECT_TRUE(runs("UPDATE p_todo_items SET title = upper(title) WHERE id = 1"));
    EXPECT_TRUE(runs("WITH RECURSIVE n (i) AS (SELECT 1 UNION SELECT i + 1 FROM n WHERE i < 5) SELECT * FROM n"));
    EXPECT_TRUE(runs("SELECT count(*), max(t.title) FROM p_todo_items t JOIN p_todo_items u USING (id)"));
    EXPECT_TRUE(runs("SELECT value FROM json_each('[1,2]')")) << reason;
    EXPECT_TRUE(runs("CREATE UNIQUE INDEX p_todo_by_both ON p_todo_items (title, id)")) << reason;
    EXPECT_TRUE(runs("CREATE TABLE p_todo_keys (name TEXT PRIMARY KEY, other UNIQUE)")) << "their indexes are SQLite's: " << reason;
    EXPECT_TRUE(runs("DROP INDEX p_todo_by_both")) << reason;
    EXPECT_TRUE(runs("ALTER TABLE p_todo_items ADD COLUMN due INTEGER"));
    EXPECT_TRUE(runs("ALTER TABLE P_TODO_ITEMS RENAME COLUMN due TO due_at")) << "names are the same in any case";
    EXPECT_TRUE(runs("ALTER TABLE p_todo_items DROP COLUMN due_at"));
    EXPECT_TRUE(runs("CREATE VIEW p_todo_view AS SELECT title FROM p_todo_items"));
    EXPECT_TRUE(runs("SELECT * FROM p_todo_view"));
    EXPECT_TRUE(runs(
        "CREATE TRIGGER p_todo_trigger AFTER INSERT ON p_todo_items BEGIN DELETE FROM p_todo_items WHERE id < 0; END"));
    EXPECT_TRUE(runs("INSERT INTO p_todo_items (title) VALUES ('d')"));
    EXPECT_TRUE(runs("CREATE TABLE p_todo_new (id INTEGER PRIMARY KEY, p REFERENCES p_todo_items (id))"));
    EXPECT_TRUE(runs("INSERT INTO p_todo_new (id, p) SELECT id, id FROM p_todo_items"));
    EXPECT_TRUE(runs("DELETE FROM p_todo_new"));
    EXPECT_TRUE(runs("DROP VIEW p_todo_view"));
    EXPECT_TRUE(runs("-- gone\n/* for good */ DROP TABLE p_todo_new"));
}

TEST_F(Restriction, AllowsFullTextSearch)
{
    EXPECT_TRUE(runs("CREATE VIRTUAL TABLE p_todo_search USING fts5(title, tokenize = 'trigram')"));
    EXPECT_TRUE(runs("INSERT INTO p_todo_search (title) VALUES ('buy milk')"));
    auto& found = connection().prepare("SELECT title FROM p_todo_search WHERE p_todo_search MATCH $1 ORDER BY rank");
    ASSERT_TRUE(found.bind(1, std::string_view("milk")).step());
    EXPECT_EQ(found.text(0), "buy milk");
    found.reset();
    database->read([](Connection& reader) {
        reader.restrictTo("p_todo_");
        EXPECT_TRUE(reader.prepare("SELECT title FROM p_todo_search WHERE p_todo_search MATCH 'milk'").step());
        EXPECT_TRUE(reader.prepare("SELECT value FROM json_each('[1,2]')").step());
    });
    EXPECT_TRUE(runs("DROP TABLE p_todo_search"));
}

TEST_F(Restriction, DeniesOtherTables)
{
    for (const char* sql : {
             "SELECT * FROM users",
             "SELECT count(*) FROM users",
             "SELECT (SELECT password FROM users) FROM p_todo_items",
             "INSERT INTO users (id, username, created_at) VALUES (9, 'eve', 1)",
             "UPDATE users SET role = 'admin'",
             "DELETE FROM messages",
             "DROP TABLE users",
             "ALTER TABLE users ADD COLUMN evil TEXT",
             "CREATE TABLE other (a)",
             "CREATE TABLE p_todo_copy AS SELECT * FROM users",
             "CREATE INDEX p_todo_evil ON users (password)",
             "CREATE INDEX messages_by_title ON p_todo_items (title)",
             "CREATE TRIGGER on_title AFTER INSERT ON p_todo_items BEGIN SELECT 1; END",
             "CREATE VIEW other_view AS SELECT 1",
             "CREATE TRIGGER p_todo_evil AFTER INSERT ON users BEGIN SELECT 1; END",
             "CREATE TEMP TABLE p_todo_temp (a)",
             "CREATE VIRTUAL TABLE p_todo_stat USING dbstat(main)",
             "SELECT * FROM sqlite_master",
             "SELECT * FROM pragma_table_info('users')",
             "SELECT * FROM sqlite_stmt",
         })
        EXPECT_TRUE(!runs(sql) && (code == "table_not_yours" || code == "statement_not_allowed")) << sql << ": " << reason;
}

// What the host does with its own tables, under no restriction, starts nothing of a plugin's: neither a trigger on such a table
// nor a key that would bring the host's deletion to the plugin's own triggers.
TEST_F(Restriction, KeepsAPluginsTriggersFromTheHostsTables)
{
    for (const std::string when : {"AFTER INSERT ON users", "BEFORE DELETE ON users", "AFTER UPDATE OF role ON users"}) {
        EXPECT_FALSE(runs("CREATE TRIGGER p_todo_t " + when + " BEGIN DELETE FROM p_todo_items; END")) << when;
        EXPECT_EQ(code, "table_not_yours") << when << ": " << reason;
    }
    EXPECT_FALSE(runs("CREATE TEMP TRIGGER p_todo_t AFTER DELETE ON users BEGIN DELETE FROM p_todo_items; END"));
    for (const std::string sql : {"CREATE TABLE p_todo_k (owner INTEGER REFERENCES users (id) ON DELETE CASCADE)",
                                  "CREATE TABLE p_todo_k (a, FOREIGN KEY (a) REFERENCES users)",
                                  "ALTER TABLE p_todo_items ADD COLUMN owner INTEGER REFERENCES users (id)"}) {
        database->begin();
        connection().restrictTo("p_todo_");
        EXPECT_FALSE(runs(sql)) << sql;
        EXPECT_EQ(code, "table_not_yours") << sql << ": " << reason;
        database->rollback();
        connection().restrictTo("p_todo_");
    }
    EXPECT_TRUE(runs("CREATE TRIGGER p_todo_t AFTER DELETE ON p_todo_items BEGIN DELETE FROM p_todo_items; END")) << reason;
    EXPECT_TRUE(runs("INSERT INTO p_todo_items (title) VALUES ('milk')"));
    connection().restrictTo({});
    connection().execute("DELETE FROM users");
    auto& left = connection().prepare("SELECT count(*) FROM p_todo_items");
    ASSERT_TRUE(left.step());
    EXPECT_EQ(left.integer(0), 1);
}

TEST_F(Restriction, KnowsTheNamesOfAWithClause)
{
    EXPECT_TRUE(runs("WITH r (n) AS (SELECT 1) SELECT count(*) FROM r")) << reason;
    EXPECT_TRUE(runs("WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT 2 FROM r LIMIT 3) SELECT count(*) FROM r")) << reason;
    constexpr std::string_view again = "WITH r (n) AS (SELECT 1) SELECT count(*) FROM r, p_todo_items";
    EXPECT_TRUE(connection().prepare(again).step());
    EXPECT_TRUE(runs("CREATE TABLE p_todo_more (a)")) << "now it is compiled anew";
    EXPECT_TRUE(connection().prepare(again).step());
    for (const char* sql : {"WITH users AS (SELECT 1) SELECT count(*) FROM main.users",
                            "SELECT (WITH users AS (SELECT 1) SELECT 2), (SELECT count(*) FROM users)",
                            "WITH r AS (SELECT count(*) FROM users) SELECT count(*) FROM r",
                            "SELECT count(*) FROM pragma_table_list", "SELECT count(*) FROM dbstat",
                            "SELECT count(*) FROM sqlite_master", "SELECT count(*) FROM p_other_items"})
        EXPECT_TRUE(!runs(sql) && code == "table_not_yours") << sql << ": " << reason;
}

TEST_F(Restriction, DoesNotLetATableLeaveItsPrefix)
{
    EXPECT_TRUE(runs("ALTER TABLE p_todo_items RENAME TO p_todo_things")) << reason;
    EXPECT_FALSE(runs("ALTER TABLE p_todo_things RENAME TO things"));
    EXPECT_EQ(code, "table_not_yours") << reason;
}

TEST_F(Restriction, DoesNotLetTheSchemaBeWritten)
{
    for (const char* sql : {"UPDATE sqlite_master SET sql = ''", "DELETE FROM sqlite_master",
                            "INSERT INTO sqlite_master (name) VALUES ('evil')"})
        EXPECT_FALSE(runs(sql)) << sql;
}

TEST_F(Restriction, DeniesOtherTablesThroughViewsTriggersAndSearch)
{
    EXPECT_FALSE(runs("CREATE VIEW p_todo_v AS SELECT * FROM users"));
    EXPECT_EQ(code, "table_not_yours") << reason;
    for (const std::string when : {"AFTER INSERT", "BEFORE UPDATE", "AFTER UPDATE OF title", "AFTER DELETE"}) {
        EXPECT_FALSE(runs("CREATE TRIGGER p_todo_t " + when + " ON p_todo_items BEGIN DELETE FROM users; END")) << when;
        EXPECT_EQ(code, "table_not_yours") << when << ": " << reason;
        connection().restrictTo({});
        connection().execute("DROP TRIGGER IF EXISTS p_todo_t"); // its transaction would have been rolled back
        connection().restrictTo("p_todo_");
    }
    // Where such a thing is there all the same, using it asks for the table behind.
    connection().restrictTo({});
    connection().execute("DROP VIEW IF EXISTS p_todo_v; CREATE VIEW p_todo_v AS SELECT * FROM users;"
                         "CREATE TRIGGER p_todo_t AFTER INSERT ON p_todo_items BEGIN UPDATE users SET role = 'admin'; END");
    connection().restrictTo("p_todo_");
    EXPECT_FALSE(runs("SELECT * FROM p_todo_v"));
    EXPECT_FALSE(runs("INSERT INTO p_todo_items (title) VALUES ('x')"));
    static_cast<void>(
        runs("CREATE VIRTUAL TABLE p_todo_f USING fts5(username, content = 'users', content_rowid = 'id')"));
    EXPECT_FALSE(runs("INSERT INTO p_todo_f (p_todo_f) VALUES ('rebuild')"));
}

TEST_F(Restriction, DeniesWhatReachesBeyondTables)
{
    for (const char* sql : {
             "ATTACH '/tmp/evil.db' AS evil",
             "VACUUM INTO '/tmp/evil.db'",
             "PRAGMA journal_mode = DELETE",
             "PRAGMA foreign_keys = OFF",
             "PRAGMA writable_schema = ON",
             "SELECT load_extension('evil')",
             "BEGIN",
             "COMMIT",
             "ROLLBACK",
             "SAVEPOINT evil",
             "ANALYZE",
             "REINDEX",
         })
        EXPECT_FALSE(runs(sql)) << sql;
}

TEST_F(Restriction, DoesNotReuseAStatementOfTheHost)
{
    connection().restrictTo({});
    constexpr std::string_view sql = "SELECT username FROM users";
    ASSERT_TRUE(connection().prepare(sql).step());
    connection().restrictTo("p_todo_");
    EXPECT_THROW(connection().prepare(sql), DatabaseError);
    connection().restrictTo("p_other_");
    EXPECT_THROW(connection().prepare("SELECT title FROM p_todo_items"), DatabaseError);
    connection().restrictTo({});
    EXPECT_TRUE(connection().prepare(sql).step());
    EXPECT_NO_THROW(connection().prepare("SELECT title FROM p_todo_items"));
}

TEST_F(Restriction, AlsoHoldsWhenAStatementIsCompiledAnew)
{
    constexpr std::string_view sql = "SELECT count(*) FROM p_todo_items";
    EXPECT_TRUE(connection().prepare(sql).step());
    connection().restrictTo({});
    connection().execute("ALTER TABLE p_todo_items ADD COLUMN due INTEGER"); // all statements are stale now
    connection().restrictTo("p_todo_");
    EXPECT_TRUE(connection().prepare(sql).step());
}

TEST_F(Restriction, EndsWithTheRead)
{
    connection().restrictTo({});
    for (int i = 0; i < 8; ++i) { // each reader at least once
        database->read([](Connection& reader) {
            reader.restrictTo("p_todo_");
            EXPECT_THROW(reader.prepare("SELECT * FROM users"), DatabaseError);
        });
        EXPECT_THROW(database->read([](Connection& reader) {
            reader.restrictTo("p_todo_");
            reader.prepare("SELECT * FROM users");
        }),
                     DatabaseError);
        database->read([](Connection& reader) { EXPECT_TRUE(reader.prepare("SELECT * FROM users").step()); });
    }
}

TEST_F(Restriction, KeepsABoundedNumberOfStatements)
{
    for (int i = 0; i < 2000; ++i) {
        connection().restrictTo("p_todo_");
        connection().prepare("SELECT " + std::to_string(i) + " FROM p_todo_items").step();
        connection().restrictTo({});
    }
    connection().restrictTo("p_todo_");
    EXPECT_NO_THROW(connection().prepare("SELECT 1 FROM p_todo_items").step());
}

} // namespace netbit::storage::test
