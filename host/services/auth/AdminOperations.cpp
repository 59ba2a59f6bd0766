// Accounts in the hands of the server's admins: users.add, users.set_role, users.deactivate, users.reactivate, users.accounts.

#include "base/Json.h"
#include "services/Act.h"
#include "services/auth/Accounts.h"
#include "services/auth/Acts.h"
#include "services/auth/Core.h"

#include <algorithm>
#include <strings.h>

namespace netbit::services::auth {

using base::fault;
using base::Result;
using base::Status;
using operations::Access;
using operations::Call;
using operations::Kind;
using storage::Connection;
using storage::Id;
using storage::UserRepository;
using users::User;

namespace {

constexpr std::string_view accountSchema = R"({"allOf":[{"$ref":"#/components/schemas/User"},{"type":"object","properties":{
"state":{"type":"string","enum":["active","deactivated","imported"]},"erased":{"type":"boolean"}}}]})";

constexpr std::string_view accountListSchema = R"({"type":"object","properties":{"data":{"type":"array","items":
{"$ref":"#/components/schemas/Account"}},"pagination":{"type":"object","properties":{"next_after":{"type":["integer","null"]}}}}})";

/// What an admin sees: the user with e-mail, and what the account is like.
std::string accountJson(const User& user, base::Millis now)
{
    auto out = users::userJson(user, true, now);
    out.pop_back();
    out += ",\"state\":";
    base::appendJsonString(out, user.state);
    out += user.erased ? ",\"erased\":true}" : ",\"erased\":false}";
    return out;
}

Result<void> add(Core& core, const Call& call, const Done& done)
{
    NewAccount account;
    account.username = *call.arguments.text("username");
    account.email = call.arguments.textOr("email", {});
    account.password = call.arguments.textOr("password", {});
    const auto user = addAccount(core, account, call.arguments.textOr("role", "member"), actorOf(call), true);
    if (!user)
        return user.error();
    return answered(done, accountJson(**user, core.now()), (*user)->id);
}

/// Changes the account of the user that the call names. `change`: [writer] what it does to the row, after which the rest
/// of it is as given; what it ended is kept in `ended`.
using Change = std::function<Result<void>(Connection&, storage::UserRecord&, Ended& ended)>;

Result<void> changeAccount(Core& core, const Call& call, std::string act, Change change, Done done)
{
    struct Outcome {
        storage::UserRecord row;
        Ended ended;
    };
    const auto userId = *call.arguments.integer("id");
    const auto outcome = std::make_shared<Outcome>();
    return Act::submit(
        core.writer,
        [&core, userId, outcome, act = std::move(act), change = std::move(change),
         actor = actorOf(call)](Connection& connection) -> Result<Completed> {
            auto row = UserRepository::byId(connection, userId);
            if (!row || row->erasedAt != 0)
                return userNotFound();
            outcome->ended = {};
            if (auto changed = change(connection, *row, outcome->ended); !changed)
                return changed.error();
            audit(connection, core, actor, act, "user", userId);
            outcome->row = std::move(*row);
            return Completed{userId, accountJson(*users::userOf(outcome->row), core.now())};
        },
        [&core, userId, outcome] {
            auto user = *core.users.byId(userId);
            user.role = outcome->row.role;
            user.state = outcome->row.state;
            core.users.put(std::make_shared<const User>(std::move(user)));
            forgetAllOf(core, userId, outcome->ended); // what is still good gets another principal, as what the user is now
        },
        std::move(done));
}

Result<void> setRole(Core& core, const Call& call, Done done)
{
    const std::string role(*call.arguments.text("role"));
    return changeAccount(
        core, call, "user.role." + role,
        [role](Connection& connection, storage::UserRecord& user, Ended&) -> Result<void> {
            if (role != "admin")
                if (auto may = mayLoseAdmin(connection, user); !may)
                    return may;
            UserRepository::setRole(connection, user.id, role);
            user.role = role;
            return {};
        },
        std::move(done));
}

Result<void> deactivate(Core& core, const Call& call, Done done)
{
    return changeAccount(
        core, call, "user.deactivate",
        [&core](Connection& connection, storage::UserRecord& user, Ended& ended) -> Result<void> {
            if (auto may = mayLoseAdmin(connection, user); !may)
                return may;
            UserRepository::setState(connection, user.id, "deactivated");
            ended = revokeAllOf(connection, core, user.id);
            user.state = "deactivated";
            return {};
        },
        std::move(done));
}

/// Sessions and tokens stay revoked.
Result<void> reactivate(Core& core, const Call& call, Done done)
{
    return changeAccount(
        core, call, "user.reactivate",
        [](Connection& connection, storage::UserRecord& user, Ended&) -> Result<void> {
            if (user.state != "deactivated")
                return fault(Status::conflict, "user_not_deactivated", "This user is not deactivated.");
            UserRepository::setState(connection, user.id, "active");
            user.state = "active";
            return {};
        },
        std::move(done));
}

Result<void> list(Core& core, const Call& call, const Done& done)
{
    const auto beginning = call.arguments.textOr("q", "");
    const auto role = call.arguments.textOr("role", {});
    const auto state = call.arguments.textOr("state", {});
    const auto after = call.arguments.integerOr("after", 0);
    const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
    const auto wanted = [&](const User& user) {
        return user.id > after && (role.empty() || user.role == role) && (state.empty() || user.state == state) &&
               user.username.size() >= beginning.size() &&
               ::strncasecmp(user.username.data(), beginning.data(), beginning.size()) == 0;
    };
    std::string out = "{\"data\":[";
    std::size_t count = 0;
    Id last = 0;
    Id next = 0;
    for (const auto& user : core.users.all()) {
        if (!wanted(*user))
            continue;
        if (count == limit) {
            next = last;
            break;
        }
        out += count++ == 0 ? "" : ",";
        out += accountJson(*user, core.now());
        last = user->id;
    }
    out += "],\"pagination\":{\"limit\":";
    base::appendJsonInt(out, static_cast<std::int64_t>(limit));
    out += ",\"next_after\":";
    if (next == 0)
        out += "null";
    else
        base::appendJsonInt(out, next);
    out += "}}";
    return answered(done, std::move(out), next);
}

} // namespace

void addAdminOperations(operations::Operations& all, Core& core)
{
    const operations::Parameter role{
        .name = "role", .what = "what the user is here", .choices = {"admin", "member", "guest", "bot"}};
    auto neededRole = role;
    neededRole.required = true;
    all.addSchema("Account", accountSchema);
    all.addSchema("AccountList", accountListSchema);
    all.add({.name = "users.add",
             .summary = "Add a user",
             .access = Access::admin,
             .parameters = {{.name = "username", .what = "1 to 64 of letters, digits, dot, hyphen, underscore", .required = true},
                            {.name = "email", .what = "absent: none"},
                            {.name = "password", .what = "absent: the user cannot sign in before a reset link was used", .most = 4096},
                            role},
             .result = "Account",
             .handler = bound(core, &add)});
    all.add({.name = "users.set_role",
             .summary = "Make a user an admin, a member, a guest or a bot",
             .access = Access::admin,
             .parameters = {idParameter(), neededRole},
             .result = "Account",
             .handler = bound(core, &setRole)});
    all.add({.name = "users.deactivate",
             .summary = "Shut a user out; ends its sessions and access tokens",
             .access = Access::admin,
             .parameters = {idParameter()},
             .result = "Account",
             .handler = bound(core, &deactivate)});
    all.add({.name = "users.reactivate",
             .summary = "Let a deactivated user in again",
             .access = Access::admin,
             .parameters = {idParameter()},
             .result = "Account",
             .handler = bound(core, &reactivate)});
    all.add({.name = "users.accounts",
             .summary = "All accounts, by id",
             .access = Access::admin,
             .parameters = {{.name = "q", .what = "how the username begins", .most = 64},
                            role,
                            {.name = "state", .what = "of the account", .choices = {"active", "deactivated", "imported"}},
                            {.name = "after", .kind = Kind::integer, .what = "go on behind this id"},
                            {.name = "limit", .kind = Kind::integer, .what = "how many, at most", .least = 1, .most = 200}},
             .result = "AccountList",
             .handler = bound(core, &list),
             .reads = true});
}

} // namespace netbit::services::auth
