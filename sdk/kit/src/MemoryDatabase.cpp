#include "MemoryDatabase.h"

#include "storage/sqlite/Authorizer.h"
#include "storage/sqlite/Failure.h"

#include <algorithm>
#include <cstdlib>
#include <sqlite3.h>

namespace netbit::fake {

using storage::DatabaseError;
using storage::ValueType;
namespace engine = storage::sqlite;

class MemoryDatabase::Prepared final : public storage::Statement {
public:
    Prepared(engine::Compiler& compiler, sqlite3_stmt* handle, engine::StatementTraits traits)
        : _compiler(compiler), _handle(handle), _traits(std::move(traits))
    {
    }
    ~Prepared() override { sqlite3_finalize(_handle); }
    Prepared(const Prepared&) = delete;
    Prepared& operator=(const Prepared&) = delete;

    Statement& bind(int index, std::int64_t value) override { return check(sqlite3_bind_int64(_handle, place(index), value)); }
    Statement& bind(int index, double value) override { return check(sqlite3_bind_double(_handle, place(index), value)); }
    Statement& bind(int index, std::string_view text) override
    {
        // An empty view may have no address, and SQLite takes an address of null for NULL.
        return check(sqlite3_bind_text64(_handle, place(index), text.data() ? text.data() : "", text.size(),
                                         SQLITE_TRANSIENT, SQLITE_UTF8));
    }
    Statement& bindBlob(int index, std::string_view bytes) override
    {
        return check(sqlite3_bind_blob64(_handle, place(index), bytes.data() ? bytes.data() : "", bytes.size(),
                                         SQLITE_TRANSIENT));
    }
    Statement& bindNull(int index) override { return check(sqlite3_bind_null(_handle, place(index))); }

    bool step() override
    {
        _compiler.beforeStep(_traits);
        const int result = sqlite3_step(_handle);
        if (result == SQLITE_ROW)
            return true;
        if (result == SQLITE_DONE) {
            reset();
            _compiler.afterStep(_traits);
            return false;
        }
        try {
            _compiler.fail(result); // the words must be taken before the reset, which may change them
        } catch (const DatabaseError&) {
            reset();
            throw;
        }
    }
    void reset() noexcept override
    {
        sqlite3_reset(_handle);
        sqlite3_clear_bindings(_handle);
    }
    std::int64_t run() override
    {
        auto* const database = sqlite3_db_handle(_handle);
        const auto before = sqlite3_total_changes64(database);
        while (step()) { }
        return sqlite3_total_changes64(database) == before ? 0 : sqlite3_changes64(database);
    }
    int parameters() const noexcept override
    {
        int most = 0;
        for (int at = sqlite3_bind_parameter_count(_handle); at > 0; --at) {
            const char* const name = sqlite3_bind_parameter_name(_handle, at);
            most = std::max(most, name && *name == '$' ? std::atoi(name + 1) : at);
        }
        return most;
    }
    bool readsOnly() const noexcept override { return sqlite3_stmt_readonly(_handle) != 0; }
    int columns() const noexcept override { return sqlite3_column_count(_handle); }
    std::string_view columnName(int column) const noexcept override
    {
        const char* const name = sqlite3_column_name(_handle, column);
        return name ? name : "";
    }
    ValueType type(int column) const noexcept override
    {
        switch (sqlite3_column_type(_handle, column)) {
        case SQLITE_INTEGER: return ValueType::integer;
        case SQLITE_FLOAT: return ValueType::real;
        case SQLITE_TEXT: return ValueType::text;
        case SQLITE_BLOB: return ValueType::blob;
        default: return ValueType::null;
        }
    }
    std::int64_t integer(int column) const noexcept override { return sqlite3_column_int64(_handle, column); }
    double real(int column) const noexcept override { return sqlite3_column_double(_handle, column); }
    std::string_view text(int column) const noexcept override
    {
        const void* const data = sqlite3_column_type(_handle, column) == SQLITE_BLOB
                                     ? sqlite3_column_blob(_handle, column)
                                     : static_cast<const void*>(sqlite3_column_text(_handle, column));
        if (!data)
            return {};
        return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(_handle, column))};
    }

private:
    /// $3 may stand before $1 in the text: SQLite numbers by place, the border by name.
    int place(int index) const
    {
        const auto named = sqlite3_bind_parameter_index(_handle, ('$' + std::to_string(index)).c_str());
        return named != 0 ? named : index;
    }
    Statement& check(int result)
    {
        if (result != SQLITE_OK)
            engine::fail(sqlite3_db_handle(_handle), result);
        return *this;
    }

    engine::Compiler& _compiler;
    sqlite3_stmt* _handle;
    engine::StatementTraits _traits;
};

class MemoryDatabase::Link final : public storage::Connection {
public:
    explicit Link(sqlite3* handle) : _handle(handle), _compiler(handle) {}

    storage::Statement& prepare(std::string_view sql) override
    {
        auto& known = _statements[{_prefix, std::string(sql)}];
        if (!known) {
            std::string_view rest;
            known = compile(sql, rest);
            if (!known || rest.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
                const bool empty = !known;
                _statements.erase({_prefix, std::string(sql)});
                throw DatabaseError(base::Status::internal, empty ? "an empty statement" : "more than one statement");
            }
        }
        known->reset();
        return *known;
    }
    void execute(std::string_view sql) override
    {
        while (!sql.empty()) {
            std::string_view rest;
            const auto statement = compile(sql, rest);
            if (!statement)
                return;
            statement->run();
            sql = rest;
        }
    }
    void restrictTo(std::string_view tablePrefix) override
    {
        _prefix = tablePrefix;
        _compiler.restrictTo(_prefix);
    }
    std::uint64_t changes() const noexcept override
    {
        return static_cast<std::uint64_t>(sqlite3_total_changes64(_handle));
    }
    void forget() noexcept { _statements.clear(); }

private:
    std::unique_ptr<Prepared> compile(std::string_view sql, std::string_view& rest)
    {
        engine::StatementTraits traits;
        auto* const handle = _compiler.compile(sql, 0, rest, traits);
        return handle ? std::make_unique<Prepared>(_compiler, handle, std::move(traits)) : nullptr;
    }

    sqlite3* _handle;
    engine::Compiler _compiler;
    std::string _prefix;
    std::map<std::pair<std::string, std::string>, std::unique_ptr<Prepared>> _statements;
};

MemoryDatabase::MemoryDatabase()
{
    if (sqlite3_open_v2(":memory:", &_handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr) != SQLITE_OK) {
        const std::string words = _handle ? sqlite3_errmsg(_handle) : "no memory";
        sqlite3_close(_handle);
        throw DatabaseError(base::Status::unavailable, words);
    }
    _link = std::make_unique<Link>(_handle);
    _link->execute("PRAGMA foreign_keys=ON");
}

MemoryDatabase::~MemoryDatabase()
{
    _link->forget(); // SQLite refuses to close under living statements
    _link.reset();
    sqlite3_close(_handle);
}

void MemoryDatabase::read(const std::function<void(storage::Connection&)>& work) { work(*_link); } // border/SqlRun refuses writes
storage::Connection& MemoryDatabase::writing() { return *_link; }
void MemoryDatabase::begin() { _link->execute("BEGIN"); }
void MemoryDatabase::commit() { _link->execute("COMMIT"); }

void MemoryDatabase::rollback() noexcept
{
    if (inTransaction())
        sqlite3_exec(_handle, "ROLLBACK", nullptr, nullptr, nullptr);
}

bool MemoryDatabase::inTransaction() const noexcept { return sqlite3_get_autocommit(_handle) == 0; }

} // namespace netbit::fake
