#pragma once
// What a plugin's SQL is answered, by the host and by the kit alike. The plugin `tables` runs it.

#include <cctype>
#include <cstdio>
#include <string>
#include <string_view>

namespace netbit::fault_test {

struct SqlCase {
    const char* how; ///< "query" or "execute"
    const char* sql; ///< with the parameter $1 = 'milk' where it has one
    const char* said; ///< "code: detail"; "[rows] json" of what went well
};

constexpr SqlCase sqlCases[] = {
    {"query", "SELECT 1", "1 "},
    {"query", "WITH r(n) AS (SELECT 1) SELECT count(*) FROM r", "1 "},
    {"query", "WITH r AS (SELECT 1), s AS (SELECT * FROM r) SELECT (SELECT count(*) FROM r), count(*) FROM s", "1 "},
    {"query", "WITH r(n) AS (SELECT count(*) FROM users) SELECT count(*) FROM r",
     "table_not_yours: users is not this plugin's: names of its tables start with p_tables_."},
    {"query", "SELECT (WITH users AS (SELECT 1) SELECT 2), (SELECT count(*) FROM users)",
     "table_not_yours: users is not this plugin's: names of its tables start with p_tables_."},
    {"query", "SELECT count(*) FROM pragma_module_list",
     "table_not_yours: pragma_module_list is not this plugin's: names of its tables start with p_tables_."},
    {"query", "SELECT username FROM users",
     "table_not_yours: users is not this plugin's: names of its tables start with p_tables_."},
    {"execute", "DELETE FROM users", "table_not_yours: users is not this plugin's: names of its tables start with p_tables_."},
    {"query", "SELECT a FROM nowhere",
     "table_not_yours: nowhere is not this plugin's: names of its tables start with p_tables_."},
    {"query", "SELECT a FROM p_tables_nowhere", "sql_failed: no such table: p_tables_nowhere"},
    {"query", "INSERT INTO p_tables_items (title) VALUES ($1) RETURNING id",
     "query_writes: A query only reads: what writes is for execute."},
    {"query", "SELECT * FROM p_tables_items WHERE title = $1 AND id = $2",
     "param_count: The statement names parameters up to $2, and 1 is given."},
    {"query", "SELECT title FROM p_tables_items WHERE id = $2 AND title = $1",
     "param_count: The statement names parameters up to $2, and 1 is given."},
    {"execute", "INSERT INTO p_tables_items (title) VALUES ($2)",
     "param_count: The statement names parameters up to $2, and 1 is given."},
    {"execute", "BEGIN", "statement_not_allowed: BEGIN is not for plugins: they read and write tables, and the host begins "
                         "and ends transactions."},
    {"execute", "PRAGMA foreign_keys = OFF", "statement_not_allowed: PRAGMA foreign_keys is not for plugins: they read and "
                                             "write tables, and the host begins and ends transactions."},
    {"execute", "ATTACH 'x' AS y", "statement_not_allowed: ATTACH is not for plugins: they read and write tables, and the "
                                   "host begins and ends transactions."},
    {"execute", "CREATE VIEW p_tables_v AS SELECT * FROM users",
     "table_not_yours: users is not this plugin's: names of its tables start with p_tables_."},
    {"query", "SELECT * FROM p_tables_v", "sql_failed: no such table: p_tables_v"},
    {"execute", "CREATE TRIGGER p_tables_t AFTER DELETE ON p_tables_items BEGIN DELETE FROM users; END",
     "table_not_yours: users is not this plugin's: names of its tables start with p_tables_."},
    {"execute", "CREATE TRIGGER p_tables_t AFTER UPDATE OF title ON p_tables_items BEGIN DELETE FROM users; END",
     "table_not_yours: users is not this plugin's: names of its tables start with p_tables_."},
    {"execute", "CREATE TRIGGER p_tables_t AFTER DELETE ON users BEGIN SELECT 1; END",
     "table_not_yours: users is not this plugin's: names of its tables start with p_tables_."},
    {"execute", "CREATE TABLE p_tables_k (id INTEGER PRIMARY KEY, owner REFERENCES users (id) ON DELETE CASCADE)",
     "table_not_yours: users is not this plugin's: names of its tables start with p_tables_."},
    {"execute", "ALTER TABLE p_tables_items RENAME TO elsewhere",
     "table_not_yours: p_tables_items cannot be renamed so: names of this plugin's tables start with p_tables_."},
    {"execute", "INSERT INTO p_tables_items (id, title) VALUES (7, $1) RETURNING id, title, NULL AS n, 1.5 AS r",
     "1 [{\"id\":7,\"title\":\"milk\",\"n\":null,\"r\":1.5}]"},
    {"execute", "INSERT INTO p_tables_items (id, title) VALUES (7, $1)", "conflict: It conflicts with what is stored already."},
    {"execute", "UPDATE p_tables_items SET title = title RETURNING x'00' AS b",
     "returned_blob: The statement returns a BLOB, which JSON has not: leave it out of RETURNING."},
    {"execute", "UPDATE p_tables_items SET title = $1 WHERE id > 7 RETURNING id", "0 []"},
    {"execute", "DELETE FROM p_tables_items", "1 "},
};

inline std::string sqlPath(const SqlCase& one)
{
    std::string out = std::string("/tables/run?how=") + one.how + "&sql=";
    for (const char c : std::string_view(one.sql)) {
        char hex[4];
        std::snprintf(hex, sizeof hex, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
        out += hex;
    }
    return out;
}

} // namespace netbit::fault_test
