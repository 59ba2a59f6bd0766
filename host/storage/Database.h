#pragma once
// The database port: what repositories, the writer and plugins' SQL need, whatever the engine behind it.

#include "base/Result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace netbit::storage
{

/// The engine refused or failed. Carries what to tell the caller: conflict (a constraint), storageFull (disk),
/// unavailable (I/O error, locked), internal (bad SQL), forbidden (beyond a restriction).
class DatabaseError : public std::exception
{
public:
    /// `code`: where the status does not say it all; a literal.
    DatabaseError(base::Status status, std::string message, std::string_view code = {})
        : _message(std::move(message))
        , _code(code)
        , _status(status)
    {
    }
    const char* what() const noexcept override { return _message.c_str(); }
    base::Status status() const noexcept { return _status; }
    std::string_view code() const noexcept { return _code; }

private:
    std::string _message;
    std::string_view _code;
    base::Status _status;
};

using Blob = std::string; // bytes; tagged by the bind call, not by the type

enum class ValueType : std::uint8_t { null, integer, real, text, blob };

/// A prepared statement of one connection. Parameters are numbered from 1 ($1, $2 … in the text, both engines know
/// them), columns from 0. Bound text and blobs must live until the next reset() or step() to the end. Throws
/// DatabaseError.
class Statement
{
public:
    virtual ~Statement() = default;
    virtual Statement& bind(int index, std::int64_t value) = 0;
    virtual Statement& bind(int index, double value) = 0;
    virtual Statement& bind(int index, std::string_view text) = 0;
    Statement& bind(int index, int value) { return bind(index, std::int64_t{value}); } ///< a literal is no ambiguity
    virtual Statement& bindBlob(int index, std::string_view bytes) = 0;
    virtual Statement& bindNull(int index) = 0;

    /// true: a row is there. false: finished (and reset, ready to bind again).
    virtual bool step() = 0;
    virtual void reset() noexcept = 0;
    /// step() to the end, ignoring rows; for INSERT, UPDATE, DELETE. Gives the number of rows changed.
    virtual std::int64_t run() = 0;

    /// The highest n of its $n.
    virtual int parameters() const noexcept = 0;
    /// Whether running it can change nothing in the database.
    virtual bool readsOnly() const noexcept = 0;
    virtual int columns() const noexcept = 0;
    virtual std::string_view columnName(int column) const noexcept = 0;
    virtual ValueType type(int column) const noexcept = 0;
    bool isNull(int column) const noexcept { return type(column) == ValueType::null; }
    virtual std::int64_t integer(int column) const noexcept = 0;
    virtual double real(int column) const noexcept = 0;
    virtual std::string_view text(int column) const noexcept = 0; ///< also blobs; valid until the next step or reset
};

/// One connection, used by one thread at a time.
class Connection
{
public:
    virtual ~Connection() = default;
    /// A statement from this connection's cache, reset. The text must be the same pointer-independent string each time;
    /// a nested use of the same text while it still has rows is a programmer's error.
    virtual Statement& prepare(std::string_view sql) = 0;
    /// One or more statements without parameters or rows.
    virtual void execute(std::string_view sql) = 0;
    /// From here on only tables whose name starts with the prefix can be touched, and no transaction begun or ended
    /// (for plugins). Empty: no restriction. Ends by itself when a read() or a writer's job ends. Statements do not
    /// outlive it: what was prepared under a restriction may be gone after the next call.
    virtual void restrictTo(std::string_view tablePrefix) = 0;
    /// Grows with every change made through this connection; the same number before and after: nothing to undo.
    virtual std::uint64_t changes() const noexcept = 0;
};

/// A pool of readers and the one writing connection. Thread-safe.
class Database
{
public:
    virtual ~Database() = default;

    /// Runs the function with a reading connection inside one read transaction (one consistent view).
    /// Waits for a free connection (so a read() inside a read() may wait for ever). What the function throws passes
    /// through.
    virtual void read(const std::function<void(Connection&)>& work) = 0;

    /// The writing connection; belongs to the writer's thread (and to start-up before the writer runs).
    virtual Connection& writing() = 0;
    virtual void begin() = 0; ///< on writing()
    virtual void commit() = 0; ///< durable when it returns
    virtual void rollback() noexcept = 0; ///< also when nothing was begun, or the engine already rolled back
    virtual bool
    inTransaction() const noexcept = 0; ///< false as well after the engine rolled back (disk full, I/O error)
    virtual std::string_view engine() const noexcept = 0; ///< "sqlite"
};

struct SqliteOptions {
    std::string path;
    unsigned readers = 4; ///< connections in the reading pool
    std::int64_t cacheKib = 8192; ///< page cache of the writing connection; readers have a quarter each
    /// Told, on the thread that ran it, of each statement that took `slow` or longer, as the engine measures it (milliseconds);
    /// its text has the parameters' places, not their values. Must not throw.
    std::function<void(std::string_view sql, std::chrono::milliseconds time)> onSlow{};
    std::chrono::milliseconds slow{0}; ///< 0: nothing is
};

/// Opens or makes the file (mode 0600): WAL, synchronous=FULL, foreign keys on, busy time-out 5 s.
/// Error: unavailable / database_unusable with the engine's words.
base::Result<std::unique_ptr<Database>> openSqlite(const SqliteOptions& options);

/// Copies the database as it is at one moment, while others go on writing, into a new file (mode 0600), which is on disk when
/// this returns. `also` sees that same moment. Error: that of the engine, storageFull among them; nothing is left then.
base::Result<void> copySqlite(const std::string& from, const std::string& to, const std::function<void(Connection&)>& also);

} // namespace netbit::storage
