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
            .provider = textOf(row, 7),
            .profile = {.displayName = textOf(row, 8),
                        .about = textOf(row, 9),
                        .timeZone = textOf(row, 10),
                        .statusText = textOf(row, 11),
                        .statusEmoji = textOf(row, 12),
                        .statusUntil = row.integer(13)},
            .erasedAt = row.integer(14)};
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
        connection.prepare("SELECT id, username, password, email, role, state, created_at, provider, display_name, about,"
                           " time_zone, status_text, status_emoji, status_until, erased_at FROM users WHERE id = $1")
            .bind(1, id),
        readUser);
}

std::optional<UserRecord> UserRepository::byName(Connection& connection, std::string_view username)
{
    return one(
        connection
            .prepare("SELECT id, username, password, email, role, state, created_at, provider, display_name, about,"
                     " time_zone, status_text, status_emoji, status_until, erased_at FROM users WHERE username = $1")
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

void UserRepository::setRole(Connection& connection, Id id, std::string_view role)
{
    connection.prepare("UPDATE users SET role = $2 WHERE id = $1").bind(1, id).bind(2, role).run();
}

void UserRepository::setProfile(Connection& connection, Id id, const ProfileRecord& profile)
{
    connection
        .prepare("UPDATE users SET display_name = $2, about = $3, time_zone = $4, status_text = $5, status_emoji = $6,"
                 " status_until = $7 WHERE id = $1")
        .bind(1, id)
        .bind(2, profile.displayName)
        .bind(3, profile.about)
        .bind(4, profile.timeZone)
        .bind(5, profile.statusText)
        .bind(6, profile.statusEmoji)
        .bind(7, profile.statusUntil)
        .run();
}

void UserRepository::erase(Connection& connection, Id id, std::string_view username, std::int64_t at)
{
    setProfile(connection, id, {});
    connection
        .prepare("UPDATE users SET username = $2, password = '', email = '', provider = '', role = 'member',"
                 " state = 'deactivated', erased_at = $3 WHERE id = $1")
        .bind(1, id)
        .bind(2, username)
        .bind(3, at)
        .run();
}

std::int64_t UserRepository::activeAdminsBeside(Connection& connection, Id id)
{
    return number(
        connection.prepare("SELECT count(*) FROM users WHERE role = 'admin' AND state = 'active' AND id <> $1").bind(1, id));
}

bool UserRepository::shareChat(Connection& connection, Id one, Id other)
{
    return number(connection
                      .prepare("SELECT EXISTS (SELECT 1 FROM chat_participants AS mine JOIN chat_participants AS theirs"
                               " ON theirs.chat_id = mine.chat_id AND theirs.user_id = $2 WHERE mine.user_id = $1)")
                      .bind(1, one)
                      .bind(2, other)) != 0;
}

std::vector<Id> UserRepository::sharingChats(Connection& connection, Id id)
{
    return all(connection
                   .prepare("SELECT $1 UNION SELECT theirs.user_id FROM chat_participants AS mine"
                            " JOIN chat_participants AS theirs ON theirs.chat_id = mine.chat_id"
                            " WHERE mine.user_id = $1 ORDER BY 1")
                   .bind(1, id),
               [](const Statement& row) { return row.integer(0); });
}

void UserRepository::each(Connection& connection, const std::function<void(UserRecord&&)>& use)
{
    forEach(connection.prepare("SELECT id, username, '', email, role, state, created_at, provider, display_name, about,"
                               " time_zone, status_text, status_emoji, status_until, erased_at FROM users ORDER BY id"),
            readUser, use);
}

Id UserRepository::highestId(Connection& connection) { return number(connection.prepare("SELECT max(id) FROM users")); }

} // namespace netbit::storage
