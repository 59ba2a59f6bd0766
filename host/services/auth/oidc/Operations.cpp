// The operations of this room: oidc.providers, oidc.start, oidc.finish, oidc.token, identities.list, identities.begin_link,
// identities.add, identities.remove.

#include "services/Act.h"
#include "services/auth/Core.h"
#include "services/auth/oidc/Accounts.h"
#include "services/auth/oidc/Logins.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::auth::oidc {

using base::fault;
using base::Result;
using base::Status;
using operations::Access;
using operations::Call;
using operations::Parameter;
using storage::Connection;
using storage::IdentityRepository;
using storage::UserRepository;

namespace json = boost::json;

namespace {

constexpr std::string_view providersSchema = R"({"type":"object","properties":{"data":{"type":"array","items":{"type":"object",
"properties":{"name":{"type":"string"},"title":{"type":"string","description":"for people"},"start":{"type":"string","format":"uri",
"description":"where a browser begins"}}}}}})";

constexpr std::string_view startSchema = R"({"type":"object","properties":{"authorization_url":{"type":"string","format":"uri",
"description":"where the browser goes"},"expires_in":{"type":"integer","description":"Seconds."}}})";

constexpr std::string_view identitySchema =
    R"({"type":"object","properties":{"id":{"type":"integer"},"provider":{"type":"string"},
"issuer":{"type":"string"},"subject":{"type":"string","description":"who one is there"},
"created_at":{"type":"string","format":"date-time"}}})";

constexpr std::string_view identitiesSchema = R"({"type":"object","properties":{"data":{"type":"array","items":
{"$ref":"#/components/schemas/Identity"}}}})";

json::object objectOf(const storage::IdentityRecord& identity)
{
    return {{"id", identity.id},
            {"provider", identity.provider},
            {"issuer", identity.issuer},
            {"subject", identity.subject},
            {"created_at", base::rfc3339(identity.createdAt)}};
}

} // namespace

std::string identityJson(const storage::IdentityRecord& identity) { return json::serialize(objectOf(identity)); }

Result<void> Logins::identities(const Call& call, const Done& done) const
{
    json::array data;
    auto read = _core.read([&](Connection& connection) {
        for (const auto& identity : IdentityRepository::of(connection, call.principal->userId()))
            data.push_back(objectOf(identity));
    });
    if (!read)
        return read;
    return answered(done, listJson(std::move(data)));
}

Result<void> Logins::removeIdentity(const Call& call, Done done)
{
    return Act::submit(
        _core.writer,
        [&core = _core, id = *call.arguments.integer("id"), actor = actorOf(call)](Connection& connection) -> Result<Completed> {
            const auto own = IdentityRepository::of(connection, actor.userId);
            if (std::ranges::none_of(own, [&](const auto& identity) { return identity.id == id; }))
                return fault(Status::notFound, "identity_not_found", "You have no such login.");
            const auto user = UserRepository::byId(connection, actor.userId);
            if (own.size() == 1 && user && user->password.empty() && user->provider.empty())
                return fault(Status::conflict, "last_way_in",
                             "This is the only way into your account: have a password set first.");
            IdentityRepository::remove(connection, id);
            audit(connection, core, actor, "identity.unlink", "identity", id);
            return Completed{id, {}};
        },
        {}, std::move(done));
}

Result<void> Logins::addIdentity(const Call& call, Done done)
{
    const auto with = find(call);
    if (!with)
        return with.error();
    const auto linked = link(_core, with->party->settings(), std::string(*call.arguments.text("subject")),
                             *call.arguments.integer("id"), actorOf(call));
    if (!linked)
        return linked.error();
    return answered(done, identityJson(*linked), linked->id);
}

void Logins::addOperations(operations::Operations& all)
{
    const Parameter provider{.name = "provider", .what = "its name here", .required = true, .least = 1, .most = 32};
    const Parameter returnTo{.name = "return_to",
                             .what =
                                 "a path on this server, which gets code or error in its fragment, or http://127.0.0.1:PORT/… "
                                 "of a program on the browser's machine, which gets them in its query",
                             .most = 512};
    const auto bound = [this](auto method) {
        return [this, method](Call& call, Done done) { return (this->*method)(call, std::move(done)); };
    };
    const auto text = [](std::string_view name, std::string_view what, std::int64_t most) {
        return Parameter{.name = name, .what = what, .most = most};
    };
    const auto needed = [](Parameter parameter) {
        parameter.required = true;
        return parameter;
    };
    all.addSchema("OidcProviders", providersSchema);
    all.addSchema("OidcStart", startSchema);
    all.addSchema("Identity", identitySchema);
    all.addSchema("Identities", identitiesSchema);
    all.add({.name = "oidc.providers",
             .summary = "Where else one may sign in",
             .access = Access::anyone,
             .parameters = {},
             .result = "OidcProviders",
             .handler = bound(&Logins::list),
             .reads = true});
    all.add({.name = "oidc.start",
             .summary = "Begin to sign in at a provider",
             .access = Access::anyone,
             .parameters = {provider, returnTo,
                            text("code_challenge", "S256 (RFC 7636) of who will take the session; with return_to", 128)},
             .result = "OidcStart",
             .handler = bound(&Logins::start)});
    all.add({.name = "oidc.finish",
             .summary = "Take the provider's answer",
             .access = Access::anyone,
             .parameters = {provider, text("state", "as it was given to the provider", 256),
                            text("code", "of the provider", 4'096), text("iss", "who answers (RFC 9207)", 2'048),
                            text("error", "of the provider", 1'024), text("secure_browser", "what the browser was given", 256),
                            text("plain_browser", "the same, without TLS", 256)},
             .result = "Session",
             .handler = bound(&Logins::finish)});
    all.add({.name = "oidc.token",
             .summary = "Take the session of a login that return_to was told of",
             .access = Access::anyone,
             .parameters = {needed(text("code", "that return_to was given", 256)),
                            needed(text("code_verifier", "of the code_challenge (RFC 7636)", 128))},
             .result = "Session",
             .handler = bound(&Logins::token)});
    all.add({.name = "identities.list",
             .summary = "The accounts at providers by which one signs in",
             .parameters = {},
             .result = "Identities",
             .handler = bound(&Logins::identities),
             .reads = true});
    all.add({.name = "identities.begin_link",
             .summary = "Begin to link one's account at a provider",
             .parameters = {provider, returnTo, needed(text("password", "the own one", 4'096))},
             .result = "OidcStart",
             .handler = bound(&Logins::startLink)});
    all.add({.name = "identities.remove",
             .summary = "Sign in by this one no more",
             .parameters = {idParameter()},
             .result = {},
             .handler = bound(&Logins::removeIdentity)});
    all.add({.name = "identities.add",
             .summary = "Link somebody's account at a provider with a user",
             .access = Access::admin,
             .parameters = {idParameter(), provider, needed(text("subject", "who it is there: the claim sub", 255))},
             .result = "Identity",
             .handler = bound(&Logins::addIdentity)});
}

} // namespace netbit::services::auth::oidc
