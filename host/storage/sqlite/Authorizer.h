#pragma once
// What SQL may touch while a connection is restricted to the tables of one plugin. The host for tests asks here, too.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace netbit::storage::sqlite
{

/// Whether the statement creates, alters or drops something: only then SQLite's own tables are read and written for it.
bool definesSchema(std::string_view sql) noexcept;

/// One question of sqlite3_set_authorizer: the action and its two first arguments (null where SQLite has none).
bool allowed(int action, const char* first, const char* second, std::string_view prefix, bool definesSchema) noexcept;

/// What is known of a statement, and asked for again when SQLite compiles it anew.
struct StatementTraits {
    bool definesSchema = false;
    std::set<std::string, std::less<>> names; ///< of its WITH clauses, as far as SQLite asks for them as if they were tables
    int creates = 0; ///< SQLITE_CREATE_VIEW, …_TRIGGER, …_TABLE or SQLITE_ALTER_TABLE; 0: nothing that is looked at later
    std::string created;
    std::string on; ///< the trigger's table
    std::size_t ownTables = 0; ///< before it ran, of an ALTER
};

/// Compiles under the restriction in force, and says of a refusal what was refused and why. One for each connection, for as
/// long as that lives. Not thread-safe.
class Compiler
{
public:
    explicit Compiler(sqlite3* handle);
    Compiler(const Compiler&) = delete;
    Compiler& operator=(const Compiler&) = delete;

    void restrictTo(std::string_view prefix) noexcept { _prefix = prefix; } ///< the text must live as long as it is in force
    std::string_view prefix() const noexcept { return _prefix; }

    /// Null: blanks or a comment. `rest` is what stands behind the first statement. Throws DatabaseError: forbidden with
    /// table_not_yours or statement_not_allowed, or what the engine says.
    sqlite3_stmt* compile(std::string_view sql, unsigned flags, std::string_view& rest, StatementTraits& traits);

    /// Before each step: SQLite compiles a statement anew inside of one when the schema has changed.
    void beforeStep(const StatementTraits& traits) noexcept;
    /// Behind a step that ended the statement: what it has created reaches nobody else's tables, or this throws as compile()
    /// does; who began the transaction then rolls it back.
    void afterStep(const StatementTraits& traits);
    [[noreturn]] void fail(int resultCode); ///< of the last call of the engine, compile or step

private:
    struct Refusal {
        int action = 0;
        std::string first;
        std::string second;
    };

    static int authorize(void* self, int action, const char* first, const char* second, const char* database,
                         const char* inside) noexcept;
    bool mayBeCommonName(std::string_view name);
    std::vector<std::string> ownTables();
    void checkTrigger(const std::string& table);
    void checkKeys(const std::string& table);
    void probe(const std::string& sql);
    [[noreturn]] void refuse(const Refusal& refusal) const;

    sqlite3* _handle;
    std::string_view _prefix;
    const StatementTraits* _traits; ///< of what is being compiled or stepped
    StatementTraits* _compiling = nullptr; ///< the same, while it is compiled for the first time
    bool _asTable = false; ///< the refusal may be of a WITH clause's name
    Refusal _refusal; ///< the last one
};

} // namespace netbit::storage::sqlite
