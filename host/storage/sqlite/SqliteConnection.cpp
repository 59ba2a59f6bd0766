#include "storage/sqlite/SqliteConnection.h"

#include "storage/sqlite/Failure.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Data/Statement.h>
#include <algorithm>

namespace netbit::storage::sqlite
{

namespace
{

// A plugin may build its texts, so their number has no bound of its own. Trimmed only between two restrictions, when
// nobody holds a statement any more.
constexpr std::size_t maxRestrictedStatements = 128;

} // namespace

SqliteConnection::SqliteConnection(const std::string& path)
    : _session(Poco::Data::SQLite::Connector::KEY, path)
    , _handle(Poco::Data::SQLite::Utility::dbHandle(_session))
    , _compiler(_handle)
    , _cache(&_caches[std::string()])
{
    _withRows.reserve(64);
}

SqliteConnection::~SqliteConnection()
{
    _caches.clear(); // before the session closes: SQLite refuses to close under living statements
}

void SqliteConnection::tellSlow(std::chrono::milliseconds limit, Slow told)
{
    _slowLimit = limit;
    _slow = std::move(told);
    const auto profile = [](unsigned, void* self, void* statement, void* nanoseconds) {
        const auto& connection = *static_cast<SqliteConnection*>(self);
        const std::chrono::nanoseconds time(*static_cast<sqlite3_int64*>(nanoseconds));
        if (time >= connection._slowLimit)
            connection._slow(sqlite3_sql(static_cast<sqlite3_stmt*>(statement)),
                             std::chrono::duration_cast<std::chrono::milliseconds>(time));
        return 0;
    };
    const bool wanted = _slow && limit.count() > 0;
    sqlite3_trace_v2(_handle, wanted ? SQLITE_TRACE_PROFILE : 0, wanted ? +profile : nullptr, this);
}

void SqliteConnection::set(const std::string& assignment)
{
    _session << "PRAGMA " + assignment, Poco::Data::Keywords::now;
}

std::string SqliteConnection::setAndGet(const std::string& assignment)
{
    std::string answer;
    _session << "PRAGMA " + assignment, Poco::Data::Keywords::into(answer), Poco::Data::Keywords::now;
    return answer;
}

void SqliteConnection::restrictTo(std::string_view tablePrefix)
{
    if (tablePrefix == _compiler.prefix())
        return;
    auto place = _caches.find(tablePrefix);
    if (place == _caches.end())
        place = _caches.emplace(std::string(tablePrefix), Cache()).first;
    if (!tablePrefix.empty() && place->second.size() > maxRestrictedStatements)
        place->second.clear();
    _compiler.restrictTo(place->first); // the key of the map, which stays
    _cache = &place->second;
}

std::unique_ptr<SqliteStatement> SqliteConnection::compile(std::string_view sql, unsigned flags, std::string_view& rest)
{
    StatementTraits traits;
    auto* const handle = _compiler.compile(sql, flags, rest, traits);
    return handle ? std::make_unique<SqliteStatement>(*this, handle, std::move(traits)) : nullptr;
}

Statement& SqliteConnection::prepare(std::string_view sql)
{
    if (const auto known = _cache->find(sql); known != _cache->end()) {
        known->second->reset();
        return *known->second;
    }
    std::string_view rest;
    auto statement = compile(sql, SQLITE_PREPARE_PERSISTENT, rest);
    if (!statement)
        throw DatabaseError(base::Status::internal, "an empty statement");
    if (rest.find_first_not_of(" \t\r\n;") != std::string_view::npos)
        throw DatabaseError(base::Status::internal, "more than one statement");
    return *_cache->emplace(std::string(sql), std::move(statement)).first->second;
}

void SqliteConnection::execute(std::string_view sql)
{
    while (!sql.empty()) {
        std::string_view rest;
        const auto statement = compile(sql, 0, rest);
        if (!statement) // blanks or a comment
            return;
        statement->run();
        sql = rest;
    }
}

std::uint64_t SqliteConnection::changes() const noexcept
{
    return static_cast<std::uint64_t>(sqlite3_total_changes64(_handle)) + _definitions;
}

void SqliteConnection::beforeStep(const SqliteStatement& statement) noexcept
{
    _compiler.beforeStep(statement._traits);
    if (statement._traits.definesSchema)
        ++_definitions;
}

void SqliteConnection::remember(SqliteStatement& statement)
{
    _withRows.push_back(&statement);
    statement._listed = true;
}

void SqliteConnection::forget(SqliteStatement& statement) noexcept { std::erase(_withRows, &statement); }

void SqliteConnection::resetAll() noexcept
{
    for (auto* statement : _withRows) {
        statement->reset();
        statement->_listed = false;
    }
    _withRows.clear();
}

void SqliteConnection::begin(std::string_view how)
{
    restrictTo({});
    prepare(how).run();
}

void SqliteConnection::commit()
{
    restrictTo({});
    resetAll();
    prepare("COMMIT").run();
}

void SqliteConnection::rollback() noexcept
{
    try {
        restrictTo({});
        resetAll();
        if (inTransaction())
            prepare("ROLLBACK").run();
    } catch (const std::exception&) {
        // A rollback fails only when there is nothing left to roll back; whoever begins next hears it if not.
    }
}

bool SqliteConnection::inTransaction() const noexcept { return sqlite3_get_autocommit(_handle) == 0; }

void SqliteConnection::copyTo(SqliteConnection& other)
{
    constexpr int pagesAtOnce = 1024;
    auto* const copy = sqlite3_backup_init(other._handle, "main", _handle, "main");
    if (!copy)
        other.fail(sqlite3_errcode(other._handle));
    int result = SQLITE_OK;
    while (result == SQLITE_OK)
        result = sqlite3_backup_step(copy, pagesAtOnce);
    const int finished = sqlite3_backup_finish(copy);
    if (result != SQLITE_DONE)
        sqlite::fail(other._handle, result == SQLITE_BUSY || result == SQLITE_LOCKED ? result : finished);
}

} // namespace netbit::storage::sqlite
