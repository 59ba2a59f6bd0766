#pragma once
// How the repositories read and write rows.

#include "storage/Database.h"
#include "storage/Records.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace netbit::storage
{

/// A value of which 0 means none is NULL in the database, so that foreign keys leave it alone.
inline void bindOrNull(Statement& statement, int index, std::int64_t value)
{
    if (value == 0)
        statement.bindNull(index);
    else
        statement.bind(index, value);
}

inline std::string textOf(const Statement& statement, int column) { return std::string(statement.text(column)); }

/// Lets go of the rows when the reader is done with them, also by an exception.
class Rows
{
public:
    explicit Rows(Statement& statement)
        : _statement(statement)
    {
    }
    ~Rows() { _statement.reset(); }
    Rows(const Rows&) = delete;
    Rows& operator=(const Rows&) = delete;

    bool next() { return _statement.step(); }

private:
    Statement& _statement;
};

/// The first row as a record.
template <class Read> auto one(Statement& statement, Read read) -> std::optional<decltype(read(statement))>
{
    Rows rows(statement);
    if (!rows.next())
        return std::nullopt;
    return read(statement);
}

/// All rows as records.
template <class Read> auto all(Statement& statement, Read read) -> std::vector<decltype(read(statement))>
{
    std::vector<decltype(read(statement))> records;
    Rows rows(statement);
    while (rows.next())
        records.push_back(read(statement));
    return records;
}

template <class Read, class Use> void forEach(Statement& statement, Read read, const Use& use)
{
    Rows rows(statement);
    while (rows.next())
        use(read(statement));
}

/// The one number that the statement gives; NULL (the maximum of nothing) is 0.
inline std::int64_t number(Statement& statement)
{
    Rows rows(statement);
    return rows.next() ? statement.integer(0) : 0;
}

/// Deleting holds the writer up, so a call deletes at most this many rows; the next call goes on.
inline constexpr std::int64_t pruneRows = 10'000;

} // namespace netbit::storage
