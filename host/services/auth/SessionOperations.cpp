// The own sessions, listed and ended: sessions.list, sessions.revoke, sessions.revoke_others.

#include "services/Act.h"
#include "services/auth/Acts.h"
#include "services/auth/Core.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::auth {

using base::fault;
using base::Result;
using base::Status;
using operations::Call;
using storage::Connection;
using storage::CredentialRepository;
using storage::Id;

namespace json = boost::json;

namespace {

constexpr std::string_view sessionListSchema = R"({"type":"object","properties":{"data":{"type":"array","items":{"type":"object",
"properties":{"id":{"type":"integer","format":"int64"},"client":{"type":"string","description":"what it calls itself"},
"address":{"type":"string","description":"where the login came from"},"created_at":{"type":"string","format":"date-time"},
"last_used_at":{"type":"string","format":"date-time","description":"when it last got an access token"},
"expires_at":{"type":"string","format":"date-time"},"current":{"type":"boolean"}}}},"pagination":{"type":"object"}}})";

constexpr std::string_view revokedSchema = R"({"type":"object","properties":{"revoked":{"type":"integer"}}})";

/// The session that the caller came with, or 0.
Id currentOf(const Principal& principal)
{
    return principal.kind() == Principal::Kind::session ? principal.source() : 0;
}

Result<void> list(Core& core, const Call& call, const Done& done)
{
    std::vector<storage::SessionRecord> sessions;
    const auto userId = call.principal->userId();
    auto read = core.read([&](Connection& connection) {
        sessions = CredentialRepository::liveSessionsOf(connection, userId, core.now());
    });
    if (!read)
        return read;
    json::array data;
    for (const auto& session : sessions)
        data.push_back(json::object{{"id", session.id},
                                    {"client", session.client},
                                    {"address", session.address},
                                    {"created_at", base::rfc3339(session.createdAt)},
                                    {"last_used_at", base::rfc3339(session.lastUsedAt)},
                                    {"expires_at", base::rfc3339(session.expiresAt)},
                                    {"current", session.id == currentOf(*call.principal)}});
    return answered(done, listJson(std::move(data)));
}

Result<void> revoke(Core& core, const Call& call, Done done)
{
    const auto userId = call.principal->userId();
    const auto id = *call.arguments.integer("id");
    return Act::submit(
        core.writer,
        [&core, userId, id](Connection& connection) -> Result<Completed> {
            const auto session = CredentialRepository::session(connection, id);
            if (!session || session->userId != userId || !CredentialRepository::revokeSession(connection, id, core.now()))
                return fault(Status::notFound, "session_not_found", "You have no such session.");
            return Completed{id, {}};
        },
        [&core, userId, id] { core.forgetSession(id, userId); }, std::move(done));
}

Result<void> revokeOthers(Core& core, const Call& call, Done done)
{
    const auto userId = call.principal->userId();
    const auto current = currentOf(*call.principal);
    const auto ended = std::make_shared<std::vector<Id>>();
    return Act::submit(
        core.writer,
        [&core, userId, current, ended](Connection& connection) -> Result<Completed> {
            *ended = CredentialRepository::revokeSessionsOf(connection, userId, current, core.now());
            return Completed{0, json::serialize(json::object{{"revoked", ended->size()}})};
        },
        [&core, userId, ended] {
            for (const auto id : *ended)
                core.forgetSession(id, userId);
        },
        std::move(done));
}

} // namespace

void addSessionOperations(operations::Operations& all, Core& core)
{
    all.addSchema("SessionList", sessionListSchema);
    all.addSchema("Revoked", revokedSchema);
    all.add({.name = "sessions.list",
             .summary = "The own sessions, newest first",
             .parameters = {},
             .result = "SessionList",
             .handler = bound(core, &list),
             .reads = true});
    all.add({.name = "sessions.revoke",
             .summary = "End one of the own sessions",
             .parameters = {idParameter()},
             .result = {},
             .handler = bound(core, &revoke)});
    all.add({.name = "sessions.revoke_others",
             .summary = "End all own sessions but the one that asks",
             .parameters = {},
             .result = "Revoked",
             .handler = bound(core, &revokeOthers)});
}

} // namespace netbit::services::auth
