// Invitations: invites.create, invites.list, invites.revoke.

#include "services/Act.h"
#include "services/auth/AccountRules.h"
#include "services/auth/Acts.h"
#include "services/auth/Core.h"
#include "services/auth/Secrets.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::auth {

using base::fault;
using base::Result;
using base::Status;
using operations::Call;
using operations::Kind;
using storage::Connection;
using storage::CredentialRepository;

namespace json = boost::json;

namespace {

constexpr std::string_view inviteSchema = R"({"type":"object","properties":{"id":{"type":"integer","format":"int64"},
"email":{"type":["string","null"],"description":"whom it is for"},"role":{"type":"string"},
"created_by":{"type":"integer","format":"int64"},"created_at":{"type":"string","format":"date-time"},
"expires_at":{"type":"string","format":"date-time"},
"invite":{"type":"string","description":"for POST /api/auth/register; shown once, good once"}}})";

constexpr std::string_view inviteListSchema = R"({"type":"object","properties":{"data":{"type":"array","items":
{"$ref":"#/components/schemas/Invite"}},"pagination":{"type":"object"}}})";

json::object inviteJson(const storage::InviteRecord& invite)
{
    return {{"id", invite.id},
            {"email", invite.email.empty() ? json::value(nullptr) : json::value(invite.email)},
            {"role", invite.role},
            {"created_by", invite.createdBy},
            {"created_at", base::rfc3339(invite.createdAt)},
            {"expires_at", base::rfc3339(invite.expiresAt)}};
}

/// Admins invite as anything but a bot, members as what they are or less.
Result<void> mayInvite(const Core& core, const Principal& principal, std::string_view role)
{
    if (principal.admin())
        return {};
    const auto user = core.users.byId(principal.userId());
    // An admin whose token lacks the scope is a member here.
    const bool member = user && (user->role == "member" || user->role == "admin");
    if (!member || !core.options.load()->membersInvite)
        return fault(Status::forbidden, "admin_only", "Only an admin of this server may invite.");
    if (role == "admin")
        return fault(Status::forbidden, "admin_only", "Only an admin may invite an admin.", "/role");
    return {};
}

Result<void> create(Core& core, const Call& call, Done done)
{
    const auto role = call.arguments.textOr("role", "member");
    if (auto may = mayInvite(core, *call.principal, role); !may)
        return may;
    const auto now = core.now();
    const auto life = std::chrono::duration_cast<std::chrono::milliseconds>(core.options.load()->inviteLife).count();
    const auto token = randomToken(invitePrefix);
    storage::InviteRecord invite{.hash = hashToken(token),
                                 .createdBy = call.principal->userId(),
                                 .createdAt = now,
                                 .expiresAt = call.arguments.integerOr("expires_at", now + life),
                                 .email = std::string(call.arguments.textOr("email", {})),
                                 .role = std::string(role)};
    if (!invite.email.empty())
        if (auto good = checkEmail(invite.email); !good)
            return good;
    constexpr base::Millis longestMs = base::Millis{366} * 24 * 3'600'000;
    if (invite.expiresAt <= now || invite.expiresAt - now > longestMs)
        return fault(Status::invalid, "invalid_life", "An invitation is good until a time within the next year.", "/expires_at");
    invite.id = ++core.lastInviteId;
    return Act::submit(
        core.writer,
        [&core, invite, token, actor = actorOf(call)](Connection& connection) -> Result<Completed> {
            CredentialRepository::insertInvite(connection, invite);
            audit(connection, core, actor, "invite.create", "invite", invite.id);
            auto made = inviteJson(invite);
            made["invite"] = token;
            return Completed{invite.id, json::serialize(made)};
        },
        {}, std::move(done));
}

Result<void> list(Core& core, const Call& call, const Done& done)
{
    std::vector<storage::InviteRecord> invites;
    const auto whose = call.principal->admin() ? 0 : call.principal->userId();
    auto read = core.read([&](Connection& connection) {
        invites = CredentialRepository::openInvites(connection, whose, core.now());
    });
    if (!read)
        return read;
    json::array data;
    for (const auto& invite : invites)
        data.push_back(inviteJson(invite));
    return answered(done, listJson(std::move(data)));
}

Result<void> revoke(Core& core, const Call& call, Done done)
{
    const auto id = *call.arguments.integer("id");
    return Act::submit(
        core.writer,
        [&core, id, all = call.principal->admin(), actor = actorOf(call)](Connection& connection) -> Result<Completed> {
            const auto invite = CredentialRepository::invite(connection, id);
            if (!invite || (!all && invite->createdBy != actor.userId) ||
                !CredentialRepository::revokeInvite(connection, id, core.now()))
                return fault(Status::notFound, "invite_not_found", "There is no such open invitation of yours.");
            audit(connection, core, actor, "invite.revoke", "invite", id);
            return Completed{id, {}};
        },
        {}, std::move(done));
}

} // namespace

void addInviteOperations(operations::Operations& all, Core& core)
{
    all.addSchema("Invite", inviteSchema);
    all.addSchema("InviteList", inviteListSchema);
    all.add({.name = "invites.create",
             .summary = "Invite somebody to register",
             .parameters = {{.name = "email", .what = "whom it is for: only with this address it is good; absent: anyone"},
                            {.name = "role", .what = "of the user that it makes", .choices = {"admin", "member", "guest"}},
                            {.name = "expires_at", .kind = Kind::time, .what = "within a year; absent: as the server is set"}},
             .result = "Invite",
             .handler = bound(core, &create),
             .secret = true});
    all.add({.name = "invites.list",
             .summary = "Open invitations: the own, or all for an admin",
             .parameters = {},
             .result = "InviteList",
             .handler = bound(core, &list),
             .reads = true});
    all.add({.name = "invites.revoke",
             .summary = "Take an open invitation back",
             .parameters = {idParameter()},
             .result = {},
             .handler = bound(core, &revoke)});
}

} // namespace netbit::services::auth
