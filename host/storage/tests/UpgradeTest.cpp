// A database as the first schema made it, with people's messages in it, through every later step of the host's schema.
// NETBIT_IRC_DATA (see tests/journey/README.md) adds the large log; without it that test is skipped.

#include "base/Digest.h"
#include "storage/tests/Temporary.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <vector>

namespace netbit::storage::test
{

namespace
{

namespace fs = std::filesystem;

struct Said {
    std::string by;
    std::string text;
};

const std::vector<Said> fewWords{{"ada", "first"}, {"bob", "s\u00e9cond, with 'quotes' and %"}, {"ada", "\U0001f600 third"},
                                 {"no|body[`", "fourth\twith a tab"}};

std::vector<Said> messagesIn(const fs::path& log)
{
    std::vector<Said> said;
    std::ifstream input(log, std::ios::binary);
    for (std::string line; std::getline(input, line);) {
        const auto end = line.find('>');
        if (line.size() > 9 && line.starts_with('[') && line.compare(6, 3, "] <") == 0 && end != std::string::npos)
            said.push_back({line.substr(9, end - 9), line.substr(std::min(end + 2, line.size()))});
    }
    return said;
}

/// Rows in every table of the first schema, by the SQL that it had.
void fill(Connection& connection, const std::vector<Said>& log)
{
    std::map<std::string, std::int64_t> users;
    auto& user = connection.prepare("INSERT INTO users (id, username, password, email, created_at, role)"
                                    " VALUES ($1, $2, 'hash', $3, 1000, $4)");
    // Names were compared as NOCASE, which knows of ASCII alone.
    const auto idOf = [&](std::string name) {
        std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        const auto [at, added] = users.emplace(name, users.size() + 1);
        if (added) {
            const auto email = std::to_string(at->second) + "@example.org";
            user.bind(1, at->second).bind(2, name).bind(3, email).bind(4, at->second == 1 ? "admin" : "member").run();
        }
        return at->second;
    };
    for (const auto& said : log)
        idOf(said.by);
    connection.execute("INSERT INTO chats VALUES (1, 'general', 'channel', 1, 2000, 2000);"
                       "INSERT INTO chats VALUES (2, 'empty', 'direct', NULL, 2000, 2000)");
    connection.execute("INSERT INTO chat_participants SELECT 1, id, CASE id WHEN 1 THEN 'admin' ELSE 'member' END, 2000, 2500 FROM users");
    auto& message = connection.prepare("INSERT INTO messages (id, chat_id, sender_id, content, created_at, is_edited, edited_at, reply_to)"
                                       " VALUES ($1, 1, $2, $3, $4, $5, $6, $7)");
    auto& event = connection.prepare("INSERT INTO events (topic, chat_id, actor_id, object_id, data, created_at)"
                                     " VALUES ('message.created', 1, $1, $2, '', $3)");
    std::int64_t id = 0;
    for (const auto& said : log) {
        ++id;
        const bool edited = id % 10 == 0;
        message.bind(1, id).bind(2, idOf(said.by)).bind(3, said.text).bind(4, 3000 + id).bind(5, edited ? 1 : 0);
        edited ? message.bind(6, 4000 + id) : message.bindNull(6);
        id % 7 == 3 ? message.bind(7, id - 1) : message.bindNull(7);
        message.run();
        event.bind(1, idOf(said.by)).bind(2, id).bind(3, 3000 + id).run();
    }
    connection.execute("INSERT INTO message_keys VALUES (1, 'once', x'00', 1, 3001);"
                       "INSERT INTO sessions VALUES (1, 1, 'curl', 3000, 3000, 9000, NULL);"
                       "INSERT INTO refresh_tokens VALUES (zeroblob(32), 1, 9000, NULL);"
                       "INSERT INTO access_tokens VALUES (1, 1, 'ci', randomblob(32), 3000, NULL, NULL);"
                       "INSERT INTO invites VALUES (randomblob(32), 1, 3000, 9000, NULL);"
                       "INSERT INTO imports VALUES (1, 'log', 1, 2, 'd', 1, 2, 3000)");
}

class Upgrade : public ::testing::Test
{
protected:
    static std::size_t steps() { return hostMigrations().size(); }
    void toStep(std::size_t number)
    {
        const auto migrated = migrate(*database, "netbit", hostMigrations().first(number));
        ASSERT_TRUE(migrated) << migrated.error().detail;
    }
    void makeFirst(const std::vector<Said>& log)
    {
        database.reset();
        fs::remove_all(directory.file("u.db"));
        database = open(directory.file("u.db"));
        ASSERT_NO_FATAL_FAILURE(toStep(1));
        database->begin();
        fill(database->writing(), log);
        database->commit();
    }
    void reopen()
    {
        database.reset();
        database = open(directory.file("u.db"));
    }

    /// Every value that a query gives, in a form that no other values have.
    std::string all(const std::string& sql)
    {
        std::string out;
        auto& rows = database->writing().prepare(sql);
        while (rows.step())
            for (int i = 0; i < rows.columns(); ++i) {
                const auto value = rows.isNull(i) ? std::string("-") : std::string(rows.text(i));
                out += std::to_string(value.size()) + ':' + value;
            }
        return out;
    }

    /// The columns of the first schema, of all that people had written and been given.
    std::string digest()
    {
        std::string out;
        for (const char* const each :
             {"SELECT id, username, password, email, created_at, role, state FROM users ORDER BY id",
              "SELECT id, name, chat_type, creator_id, created_at FROM chats ORDER BY id",
              "SELECT chat_id, user_id, role, joined_at FROM chat_participants ORDER BY chat_id, user_id",
              "SELECT id, chat_id, sender_id, content, message_type, created_at, is_edited, edited_at, reply_to FROM messages ORDER BY id",
              "SELECT sender_id, key, hex(digest), message_id, created_at FROM message_keys",
              "SELECT id, topic, chat_id, actor_id, object_id, created_at FROM events ORDER BY id",
              "SELECT id, user_id, client, created_at, expires_at, revoked_at FROM sessions",
              "SELECT hex(hash), session_id, expires_at FROM refresh_tokens",
              "SELECT id, user_id, name, hex(hash), created_at, expires_at, revoked_at FROM access_tokens",
              "SELECT hex(hash), created_by, created_at, expires_at FROM invites",
              "SELECT * FROM imports"})
            out += base::sha256Hex(all(each)) + '\n';
        return out;
    }
    std::string shape() { return all("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"); }

    void expectSound()
    {
        EXPECT_EQ(all("PRAGMA foreign_key_check"), "");
        EXPECT_EQ(all("PRAGMA integrity_check"), "2:ok");
    }

    Directory directory;
    std::unique_ptr<Database> database;
};

} // namespace

TEST_F(Upgrade, EachStepKeepsWhatWasWrittenBefore)
{
    ASSERT_NO_FATAL_FAILURE(makeFirst(fewWords));
    const auto before = digest();
    for (std::size_t step = 2; step <= steps(); ++step) {
        ASSERT_NO_FATAL_FAILURE(toStep(step));
        ASSERT_EQ(digest(), before) << "step " << step << " (" << hostMigrations()[step - 1].name << ')';
        expectSound();
    }
}

TEST_F(Upgrade, FromEachEarlierSchemaEndsInTheSameOne)
{
    ASSERT_NO_FATAL_FAILURE(makeFirst(fewWords));
    ASSERT_NO_FATAL_FAILURE(toStep(steps()));
    const auto wanted = shape();
    for (std::size_t from = 1; from < steps(); ++from) {
        ASSERT_NO_FATAL_FAILURE(makeFirst(fewWords));
        ASSERT_NO_FATAL_FAILURE(toStep(from));
        const auto before = digest();
        reopen();
        ASSERT_NO_FATAL_FAILURE(toStep(steps()));
        EXPECT_EQ(shape(), wanted) << "from step " << from;
        EXPECT_EQ(digest(), before) << "from step " << from;
        expectSound();
    }
}

TEST_F(Upgrade, AStepThatFailsLeavesTheOldSchemaToTheOldBuild)
{
    ASSERT_NO_FATAL_FAILURE(makeFirst(fewWords));
    const auto before = digest();
    const auto shapeBefore = shape();
    std::vector<Migration> later(hostMigrations().begin(), hostMigrations().end());
    later.push_back({static_cast<int>(later.size()) + 1, "broken", "CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1)"});
    EXPECT_FALSE(migrate(*database, "netbit", later));
    EXPECT_EQ(shape(), shapeBefore);
    EXPECT_EQ(digest(), before);
    reopen();
    ASSERT_NO_FATAL_FAILURE(toStep(1));
}

TEST_F(Upgrade, ADatabaseOfANewerBuildIsRefusedAndLeftAsItIs)
{
    ASSERT_NO_FATAL_FAILURE(makeFirst(fewWords));
    std::vector<Migration> later(hostMigrations().begin(), hostMigrations().end());
    later.push_back({static_cast<int>(later.size()) + 1, "of tomorrow", "ALTER TABLE chats ADD COLUMN colour TEXT"});
    ASSERT_TRUE(migrate(*database, "netbit", later));
    const auto before = shape() + digest();
    reopen();
    const auto refused = migrate(*database, "netbit", hostMigrations());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "database_newer");
    EXPECT_EQ(shape() + digest(), before);
}

TEST_F(Upgrade, TheLargeLogGoesThroughEachStep)
{
    const char* const data = std::getenv("NETBIT_IRC_DATA");
    if (!data || !fs::is_directory(fs::path(data) / "large"))
        GTEST_SKIP() << "NETBIT_IRC_DATA names no folder with large/";
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(fs::path(data) / "large"))
        if (entry.path().string().ends_with(".raw.txt"))
            files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<Said> log;
    for (const auto& file : files)
        std::ranges::move(messagesIn(file), std::back_inserter(log));
    ASSERT_EQ(log.size(), 196'146U);
    ASSERT_NO_FATAL_FAILURE(makeFirst(log));
    const auto before = digest();
    for (std::size_t step = 2; step <= steps(); ++step) {
        const auto begun = std::chrono::steady_clock::now();
        ASSERT_NO_FATAL_FAILURE(toStep(step));
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
        RecordProperty("step " + std::to_string(step), std::to_string(took.count()) + " ms");
    }
    EXPECT_EQ(digest(), before);
    expectSound();
}

} // namespace netbit::storage::test
