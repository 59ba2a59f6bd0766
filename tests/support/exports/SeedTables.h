#pragma once
// A database as the seed has it, with rows of each table, and some that should not be.

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <string>

namespace netbit::test
{

inline constexpr const char* seedTables = R"(
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, username TEXT UNIQUE NOT NULL, password TEXT NOT NULL, email TEXT,
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE projects (id INTEGER PRIMARY KEY, name TEXT, owner_id INTEGER, description TEXT, is_public INTEGER, created_at DATETIME,
    UNIQUE (owner_id, name));
CREATE TABLE project_configs (project_id INTEGER UNIQUE, config_json TEXT, updated_at DATETIME);
CREATE TABLE repositories (id INTEGER PRIMARY KEY, name TEXT, project_id INTEGER, owner_id INTEGER, description TEXT,
    is_public INTEGER, created_at DATETIME);
CREATE TABLE chats (id INTEGER PRIMARY KEY, name TEXT, chat_type TEXT, creator_id INTEGER, created_at DATETIME, updated_at DATETIME);
CREATE TABLE chat_participants (chat_id INTEGER, user_id INTEGER, role TEXT, joined_at DATETIME, last_read_at DATETIME);
CREATE TABLE messages (id INTEGER PRIMARY KEY, chat_id INTEGER, sender_id INTEGER, content TEXT, message_type TEXT,
    created_at DATETIME, is_edited INTEGER, edited_at DATETIME);
INSERT INTO users VALUES (1, 'ann', 'hash', 'ann@example.org', '2024-01-02 03:04:05'), (2, 'ben two', 'hash', '', 1704164645),
    (3, 'cem', 'hash', NULL, 1704164645123);
INSERT INTO chats VALUES (1, 'all', 'group', 1, '2024-01-02 03:04:05', '2024-01-03T03:04:05Z'), (2, '', 'direct', 1, 1704164645, NULL),
    (3, 'news', 'channel', NULL, 1704164645, NULL), (4, '', 'direct', 1, 1704164645, NULL), (5, 'odd', 'circle', 1, 1704164645, NULL);
INSERT INTO chat_participants VALUES (1, 1, 'admin', '2024-01-02 03:04:05', '2024-01-02 04:00:00'), (1, 2, 'member', NULL, NULL),
    (2, 1, 'member', NULL, NULL), (2, 2, 'member', NULL, NULL), (4, 1, 'member', NULL, NULL), (3, 3, 'moderator', NULL, NULL);
INSERT INTO messages VALUES (1, 1, 1, 'first', 'text', '2024-01-02 03:04:06', 0, NULL),
    (2, 1, 2, 'second', 'text', '2024-01-02 03:04:06.5', 1, '2024-01-02 03:05:00'), (3, 2, 1, 'between us', 'text', 1704164700, 0, NULL),
    (4, 1, 1, 'joined', 'system', 1704164701, 0, NULL), (5, 1, 1, 'a picture', 'image', 1704164702, 0, NULL),
    (6, 1, 1, 'when?', 'text', 'yesterday', 0, NULL), (7, 1, 1, CAST(X'FF' AS TEXT), 'text', 1704164703, 0, NULL),
    (8, 1, 1, 'odd', 'smell', 1704164704, 0, NULL);
INSERT INTO projects VALUES (1, 'p', 1, '', 1, 1), (2, 'q', 1, '', 1, 1);
INSERT INTO project_configs VALUES (1, '{}', 1);
INSERT INTO repositories VALUES (1, 'r', 1, 1, '', 1, 1);
)";

inline void makeDatabase(const std::string& path, const std::string& sql)
{
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &error), SQLITE_OK) << (error ? error : "");
    sqlite3_free(error);
    sqlite3_close(database);
}

} // namespace netbit::test
