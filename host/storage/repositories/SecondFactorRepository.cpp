#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

std::optional<SecondFactorRecord> SecondFactorRepository::of(Connection& connection, Id userId)
{
    return one(connection
                   .prepare("SELECT user_id, secret, created_at, confirmed_at, last_step FROM second_factors"
                            " WHERE user_id = $1")
                   .bind(1, userId),
               [](const Statement& row) {
                   return SecondFactorRecord{.userId = row.integer(0),
                                             .secret = textOf(row, 1),
                                             .createdAt = row.integer(2),
                                             .confirmedAt = row.integer(3),
                                             .lastStep = row.integer(4)};
               });
}

void SecondFactorRepository::put(Connection& connection, const SecondFactorRecord& factor)
{
    connection
        .prepare("INSERT OR REPLACE INTO second_factors (user_id, secret, created_at, confirmed_at, last_step)"
                 " VALUES ($1, $2, $3, $4, $5)")
        .bind(1, factor.userId)
        .bindBlob(2, factor.secret)
        .bind(3, factor.createdAt)
        .bind(4, factor.confirmedAt)
        .bind(5, factor.lastStep)
        .run();
}

void SecondFactorRepository::setLastStep(Connection& connection, Id userId, std::int64_t step)
{
    connection.prepare("UPDATE second_factors SET last_step = $2 WHERE user_id = $1").bind(1, userId).bind(2, step).run();
}

void SecondFactorRepository::remove(Connection& connection, Id userId)
{
    connection.prepare("DELETE FROM second_factors WHERE user_id = $1").bind(1, userId).run();
    connection.prepare("DELETE FROM recovery_codes WHERE user_id = $1").bind(1, userId).run();
}

void SecondFactorRepository::putRecoveryCodes(Connection& connection, Id userId, const std::vector<std::string>& hashes)
{
    connection.prepare("DELETE FROM recovery_codes WHERE user_id = $1").bind(1, userId).run();
    for (const auto& hash : hashes)
        connection.prepare("INSERT INTO recovery_codes (user_id, hash) VALUES ($1, $2)")
            .bind(1, userId)
            .bindBlob(2, hash)
            .run();
}

bool SecondFactorRepository::useRecoveryCode(Connection& connection, Id userId, std::string_view hash)
{
    return connection.prepare("DELETE FROM recovery_codes WHERE user_id = $1 AND hash = $2")
               .bind(1, userId)
               .bindBlob(2, hash)
               .run() > 0;
}

std::int64_t SecondFactorRepository::recoveryCodes(Connection& connection, Id userId)
{
    return number(connection.prepare("SELECT count(*) FROM recovery_codes WHERE user_id = $1").bind(1, userId));
}

} // namespace netbit::storage
