#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

namespace
{

UserRecord readUser(const Statement& row)
{
    return {.id = row.integer(0),
            .username = textOf(row, 1),
            .password = textOf(row, 2),
            .email = textOf(row, 3),
            .role = textOf(row, 4),
            .state = textOf(row, 5),
            .createdAt = row.integer(6),
            .provider = textOf(row, 7)};
}

} // namespace

void UserRepository::insert(Connection& connection, const UserRecord& user)
{
    connection
        .prepare("INSERT INTO users (id, username, password, email, role, state, created_at, provider)"
                 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(1, user.id)
        .bind(2, user.username)
        .bind(3, user.password)
        .bind(4, user.email)
        .bind(5, user.role)
        .bind(6, user.state)
        .bind(7, user.createdAt)
        .bind(8, user.provider)
        .run();
}

std::optional<UserRecord> UserRepository::byId(Connection& connection, Id id)
{
    return one(
        connection.prepare("SELECT id, username, password, email, role, state, created_at, provider FROM users WHERE id = $1")
            .bind(1, id),
        readUser);
}

std::optional<UserRecord> UserRepository::byName(Connection& connection, std::string_view username)
{
    return one(
        connection
            .prepare("SELECT id, username, password, email, role, state, created_at, provider FROM users WHERE username = $1")
            .bind(1, username),
        readUser);
}

void UserRepository::setPassword(Connection& connection, Id id, std::string_view hash)
{
    connection.prepare("UPDATE users SET password = $2 WHERE id = $1").bind(1, id).bind(2, hash).run();
}

void UserRepository::setState(Connection& connection, Id id, std::string_view state)
{
    connection.prepare("UPDATE users SET state = $2 WHERE id = $1").bind(1, id).bind(2, state).run();
}

void UserRepository::each(Connection& connection, const std::function<void(UserRecord&&)>& use)
{
    forEach(connection.prepare("SELECT id, username, '', email, role, state, created_at, provider FROM users ORDER BY id"),
            readUser, use);
}

Id UserRepository::highestId(Connection& connection) { return number(connection.prepare("SELECT max(id) FROM users")); }

} // namespace netbit::storage
