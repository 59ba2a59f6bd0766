// The pool of readers and the writing connection over one file in WAL mode.

#include "storage/Database.h"
#include "storage/sqlite/SqliteConnection.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Exception.h>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

namespace netbit::storage
{

namespace
{

using sqlite::SqliteConnection;

// A checkpoint copies the log into the file and syncs both. Below some thousand pages (16 MiB here) that is felt by
// each busy second of writing, above it recovery after a crash grows; the log is overwritten in place afterwards, which
// costs half of what appending to a growing file does. It is cut back only when one big transaction has blown it up.
constexpr int checkpointPages = 4000;
constexpr int keptLogBytes = 64 * 1024 * 1024;

class SqliteDatabase final : public Database
{
public:
    explicit SqliteDatabase(const SqliteOptions& options)
        : _writing(options.path)
    {
        configure(_writing, options.cacheKib);
        _writing.tellSlow(options.slow, options.onSlow);
        const auto mode = _writing.setAndGet("journal_mode=WAL");
        if (mode != "wal")
            throw Poco::IOException("this file system cannot hold a write-ahead log (journal_mode is " + mode + ")");
        _writing.set("synchronous=FULL");
        _writing.set("wal_autocheckpoint=" + std::to_string(checkpointPages));
        _writing.set("journal_size_limit=" + std::to_string(keptLogBytes));

        const auto count = std::max(1u, options.readers);
        _readers.reserve(count);
        _free.reserve(count);
        for (unsigned i = 0; i < count; ++i) {
            auto& reader = *_readers.emplace_back(std::make_unique<SqliteConnection>(options.path));
            configure(reader, options.cacheKib / 4);
            reader.tellSlow(options.slow, options.onSlow);
            reader.set("query_only=ON");
            _free.push_back(&reader);
        }
    }

    void read(const std::function<void(Connection&)>& work) override
    {
        Borrowed borrowed(*this);
        auto& reader = borrowed.reader;
        reader.begin("BEGIN");
        try {
            work(reader);
        } catch (...) {
            reader.rollback();
            throw;
        }
        reader.rollback(); // nothing was written; this cannot fail
    }

    Connection& writing() override { return _writing; }

    // IMMEDIATE: a deferred transaction that has read may find, at its first write, that another process wrote
    // meanwhile, and could then only give up. Poco's Session::begin is deferred, so this does not go through it.
    void begin() override { _writing.begin("BEGIN IMMEDIATE"); }
    void commit() override { _writing.commit(); }
    void rollback() noexcept override { _writing.rollback(); }
    bool inTransaction() const noexcept override { return _writing.inTransaction(); }
    std::string_view engine() const noexcept override { return "sqlite"; }

private:
    static void configure(SqliteConnection& connection, std::int64_t cacheKib)
    {
        connection.set("busy_timeout=5000");
        connection.set("foreign_keys=ON");
        connection.set("trusted_schema=OFF"); // a view or trigger of a plugin calls no function with side effects
        connection.set("temp_store=MEMORY"); // nothing is written outside the data directory
        connection.set("cache_size=-" + std::to_string(std::max<std::int64_t>(cacheKib, 64)));
    }

    struct Borrowed {
        explicit Borrowed(SqliteDatabase& database)
            : owner(database)
            , reader(database.take())
        {
        }
        ~Borrowed() { owner.give(reader); }
        Borrowed(const Borrowed&) = delete;
        Borrowed& operator=(const Borrowed&) = delete;

        SqliteDatabase& owner;
        SqliteConnection& reader;
    };

    SqliteConnection& take()
    {
        std::unique_lock lock(_mutex); // _free
        _returned.wait(lock, [this] { return !_free.empty(); });
        auto* reader = _free.back(); // the one used last: its pages are warm
        _free.pop_back();
        return *reader;
    }

    void give(SqliteConnection& reader)
    {
        {
            std::lock_guard lock(_mutex); // _free
            _free.push_back(&reader);
        }
        _returned.notify_one();
    }

    SqliteConnection _writing;
    std::vector<std::unique_ptr<SqliteConnection>> _readers;
    std::mutex _mutex;
    std::condition_variable _returned;
    std::vector<SqliteConnection*> _free; // guarded by _mutex
};

// SQLite would make the file with the umask's mode. The log and the index beside it inherit the mode of the file.
void makePrivate(const std::string& path)
{
    const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) {
        if (errno == EEXIST) // the owner's choice of mode stays
            return;
        throw Poco::CreateFileException(path, std::strerror(errno));
    }
    const bool done = ::fchmod(file, S_IRUSR | S_IWUSR) == 0; // a umask may have taken our own bits away
    ::close(file);
    if (!done)
        throw Poco::CreateFileException(path, "cannot set its mode");
}

} // namespace

base::Result<std::unique_ptr<Database>> openSqlite(const SqliteOptions& options)
{
    try {
        static const bool registered = (Poco::Data::SQLite::Connector::registerConnector(), true);
        static_cast<void>(registered);
        makePrivate(options.path);
        return std::unique_ptr<Database>(std::make_unique<SqliteDatabase>(options));
    } catch (const Poco::Exception& error) {
        return base::fault(base::Status::unavailable, "database_unusable", error.displayText());
    } catch (const DatabaseError& error) {
        return base::fault(base::Status::unavailable, "database_unusable", error.what());
    }
}

base::Result<void> copySqlite(const std::string& from, const std::string& to, const std::function<void(Connection&)>& also)
{
    const auto failed = [&](base::Status status, std::string_view why) {
        for (const auto* const suffix : {"", "-journal", "-wal", "-shm"})
            ::unlink((to + suffix).c_str());
        return base::fault(status, status == base::Status::storageFull ? "storage_full" : "database_unusable", why);
    };
    if (::access(from.c_str(), F_OK) != 0) // to open it would make it
        return base::fault(base::Status::unavailable, "database_unusable", from + ": " + std::strerror(errno) + '.');
    try {
        makePrivate(to);
        SqliteConnection source(from);
        source.set("busy_timeout=5000");
        SqliteConnection target(to);
        // A read transaction that is open: what others write meanwhile is not seen, and makes nothing begin anew.
        source.begin("BEGIN");
        source.prepare("SELECT count(*) FROM sqlite_schema").step();
        source.copyTo(target);
        also(source);
        source.rollback();
        return {};
    } catch (const Poco::Exception& error) {
        return failed(base::Status::unavailable, error.displayText());
    } catch (const DatabaseError& error) {
        return failed(error.status(), error.what());
    }
}

} // namespace netbit::storage
