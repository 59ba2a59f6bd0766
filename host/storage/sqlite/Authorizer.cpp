#include "storage/sqlite/Authorizer.h"

#include "storage/sqlite/Failure.h"

#include <limits>
#include <memory>
#include <sqlite3.h>
#include <utility>
#include <vector>

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

    case SQLITE_CREATE_INDEX: // all names of a database are one set: another one might be what the host wants tomorrow
    case SQLITE_CREATE_TRIGGER:
        return startsWith(two, prefix) && (startsWith(one, prefix) || startsWith(one, "sqlite_autoindex_"));
    case SQLITE_DROP_INDEX:
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

namespace
{

const StatementTraits nothingKnown;

std::string quoted(std::string_view name)
{
    std::string out = "\"";
    for (const char c : name)
        out += c == '"' ? "\"\"" : std::string(1, c);
    return out + '"';
}

struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Query = std::unique_ptr<sqlite3_stmt, Finalize>;

/// The first column of all rows. The engine is asked for itself: no restriction is in force.
std::vector<std::string> ask(sqlite3* handle, const char* sql, std::string_view parameter)
{
    sqlite3_stmt* raw = nullptr;
    if (const int result = sqlite3_prepare_v2(handle, sql, -1, &raw, nullptr); result != SQLITE_OK)
        fail(handle, result);
    const Query query(raw);
    sqlite3_bind_text64(raw, 1, parameter.data(), parameter.size(), SQLITE_STATIC, SQLITE_UTF8);
    std::vector<std::string> out;
    while (sqlite3_step(raw) == SQLITE_ROW) {
        const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(raw, 0));
        out.emplace_back(text ? text : "");
    }
    return out;
}

/// While it lives, no restriction is in force.
class Unrestricted
{
public:
    Unrestricted(std::string_view& prefix) noexcept
        : _prefix(prefix)
        , _before(std::exchange(prefix, {}))
    {
    }
    ~Unrestricted() { _prefix = _before; }
    Unrestricted(const Unrestricted&) = delete;
    Unrestricted& operator=(const Unrestricted&) = delete;

private:
    std::string_view& _prefix;
    std::string_view _before;
};

/// What a plugin wanted to do that is not about tables, as it would write it.
std::string wordsOf(int action, const std::string& first, const std::string& second)
{
    switch (action) {
    case SQLITE_TRANSACTION:
        return first; // BEGIN, COMMIT, ROLLBACK
    case SQLITE_SAVEPOINT:
        return "SAVEPOINT";
    case SQLITE_PRAGMA:
        return "PRAGMA " + first;
    case SQLITE_ATTACH:
        return "ATTACH"; // VACUUM INTO as well
    case SQLITE_DETACH:
        return "DETACH";
    case SQLITE_ANALYZE:
        return "ANALYZE";
    case SQLITE_REINDEX:
        return "REINDEX";
    case SQLITE_FUNCTION:
        return "The function " + second;
    case SQLITE_CREATE_VTABLE:
        return "A virtual table of " + second;
    default:
        return "A TEMP table, index, view or trigger";
    }
}

bool isKind(int action) noexcept
{
    switch (action) {
    case SQLITE_READ:
    case SQLITE_UPDATE:
    case SQLITE_INSERT:
    case SQLITE_DELETE:
    case SQLITE_CREATE_TABLE:
    case SQLITE_DROP_TABLE:
    case SQLITE_CREATE_VIEW:
    case SQLITE_DROP_VIEW:
    case SQLITE_DROP_VTABLE:
    case SQLITE_CREATE_INDEX:
    case SQLITE_DROP_INDEX:
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_DROP_TRIGGER:
    case SQLITE_ALTER_TABLE:
        return false;
    default:
        return true;
    }
}

} // namespace

Compiler::Compiler(sqlite3* handle)
    : _handle(handle)
    , _traits(&nothingKnown)
{
    // Installed once for good: sqlite3_set_authorizer throws away every compiled statement, while the callback is asked
    // only when one is compiled and so costs the hot path nothing.
    sqlite3_set_authorizer(_handle, &Compiler::authorize, this);
}

int Compiler::authorize(void* self, int action, const char* first, const char* second, const char* database,
                        const char*) noexcept
{
    auto& compiler = *static_cast<Compiler*>(self);
    if (compiler._prefix.empty())
        return SQLITE_OK;
    try {
        if (allowed(action, first, second, compiler._prefix, compiler._traits->definesSchema)) {
            if (auto* const traits = compiler._compiling;
                traits && (action == SQLITE_CREATE_VIEW || action == SQLITE_CREATE_TRIGGER ||
                           action == SQLITE_CREATE_TABLE || action == SQLITE_ALTER_TABLE)) {
                traits->creates = action;
                traits->created = first ? first : "";
                traits->on = second ? second : "";
            }
            return SQLITE_OK;
        }
        // Where no column is used, as in count(*), SQLite asks for the name of a WITH clause as if it were a table.
        const bool asTable = action == SQLITE_READ && first && second && *second == '\0' && !database;
        if (asTable && compiler._traits->names.contains(std::string_view(first)))
            return SQLITE_OK;
        compiler._refusal = {action, first ? first : "", second ? second : ""};
        compiler._asTable = asTable;
    } catch (...) { // no memory for the words
    }
    return SQLITE_DENY;
}

// A name that nothing has, and that nothing will have: then it is of a WITH clause, or SQLite itself refuses it.
bool Compiler::mayBeCommonName(std::string_view name)
{
    for (const auto reserved : {"sqlite_", "pragma_", "p_"})
        if (startsWith(name, reserved))
            return false;
    const Unrestricted look(_prefix);
    return ask(_handle, "SELECT 1 FROM (SELECT name FROM sqlite_schema UNION ALL SELECT name FROM sqlite_temp_schema"
                        " UNION ALL SELECT name FROM pragma_module_list) WHERE name = $1 COLLATE NOCASE LIMIT 1", name).empty();
}

std::vector<std::string> Compiler::ownTables()
{
    const auto prefix = _prefix;
    const Unrestricted look(_prefix);
    return ask(_handle, "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(lower(name), 1, length($1)) = lower($1)",
               prefix);
}

sqlite3_stmt* Compiler::compile(std::string_view sql, unsigned flags, std::string_view& rest, StatementTraits& traits)
{
    if (sql.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        throw DatabaseError(base::Status::internal, "the statement is too long");
    traits = {};
    traits.definesSchema = definesSchema(sql);
    for (;;) {
        _traits = &traits;
        _refusal = {};
        sqlite3_stmt* handle = nullptr;
        const char* tail = nullptr;
        _compiling = &traits;
        const int result = sqlite3_prepare_v3(_handle, sql.data(), static_cast<int>(sql.size()), flags, &handle, &tail);
        _compiling = nullptr;
        if (result == SQLITE_OK) {
            rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
            if (traits.creates == SQLITE_ALTER_TABLE)
                traits.ownTables = ownTables().size();
            _traits = &nothingKnown;
            return handle;
        }
        if (result == SQLITE_AUTH && _asTable && _refusal.action == SQLITE_READ) {
            const auto refusal = _refusal;
            if (mayBeCommonName(refusal.first) && traits.names.insert(refusal.first).second)
                continue;
            refuse(refusal);
        }
        _traits = &nothingKnown;
        fail(result);
    }
}

void Compiler::beforeStep(const StatementTraits& traits) noexcept
{
    _traits = &traits;
    _refusal.action = 0;
}

void Compiler::afterStep(const StatementTraits& traits)
{
    if (_prefix.empty() || traits.creates == 0)
        return;
    switch (traits.creates) {
    case SQLITE_CREATE_VIEW:
        return probe("SELECT * FROM " + quoted(traits.created));
    case SQLITE_CREATE_TRIGGER:
        return checkTrigger(traits.on);
    case SQLITE_CREATE_TABLE:
        return checkKeys(traits.created);
    default: // an ALTER may have given it another name, or a column that refers to another
        const auto now = ownTables();
        if (now.size() < traits.ownTables)
            throw DatabaseError(base::Status::forbidden,
                                traits.on + " cannot be renamed so: names of this plugin's tables start with " +
                                    std::string(_prefix) + '.', "table_not_yours");
        for (const auto& name : now)
            checkKeys(name);
    }
}

// The body of a trigger is compiled with what fires it.
void Compiler::checkTrigger(const std::string& table)
{
    std::vector<std::string> columns;
    {
        const Unrestricted look(_prefix);
        columns = ask(_handle, "SELECT name FROM pragma_table_xinfo($1) WHERE hidden = 0", table);
    }
    std::string names;
    std::string nulls;
    std::string same;
    for (const auto& column : columns) {
        const auto name = quoted(column);
        const char* const comma = names.empty() ? "" : ", ";
        names.append(comma).append(name);
        nulls.append(comma).append("NULL");
        same.append(comma).append(name).append(" = ").append(name);
    }
    probe("INSERT INTO " + quoted(table) + " (" + names + ") VALUES (" + nulls + ')');
    probe("UPDATE " + quoted(table) + " SET " + same);
    probe("DELETE FROM " + quoted(table));
}

// A key that refers to a table of the host would keep the host from deleting, and bring its deletions, with no restriction
// in force, to the plugin's triggers.
void Compiler::checkKeys(const std::string& table)
{
    std::vector<std::string> parents;
    {
        const Unrestricted look(_prefix);
        parents = ask(_handle, "SELECT \"table\" FROM pragma_foreign_key_list($1)", table);
    }
    for (const auto& parent : parents)
        if (!startsWith(parent, _prefix))
            refuse({SQLITE_READ, parent, {}});
}

/// Compiles it, no more. What SQLite itself has against it, it says when the thing is used.
void Compiler::probe(const std::string& sql)
{
    try {
        std::string_view rest;
        StatementTraits traits;
        const Query compiled(compile(sql, 0, rest, traits));
    } catch (const DatabaseError& error) {
        if (error.status() == base::Status::forbidden)
            throw;
    }
}

void Compiler::fail(int resultCode)
{
    if ((resultCode & 0xff) == SQLITE_AUTH && _refusal.action != 0)
        refuse(std::exchange(_refusal, {}));
    const std::string words = sqlite3_errmsg(_handle);
    constexpr std::string_view absent = "no such table: ";
    if (!_prefix.empty() && words.starts_with(absent)) {
        auto name = words.substr(absent.size());
        if (name.starts_with("main."))
            name.erase(0, 5);
        if (!startsWith(name, _prefix)) // whether the host has it or not: the answer is the same
            refuse({SQLITE_READ, std::move(name), {}});
    }
    throw DatabaseError(statusOf(resultCode), words);
}

void Compiler::refuse(const Refusal& refusal) const
{
    if (isKind(refusal.action))
        throw DatabaseError(base::Status::forbidden,
                            wordsOf(refusal.action, refusal.first, refusal.second) +
                                " is not for plugins: they read and write tables, and the host begins and ends transactions.",
                            "statement_not_allowed");
    const bool behind = refusal.action == SQLITE_CREATE_INDEX || refusal.action == SQLITE_DROP_INDEX ||
                        refusal.action == SQLITE_CREATE_TRIGGER || refusal.action == SQLITE_DROP_TRIGGER ||
                        refusal.action == SQLITE_ALTER_TABLE;
    const bool tableIsOwn = behind && startsWith(refusal.second, _prefix);
    throw DatabaseError(base::Status::forbidden,
                        (behind && !tableIsOwn ? refusal.second : refusal.first) + " is not this plugin's: names of its " +
                            (tableIsOwn ? "indexes and triggers" : "tables") + " start with " + std::string(_prefix) + '.',
                        "table_not_yours");
}

} // namespace netbit::storage::sqlite
