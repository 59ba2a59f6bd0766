#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

SessionRecord readSession(const Statement& row)
{
    return {.id = row.integer(0),
            .userId = row.integer(1),
            .client = textOf(row, 2),
            .createdAt = row.integer(3),
            .lastUsedAt = row.integer(4),
            .expiresAt = row.integer(5),
            .revokedAt = row.integer(6),
            .address = textOf(row, 7)};
}

RefreshTokenRecord readRefreshToken(const Statement& row)
{
    return {
        .hash = textOf(row, 0), .sessionId = row.integer(1), .expiresAt = row.integer(2), .replacedAt = row.integer(3)};
}

AccessTokenRecord readAccessToken(const Statement& row)
{
    return {.id = row.integer(0),
            .userId = row.integer(1),
            .name = textOf(row, 2),
            .hash = textOf(row, 3),
            .createdAt = row.integer(4),
            .expiresAt = row.integer(5),
            .revokedAt = row.integer(6),
            .scopes = row.integer(7)};
}

InviteRecord readInvite(const Statement& row)
{
    return {.hash = textOf(row, 0),
            .createdBy = row.integer(1),
            .createdAt = row.integer(2),
            .expiresAt = row.integer(3),
            .usedBy = row.integer(4),
            .id = row.integer(5),
            .email = textOf(row, 6),
            .role = textOf(row, 7),
            .revokedAt = row.integer(8)};
}

} // namespace

void CredentialRepository::insertSession(Connection& connection, const SessionRecord& session)
{
    auto& statement = connection.prepare(
        "INSERT INTO sessions (id, user_id, client, created_at, last_used_at, expires_at, revoked_at, address)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    statement.bind(1, session.id)
        .bind(2, session.userId)
        .bind(3, session.client)
        .bind(4, session.createdAt)
        .bind(5, session.lastUsedAt)
        .bind(6, session.expiresAt);
    bindOrNull(statement, 7, session.revokedAt);
    statement.bind(8, session.address).run();
}

std::optional<SessionRecord> CredentialRepository::session(Connection& connection, Id id)
{
    return one(connection
                   .prepare("SELECT id, user_id, client, created_at, last_used_at, expires_at, revoked_at, address"
                            " FROM sessions WHERE id = $1")
                   .bind(1, id),
               readSession);
}

void CredentialRepository::touchSession(Connection& connection, Id id, std::int64_t lastUsedAt, std::int64_t expiresAt)
{
    connection.prepare("UPDATE sessions SET last_used_at = $2, expires_at = $3 WHERE id = $1")
        .bind(1, id)
        .bind(2, lastUsedAt)
        .bind(3, expiresAt)
        .run();
}

bool CredentialRepository::revokeSession(Connection& connection, Id id, std::int64_t at)
{
    return connection.prepare("UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
               .bind(1, id)
               .bind(2, at)
               .run() > 0;
}

std::vector<Id> CredentialRepository::revokeSessionsOf(Connection& connection, Id userId, std::int64_t at)
{
    return revokeSessionsOf(connection, userId, 0, at);
}

std::vector<Id> CredentialRepository::revokeSessionsOf(Connection& connection, Id userId, Id except, std::int64_t at)
{
    auto ids = all(connection
                       .prepare("SELECT id FROM sessions WHERE user_id = $1 AND id <> $2 AND revoked_at IS NULL ORDER BY id")
                       .bind(1, userId)
                       .bind(2, except),
                   [](const Statement& row) { return row.integer(0); });
    connection.prepare("UPDATE sessions SET revoked_at = $3 WHERE user_id = $1 AND id <> $2 AND revoked_at IS NULL")
        .bind(1, userId)
        .bind(2, except)
        .bind(3, at)
        .run();
    return ids;
}

Id CredentialRepository::highestSessionId(Connection& connection)
{
    return number(connection.prepare("SELECT max(id) FROM sessions"));
}

std::vector<SessionRecord> CredentialRepository::liveSessionsOf(Connection& connection, Id userId, std::int64_t now)
{
    return all(connection
                   .prepare("SELECT id, user_id, client, created_at, last_used_at, expires_at, revoked_at, address"
                            " FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY id DESC")
                   .bind(1, userId)
                   .bind(2, now),
               readSession);
}

void CredentialRepository::forgetPlaces(Connection& connection, Id userId)
{
    connection.prepare("UPDATE sessions SET client = '', address = '' WHERE user_id = $1").bind(1, userId).run();
}

void CredentialRepository::insertRefreshToken(Connection& connection, const RefreshTokenRecord& token)
{
    auto& statement = connection.prepare(
        "INSERT INTO refresh_tokens (hash, session_id, expires_at, replaced_at) VALUES ($1, $2, $3, $4)");
    statement.bindBlob(1, token.hash).bind(2, token.sessionId).bind(3, token.expiresAt);
    bindOrNull(statement, 4, token.replacedAt);
    statement.run();
}

std::optional<RefreshTokenRecord> CredentialRepository::refreshToken(Connection& connection, std::string_view hash)
{
    return one(
        connection.prepare("SELECT hash, session_id, expires_at, replaced_at FROM refresh_tokens WHERE hash = $1")
            .bindBlob(1, hash),
        readRefreshToken);
}

bool CredentialRepository::replaceRefreshToken(Connection& connection, std::string_view hash, std::int64_t at)
{
    return connection.prepare("UPDATE refresh_tokens SET replaced_at = $2 WHERE hash = $1 AND replaced_at IS NULL")
               .bindBlob(1, hash)
               .bind(2, at)
               .run() > 0;
}

void CredentialRepository::insertAccessToken(Connection& connection, const AccessTokenRecord& token)
{
    auto& statement =
        connection.prepare("INSERT INTO access_tokens (id, user_id, name, hash, created_at, expires_at, revoked_at, scopes)"
                           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    statement.bind(1, token.id)
        .bind(2, token.userId)
        .bind(3, token.name)
        .bindBlob(4, token.hash)
        .bind(5, token.createdAt);
    bindOrNull(statement, 6, token.expiresAt);
    bindOrNull(statement, 7, token.revokedAt);
    statement.bind(8, token.scopes).run();
}

std::optional<AccessTokenRecord> CredentialRepository::accessToken(Connection& connection, std::string_view hash)
{
    return one(connection
                   .prepare("SELECT id, user_id, name, hash, created_at, expires_at, revoked_at, scopes"
                            " FROM access_tokens WHERE hash = $1")
                   .bindBlob(1, hash),
               readAccessToken);
}

bool CredentialRepository::revokeAccessToken(Connection& connection, Id id, std::int64_t at)
{
    return connection.prepare("UPDATE access_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
               .bind(1, id)
               .bind(2, at)
               .run() > 0;
}

std::optional<AccessTokenRecord> CredentialRepository::accessToken(Connection& connection, Id id)
{
    return one(connection
                   .prepare("SELECT id, user_id, name, hash, created_at, expires_at, revoked_at, scopes"
                            " FROM access_tokens WHERE id = $1")
                   .bind(1, id),
               readAccessToken);
}

std::vector<AccessTokenRecord> CredentialRepository::accessTokensOf(Connection& connection, Id userId)
{
    return all(connection
                   .prepare("SELECT id, user_id, name, hash, created_at, expires_at, revoked_at, scopes"
                            " FROM access_tokens WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id")
                   .bind(1, userId),
               readAccessToken);
}

std::vector<Id> CredentialRepository::revokeAccessTokensOf(Connection& connection, Id userId, std::int64_t at)
{
    auto ids = all(connection.prepare("SELECT id FROM access_tokens WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id")
                       .bind(1, userId),
                   [](const Statement& row) { return row.integer(0); });
    connection.prepare("UPDATE access_tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL")
        .bind(1, userId)
        .bind(2, at)
        .run();
    return ids;
}

void CredentialRepository::forgetTokenNames(Connection& connection, Id userId)
{
    connection.prepare("UPDATE access_tokens SET name = '' WHERE user_id = $1").bind(1, userId).run();
}

Id CredentialRepository::highestAccessTokenId(Connection& connection)
{
    return number(connection.prepare("SELECT max(id) FROM access_tokens"));
}

void CredentialRepository::insertInvite(Connection& connection, const InviteRecord& invite)
{
    auto& statement = connection.prepare(
        "INSERT INTO invites (hash, created_by, created_at, expires_at, used_by, id, email, role)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
    statement.bindBlob(1, invite.hash).bind(2, invite.createdBy).bind(3, invite.createdAt).bind(4, invite.expiresAt);
    bindOrNull(statement, 5, invite.usedBy);
    statement.bind(6, invite.id).bind(7, invite.email).bind(8, invite.role).run();
}

std::optional<InviteRecord> CredentialRepository::invite(Connection& connection, std::string_view hash)
{
    return one(
        connection
            .prepare("SELECT hash, created_by, created_at, expires_at, used_by, id, email, role, revoked_at"
                     " FROM invites WHERE hash = $1")
            .bindBlob(1, hash),
        readInvite);
}

bool CredentialRepository::useInvite(Connection& connection, std::string_view hash, Id userId, std::int64_t at)
{
    return connection.prepare("UPDATE invites SET used_by = $2 WHERE hash = $1 AND used_by IS NULL AND revoked_at IS NULL"
                              " AND expires_at > $3")
               .bindBlob(1, hash)
               .bind(2, userId)
               .bind(3, at)
               .run() > 0;
}

std::optional<InviteRecord> CredentialRepository::invite(Connection& connection, Id id)
{
    return one(connection
                   .prepare("SELECT hash, created_by, created_at, expires_at, used_by, id, email, role, revoked_at"
                            " FROM invites WHERE id = $1")
                   .bind(1, id),
               readInvite);
}

std::vector<InviteRecord> CredentialRepository::openInvites(Connection& connection, Id createdBy, std::int64_t now)
{
    return all(connection
                   .prepare("SELECT hash, created_by, created_at, expires_at, used_by, id, email, role, revoked_at"
                            " FROM invites WHERE ($1 = 0 OR created_by = $1) AND used_by IS NULL AND revoked_at IS NULL"
                            " AND expires_at > $2 ORDER BY id")
                   .bind(1, createdBy)
                   .bind(2, now),
               readInvite);
}

bool CredentialRepository::revokeInvite(Connection& connection, Id id, std::int64_t at)
{
    return connection
               .prepare("UPDATE invites SET revoked_at = $2 WHERE id = $1 AND used_by IS NULL AND revoked_at IS NULL")
               .bind(1, id)
               .bind(2, at)
               .run() > 0;
}

// The rows stay, so that no id is given out twice.
void CredentialRepository::dropInvitesOf(Connection& connection, Id createdBy)
{
    connection
        .prepare("UPDATE invites SET email = '', revoked_at = coalesce(revoked_at, created_at) WHERE created_by = $1")
        .bind(1, createdBy)
        .run();
}

Id CredentialRepository::highestInviteId(Connection& connection)
{
    return number(connection.prepare("SELECT max(id) FROM invites"));
}

void CredentialRepository::insertReset(Connection& connection, const ResetRecord& reset)
{
    connection
        .prepare("INSERT INTO password_resets (hash, user_id, created_by, created_at, expires_at)"
                 " VALUES ($1, $2, $3, $4, $5)")
        .bindBlob(1, reset.hash)
        .bind(2, reset.userId)
        .bind(3, reset.createdBy)
        .bind(4, reset.createdAt)
        .bind(5, reset.expiresAt)
        .run();
}

std::optional<ResetRecord> CredentialRepository::reset(Connection& connection, std::string_view hash)
{
    return one(connection
                   .prepare("SELECT hash, user_id, created_by, created_at, expires_at FROM password_resets WHERE hash = $1")
                   .bindBlob(1, hash),
               [](const Statement& row) {
                   return ResetRecord{.hash = textOf(row, 0),
                                      .userId = row.integer(1),
                                      .createdBy = row.integer(2),
                                      .createdAt = row.integer(3),
                                      .expiresAt = row.integer(4)};
               });
}

void CredentialRepository::dropResetsOf(Connection& connection, Id userId)
{
    connection.prepare("DELETE FROM password_resets WHERE user_id = $1").bind(1, userId).run();
}

// The newest session and its id stay known, or a token of a deleted session could one day name another user's.
std::int64_t CredentialRepository::prune(Connection& connection, std::int64_t before)
{
    auto deleted = connection
                       .prepare("DELETE FROM refresh_tokens WHERE hash IN"
                                " (SELECT hash FROM refresh_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)")
                       .bind(1, before)
                       .bind(2, pruneRows)
                       .run();
    // The newest invitation stays, so that no id is given out twice.
    deleted += connection.prepare("DELETE FROM invites WHERE expires_at < $1 AND id < (SELECT max(id) FROM invites)")
                   .bind(1, before)
                   .run();
    deleted += connection.prepare("DELETE FROM password_resets WHERE expires_at < $1").bind(1, before).run();
    deleted +=
        connection
            .prepare(
                "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE (expires_at < $1 OR revoked_at < $1)"
                " AND id < (SELECT max(id) FROM sessions) ORDER BY id LIMIT $2)")
            .bind(1, before)
            .bind(2, pruneRows)
            .run();
    return deleted;
}

void CredentialRepository::eachLiveAccessToken(Connection& connection, std::int64_t now,
                                               const std::function<void(AccessTokenRecord&&)>& use)
{
    auto& statement = connection.prepare("SELECT id, user_id, name, hash, created_at, expires_at, revoked_at, scopes"
                                         " FROM access_tokens"
                                         " WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)");
    statement.bind(1, now);
    while (statement.step())
        use(readAccessToken(statement));
}

void CredentialRepository::eachSessionRevokedSince(Connection& connection, std::int64_t since,
                                                   const std::function<void(Id, std::int64_t)>& use)
{
    auto& statement = connection.prepare("SELECT id, revoked_at FROM sessions WHERE revoked_at >= $1");
    statement.bind(1, since);
    while (statement.step())
        use(statement.integer(0), statement.integer(1));
}

} // namespace netbit::storage
