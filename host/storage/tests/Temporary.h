#pragma once
// A database of its own for each test, in a directory that goes with it.

#include "storage/Database.h"
#include "storage/Migrations.h"
#include "storage/Repositories.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <stdexcept>
#include <stdlib.h>
#include <string>

namespace netbit::storage::test
{

class Directory
{
public:
    Directory()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "netbit-storage-XXXXXX").string();
        if (!::mkdtemp(pattern.data()))
            throw std::runtime_error("mkdtemp failed");
        _path = pattern;
    }
    ~Directory()
    {
        std::error_code ignored;
        std::filesystem::remove_all(_path, ignored);
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    std::string file(const std::string& name) const { return (_path / name).string(); }

private:
    std::filesystem::path _path;
};

inline std::unique_ptr<Database> open(const std::string& path, unsigned readers = 2)
{
    auto opened = openSqlite({.path = path, .readers = readers, .cacheKib = 1024});
    if (!opened)
        throw std::runtime_error(opened.error().detail);
    return std::move(opened).value();
}

/// The host's tables in a fresh file.
class HostDatabase : public ::testing::Test
{
protected:
    HostDatabase()
        : path(directory.file("netbit.db"))
        , database(open(path))
    {
        const auto migrated = migrate(*database, "netbit", hostMigrations());
        if (!migrated)
            throw std::runtime_error(migrated.error().detail);
    }

    Connection& connection() { return database->writing(); }

    void addUser(Id id, const std::string& name)
    {
        UserRepository::insert(connection(), {.id = id, .username = name, .createdAt = 1000 + id});
    }

    void addChat(Id id)
    {
        ChatRepository::insert(connection(),
                               {.id = id,
                                .name = "chat " + std::to_string(id),
                                .chatType = "group",
                                .creatorId = 1,
                                .createdAt = 2000,
                                .updatedAt = 2000});
    }

    Directory directory;
    std::string path;
    std::unique_ptr<Database> database;
};

} // namespace netbit::storage::test
