#include "border/Convert.h"
#include "border/PendingDone.h"
#include "border/Services.h"
#include "border/SqlRun.h"
#include "border/Tables.h"
#include "border/Threads.h"
#include "services/log/Log.h"
#include "storage/Migrations.h"
#include "storage/Writer.h"

#include <limits>
#include <string>
#include <vector>

namespace netbit::border {

namespace {

using base::fault;
using base::Status;
using storage::Connection;
using storage::DatabaseError;
using namespace sql;

/// SQL is slow enough for two reads of a clock.
class Stopwatch {
public:
    explicit Stopwatch(Ledger& ledger) noexcept : _ledger(ledger) {}
    ~Stopwatch() { _ledger.countSql(std::chrono::steady_clock::now() - _begun); }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

private:
    Ledger& _ledger;
    const std::chrono::steady_clock::time_point _begun = std::chrono::steady_clock::now();
};

base::Result<void> migrate(const nb_host* host, const nb_sql_migration* steps, std::size_t count)
{
    auto& generation = generationOf(host);
    if (!generation.mayRegister())
        return fault(Status::invalid, "not_in_start", "Migrations are run in start.");
    if (count == 0)
        return {};
    notNull(steps, "steps");
    if (count > mostSteps)
        refuseArgument("steps", "are more than 1000");
    std::vector<storage::Migration> made;
    made.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        made.push_back({static_cast<int>(i) + 1, textOf(steps[i].name, "steps.name"), textOf(steps[i].sql, "steps.sql")});
    const auto& services = generation.services();
    return services.writer.run([&](Connection&) {
        return storage::migrate(services.database, generation.spaceName(), made, generation.sqlPrefix());
    });
}

thread_local bool reading = false; // a read inside a read may wait for ever

base::Result<void> query(const nb_host* host, const nb_sql_statement* statement, nb_sql_row_fn row, void* user)
{
    auto& generation = generationOf(host);
    const auto& services = generation.services();
    const auto sql = sqlOf(notNull(statement, "statement"));
    if (!row)
        refuseArgument("row", "is null");
    for (std::size_t i = 0; i < statement->param_count; ++i)
        checked(statement->params[i]);
    if (onReactor(services))
        return fault(Status::wouldBlock, "wrong_thread", "A query reads the disk: call it on a worker.");
    if (reading)
        return fault(Status::invalid, "nested_query", "A query cannot be made from the rows of another.");
    Guard guard(generation, "row");
    if (!guard)
        return fault(Status::unavailable, "plugin_stopped", "The plugin has been stopped.");

    const Stopwatch watch(generation.ledger());
    base::Result<void> result;
    reading = true;
    try {
        services.database.read([&](Connection& connection) {
            readRows(connection, generation.sqlPrefix(), sql, *statement, [&](const std::vector<nb_sql_value>& columns) {
                std::int32_t next = NB_INTERNAL;
                if (!guard.run([&] { next = row(user, columns.data(), columns.size()); })) {
                    result = fault(Status::internal, "row_threw", "The function that takes the rows threw.");
                    return false;
                }
                return next == NB_OK;
            });
        });
    } catch (const DatabaseError& error) {
        result = errorOf(error);
    } catch (...) {
        reading = false;
        throw;
    }
    reading = false;
    return result;
}

/// All statements of one execute().
class ExecuteJob final : public storage::Job {
public:
    ExecuteJob(std::shared_ptr<Generation> generation, std::vector<Owned> statements, std::shared_ptr<PendingDone> pending)
        : _generation(std::move(generation)), _statements(std::move(statements)), _pending(std::move(pending))
    {
    }

    base::Result<void> apply(Connection& connection) override
    {
        const Stopwatch watch(_generation->ledger());
        try {
            _done = runAll(connection, _generation->sqlPrefix(), _statements);
        } catch (const DatabaseError& error) {
            if (error.status() == Status::conflict) // who asked hears that it conflicts; which of its tables, its author
                services::log::info(_generation->id(), "A constraint refused a write.", {{"words", error.what()}});
            return errorOf(error);
        }
        return {};
    }

    void complete(const base::Result<void>& result) override
    {
        if (result)
            _pending->finish(_done);
        else
            _pending->finish(result.error());
    }

private:
    std::shared_ptr<Generation> _generation;
    std::vector<Owned> _statements;
    std::shared_ptr<PendingDone> _pending;
    services::Completed _done;
};

base::Result<void> execute(const nb_host* host, const nb_sql_statement* statements, std::size_t count, nb_done_fn done,
                           void* user)
{
    auto& generation = generationOf(host);
    if (count == 0 || count > mostStatements)
        refuseArgument("statements", "are not 1 to 1000");
    notNull(statements, "statements");
    std::vector<Owned> owned;
    owned.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        owned.push_back(own(statements[i]));
    auto pending = PendingDone::make(generation, done, user);
    std::unique_ptr<storage::Job> job =
        std::make_unique<ExecuteJob>(generation.shared_from_this(), std::move(owned), pending);
    if (!generation.services().writer.submit(job))
        return pending->taken(fault(Status::unavailable, "writer_busy", "Too many writes wait; try again soon."));
    return {};
}

} // namespace

const nb_sql_api& sqlTable() noexcept
{
    static constexpr nb_sql_api table{
        .size = sizeof(nb_sql_api),
        .reserved = 0,
        .migrate = [](const nb_host* host, const nb_sql_migration* steps, std::size_t count,
                      nb_error* error) { return answer(error, [&] { return migrate(host, steps, count); }); },
        .query = [](const nb_host* host, const nb_sql_statement* statement, nb_sql_row_fn row, void* user,
                    nb_error* error) { return answer(error, [&] { return query(host, statement, row, user); }); },
        .execute =
            [](const nb_host* host, const nb_sql_statement* statements, std::size_t count, nb_done_fn done, void* user,
               nb_error* error) {
                return answer(error, [&] { return execute(host, statements, count, done, user); });
            },
    };
    return table;
}

} // namespace netbit::border
