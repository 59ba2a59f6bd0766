#include "border/SqlRun.h"

#include "base/Json.h"

#include <cmath>
#include <cstdio>

namespace netbit::border::sql {

namespace {

using base::Status;
using storage::Connection;
using storage::DatabaseError;
using storage::Statement;
using storage::ValueType;

constexpr std::size_t mostReturned = 64 * 1024;

/// Left without its locks and bindings also when a row ended it early.
struct Reset {
    explicit Reset(Statement& it) noexcept : statement(it) {}
    ~Reset() { statement.reset(); }
    Reset(const Reset&) = delete;
    Reset& operator=(const Reset&) = delete;

    Statement& statement;
};

nb_sql_value valueOf(const Statement& statement, int column)
{
    nb_sql_value value{};
    switch (statement.type(column)) {
    case ValueType::null: value.type = NB_SQL_NULL; break;
    case ValueType::integer:
        value.type = NB_SQL_INTEGER;
        value.integer = statement.integer(column);
        break;
    case ValueType::real:
        value.type = NB_SQL_REAL;
        value.real = statement.real(column);
        break;
    case ValueType::text:
        value.type = NB_SQL_TEXT;
        value.bytes = str(statement.text(column));
        break;
    case ValueType::blob:
        value.type = NB_SQL_BLOB;
        value.bytes = str(statement.text(column));
        break;
    }
    return value;
}

void appendJson(std::string& out, const Statement& statement, int column)
{
    base::appendJsonString(out, statement.columnName(column));
    out += ':';
    switch (statement.type(column)) {
    case ValueType::null: out += "null"; break;
    case ValueType::integer: base::appendJsonInt(out, statement.integer(column)); break;
    case ValueType::real: {
        const double value = statement.real(column);
        char digits[40];
        std::snprintf(digits, sizeof digits, "%.17g", value);
        out += std::isfinite(value) ? digits : "null";
        break;
    }
    case ValueType::text:
        if (!base::validUtf8(statement.text(column)))
            throw DatabaseError(Status::internal, "A text that the statement returns is not UTF-8.", "returned_blob");
        base::appendJsonString(out, statement.text(column));
        break;
    case ValueType::blob:
        throw DatabaseError(Status::internal, "The statement returns a BLOB, which JSON has not: leave it out of RETURNING.",
                            "returned_blob");
    }
}

std::string returnedBy(Statement& statement, std::int64_t& rows)
{
    std::string out = "[";
    while (statement.step()) {
        ++rows;
        out += out.size() > 1 ? ",{" : "{";
        for (int column = 0; column < statement.columns(); ++column) {
            if (column > 0)
                out += ',';
            appendJson(out, statement, column);
        }
        out += '}';
        if (out.size() > mostReturned)
            throw DatabaseError(Status::internal, "The statement returns more than 64 KiB.", "returned_too_much");
    }
    return out + ']';
}

} // namespace

base::Error errorOf(const DatabaseError& error)
{
    if (!error.code().empty())
        return {error.status(), std::string(error.code()), error.what(), {}};
    if (error.status() == Status::conflict) // mostly passed on to a client, who is to hear nothing of tables
        return {error.status(), "conflict", "It conflicts with what is stored already.", {}};
    return {error.status(), "sql_failed", error.what(), {}};
}

Statement& prepare(Connection& connection, std::string_view sql, const nb_sql_value* params, std::size_t count)
{
    auto& prepared = connection.prepare(sql);
    if (const auto wanted = static_cast<std::size_t>(prepared.parameters()); wanted != count)
        throw DatabaseError(Status::internal,
                            "The statement names parameters up to $" + std::to_string(wanted) + ", and " +
                                std::to_string(count) + (count == 1 ? " is" : " are") + " given.",
                            "param_count");
    bind(prepared, params, count);
    return prepared;
}

void readRows(Connection& connection, const std::string& prefix, std::string_view sql, const nb_sql_statement& statement,
              const std::function<bool(const std::vector<nb_sql_value>&)>& row)
{
    const Restriction restriction(connection, prefix);
    auto& prepared = prepare(connection, sql, statement.params, statement.param_count);
    const Reset reset(prepared);
    if (!prepared.readsOnly())
        throw DatabaseError(Status::internal, "A query only reads: what writes is for execute.", "query_writes");
    std::vector<nb_sql_value> columns(static_cast<std::size_t>(prepared.columns()));
    while (prepared.step()) {
        for (std::size_t i = 0; i < columns.size(); ++i)
            columns[i] = valueOf(prepared, static_cast<int>(i));
        if (!row(columns))
            return;
    }
}

services::Completed runAll(Connection& connection, const std::string& prefix, const std::vector<Owned>& statements)
{
    const Restriction restriction(connection, prefix);
    services::Completed out;
    for (const auto& each : statements) {
        auto& prepared = prepare(connection, each.sql, each.params.data(), each.params.size());
        const Reset reset(prepared);
        if (&each == &statements.back() && prepared.columns() > 0 && !prepared.readsOnly()) {
            out.id = 0;
            out.json = returnedBy(prepared, out.id); // a row for each that it changed
        } else {
            out.id = prepared.run();
        }
    }
    return out;
}

} // namespace netbit::border::sql
