#include "storage/sqlite/Authorizer.h"

#include <sqlite3.h>

namespace netbit::storage::sqlite
{

namespace
{

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Names of SQL are the same in any case, so a prefix is as well.
bool startsWith(std::string_view text, std::string_view prefix) noexcept
{
    if (text.size() < prefix.size())
        return false;
    for (std::size_t i = 0; i < prefix.size(); ++i)
        if (lower(text[i]) != lower(prefix[i]))
            return false;
    return true;
}

bool same(std::string_view left, std::string_view right) noexcept
{
    return left.size() == right.size() && startsWith(left, right);
}

std::string_view skipBlanksAndComments(std::string_view sql) noexcept
{
    for (;;) {
        const auto start = sql.find_first_not_of(" \t\r\n\f;");
        if (start == std::string_view::npos)
            return {};
        sql.remove_prefix(start);
        std::string_view end;
        if (sql.starts_with("--"))
            end = "\n";
        else if (sql.starts_with("/*"))
            end = "*/";
        else
            return sql;
        const auto found = sql.find(end, 2);
        if (found == std::string_view::npos)
            return {};
        sql.remove_prefix(found + end.size());
    }
}

} // namespace

bool definesSchema(std::string_view sql) noexcept
{
    const auto text = skipBlanksAndComments(sql);
    return startsWith(text, "create") || startsWith(text, "alter") || startsWith(text, "drop");
}

bool allowed(int action, const char* first, const char* second, std::string_view prefix, bool definesSchema) noexcept
{
    const std::string_view one = first ? first : "";
    const std::string_view two = second ? second : "";

    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
        return true;

    case SQLITE_READ:
        if (same(one, "json_each") || same(one, "json_tree")) // functions that look like tables; they hold nothing
            return true;
        if (same(one, "sqlite_master") && same(two, "ROWID"))
            return true; // see SQLITE_UPDATE
        [[fallthrough]];
    case SQLITE_UPDATE:
        // The first use of a virtual table on a connection declares its columns by a CREATE TABLE inside SQLite, which
        // asks as if it wrote the schema. Nobody can in truth: without PRAGMA writable_schema SQLite itself refuses.
        if (same(one, "sqlite_master") && action == SQLITE_UPDATE)
            return true;
        [[fallthrough]];
    case SQLITE_INSERT:
    case SQLITE_DELETE:
    case SQLITE_CREATE_TABLE:
    case SQLITE_DROP_TABLE:
        // sqlite_master and sqlite_sequence: CREATE, ALTER and DROP write them through the same door as a user would.
        return startsWith(one, prefix) || (definesSchema && startsWith(one, "sqlite_"));

    case SQLITE_CREATE_VIEW:
    case SQLITE_DROP_VIEW:
    case SQLITE_DROP_VTABLE:
        return startsWith(one, prefix);

    case SQLITE_CREATE_VTABLE: // other modules show the file's pages or another table's statistics
        return startsWith(one, prefix) && (same(two, "fts5") || same(two, "fts5vocab") || same(two, "rtree"));

    case SQLITE_CREATE_INDEX:
    case SQLITE_DROP_INDEX:
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_DROP_TRIGGER:
    case SQLITE_ALTER_TABLE:
        return startsWith(two, prefix);

    case SQLITE_REINDEX:
        return definesSchema; // how CREATE INDEX fills the new index

    case SQLITE_FUNCTION:
        return !same(two, "load_extension") && !same(two, "fts3_tokenizer");

    case SQLITE_PRAGMA: // FTS5 and R-tree ask these themselves, in the name of whoever uses them
        return !second && (same(one, "data_version") || same(one, "page_size"));

    default: // ATTACH, DETACH, TRANSACTION, SAVEPOINT, REINDEX, ANALYZE, everything TEMP, and what is invented later
        return false;
    }
}

} // namespace netbit::storage::sqlite
