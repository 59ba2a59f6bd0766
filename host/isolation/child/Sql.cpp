// A plugin's own tables.

#include "isolation/child/Host.h"
#include "isolation/child/Tables.h"

#include <vector>

namespace netbit::isolation::child {

namespace {

std::int32_t badArgument(nb_error* error)
{
    return refuse(error, NB_INVALID, "bad_argument", "An argument is null.");
}

wire::Statement messageOf(const nb_sql_statement& statement)
{
    wire::Statement out;
    out.sql = statement.sql;
    out.params.reserve(statement.param_count);
    for (std::size_t i = 0; i < statement.param_count; ++i) {
        const auto& param = statement.params[i];
        out.params.push_back({param.type, param.integer, param.real, param.bytes});
    }
    return out;
}

std::int32_t migrate(const nb_host* host, const nb_sql_migration* steps, std::size_t count, nb_error* error)
{
    auto& self = Host::of(host);
    if (!self.starting())
        return refuse(error, NB_INVALID, "not_in_start", "Migrations are run in start.");
    if (count > 0 && !steps)
        return badArgument(error);
    wire::Migrate message;
    for (std::size_t i = 0; i < count; ++i)
        message.steps.push_back({steps[i].name, steps[i].sql});
    wire::Nothing nothing;
    return self.call(Kind::migrate, message, nothing, error);
}

thread_local bool reading = false;

std::int32_t query(const nb_host* host, const nb_sql_statement* statement, nb_sql_row_fn row, void* user, nb_error* error)
{
    auto& self = Host::of(host);
    if (!statement || !row || (statement->param_count > 0 && !statement->params))
        return badArgument(error);
    if (self.onReactor())
        return refuse(error, NB_WOULD_BLOCK, "wrong_thread", "A query reads the disk: call it on a worker.");
    if (reading)
        return refuse(error, NB_INVALID, "nested_query", "A query cannot be made from the rows of another.");
    Frame frame;
    wire::Rows rows;
    if (const auto status = self.call(Kind::query, messageOf(*statement), rows, error, frame); status != NB_OK)
        return status;
    wire::Reader cells(wire::view(rows.cells.bytes), nullptr, wire::Reader::Trust::inPlace);
    std::vector<nb_sql_value> columns(rows.columns);
    reading = true;
    std::int32_t status = NB_OK;
    for (std::uint64_t i = 0; i < rows.count; ++i) {
        for (auto& column : columns) {
            wire::SqlValue value;
            cells(value);
            column = {value.type, 0, value.integer, value.real, value.bytes};
        }
        std::int32_t next = NB_INTERNAL;
        if (!cells.good() || !self.guarded("row", [&] { next = row(user, columns.data(), columns.size()); })) {
            status = refuse(error, NB_INTERNAL, "row_threw", "The function that takes the rows threw.");
            break;
        }
        if (next != NB_OK)
            break;
    }
    reading = false;
    return status;
}

std::int32_t execute(const nb_host* host, const nb_sql_statement* statements, std::size_t count, nb_done_fn done,
                     void* user, nb_error* error)
{
    auto& self = Host::of(host);
    if (count == 0 || !statements || !done)
        return badArgument(error);
    wire::Execute message;
    for (std::size_t i = 0; i < count; ++i) {
        if (statements[i].param_count > 0 && !statements[i].params)
            return badArgument(error);
        message.statements.push_back(messageOf(statements[i]));
    }
    message.token = self.promise(done, user);
    if (self.channel().send(Kind::execute, message))
        return NB_OK;
    self.breakPromise(message.token);
    return refuse(error, NB_TOO_LARGE, "too_large", "This is too much for an isolated plugin.");
}

} // namespace

const nb_sql_api& sqlTable() noexcept
{
    static constexpr nb_sql_api table{
        .size = sizeof(nb_sql_api),
        .reserved = 0,
        .migrate = &migrate,
        .query = &query,
        .execute = &execute,
    };
    return table;
}

} // namespace netbit::isolation::child
