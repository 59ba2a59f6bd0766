#pragma once
// What SQL may touch while a connection is restricted to the tables of one plugin.

#include <string_view>

namespace netbit::storage::sqlite
{

/// Whether the statement creates, alters or drops something: only then SQLite's own tables are read and written for it.
bool definesSchema(std::string_view sql) noexcept;

/// One question of sqlite3_set_authorizer: the action and its two first arguments (null where SQLite has none).
bool allowed(int action, const char* first, const char* second, std::string_view prefix, bool definesSchema) noexcept;

} // namespace netbit::storage::sqlite
