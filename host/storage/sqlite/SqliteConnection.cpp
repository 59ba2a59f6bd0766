#include "storage/sqlite/SqliteConnection.h"

#include "storage/sqlite/Authorizer.h"
#include "storage/sqlite/Failure.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Data/Statement.h>
#include <algorithm>
#include <limits>

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
    , _cache(&_caches[std::string()])
{
    // Installed once for good: sqlite3_set_authorizer throws away every compiled statement, while the callback is asked
    // only when one is compiled and so costs the hot path nothing.
    sqlite3_set_authorizer(_handle, &SqliteConnection::authorize, this);
    _withRows.reserve(64);
}

SqliteConnection::~SqliteConnection()
{
    _caches.clear(); // before the session closes: SQLite refuses to close under living statements
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

int SqliteConnection::authorize(void* self, int action, const char* first, const char* second, const char*,
                                const char*) noexcept
{
    const auto& connection = *static_cast<const SqliteConnection*>(self);
    if (connection._prefix.empty() || allowed(action, first, second, connection._prefix, connection._definesSchema))
        return SQLITE_OK;
    return SQLITE_DENY;
}

void SqliteConnection::restrictTo(std::string_view tablePrefix)
{
    if (tablePrefix == _prefix)
        return;
    auto place = _caches.find(tablePrefix);
    if (place == _caches.end())
        place = _caches.emplace(std::string(tablePrefix), Cache()).first;
    if (!tablePrefix.empty() && place->second.size() > maxRestrictedStatements)
        place->second.clear();
    _prefix = place->first;
    _cache = &place->second;
}

std::unique_ptr<SqliteStatement> SqliteConnection::compile(std::string_view sql, unsigned flags, std::string_view& rest)
{
    if (sql.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw DatabaseError(base::Status::internal, "the statement is too long");
    _definesSchema = definesSchema(sql);
    sqlite3_stmt* handle = nullptr;
    const char* tail = nullptr;
    const int result = sqlite3_prepare_v3(_handle, sql.data(), static_cast<int>(sql.size()), flags, &handle, &tail);
    if (result != SQLITE_OK)
        fail(_handle, result);
    rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
    return handle ? std::make_unique<SqliteStatement>(*this, handle, _definesSchema) : nullptr;
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
    // SQLite compiles a statement anew inside a step when the schema has changed, and then asks the authorizer again.
    _definesSchema = statement._definesSchema;
    if (statement._definesSchema)
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

} // namespace netbit::storage::sqlite
