// What a user may take along, and how an account ends: users.export, users.erase.

#include "base/Json.h"
#include "services/Act.h"
#include "services/auth/Acts.h"
#include "services/auth/Core.h"
#include "storage/FileRepository.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::auth {

using base::Result;
using operations::Call;
using storage::Connection;
using storage::CredentialRepository;
using storage::Id;
using storage::UserRepository;
using users::User;

namespace json = boost::json;

namespace {

constexpr std::string_view exportSchema = R"({"type":"object","properties":{"exported_at":{"type":"string","format":"date-time"},
"profile":{"$ref":"#/components/schemas/User"},"sessions":{"type":"array","items":{"type":"object"}},
"access_tokens":{"type":"array","items":{"type":"object"}},
"identities":{"type":"array","items":{"type":"object"}},"chats":{"type":"array","items":{"type":"object"}},
"messages":{"type":"array","items":{"type":"object"},"description":"those that the user wrote, by id"},
"files":{"type":"array","items":{"type":"object"},"description":"those that the user uploaded, by id; their bytes are at path"}}})";

/// One element more of an array that is written piece by piece: messages may be many.
void append(std::string& out, json::object element)
{
    if (out.back() != '[')
        out += ',';
    out += json::serialize(element);
}

Result<void> exportOwn(Core& core, const Call& call, const Done& done)
{
    const auto userId = call.principal->userId();
    std::string out;
    auto read = core.read([&](Connection& connection) { // one consistent view
        const auto user = UserRepository::byId(connection, userId);
        if (!user)
            return;
        out = "{\"exported_at\":";
        base::appendJsonString(out, base::rfc3339(core.now()));
        out += ",\"profile\":" + users::userJson(*users::userOf(*user), true, core.now());
        out += ",\"sessions\":[";
        for (const auto& session : CredentialRepository::liveSessionsOf(connection, userId, core.now()))
            append(out, {{"client", session.client},
                         {"address", session.address},
                         {"created_at", base::rfc3339(session.createdAt)},
                         {"last_used_at", base::rfc3339(session.lastUsedAt)}});
        out += "],\"access_tokens\":[";
        for (const auto& token : CredentialRepository::accessTokensOf(connection, userId))
            append(out, {{"id", token.id},
                         {"name", token.name},
                         {"created_at", base::rfc3339(token.createdAt)},
                         {"expires_at", timeOrNull(token.expiresAt)}});
        out += "],\"identities\":[";
        for (const auto& identity : storage::IdentityRepository::of(connection, userId))
            append(out, {{"provider", identity.provider}, {"issuer", identity.issuer}, {"subject", identity.subject}});
        out += "],\"chats\":[";
        storage::ExportRepository::eachChat(connection, userId, [&](const auto& chat, const auto& mine) {
            append(out, {{"id", chat.id},
                         {"name", chat.name},
                         {"chat_type", chat.chatType},
                         {"role", mine.role},
                         {"joined_at", base::rfc3339(mine.joinedAt)}});
        });
        out += "],\"messages\":[";
        storage::ExportRepository::eachMessage(connection, userId, [&](const auto& message) {
            append(out, {{"id", message.id},
                         {"chat_id", message.chatId},
                         {"content", message.content},
                         {"message_type", message.messageType},
                         {"created_at", base::rfc3339(message.createdAt)}});
        });
        out += "],\"files\":[";
        storage::FileRepository::each(connection, userId, [&](const auto& file) {
            append(out, {{"id", file.id},
                         {"name", file.name},
                         {"size", file.size},
                         {"media_type", file.mediaType},
                         {"created_at", base::rfc3339(file.createdAt)},
                         {"path", "/api/files/" + std::to_string(file.id)}});
        });
        out += "]}";
    });
    if (!read)
        return read;
    if (out.empty())
        return userNotFound();
    return answered(done, std::move(out), userId);
}

Result<void> erase(Core& core, const Call& call, Done done)
{
    const auto proved = proveOwner(core, call.principal->userId(), *call.arguments.text("password"), call.peer);
    if (!proved)
        return proved.error();
    const auto ended = std::make_shared<Ended>();
    return Act::submit(
        core.writer,
        [&core, id = proved->id, old = proved->password, ended, actor = actorOf(call)](Connection& connection) -> Result<Completed> {
            const auto user = UserRepository::byId(connection, id);
            if (!user || user->erasedAt != 0)
                return userNotFound();
            if (user->password != old)
                return base::fault(base::Status::unavailable, "password_changed",
                                   "The password has changed just now: try again.");
            if (auto may = mayLoseAdmin(connection, *user); !may)
                return may.error();
            *ended = revokeAllOf(connection, core, id);
            CredentialRepository::forgetPlaces(connection, id);
            CredentialRepository::forgetTokenNames(connection, id);
            CredentialRepository::dropInvitesOf(connection, id);
            storage::SecondFactorRepository::remove(connection, id);
            storage::IdentityRepository::removeOf(connection, id);
            storage::FileRepository::removeUnattached(connection, id); // what it has sent stays with its messages
            UserRepository::erase(connection, id, users::erasedName(id), core.now());
            audit(connection, core, actor, "user.erase", "user", id);
            return Completed{id, {}};
        },
        [&core, id = proved->id, ended] {
            const auto before = core.users.byId(id);
            core.users.put(std::make_shared<const User>(User{.id = id,
                                                             .username = users::erasedName(id),
                                                             .role = "member",
                                                             .state = "deactivated",
                                                             .createdAt = before->createdAt,
                                                             .erased = true}));
            forgetAllOf(core, id, *ended);
            if (core.erased)
                core.erased(id);
        },
        std::move(done));
}

} // namespace

void addOwnDataOperations(operations::Operations& all, Core& core)
{
    all.addSchema("Export", exportSchema);
    all.add({.name = "users.export",
             .summary = "Everything that the server has of the caller",
             .parameters = {},
             .result = "Export",
             .handler = bound(core, &exportOwn),
             .reads = true});
    all.add({.name = "users.erase",
             .summary = "Erase the own account for good; what it wrote stays, with its files and without its name",
             .parameters = {{.name = "password", .what = "the own one", .required = true, .most = 4096}},
             .result = {},
             .handler = bound(core, &erase)});
}

} // namespace netbit::services::auth
