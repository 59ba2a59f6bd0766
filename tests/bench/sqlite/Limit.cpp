// The bare limit: SQLite's C API and a group commit made by hand.

#include "Bench.h"

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <sqlite3.h>
#include <thread>
#include <utility>

namespace bench
{

namespace
{

void check(sqlite3* handle, int result, int expected = SQLITE_OK)
{
    if (result == expected)
        return;
    std::fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(handle));
    std::exit(1);
}

class Limit
{
public:
    Limit(const Settings& settings, bool handOver)
        : _clients(settings.clients)
    {
        check(
            _handle,
            sqlite3_open_v2(settings.database.c_str(), &_handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr));
        // The settings of host/storage/sqlite, so that both do the same work.
        check(
            _handle,
            sqlite3_exec(_handle,
                         "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
                         "PRAGMA cache_size=-8192; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864",
                         nullptr, nullptr, nullptr));
        _begin = compile("BEGIN IMMEDIATE");
        _commit = compile("COMMIT");
        _message = compile("INSERT INTO messages (id, chat_id, sender_id, content, message_type, created_at, is_edited)"
                           " VALUES (?1, ?2, ?3, ?4, 'text', ?5, 0)");
        _event = compile("INSERT INTO events (id, topic, chat_id, actor_id, object_id, data, created_at)"
                         " VALUES (?1, 'message.created', ?2, ?3, ?1, '', ?4)");
        if (handOver)
            _thread = std::thread([this] { loop(); });
    }

    ~Limit()
    {
        if (_thread.joinable()) {
            {
                std::lock_guard lock(_mutex); // _stopping
                _stopping = true;
            }
            _filled.notify_one();
            _thread.join();
        }
        for (auto* statement : {_begin, _commit, _message, _event})
            sqlite3_finalize(statement);
        sqlite3_close(_handle);
    }

    Limit(const Limit&) = delete;
    Limit& operator=(const Limit&) = delete;

    void send(unsigned client, Message&& message)
    {
        auto& me = _clients[client];
        me.message = std::move(message);
        if (_thread.joinable())
            handOver(me);
        else
            leadOrFollow(me);
    }

    const std::atomic<std::uint64_t>& commits() const { return _commits; }

private:
    struct Client {
        Message message;
        bool done = false; // written before wake is released, read after it is acquired
        std::binary_semaphore wake{0};
    };

    // Whoever comes while nobody commits leads: it takes all that waits. The leader's successor is one of those who
    // came meanwhile, so one client alone never waits for another thread.
    void leadOrFollow(Client& me)
    {
        me.done = false;
        bool lead = false;
        {
            std::lock_guard lock(_mutex); // _waiting, _led
            _waiting.push_back(&me);
            lead = !std::exchange(_led, true);
        }
        if (!lead) {
            me.wake.acquire();
            if (me.done)
                return;
        }

        {
            std::lock_guard lock(_mutex); // _waiting
            _batch.swap(_waiting);
        }
        write();
        Client* next = nullptr;
        std::vector<Client*> written;
        written.swap(_batch);
        for (auto* one : written)
            one->done = true;
        {
            std::lock_guard lock(_mutex); // _waiting, _led
            if (_waiting.empty())
                _led = false;
            else
                next = _waiting.front();
        }
        if (next)
            next->wake.release();
        for (auto* one : written)
            if (one != &me)
                one->wake.release();
    }

    // The shape of a server, whose clients' threads must not wait for the disk: one thread writes for all.
    void handOver(Client& me)
    {
        bool wake = false;
        {
            std::lock_guard lock(_mutex); // _waiting, _sleeping
            _waiting.push_back(&me);
            wake = std::exchange(_sleeping, false);
        }
        if (wake)
            _filled.notify_one();
        me.wake.acquire();
    }

    void loop()
    {
        for (;;) {
            {
                std::unique_lock lock(_mutex); // _waiting, _sleeping, _stopping
                while (_waiting.empty()) {
                    if (_stopping)
                        return;
                    _sleeping = true;
                    _filled.wait(lock);
                }
                _batch.swap(_waiting);
            }
            write();
            for (auto* one : _batch)
                one->wake.release();
            _batch.clear();
        }
    }

    sqlite3_stmt* compile(const char* sql)
    {
        sqlite3_stmt* statement = nullptr;
        check(_handle, sqlite3_prepare_v3(_handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
        return statement;
    }

    void run(sqlite3_stmt* statement)
    {
        check(_handle, sqlite3_step(statement), SQLITE_DONE);
        sqlite3_reset(statement);
    }

    void write()
    {
        run(_begin);
        for (const auto* one : _batch) {
            const auto& message = one->message;
            const auto id = ++_lastId;
            sqlite3_bind_int64(_message, 1, id);
            sqlite3_bind_int64(_message, 2, message.chatId);
            sqlite3_bind_int64(_message, 3, message.senderId);
            sqlite3_bind_text(_message, 4, message.content.data(), static_cast<int>(message.content.size()),
                              SQLITE_STATIC);
            sqlite3_bind_int64(_message, 5, message.createdAt);
            run(_message);
            sqlite3_bind_int64(_event, 1, id);
            sqlite3_bind_int64(_event, 2, message.chatId);
            sqlite3_bind_int64(_event, 3, message.senderId);
            sqlite3_bind_int64(_event, 4, message.createdAt);
            run(_event);
        }
        run(_commit);
        _commits.fetch_add(1, std::memory_order_relaxed);
    }

    sqlite3* _handle = nullptr;
    sqlite3_stmt *_begin, *_commit, *_message, *_event;
    std::int64_t _lastId = 0;
    std::atomic<std::uint64_t> _commits{0};

    std::vector<Client> _clients;
    std::mutex _mutex;
    std::vector<Client*> _waiting; // guarded by _mutex
    bool _led = false; // guarded by _mutex
    bool _sleeping = false; // guarded by _mutex
    bool _stopping = false; // guarded by _mutex
    std::condition_variable _filled;
    std::vector<Client*> _batch; // the leader's, or the thread's
    std::thread _thread; // only when clients hand over
};

} // namespace

namespace
{

Figures run(const Settings& settings, bool handOver)
{
    prepareDatabase(settings);
    Limit limit(settings, handOver);
    return runClients(
        settings, [&](unsigned client, Message&& message) { limit.send(client, std::move(message)); }, limit.commits());
}

} // namespace

Figures runLimit(const Settings& settings) { return run(settings, false); }
Figures runHandedOver(const Settings& settings) { return run(settings, true); }

} // namespace bench
