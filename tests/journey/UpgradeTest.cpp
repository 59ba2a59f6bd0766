// The server on a database of the first schema, with years of messages in it; and on one that is too new for it.
// NETBIT_IRC_DATA (see README.md) makes it the large log; without it, it is a thousand lines.

#include "journey/Stage.h"
#include "support/Eventually.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sqlite3.h>

namespace netbit::test {
namespace {

namespace fs = std::filesystem;

class Sqlite {
public:
    explicit Sqlite(const std::string& path)
    {
        if (::sqlite3_open(path.c_str(), &_handle) != SQLITE_OK)
            throw std::runtime_error("cannot open " + path);
    }
    ~Sqlite() { ::sqlite3_close(_handle); }
    Sqlite(const Sqlite&) = delete;
    Sqlite& operator=(const Sqlite&) = delete;

    void run(const std::string& sql)
    {
        char* error = nullptr;
        if (::sqlite3_exec(_handle, sql.c_str(), nullptr, nullptr, &error) != SQLITE_OK)
            throw std::runtime_error(std::string(error) + " in " + sql.substr(0, 200));
    }
    std::string value(const std::string& sql)
    {
        std::string out;
        const auto keep = [](void* user, int, char** columns, char**) {
            static_cast<std::string*>(user)->assign(columns[0] ? columns[0] : "");
            return 0;
        };
        if (::sqlite3_exec(_handle, sql.c_str(), keep, &out, nullptr) != SQLITE_OK)
            throw std::runtime_error(::sqlite3_errmsg(_handle));
        return out;
    }
    void addMessages(const std::vector<std::string>& texts)
    {
        run("BEGIN");
        sqlite3_stmt* insert = nullptr;
        ::sqlite3_prepare_v2(_handle, "INSERT INTO messages (id, chat_id, sender_id, content, created_at) VALUES (?1, 1, 2, ?2, ?3)",
                             -1, &insert, nullptr);
        std::int64_t id = 0;
        for (const auto& text : texts) {
            ++id;
            ::sqlite3_bind_int64(insert, 1, id);
            ::sqlite3_bind_text(insert, 2, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
            ::sqlite3_bind_int64(insert, 3, 1'100'000'000'000 + id);
            if (::sqlite3_step(insert) != SQLITE_DONE)
                throw std::runtime_error(::sqlite3_errmsg(_handle));
            ::sqlite3_reset(insert);
        }
        ::sqlite3_finalize(insert);
        run("COMMIT");
    }

private:
    sqlite3* _handle = nullptr;
};

std::vector<std::string> years()
{
    std::vector<std::string> texts;
    if (const char* const data = std::getenv("NETBIT_IRC_DATA")) {
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(fs::path(data) / "large"))
            if (entry.path().string().ends_with(".raw.txt"))
                files.push_back(entry.path());
        std::ranges::sort(files);
        for (const auto& file : files) {
            std::ifstream input(file, std::ios::binary);
            for (std::string line; std::getline(input, line);)
                if (const auto end = line.find("> "); end != std::string::npos && line.compare(0, 1, "[") == 0)
                    texts.push_back(line.substr(end + 2));
        }
    } else {
        for (int i = 0; i < 1'000; ++i)
            texts.push_back("line " + std::to_string(i) + " of the old days, s\u00e9cond \U0001f600");
    }
    texts.emplace_back("the unmistakable xylophone of the last day");
    return texts;
}

std::string fileOf(const Daemon& daemon) { return daemon.data() + "/netbit.db"; }

Finished netbit(std::vector<std::string> words)
{
    words.insert(words.begin(), netbitPath());
    return runProgram(words, {}, {}, Deadline(std::chrono::seconds(120)));
}

/// A server that has stopped, on an empty data directory.
struct Empty {
    Empty()
    {
        daemon.stop();
        for (const auto& entry : fs::directory_iterator(daemon.data()))
            fs::remove_all(entry.path());
    }
    Daemon daemon;
};

TEST(Upgrade, ADatabaseOfTheFirstSchemaIsThereToTheLastMessage)
{
    const auto texts = years();
    Empty stage;
    auto& daemon = stage.daemon;
    {
        Sqlite old(fileOf(daemon));
        std::ifstream schema(UPGRADE_FIRST);
        old.run({std::istreambuf_iterator<char>(schema), {}});
        old.run("INSERT INTO users (id, username, password, created_at, role) VALUES (1, 'admin', '', 1000, 'admin'),"
                " (2, 'ada', '', 1000, 'member');"
                "INSERT INTO chats VALUES (1, 'general', 'channel', 2, 1000, 1000);"
                "INSERT INTO chat_participants VALUES (1, 1, 'member', 1000, 0), (1, 2, 'admin', 1000, 0)");
        old.addMessages(texts);
    }
    fs::permissions(fileOf(daemon), fs::perms::owner_read | fs::perms::owner_write);
    daemon.start();
    std::cout << texts.size() << " messages: ready in " << daemon.timeToReady().count() << " ms\n";
    const auto made = runProgram({netbitPath(), "user", "password", "ada", "--password-stdin", "--data", daemon.data()},
                                 std::string(password) + "\n");
    ASSERT_EQ(made.exitCode, 0) << made.err;
    auto http = daemon.client(textAt(login(daemon, "ada"), "/access_token"));
    auto expected = texts.size();
    for (std::string cursor; expected > 0;) {
        const auto page = http.expect(200, "GET", messagesOf(1, "limit=200" + cursor));
        const auto& rows = listAt(page, "/data");
        ASSERT_FALSE(rows.empty()) << expected << " are missing";
        for (auto row = rows.rbegin(); row != rows.rend(); ++row, --expected) {
            ASSERT_EQ(integerAt(*row, "/id"), static_cast<std::int64_t>(expected));
            ASSERT_EQ(textAt(*row, "/content"), texts[expected - 1]);
        }
        cursor = "&before=" + std::to_string(expected + 1);
    }
    const auto found = http.expect(200, "GET", "/api/search?q=xylophone");
    ASSERT_EQ(listAt(found, "/data").size(), 1U);
    EXPECT_EQ(say(http, 1, "and of today"), static_cast<std::int64_t>(texts.size()) + 1);
    const auto verified = netbit({"verify", "--data", daemon.data()});
    EXPECT_EQ(verified.exitCode, 0) << verified.out << verified.err;
}

TEST(Upgrade, ADatabaseThatIsNewerIsRefusedInWordsAndABackupLeadsBack)
{
    Stage stage;
    auto& daemon = stage.daemon;
    const auto chat = makeChat(daemon, stage.ada, "group", {stage.bob});
    auto http = daemon.client(stage.ada.token);
    say(http, chat, "before");
    const auto saved = daemon.folder() + "/before.tar";
    ASSERT_EQ(netbit({"backup", saved, "--data", daemon.data()}).exitCode, 0);
    say(http, chat, "behind");
    daemon.stop();
    std::string last;
    {
        Sqlite newer(fileOf(daemon));
        last = newer.value("SELECT max(number) FROM schema_migrations WHERE owner = 'netbit'");
        newer.run("ALTER TABLE chats ADD COLUMN colour TEXT; INSERT INTO schema_migrations VALUES ('netbit', " + last +
                  " + 1, 'of tomorrow', 'x', 1)");
    }
    const auto refused = runProgram(daemon.command());
    EXPECT_NE(refused.exitCode, 0);
    EXPECT_NE(refused.err.find("use a newer build"), std::string::npos) << refused.err;
    EXPECT_EQ(Sqlite(fileOf(daemon)).value("SELECT count(*) FROM pragma_table_info('chats') WHERE name = 'colour'"), "1");

    fs::rename(daemon.data(), daemon.folder() + "/newer");
    const auto restored = netbit({"restore", saved, "--data", daemon.data()});
    ASSERT_EQ(restored.exitCode, 0) << restored.err;
    daemon.start();
    auto again = daemon.client(stage.ada.token);
    const auto page = again.expect(200, "GET", messagesOf(chat));
    ASSERT_EQ(listAt(page, "/data").size(), 1U);
    EXPECT_EQ(textAt(page, "/data/0/content"), "before");
}

} // namespace
} // namespace netbit::test
