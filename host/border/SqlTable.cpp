#include "border/Convert.h"
#include "border/PendingDone.h"
#include "border/Services.h"
#include "border/SqlArguments.h"
#include "border/Tables.h"
#include "border/Threads.h"
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
using storage::Statement;
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

/// The engines say only in words that it was the restriction which refused.
base::Error errorOf(const DatabaseError& error)
{
    const std::string_view words = error.what();
    for (const auto refusal : {"not authorized", "prohibited", "permission denied"})
        if (words.find(refusal) != std::string_view::npos)
            return fault(Status::forbidden, "table_not_yours",
                         "A plugin reaches only tables whose name starts with its prefix: " + std::string(words));
    return {error.status(), error.status() == Status::conflict ? "conflict" : "sql_failed", error.what(), {}};
}

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
    return services.writer.run([&](Connection&) -> base::Result<void> {
        auto done = storage::migrate(services.database, generation.spaceName(), made, generation.sqlPrefix());
        if (!done && done.status() == Status::internal)
            return errorOf(DatabaseError(Status::internal, done.error().detail));
        return done;
    });
}

void readRow(const Statement& statement, std::vector<nb_sql_value>& columns)
{
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const int column = static_cast<int>(i);
        auto& value = columns[i] = nb_sql_value{};
        switch (statement.type(column)) {
        case storage::ValueType::null: value.type = NB_SQL_NULL; break;
        case storage::ValueType::integer:
            value.type = NB_SQL_INTEGER;
            value.integer = statement.integer(column);
            break;
        case storage::ValueType::real:
            value.type = NB_SQL_REAL;
            value.real = statement.real(column);
            break;
        case storage::ValueType::text:
            value.type = NB_SQL_TEXT;
            value.bytes = str(statement.text(column));
            break;
        case storage::ValueType::blob:
            value.type = NB_SQL_BLOB;
            value.bytes = str(statement.text(column));
            break;
        }
    }
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
            const Restriction restriction(connection, generation.sqlPrefix());
            auto& prepared = connection.prepare(sql);
            const struct Reset {
                Statement& statement;
                ~Reset() { statement.reset(); }
            } reset{prepared}; // also when a row ended it early
            bind(prepared, statement->params, statement->param_count);
            std::vector<nb_sql_value> columns(static_cast<std::size_t>(prepared.columns()));
            while (prepared.step()) {
                readRow(prepared, columns);
                std::int32_t next = NB_INTERNAL;
                if (!guard.run([&] { next = row(user, columns.data(), columns.size()); })) {
                    result = fault(Status::internal, "row_threw", "The function that takes the rows threw.");
                    return;
                }
                if (next != NB_OK)
                    return;
            }
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
        _changed = 0;
        try {
            const Restriction restriction(connection, _generation->sqlPrefix());
            for (const auto& each : _statements) {
                auto& prepared = connection.prepare(each.sql);
                bind(prepared, each.params.data(), each.params.size());
                _changed = prepared.run();
            }
        } catch (const DatabaseError& error) {
            return errorOf(error);
        }
        return {};
    }

    void complete(const base::Result<void>& result) override
    {
        if (result)
            _pending->finish(services::Completed{_changed, {}, false});
        else
            _pending->finish(result.error());
    }

private:
    std::shared_ptr<Generation> _generation;
    std::vector<Owned> _statements;
    std::shared_ptr<PendingDone> _pending;
    std::int64_t _changed = 0;
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
