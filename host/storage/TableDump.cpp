#include "storage/TableDump.h"

#include "base/Time.h"
#include "storage/Database.h"

namespace netbit::storage
{

namespace
{

using base::fault;
using base::Status;

std::string quoted(std::string_view name)
{
    std::string out = "\"";
    for (const char c : name)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
}

Cell cellOf(const Statement& row, int column)
{
    switch (row.type(column)) {
    case ValueType::integer: return row.integer(column);
    case ValueType::real: return row.real(column);
    case ValueType::text: return std::string(row.text(column));
    case ValueType::blob: return BlobCell{std::string(row.text(column))};
    case ValueType::null: break;
    }
    return std::monostate{};
}

std::size_t sizeOf(const Cell& cell)
{
    if (const auto* const text = std::get_if<std::string>(&cell))
        return text->size() + 1;
    if (const auto* const blob = std::get_if<BlobCell>(&cell))
        return blob->bytes.size() + 1;
    return 1;
}

/// False: it is more than `left`, which is counted down.
bool readTable(Connection& connection, DumpedTable& table, std::size_t& left)
{
    auto& rows = connection.prepare("SELECT * FROM " + quoted(table.name));
    while (rows.step()) {
        if (table.columns.empty())
            for (int column = 0; column < rows.columns(); ++column)
                table.columns.emplace_back(rows.columnName(column));
        std::size_t bytes = 0;
        auto& cells = table.rows.emplace_back();
        for (int column = 0; column < rows.columns(); ++column)
            bytes += sizeOf(cells.emplace_back(cellOf(rows, column)));
        if (bytes > left) {
            rows.reset();
            return false;
        }
        left -= bytes;
    }
    return true;
}

bool hasMigrations(Connection& connection)
{
    auto& rows = connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'");
    const bool there = rows.step();
    rows.reset();
    return there;
}

} // namespace

base::Result<TableDump> dumpTables(Database& database, std::string_view owner, std::string_view tablePrefix,
                                   std::size_t mostBytes)
{
    if (database.engine() != "sqlite")
        return fault(Status::unsupported, "not_sqlite", "Tables are copied out of SQLite only.");
    TableDump out;
    auto left = mostBytes;
    try {
        bool whole = true;
        database.read([&](Connection& connection) {
            auto& made = connection.prepare("SELECT type, name, sql FROM sqlite_master"
                                            " WHERE substr(tbl_name, 1, length($1)) = $1 AND sql IS NOT NULL"
                                            " ORDER BY type <> 'table', rowid");
            made.bind(1, tablePrefix);
            while (made.step()) {
                out.schema.emplace_back(made.text(2));
                if (made.text(0) == "table")
                    out.tables.push_back({std::string(made.text(1)), {}, {}});
            }
            for (auto& table : out.tables)
                whole = whole && readTable(connection, table, left);
            if (!hasMigrations(connection))
                return;
            auto& steps =
                connection.prepare("SELECT number, name, digest FROM schema_migrations WHERE owner = $1 ORDER BY number");
            steps.bind(1, owner);
            while (steps.step())
                out.migrations.push_back({steps.integer(0), std::string(steps.text(1)), std::string(steps.text(2))});
        });
        if (!whole)
            return fault(Status::tooLarge, "tables_too_large",
                         "Its tables have more than " + std::to_string(mostBytes >> 20) + " MiB.");
    } catch (const DatabaseError& error) {
        return fault(error.status(), "storage", error.what());
    }
    return out;
}

base::Result<void> restoreTables(Database& database, std::string_view owner, const TableDump& dump)
{
    auto& connection = database.writing();
    try {
        for (const auto& statement : dump.schema)
            connection.execute(statement);
        for (const auto& table : dump.tables) {
            std::string places;
            std::string names;
            for (std::size_t i = 0; i < table.columns.size(); ++i) {
                places += (i > 0 ? ", $" : "$") + std::to_string(i + 1);
                names += (i > 0 ? ", " : "") + quoted(table.columns[i]);
            }
            for (const auto& row : table.rows) {
                auto& insert =
                    connection.prepare("INSERT INTO " + quoted(table.name) + " (" + names + ") VALUES (" + places + ")");
                for (std::size_t i = 0; i < row.size(); ++i) {
                    const int index = static_cast<int>(i) + 1;
                    if (const auto* const number = std::get_if<std::int64_t>(&row[i]))
                        insert.bind(index, *number);
                    else if (const auto* const real = std::get_if<double>(&row[i]))
                        insert.bind(index, *real);
                    else if (const auto* const text = std::get_if<std::string>(&row[i]))
                        insert.bind(index, std::string_view(*text));
                    else if (const auto* const blob = std::get_if<BlobCell>(&row[i]))
                        insert.bindBlob(index, blob->bytes);
                    else
                        insert.bindNull(index);
                }
                insert.run();
            }
        }
        connection.execute("CREATE TABLE IF NOT EXISTS schema_migrations ("
                           " owner TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,"
                           " applied_at INTEGER NOT NULL, PRIMARY KEY (owner, number)) STRICT, WITHOUT ROWID");
        for (const auto& step : dump.migrations)
            connection
                .prepare("INSERT INTO schema_migrations (owner, number, name, digest, applied_at)"
                         " VALUES ($1, $2, $3, $4, $5)")
                .bind(1, owner)
                .bind(2, step.number)
                .bind(3, std::string_view(step.name))
                .bind(4, std::string_view(step.digest))
                .bind(5, base::now())
                .run();
    } catch (const DatabaseError& error) {
        return fault(error.status(), "storage", error.what());
    }
    return {};
}

} // namespace netbit::storage
