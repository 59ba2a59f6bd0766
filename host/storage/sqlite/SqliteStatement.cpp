#include "storage/sqlite/SqliteStatement.h"

#include "storage/sqlite/Failure.h"
#include "storage/sqlite/SqliteConnection.h"

#include <cstdlib>

namespace netbit::storage::sqlite
{

namespace
{

std::vector<int> placesOf(sqlite3_stmt* handle)
{
    std::vector<int> places(1, 0);
    bool inOrder = true;
    const int count = sqlite3_bind_parameter_count(handle);
    for (int place = 1; place <= count; ++place) {
        const char* name = sqlite3_bind_parameter_name(handle, place);
        if (!name || *name != '$')
            return {}; // ? and ?2 are places themselves
        const int index = std::atoi(name + 1);
        if (index < 1 || index > 32'766) // SQLite's own limit
            return {};
        inOrder = inOrder && index == place;
        if (places.size() <= static_cast<std::size_t>(index))
            places.resize(static_cast<std::size_t>(index) + 1, 0);
        places[static_cast<std::size_t>(index)] = place;
    }
    if (inOrder)
        places.clear();
    return places;
}

} // namespace

SqliteStatement::SqliteStatement(SqliteConnection& connection, sqlite3_stmt* handle, StatementTraits traits)
    : _connection(connection)
    , _handle(handle)
    , _places(placesOf(handle))
    , _traits(std::move(traits))
{
}

SqliteStatement::~SqliteStatement()
{
    if (_listed)
        _connection.forget(*this);
    sqlite3_finalize(_handle);
}

Statement& SqliteStatement::check(int resultCode)
{
    if (resultCode != SQLITE_OK)
        fail(sqlite3_db_handle(_handle), resultCode);
    _bound = true;
    return *this;
}

// 0 for an index that the text has not: SQLite answers that with an error.
int SqliteStatement::placeOf(int index) const noexcept
{
    if (_places.empty())
        return index;
    return index > 0 && static_cast<std::size_t>(index) < _places.size() ? _places[static_cast<std::size_t>(index)] : 0;
}

Statement& SqliteStatement::bind(int index, std::int64_t value)
{
    return check(sqlite3_bind_int64(_handle, placeOf(index), value));
}

Statement& SqliteStatement::bind(int index, double value)
{
    return check(sqlite3_bind_double(_handle, placeOf(index), value));
}

// An empty view may have no address, and SQLite takes an address of null for NULL.
Statement& SqliteStatement::bind(int index, std::string_view text)
{
    return check(sqlite3_bind_text64(_handle, placeOf(index), text.data() ? text.data() : "", text.size(),
                                     SQLITE_STATIC, SQLITE_UTF8));
}

Statement& SqliteStatement::bindBlob(int index, std::string_view bytes)
{
    return check(
        sqlite3_bind_blob64(_handle, placeOf(index), bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_STATIC));
}

Statement& SqliteStatement::bindNull(int index) { return check(sqlite3_bind_null(_handle, placeOf(index))); }

bool SqliteStatement::step()
{
    _connection.beforeStep(*this);
    const int result = sqlite3_step(_handle);
    if (result == SQLITE_ROW) {
        _hasRow = true;
        if (!_listed)
            _connection.remember(*this);
        return true;
    }
    if (result == SQLITE_DONE) {
        _hasRow = true; // so that reset() does its work
        reset();
        _connection.afterStep(*this);
        return false;
    }
    _hasRow = true;
    try {
        _connection.fail(result); // the words must be taken before the reset, which may change them
    } catch (const DatabaseError&) {
        reset();
        throw;
    }
}

void SqliteStatement::reset() noexcept
{
    if (_hasRow) {
        sqlite3_reset(_handle); // gives the last step's error again, which step() has already thrown
        _hasRow = false;
    }
    if (_bound) {
        sqlite3_clear_bindings(_handle); // they point at memory of the caller
        _bound = false;
    }
}

std::int64_t SqliteStatement::run()
{
    sqlite3* const handle = sqlite3_db_handle(_handle);
    const auto before = sqlite3_total_changes64(handle);
    while (step()) { }
    // sqlite3_changes64 keeps the number of an earlier statement when this one cannot change rows.
    return sqlite3_total_changes64(handle) == before ? 0 : sqlite3_changes64(handle);
}

int SqliteStatement::parameters() const noexcept
{
    return _places.empty() ? sqlite3_bind_parameter_count(_handle) : static_cast<int>(_places.size()) - 1;
}

bool SqliteStatement::readsOnly() const noexcept { return sqlite3_stmt_readonly(_handle) != 0; }

int SqliteStatement::columns() const noexcept { return sqlite3_column_count(_handle); }

std::string_view SqliteStatement::columnName(int column) const noexcept
{
    const char* name = sqlite3_column_name(_handle, column);
    return name ? name : "";
}

ValueType SqliteStatement::type(int column) const noexcept
{
    switch (sqlite3_column_type(_handle, column)) {
    case SQLITE_INTEGER:
        return ValueType::integer;
    case SQLITE_FLOAT:
        return ValueType::real;
    case SQLITE_TEXT:
        return ValueType::text;
    case SQLITE_BLOB:
        return ValueType::blob;
    default:
        return ValueType::null;
    }
}

std::int64_t SqliteStatement::integer(int column) const noexcept { return sqlite3_column_int64(_handle, column); }

double SqliteStatement::real(int column) const noexcept { return sqlite3_column_double(_handle, column); }

std::string_view SqliteStatement::text(int column) const noexcept
{
    // Asked for its address first, its size second: the address may convert a number to text.
    const void* data = sqlite3_column_type(_handle, column) == SQLITE_BLOB
        ? sqlite3_column_blob(_handle, column)
        : static_cast<const void*>(sqlite3_column_text(_handle, column));
    if (!data)
        return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(_handle, column))};
}

} // namespace netbit::storage::sqlite
