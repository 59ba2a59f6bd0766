#pragma once
// A plugin's own tables as they are, to be made again elsewhere.

#include "base/Result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace netbit::storage
{

class Database;

struct BlobCell {
    std::string bytes;
};
using Cell = std::variant<std::monostate, std::int64_t, double, std::string, BlobCell>;

struct DumpedTable {
    std::string name;
    std::vector<std::string> columns;
    std::vector<std::vector<Cell>> rows;
};

struct DumpedMigration {
    std::int64_t number = 0;
    std::string name;
    std::string digest;
};

struct TableDump {
    std::vector<std::string> schema; ///< statements that make the tables, then what is on them
    std::vector<DumpedTable> tables;
    std::vector<DumpedMigration> migrations; ///< of that owner
};

/// One consistent view of all tables whose names begin with the prefix. Error: unsupported (another engine than SQLite),
/// too_large (more than so many bytes of text and blobs, or as many rows), what the engine says.
base::Result<TableDump> dumpTables(Database& database, std::string_view owner, std::string_view tablePrefix,
                                   std::size_t mostBytes);
/// Into a database that has none of them.
base::Result<void> restoreTables(Database& database, std::string_view owner, const TableDump& dump);

} // namespace netbit::storage
