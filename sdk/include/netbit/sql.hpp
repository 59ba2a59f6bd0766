#ifndef NETBIT_SQL_HPP
#define NETBIT_SQL_HPP
/* A plugin's own tables in C++. */
#include "netbit/host.hpp"
#include "netbit/sql.h"

#include <exception>
#include <initializer_list>
#include <vector>

namespace netbit {

template <> struct ServiceOf<nb_sql_api> {
    static constexpr const char* id = NB_SQL_SERVICE;
};

/* A parameter for $1, $2 …; texts are borrowed until the call returns. */
class SqlValue {
public:
    SqlValue(std::nullptr_t = nullptr) noexcept { }
    template <class T, std::enable_if_t<std::is_integral_v<T>, int> = 0> SqlValue(T number) noexcept
    {
        static_assert(!std::is_unsigned_v<T> || sizeof(T) < sizeof(std::int64_t), "SQL integers are signed");
        _value.type = NB_SQL_INTEGER;
        _value.integer = static_cast<std::int64_t>(number);
    }
    SqlValue(double number) noexcept
    {
        _value.type = NB_SQL_REAL;
        _value.real = number;
    }
    SqlValue(std::string_view text) noexcept
    {
        _value.type = NB_SQL_TEXT;
        _value.bytes = toStr(text);
    }
    SqlValue(const std::string& text) noexcept
        : SqlValue(std::string_view(text))
    {
    }
    SqlValue(const char* text) noexcept
        : SqlValue(std::string_view(text))
    {
    }
    static SqlValue blob(std::string_view bytes) noexcept
    {
        SqlValue value(bytes);
        value._value.type = NB_SQL_BLOB;
        return value;
    }

    const nb_sql_value& raw() const noexcept { return _value; }

private:
    nb_sql_value _value{NB_SQL_NULL, 0, 0, 0.0, {nullptr, 0}};
};
static_assert(sizeof(SqlValue) == sizeof(nb_sql_value), "an array of the one is passed as an array of the other");

/* One row, borrowed for the call. Asking for another type than the column's, or beyond the last, throws a Failure. */
class SqlRow {
public:
    SqlRow(const nb_sql_value* columns, std::size_t count) noexcept
        : _columns(columns)
        , _count(count)
    {
    }
    std::size_t size() const noexcept { return _count; }
    bool isNull(std::size_t column) const { return at(column).type == NB_SQL_NULL; }
    std::int64_t integer(std::size_t column) const { return of(column, NB_SQL_INTEGER).integer; }
    double real(std::size_t column) const { return of(column, NB_SQL_REAL).real; }
    std::string_view text(std::size_t column) const { return toView(of(column, NB_SQL_TEXT).bytes); }
    std::string_view blob(std::size_t column) const { return toView(of(column, NB_SQL_BLOB).bytes); }

private:
    const nb_sql_value& at(std::size_t column) const
    {
        if (column >= _count) {
            throw Failure(Error(Status::internal, "no_such_column", "The row has no column of this number."));
        }
        return _columns[column];
    }
    const nb_sql_value& of(std::size_t column, std::uint32_t type) const
    {
        const nb_sql_value& value = at(column);
        if (value.type != type) {
            throw Failure(Error(Status::internal, "column_type", "The column is of another type."));
        }
        return value;
    }

    const nb_sql_value* _columns;
    std::size_t _count;
};

/* A statement with its parameters; borrows its texts. */
struct SqlStatement {
    std::string_view sql;
    std::vector<SqlValue> params;
};

struct SqlMigration {
    std::string_view name;
    std::string_view sql;
};

class Sql {
public:
    explicit Sql(Host host)
        : _host(host)
        , _api(&host.require<nb_sql_api>())
    {
    }

    /* [control], in start. Append new steps at the end; one that has run may not change. */
    Result<void> migrate(std::initializer_list<SqlMigration> steps) const
    {
        std::vector<nb_sql_migration> raw;
        raw.reserve(steps.size());
        for (const SqlMigration& step : steps) {
            raw.push_back(nb_sql_migration{toStr(step.name), toStr(step.sql)});
        }
        ErrorBuffer error;
        return toResult(_api->migrate(_host.raw(), raw.data(), raw.size(), error.get()), error);
    }

    /* [worker] or [control]. Calls row(const SqlRow&) for each row; a row that returns false is the last. What it throws
     * passes through here, and never through the host. */
    template <class Row> Result<void> query(const SqlStatement& statement, Row&& row) const
    {
        Reader<std::remove_reference_t<Row>> reader{&row, nullptr};
        const nb_sql_statement raw = toRaw(statement);
        ErrorBuffer error;
        const std::int32_t status = _api->query(_host.raw(), &raw, &reader.call, &reader, error.get());
        if (reader.fault) {
            std::rethrow_exception(reader.fault);
        }
        return toResult(status, error);
    }

    /* [any] One transaction of the writer; `finished` is called with a Result<Done> [writer], or at once when refused. */
    template <class F> void execute(std::initializer_list<SqlStatement> statements, F&& finished) const
    {
        std::vector<nb_sql_statement> raw;
        raw.reserve(statements.size());
        for (const SqlStatement& statement : statements) {
            raw.push_back(toRaw(statement));
        }
        auto ticket = done(std::forward<F>(finished));
        ErrorBuffer error;
        ticket.settle(_api->execute(_host.raw(), raw.data(), raw.size(), ticket.function(), ticket.user(), error.get()),
                      error);
    }

private:
    template <class Row> struct Reader {
        Row* row;
        std::exception_ptr fault;

        static std::int32_t call(void* user, const nb_sql_value* columns, std::size_t count) noexcept
        {
            Reader& self = *static_cast<Reader*>(user);
            try {
                const SqlRow view(columns, count);
                if constexpr (std::is_same_v<std::invoke_result_t<Row&, const SqlRow&>, bool>) {
                    return (*self.row)(view) ? NB_OK : NB_CLOSED;
                } else {
                    (*self.row)(view);
                    return NB_OK;
                }
            } catch (...) {
                self.fault = std::current_exception();
                return NB_INTERNAL;
            }
        }
    };

    static nb_sql_statement toRaw(const SqlStatement& statement) noexcept
    {
        /* SqlValue is an nb_sql_value and nothing else, see the assertion above. */
        return nb_sql_statement{toStr(statement.sql), reinterpret_cast<const nb_sql_value*>(statement.params.data()),
                                statement.params.size()};
    }

    Host _host;
    const nb_sql_api* _api;
};

} // namespace netbit
#endif
