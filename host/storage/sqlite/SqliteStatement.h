#pragma once
// A prepared statement of SQLite.

#include "storage/Database.h"
#include "storage/sqlite/Authorizer.h"

#include <sqlite3.h>
#include <vector>

namespace netbit::storage::sqlite
{

class SqliteConnection;

class SqliteStatement final : public Statement
{
public:
    using Statement::bind;

    /// Takes the handle over.
    SqliteStatement(SqliteConnection& connection, sqlite3_stmt* handle, StatementTraits traits);
    ~SqliteStatement() override;
    SqliteStatement(const SqliteStatement&) = delete;
    SqliteStatement& operator=(const SqliteStatement&) = delete;

    Statement& bind(int index, std::int64_t value) override;
    Statement& bind(int index, double value) override;
    Statement& bind(int index, std::string_view text) override;
    Statement& bindBlob(int index, std::string_view bytes) override;
    Statement& bindNull(int index) override;

    bool step() override;
    void reset() noexcept override;
    std::int64_t run() override;

    int parameters() const noexcept override;
    bool readsOnly() const noexcept override;
    int columns() const noexcept override;
    std::string_view columnName(int column) const noexcept override;
    ValueType type(int column) const noexcept override;
    std::int64_t integer(int column) const noexcept override;
    double real(int column) const noexcept override;
    std::string_view text(int column) const noexcept override;

private:
    friend class SqliteConnection;

    Statement& check(int resultCode);
    int placeOf(int index) const noexcept;

    SqliteConnection& _connection;
    sqlite3_stmt* _handle;
    // To SQLite $2 is a name, and names get their places as they appear in the text: place of $n is _places[n]. Empty
    // when they appear in order, as they mostly do.
    std::vector<int> _places;
    StatementTraits _traits;
    bool _bound = false; // something would have to be forgotten
    bool _hasRow = false; // holds a read lock until reset
    bool _listed = false; // in the connection's list of those with a row
};

} // namespace netbit::storage::sqlite
