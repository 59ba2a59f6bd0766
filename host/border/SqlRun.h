#pragma once
// A plugin's SQL on a connection, under its restriction; the host for tests runs it in the same way.

#include "border/SqlArguments.h"
#include "services/Done.h"

#include <functional>

namespace netbit::border::sql {

/// What a plugin hears of a failure. Its own mistakes have a status of their own: none of them is a fault of the engine's.
base::Error errorOf(const storage::DatabaseError& error);

/// The statement with its parameters. Throws DatabaseError: internal / param_count where they are not as many as it names.
storage::Statement& prepare(storage::Connection& connection, std::string_view sql, const nb_sql_value* params,
                            std::size_t count);

/// `row` says whether it wants the next; its columns are borrowed for the call. Throws DatabaseError.
void readRows(storage::Connection& connection, const std::string& prefix, std::string_view sql,
              const nb_sql_statement& statement, const std::function<bool(const std::vector<nb_sql_value>&)>& row);

/// Within the caller's transaction, which it rolls back when this throws DatabaseError. `id` is the rows changed by the last
/// statement, `json` what that returns.
services::Completed runAll(storage::Connection& connection, const std::string& prefix, const std::vector<Owned>& statements);

} // namespace netbit::border::sql
