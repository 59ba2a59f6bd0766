// Who changed whose rights: audit.list.

#include "services/auth/Acts.h"
#include "services/auth/Core.h"

#include <limits>

namespace netbit::services::auth {

using base::Result;
using operations::Access;
using operations::Call;
using operations::Kind;
using storage::Id;

namespace json = boost::json;

namespace {

constexpr std::string_view auditSchema = R"({"type":"object","properties":{"data":{"type":"array","items":{"type":"object",
"properties":{"id":{"type":"integer","format":"int64"},"time":{"type":"string","format":"date-time"},
"actor_id":{"type":["integer","null"],"description":"null: the machine's admin, or nobody signed in"},
"actor":{"type":["string","null"],"description":"the username of today"},"act":{"type":"string"},
"object":{"type":"string","description":"a kind and an id: user:17"},"address":{"type":"string"}}}},
"pagination":{"type":"object","properties":{"next_before":{"type":["integer","null"]}}}}})";

Result<void> list(Core& core, const Call& call, const Done& done)
{
    const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
    std::vector<storage::AuditRecord> rows;
    auto read = core.read([&](storage::Connection& connection) {
        rows = storage::AuditRepository::before(connection,
                                                call.arguments.integerOr("before", std::numeric_limits<Id>::max()),
                                                call.arguments.integerOr("actor_id", 0), call.arguments.textOr("act", {}),
                                                call.arguments.textOr("object", {}), limit + 1);
    });
    if (!read)
        return read;
    const bool more = rows.size() > limit;
    if (more)
        rows.pop_back();
    json::array data;
    for (const auto& row : rows) {
        const auto actor = core.users.byId(row.actorId);
        data.push_back(json::object{{"id", row.id},
                                    {"time", base::rfc3339(row.at)},
                                    {"actor_id", row.actorId == 0 ? json::value(nullptr) : json::value(row.actorId)},
                                    {"actor", actor ? json::value(actor->username) : json::value(nullptr)},
                                    {"act", row.act},
                                    {"object", row.object},
                                    {"address", row.address}});
    }
    const auto next = more ? rows.back().id : 0;
    return answered(done, listJson(std::move(data), next, "next_before"), next);
}

} // namespace

void addAuditOperations(operations::Operations& all, Core& core)
{
    all.addSchema("AuditList", auditSchema);
    all.add({.name = "audit.list",
             .summary = "Who changed whose rights, newest first",
             .access = Access::admin,
             .parameters = {{.name = "before", .kind = Kind::integer, .what = "go on behind this id", .least = 1},
                            {.name = "limit", .kind = Kind::integer, .what = "how many, at most", .least = 1, .most = 200},
                            {.name = "actor_id", .kind = Kind::integer, .what = "who did it", .least = 1},
                            {.name = "act", .what = "such as user.role.admin", .most = 64},
                            {.name = "object", .what = "such as user:17", .most = 64}},
             .result = "AuditList",
             .handler = bound(core, &list),
             .reads = true});
}

} // namespace netbit::services::auth
