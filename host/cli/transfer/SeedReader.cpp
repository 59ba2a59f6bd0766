// The seed's own database: users, chats, chat_participants, messages, projects, project_configs, repositories. It is opened
// for reading only.

#include "base/Json.h"
#include "cli/transfer/Readers.h"
#include "cli/transfer/Records.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <sqlite3.h>

namespace netbit::cli::transfer
{

namespace
{

using base::fault;
using base::Result;
using base::Status;

struct CloseDatabase {
    void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
};
struct EndStatement {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using DatabasePtr = std::unique_ptr<sqlite3, CloseDatabase>;

/// Rows of one query, whatever types are in them.
class Rows
{
public:
    static Result<Rows> of(sqlite3* database, const std::string& sql)
    {
        sqlite3_stmt* made = nullptr;
        if (sqlite3_prepare_v2(database, sql.c_str(), -1, &made, nullptr) != SQLITE_OK)
            return fault(Status::invalid, "no_seed", std::string("The database has not the seed's tables: ") +
                                                         sqlite3_errmsg(database) + ".");
        return Rows(database, made);
    }
    /// Error: the database is damaged.
    Result<bool> next()
    {
        const auto state = sqlite3_step(_statement.get());
        if (state == SQLITE_ROW)
            return true;
        if (state == SQLITE_DONE)
            return false;
        return fault(Status::malformed, "damaged",
                     std::string("The database cannot be read on: ") + sqlite3_errmsg(_database) + ".");
    }
    std::string text(int column) const
    {
        const auto* const bytes = reinterpret_cast<const char*>(sqlite3_column_text(_statement.get(), column));
        if (!bytes)
            return {};
        return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(_statement.get(), column))};
    }
    std::int64_t integer(int column) const { return sqlite3_column_int64(_statement.get(), column); }
    bool isNull(int column) const { return sqlite3_column_type(_statement.get(), column) == SQLITE_NULL; }

    /// Seconds or milliseconds since 1970, or "2026-01-02 03:04:05" in UTC, with or without T, decimals and Z.
    std::optional<base::Millis> time(int column) const
    {
        const auto type = sqlite3_column_type(_statement.get(), column);
        constexpr std::int64_t asSeconds = 100'000'000'000; // in milliseconds this is 1973
        constexpr std::int64_t end = 253'402'300'800'000;   // the year 10000
        if (type == SQLITE_INTEGER || type == SQLITE_FLOAT) {
            const auto value = sqlite3_column_double(_statement.get(), column);
            if (!(value >= 0) || value >= static_cast<double>(end))
                return std::nullopt;
            return static_cast<base::Millis>(value < static_cast<double>(asSeconds) ? value * 1'000 : value);
        }
        if (type != SQLITE_TEXT)
            return std::nullopt;
        auto written = text(column);
        if (written.size() >= 19 && written[10] == ' ')
            written[10] = 'T';
        if (written.size() >= 19 && written.find_first_of("Zz+-", 19) == std::string::npos)
            written += 'Z';
        return base::parseRfc3339(written);
    }

private:
    Rows(sqlite3* database, sqlite3_stmt* statement)
        : _database(database)
        , _statement(statement)
    {
    }
    sqlite3* _database;
    std::unique_ptr<sqlite3_stmt, EndStatement> _statement;
};

class SeedReader final : public Reader
{
public:
    SeedReader(std::string path, DatabasePtr database)
        : _path(std::move(path))
        , _database(std::move(database))
    {
    }

    std::string source() const override { return "seed:" + oneLine(std::filesystem::path(_path).filename().string(), 150); }

    Result<void> read(const Reading& reading) override
    {
        // One consistent view, also while the seed still writes.
        if (sqlite3_exec(_database.get(), "BEGIN", nullptr, nullptr, nullptr) != SQLITE_OK)
            return fault(Status::invalid, "no_seed", _path + " cannot be read: " + sqlite3_errmsg(_database.get()) + ".");
        std::int64_t tables = 0; // and no views, which could do anything
        if (auto counted = each("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
                                " AND name IN ('users', 'chats', 'chat_participants', 'messages')",
                                [&](const Rows& row) {
                                    tables = row.integer(0);
                                    return Result<void>();
                                });
            !counted)
            return counted;
        if (tables != 4)
            return fault(Status::invalid, "no_seed",
                         _path + " is no database of the seed: users, chats, chat_participants and messages are its tables.");
        for (const auto part : {&SeedReader::users, &SeedReader::chats, &SeedReader::messages, &SeedReader::members,
                                &SeedReader::projects, &SeedReader::repositories})
            if (auto done = (this->*part)(reading); !done)
                return done;
        return {};
    }

private:
    std::string at(std::string_view table, const Rows& row) const
    {
        return _path + ", " + std::string(table) + " " + std::to_string(row.integer(0));
    }

    template <class Use> Result<void> each(const std::string& sql, Use use)
    {
        auto rows = Rows::of(_database.get(), sql);
        if (!rows)
            return rows.error();
        for (;;) {
            const auto more = rows->next();
            if (!more)
                return more.error();
            if (!*more)
                return {};
            if (auto done = use(*rows); !done)
                return done;
        }
    }

    Result<void> users(const Reading& reading)
    {
        return each("SELECT id, username, email, created_at FROM users ORDER BY id", [&](const Rows& row) -> Result<void> {
            const auto where = at("users", row);
            if (!base::validUtf8(row.text(1)) || !base::validUtf8(row.text(2))) {
                reading.report.leftOut("user", where, "invalid_utf8", "Its text is no UTF-8.");
                return {};
            }
            UserItem item;
            item.key = std::to_string(row.integer(0));
            item.username = username(row.text(1), "user" + item.key);
            item.email = email(row.text(2));
            item.createdAt = row.time(3).value_or(0);
            return reading.sink.put("user", json(item), where);
        });
    }

    Result<void> chats(const Reading& reading)
    {
        const auto sql = "SELECT c.id, c.name, c.chat_type, c.creator_id, c.created_at, c.updated_at,"
                         " (SELECT group_concat(user_id) FROM (SELECT user_id FROM chat_participants WHERE chat_id = c.id"
                         " ORDER BY user_id LIMIT 3)) FROM chats c ORDER BY c.id";
        return each(sql, [&](const Rows& row) -> Result<void> {
            const auto where = at("chats", row);
            if (!base::validUtf8(row.text(1))) {
                reading.report.leftOut("chat", where, "invalid_utf8", "Its name is no UTF-8.");
                return {};
            }
            ChatItem item;
            item.key = std::to_string(row.integer(0));
            item.name = oneLine(row.text(1), 200);
            item.type = row.text(2);
            item.creator = row.isNull(3) ? std::string() : std::to_string(row.integer(3));
            item.createdAt = row.time(4).value_or(0);
            item.updatedAt = row.time(5).value_or(0);
            const auto with = row.text(6);
            if (item.type == "direct" && std::count(with.begin(), with.end(), ',') == 1) {
                const auto comma = with.find(',');
                item.participants = {with.substr(0, comma), with.substr(comma + 1)};
            } else {
                if (item.type != "group" && item.type != "channel") {
                    reading.report.note(where, "chat_type", item.type == "direct" ? "A direct chat is of two; this is a group."
                                                                                  : "Of an unknown type; this is a group.");
                    item.type = "group";
                }
                if (item.name.find_first_not_of(" \t") == std::string::npos)
                    item.name = "chat " + item.key;
            }
            return reading.sink.put("chat", json(item), where);
        });
    }

    Result<void> messages(const Reading& reading)
    {
        std::size_t total = 0;
        if (auto counted = each("SELECT count(*) FROM messages",
                                [&](const Rows& row) {
                                    total = static_cast<std::size_t>(row.integer(0));
                                    return Result<void>();
                                });
            !counted)
            return counted;
        std::size_t done = 0;
        const auto sql = "SELECT id, chat_id, sender_id, content, message_type, created_at, is_edited, edited_at FROM messages"
                         " ORDER BY chat_id, created_at, id";
        return each(sql, [&](const Rows& row) -> Result<void> {
            reading.progress.update("messages", ++done, total);
            const auto where = at("messages", row);
            MessageItem item;
            item.key = std::to_string(row.integer(0));
            item.chat = std::to_string(row.integer(1));
            item.sender = std::to_string(row.integer(2));
            item.content = row.text(3);
            item.type = row.text(4) == "text" ? "" : row.text(4);
            const auto time = row.time(5);
            if (!time || !base::validUtf8(item.content)) {
                reading.report.leftOut("message", where, time ? "invalid_utf8" : "invalid_time",
                                       time ? "Its text is no UTF-8." : "Its created_at is no time.");
                return {};
            }
            item.createdAt = *time;
            item.edited = row.integer(6) != 0;
            item.editedAt = item.edited ? row.time(7).value_or(0) : 0;
            if (item.type != "" && item.type != "image" && item.type != "file" && item.type != "system") {
                reading.report.note(where, "message_type", "Of an unknown type; this is text.");
                item.type.clear();
            }
            return reading.sink.put("message", json(item), where);
        });
    }

    Result<void> members(const Reading& reading)
    {
        const auto sql = "SELECT chat_id, user_id, role, joined_at, last_read_at FROM chat_participants"
                         " ORDER BY chat_id, user_id";
        return each(sql, [&](const Rows& row) -> Result<void> {
            MemberItem item;
            item.chat = std::to_string(row.integer(0));
            item.user = std::to_string(row.integer(1));
            item.role = row.text(2) == "admin" || row.text(2) == "moderator" ? row.text(2) : "";
            item.joinedAt = row.time(3).value_or(0);
            item.readAt = row.time(4).value_or(0);
            return reading.sink.put("member", json(item), at("chat_participants", row));
        });
    }

    /// Older databases of the seed have no projects.
    Result<bool> has(const std::string& table)
    {
        bool there = false;
        auto asked = each("SELECT 1 FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name = '" + table + "'",
                          [&](const Rows&) {
                              there = true;
                              return Result<void>();
                          });
        if (!asked)
            return asked.error();
        return there;
    }

    Result<void> projects(const Reading& reading)
    {
        const auto there = has("projects");
        if (!there || !*there)
            return there ? Result<void>() : there.error();
        const auto configs = has("project_configs");
        if (!configs)
            return configs.error();
        const std::string config =
            *configs ? "(SELECT c.config_json FROM project_configs c WHERE c.project_id = p.id)" : "NULL";
        return each("SELECT p.id, p.name, p.owner_id, p.description, p.is_public, p.created_at, " + config +
                        " FROM projects p ORDER BY p.id",
                    [&](const Rows& row) -> Result<void> {
                        const auto where = at("projects", row);
                        if (!base::validUtf8(row.text(1)) || !base::validUtf8(row.text(3))) {
                            reading.report.leftOut("project", where, "invalid_utf8", "Its text is no UTF-8.");
                            return {};
                        }
                        ProjectItem item;
                        item.key = std::to_string(row.integer(0));
                        item.name = chatName(row.text(1), "project " + item.key);
                        item.owner = std::to_string(row.integer(2));
                        item.description = prose(row.text(3), 2'000);
                        item.open = row.integer(4) != 0;
                        item.createdAt = row.time(5).value_or(0);
                        if (!row.isNull(6)) {
                            const auto document = base::parseJson(row.text(6));
                            if (document && document->is_object() && row.text(6).size() <= maxConfigBytes)
                                item.config = row.text(6);
                            else
                                reading.report.note(where, "project_config", "Its settings are no JSON object that could be read.");
                        }
                        return reading.sink.put("project", json(item), where);
                    });
    }

    Result<void> repositories(const Reading& reading)
    {
        const auto there = has("repositories");
        if (!there || !*there)
            return there ? Result<void>() : there.error();
        return each("SELECT id, name, project_id, owner_id, description, is_public, created_at FROM repositories ORDER BY id",
                    [&](const Rows& row) -> Result<void> {
                        const auto where = at("repositories", row);
                        if (!base::validUtf8(row.text(1)) || !base::validUtf8(row.text(4))) {
                            reading.report.leftOut("repository", where, "invalid_utf8", "Its text is no UTF-8.");
                            return {};
                        }
                        RepositoryItem item;
                        item.key = std::to_string(row.integer(0));
                        item.name = chatName(row.text(1), "repository " + item.key);
                        item.project = row.isNull(2) ? std::string() : std::to_string(row.integer(2));
                        item.owner = std::to_string(row.integer(3));
                        item.description = prose(row.text(4), 2'000);
                        item.open = row.integer(5) != 0;
                        item.createdAt = row.time(6).value_or(0);
                        return reading.sink.put("repository", json(item), where);
                    });
    }

    static constexpr std::size_t maxConfigBytes = 256 * 1024;

    const std::string _path;
    const DatabasePtr _database;
};

} // namespace

Result<ReaderPtr> openSeed(const std::string& path)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error))
        return fault(Status::notFound, "unreadable", path + " is no file.");
    sqlite3* opened = nullptr;
    const auto state = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
    DatabasePtr database(opened);
    if (state != SQLITE_OK)
        return fault(Status::invalid, "no_seed", path + " cannot be opened: " + sqlite3_errstr(state) + ".");
    // It may come from anybody: no function of it runs by itself, and no value grows without end.
    sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_limit(opened, SQLITE_LIMIT_LENGTH, 64 << 20);
    sqlite3_busy_timeout(opened, 5'000);
    // Older than any file that is no database, this tells one from the other.
    if (sqlite3_exec(opened, "SELECT count(*) FROM sqlite_master", nullptr, nullptr, nullptr) != SQLITE_OK)
        return fault(Status::invalid, "no_seed", path + " is no database of SQLite: " + sqlite3_errmsg(opened) + ".");
    return ReaderPtr(std::make_unique<SeedReader>(path, std::move(database)));
}

} // namespace netbit::cli::transfer
