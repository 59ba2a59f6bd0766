#pragma once
// Accounts at OpenID providers by which users sign in.

#include <string_view>

namespace netbit::storage
{

inline constexpr std::string_view identityTables = R"sql(
CREATE TABLE identities (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    issuer     TEXT NOT NULL,
    subject    TEXT NOT NULL,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider   TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (issuer, subject)
) STRICT;
CREATE INDEX identities_by_user ON identities (user_id);
)sql";

} // namespace netbit::storage
