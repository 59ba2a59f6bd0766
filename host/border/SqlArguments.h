#pragma once
// What a plugin passes to netbit.sql/1, looked at and kept; the host for tests does it in the same way.

#include "border/Convert.h"
#include <netbit/sql.h>
#include "storage/Database.h"

#include <string>
#include <string_view>
#include <vector>

namespace netbit::border::sql {

constexpr std::size_t mostStatements = 1000;
constexpr std::size_t mostParameters = 1000;
constexpr std::size_t mostSteps = 1000;

/// Of the names of a plugin's tables: "p_<id>_", with dots and dashes as _.
inline std::string prefixOf(const std::string& id)
{
    std::string prefix = "p_";
    for (const char c : id)
        prefix += c == '.' || c == '-' ? '_' : c;
    return prefix + '_';
}

/// While it lives, the connection can touch the plugin's tables and nothing else.
class Restriction {
public:
    Restriction(storage::Connection& connection, const std::string& prefix) : _connection(connection)
    {
        _connection.restrictTo(prefix);
    }
    ~Restriction() { _connection.restrictTo({}); }
    Restriction(const Restriction&) = delete;
    Restriction& operator=(const Restriction&) = delete;

private:
    storage::Connection& _connection;
};

struct Owned {
    std::string sql;
    std::vector<nb_sql_value> params; // bytes point into `texts` after own()
    std::vector<std::string> texts;
};

inline const nb_sql_value& checked(const nb_sql_value& value)
{
    if (value.type > NB_SQL_BLOB)
        refuseArgument("params", "have an unknown type");
    if (value.type == NB_SQL_TEXT)
        static_cast<void>(textOf(value.bytes, "params"));
    else if (value.type == NB_SQL_BLOB)
        static_cast<void>(bytesOf(value.bytes, "params"));
    return value;
}

inline std::string_view sqlOf(const nb_sql_statement& statement)
{
    const auto sql = textOf(statement.sql, "statement.sql");
    if (sql.empty())
        refuseArgument("statement.sql", "is empty");
    if (statement.param_count > mostParameters)
        refuseArgument("params", "are more than 1000");
    if (statement.param_count > 0)
        notNull(statement.params, "params");
    return sql;
}

inline Owned own(const nb_sql_statement& statement)
{
    Owned out;
    out.sql = sqlOf(statement);
    out.texts.reserve(statement.param_count); // so that the views below stay good
    for (std::size_t i = 0; i < statement.param_count; ++i) {
        auto value = checked(statement.params[i]);
        if (value.type == NB_SQL_TEXT || value.type == NB_SQL_BLOB)
            value.bytes = str(out.texts.emplace_back(bytesOf(value.bytes, "params")));
        out.params.push_back(value);
    }
    return out;
}

inline void bind(storage::Statement& statement, const nb_sql_value* params, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i) {
        const auto& value = params[i];
        const int index = static_cast<int>(i) + 1;
        const std::string_view bytes(value.bytes.ptr ? value.bytes.ptr : "", value.bytes.ptr ? value.bytes.len : 0);
        switch (value.type) {
        case NB_SQL_INTEGER: statement.bind(index, value.integer); break;
        case NB_SQL_REAL: statement.bind(index, value.real); break;
        case NB_SQL_TEXT: statement.bind(index, bytes); break;
        case NB_SQL_BLOB: statement.bindBlob(index, bytes); break;
        default: statement.bindNull(index); break;
        }
    }
}

} // namespace netbit::border::sql
