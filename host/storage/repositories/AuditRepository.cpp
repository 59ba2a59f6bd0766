#include "storage/Repositories.h"
#include "storage/repositories/Rows.h"

namespace netbit::storage
{

void AuditRepository::insert(Connection& connection, const AuditRecord& record)
{
    connection.prepare("INSERT INTO audit_log (at, actor_id, act, object, address) VALUES ($1, $2, $3, $4, $5)")
        .bind(1, record.at)
        .bind(2, record.actorId)
        .bind(3, record.act)
        .bind(4, record.object)
        .bind(5, record.address)
        .run();
}

std::vector<AuditRecord> AuditRepository::before(Connection& connection, Id before, Id actorId, std::string_view act,
                                                 std::string_view object, std::size_t limit)
{
    return all(connection
                   .prepare("SELECT id, at, actor_id, act, object, address FROM audit_log WHERE id < $1"
                            " AND ($2 = 0 OR actor_id = $2) AND ($3 = '' OR act = $3) AND ($4 = '' OR object = $4)"
                            " ORDER BY id DESC LIMIT $5")
                   .bind(1, before)
                   .bind(2, actorId)
                   .bind(3, act)
                   .bind(4, object)
                   .bind(5, static_cast<std::int64_t>(limit)),
               [](const Statement& row) {
                   return AuditRecord{.id = row.integer(0),
                                      .at = row.integer(1),
                                      .actorId = row.integer(2),
                                      .act = textOf(row, 3),
                                      .object = textOf(row, 4),
                                      .address = textOf(row, 5)};
               });
}

} // namespace netbit::storage
