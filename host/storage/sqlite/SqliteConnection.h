#pragma once
// One connection: Poco opens and owns it, our statements run on its handle.
//
// Why not Poco::Data's statements: binding and extracting through them costs 5 µs a row more than the C API, which is
// half the throughput of a full batch. Settings (PRAGMA) go through the session.

#include "storage/Database.h"
#include "storage/sqlite/Authorizer.h"
#include "storage/sqlite/SqliteStatement.h"

#include <Poco/Data/Session.h>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace netbit::storage::sqlite
{

class SqliteConnection final : public Connection
{
public:
    explicit SqliteConnection(const std::string& path); ///< throws Poco::Exception
    ~SqliteConnection() override;
    SqliteConnection(const SqliteConnection&) = delete;
    SqliteConnection& operator=(const SqliteConnection&) = delete;

    Statement& prepare(std::string_view sql) override;
    void execute(std::string_view sql) override;
    void restrictTo(std::string_view tablePrefix) override;
    std::uint64_t changes() const noexcept override;

    using Slow = std::function<void(std::string_view sql, std::chrono::milliseconds time)>;
    void tellSlow(std::chrono::milliseconds limit, Slow told); ///< 0: of nothing
    void set(const std::string& assignment); ///< one PRAGMA; throws Poco::Exception
    std::string setAndGet(const std::string& assignment); ///< one that answers with what is in force now

    void begin(std::string_view how); ///< "BEGIN IMMEDIATE" for the writer, "BEGIN" for a reader
    void commit();
    void rollback() noexcept;
    bool inTransaction() const noexcept;
    /// Everything, as this connection's transaction sees it. Throws DatabaseError.
    void copyTo(SqliteConnection& other);

private:
    friend class SqliteStatement;

    // Looks a view up without making a string of it: the hot path allocates nothing.
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    };
    using Cache = std::unordered_map<std::string, std::unique_ptr<SqliteStatement>, TextHash, std::equal_to<>>;

    std::unique_ptr<SqliteStatement> compile(std::string_view sql, unsigned flags, std::string_view& rest);
    void beforeStep(const SqliteStatement& statement) noexcept;
    void afterStep(const SqliteStatement& statement) { _compiler.afterStep(statement._traits); }
    [[noreturn]] void fail(int resultCode) { _compiler.fail(resultCode); }
    void remember(SqliteStatement& statement);
    void forget(SqliteStatement& statement) noexcept;
    void resetAll() noexcept;

    Slow _slow;
    std::chrono::milliseconds _slowLimit{0};
    Poco::Data::Session _session;
    sqlite3* _handle;
    Compiler _compiler;

    // Statements by restriction: what was compiled under one must never run under another.
    std::map<std::string, Cache, std::less<>> _caches;
    Cache* _cache; // of the restriction in force

    std::vector<SqliteStatement*> _withRows; // to be reset before a transaction ends, or their read locks would stay
    std::uint64_t _definitions = 0; // CREATE, ALTER and DROP, which SQLite does not count as changes
};

} // namespace netbit::storage::sqlite
