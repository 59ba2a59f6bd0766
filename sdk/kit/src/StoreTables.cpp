// What a plugin keeps: netbit.cache/1 and netbit.sql/1.

#include "Handles.h"
#include "Later.h"
#include "Tables.h"
#include "border/SqlRun.h"
#include "storage/Migrations.h"

namespace netbit::fake {

namespace {

using base::fault;
using base::Status;
using storage::Connection;
using storage::DatabaseError;
using namespace border::sql;

// ---- cache

constexpr std::size_t longestKey = 256;
constexpr std::uint64_t longestTtl = 100ull * 365 * 24 * 3600 * 1000; // a century is no end

std::string_view keyOf(nb_str key)
{
    const auto bytes = bytesOf(key, "key");
    if (bytes.empty() || bytes.size() > longestKey)
        refuseArgument("key", "has not 1 to 256 bytes");
    return bytes;
}

std::chrono::milliseconds ttlOf(std::uint64_t ms) noexcept
{
    return std::chrono::milliseconds(ms > longestTtl ? 0 : static_cast<std::int64_t>(ms));
}

template <class F>
std::int32_t inCache(const nb_host* host, const char* function, nb_error* error, F&& act)
{
    return served(host, function, error, [&](Life& life) { return act(*life.world().cache, life); });
}

std::int32_t get(const nb_host* host, nb_str key, nb_body** out, nb_error* error)
{
    return inCache(host, "cache.get", error, [&](auto& cache, Life& life) -> base::Result<void> {
        notNull(out, "out");
        auto found = cache.get(life.id(), keyOf(key));
        if (!found)
            return found.error();
        *out = give(life, {**found});
        return {};
    });
}

std::int32_t set(const nb_host* host, nb_str key, nb_str value, std::uint64_t ttl, nb_error* error)
{
    return inCache(host, "cache.set", error, [&](auto& cache, Life& life) {
        return cache.set(life.id(), keyOf(key), bytesOf(value, "value"), ttlOf(ttl));
    });
}

std::int32_t add(const nb_host* host, nb_str key, nb_str value, std::uint64_t ttl, nb_error* error)
{
    return inCache(host, "cache.add", error, [&](auto& cache, Life& life) {
        return cache.add(life.id(), keyOf(key), bytesOf(value, "value"), ttlOf(ttl));
    });
}

std::int32_t incr(const nb_host* host, nb_str key, std::int64_t by, std::uint64_t ttl, std::int64_t* out, nb_error* error)
{
    return inCache(host, "cache.incr", error, [&](auto& cache, Life& life) -> base::Result<void> {
        const auto sum = cache.incr(life.id(), keyOf(key), by, ttlOf(ttl));
        if (!sum)
            return sum.error();
        if (out)
            *out = *sum;
        return {};
    });
}

std::int32_t removeKey(const nb_host* host, nb_str key, nb_error* error)
{
    return inCache(host, "cache.remove", error,
                   [&](auto& cache, Life& life) { return cache.remove(life.id(), keyOf(key)); });
}

// ---- sql

/// Who wants to reach further than its own tables has a bug.
base::Error told(World& world, base::Error error)
{
    if (error.status == Status::forbidden)
        world.violation("sql: " + error.detail);
    return error;
}

base::Result<void> migrate(Life& life, const nb_sql_migration* steps, std::size_t count)
{
    if (life.state() != Life::State::starting)
        return fault(Status::invalid, "not_in_start", "Migrations are run in start.");
    if (count == 0)
        return {};
    notNull(steps, "steps");
    if (count > mostSteps)
        refuseArgument("steps", "are more than 1000");
    std::vector<storage::Migration> made;
    for (std::size_t i = 0; i < count; ++i)
        made.push_back({static_cast<int>(i) + 1, textOf(steps[i].name, "steps.name"), textOf(steps[i].sql, "steps.sql")});
    auto done = storage::migrate(life.world().database, life.id(), made, prefixOf(life.id()));
    if (!done)
        return told(life.world(), done.error());
    return done;
}

thread_local bool reading = false;

base::Result<void> query(Life& life, const nb_sql_statement* statement, nb_sql_row_fn row, void* user)
{
    auto& world = life.world();
    const auto sql = sqlOf(notNull(statement, "statement"));
    if (!row)
        refuseArgument("row", "is null");
    for (std::size_t i = 0; i < statement->param_count; ++i)
        checked(statement->params[i]);
    if (!only(life, "sql.query", {Lane::worker, Lane::control}) && here() == Lane::reactor)
        return fault(Status::wouldBlock, "wrong_thread", "A query reads the disk: call it on a worker.");
    if (reading) {
        world.violation("sql.query was called from the rows of another query.");
        return fault(Status::invalid, "nested_query", "A query cannot be made from the rows of another.");
    }
    if (auto wanted = world.failureOf("sql.query"))
        return *wanted;
    const struct Reading {
        Reading() { reading = true; }
        ~Reading() { reading = false; }
    } mark;
    base::Result<void> result;
    try {
        world.database.read([&](Connection& connection) {
            readRows(connection, prefixOf(life.id()), sql, *statement, [&](const std::vector<nb_sql_value>& columns) {
                std::int32_t next = NB_INTERNAL;
                if (!life.call(here(), "A function that takes rows", [&] { next = row(user, columns.data(), columns.size()); })) {
                    result = fault(Status::internal, "row_threw", "The function that takes the rows threw.");
                    return false;
                }
                return next == NB_OK;
            });
        });
    } catch (const DatabaseError& error) {
        return told(world, errorOf(error));
    }
    return result;
}

base::Result<services::Completed> executeAll(World& world, const std::string& prefix, const std::vector<Owned>& statements)
{
    auto& database = world.database;
    try {
        database.begin();
        auto done = runAll(database.writing(), prefix, statements);
        database.commit();
        return done;
    } catch (const DatabaseError& error) {
        database.rollback();
        return told(world, errorOf(error));
    }
}

base::Result<void> execute(Life& life, const nb_sql_statement* statements, std::size_t count, nb_done_fn done, void* user)
{
    if (count == 0 || count > mostStatements)
        refuseArgument("statements", "are not 1 to 1000");
    notNull(statements, "statements");
    std::vector<Owned> owned;
    for (std::size_t i = 0; i < count; ++i)
        owned.push_back(own(statements[i]));
    // Moved as a whole: the vectors keep their memory, and so the views into it stay good.
    return later(life, "sql.execute", done, user,
                 [&world = life.world(), prefix = prefixOf(life.id()),
                  owned = std::make_shared<const std::vector<Owned>>(std::move(owned))] {
                     return executeAll(world, prefix, *owned);
                 });
}

} // namespace

const nb_cache_api& cacheTable() noexcept
{
    static constexpr nb_cache_api table{
        .size = sizeof(nb_cache_api),
        .reserved = 0,
        .get = &get,
        .set = &set,
        .add = &add,
        .incr = &incr,
        .remove = &removeKey,
    };
    return table;
}

const nb_sql_api& sqlTable() noexcept
{
    static constexpr nb_sql_api table{
        .size = sizeof(nb_sql_api),
        .reserved = 0,
        .migrate =
            [](const nb_host* host, const nb_sql_migration* steps, std::size_t count, nb_error* error) {
                return served(host, "sql.migrate", error, [&](Life& life) { return migrate(life, steps, count); });
            },
        .query =
            [](const nb_host* host, const nb_sql_statement* statement, nb_sql_row_fn row, void* user, nb_error* error) {
                return served(host, "sql.query", error, [&](Life& life) { return query(life, statement, row, user); });
            },
        .execute =
            [](const nb_host* host, const nb_sql_statement* statements, std::size_t count, nb_done_fn done, void* user,
               nb_error* error) {
                return served(host, "sql.execute", error,
                              [&](Life& life) { return execute(life, statements, count, done, user); });
            },
    };
    return table;
}

} // namespace netbit::fake
