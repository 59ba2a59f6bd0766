#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

IdentityRecord readIdentity(const Statement& row)
{
    return {.id = row.integer(0),
            .issuer = textOf(row, 1),
            .subject = textOf(row, 2),
            .userId = row.integer(3),
            .provider = textOf(row, 4),
            .createdAt = row.integer(5)};
}

} // namespace

Id IdentityRepository::insert(Connection& connection, const IdentityRecord& identity)
{
    return number(connection
                      .prepare("INSERT INTO identities (issuer, subject, user_id, provider, created_at)"
                               " VALUES ($1, $2, $3, $4, $5) RETURNING id")
                      .bind(1, identity.issuer)
                      .bind(2, identity.subject)
                      .bind(3, identity.userId)
                      .bind(4, identity.provider)
                      .bind(5, identity.createdAt));
}

std::optional<IdentityRecord> IdentityRepository::find(Connection& connection, std::string_view issuer, std::string_view subject)
{
    return one(connection
                   .prepare("SELECT id, issuer, subject, user_id, provider, created_at FROM identities"
                            " WHERE issuer = $1 AND subject = $2")
                   .bind(1, issuer)
                   .bind(2, subject),
               readIdentity);
}

std::vector<IdentityRecord> IdentityRepository::of(Connection& connection, Id userId)
{
    return all(connection
                   .prepare("SELECT id, issuer, subject, user_id, provider, created_at FROM identities"
                            " WHERE user_id = $1 ORDER BY id")
                   .bind(1, userId),
               readIdentity);
}

void IdentityRepository::remove(Connection& connection, Id id)
{
    connection.prepare("DELETE FROM identities WHERE id = $1").bind(1, id).run();
}

void IdentityRepository::removeOf(Connection& connection, Id userId)
{
    connection.prepare("DELETE FROM identities WHERE user_id = $1").bind(1, userId).run();
}

} // namespace netbit::storage
