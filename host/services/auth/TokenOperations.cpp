// Personal access tokens of the caller: tokens.create, tokens.list, tokens.revoke.

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

constexpr std::size_t maxTokensOfUser = 100;

constexpr std::string_view tokenSchema = R"({"type":"object","properties":{"id":{"type":"integer","format":"int64"},
"name":{"type":"string"},"scopes":{"type":"array","items":{"type":"string","enum":["read","write","admin","git"]}},
"created_at":{"type":"string","format":"date-time"},"expires_at":{"type":["string","null"],"format":"date-time"},
"token":{"type":"string","description":"shown once, when it is made"}}})";

constexpr std::string_view tokenListSchema = R"({"type":"object","properties":{"data":{"type":"array","items":
{"$ref":"#/components/schemas/AccessToken"}},"pagination":{"type":"object"}}})";

json::object tokenJson(const storage::AccessTokenRecord& token)
{
    json::array scopes;
    for (const auto scope : {Scope::read, Scope::write, Scope::admin, Scope::git})
        if ((token.scopes & static_cast<Scopes>(scope)) != 0)
            scopes.emplace_back(nameOf(scope));
    return {{"id", token.id},
            {"name", token.name},
            {"scopes", std::move(scopes)},
            {"created_at", base::rfc3339(token.createdAt)},
            {"expires_at", timeOrNull(token.expiresAt)}};
}

Result<Scopes> scopesOf(const std::vector<std::string_view>& names)
{
    Scopes scopes = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto scope = scopeOf(names[i]);
        if (!scope)
            return fault(Status::invalid, "invalid_scope", "A scope is read, write, admin or git.",
                         "/scopes/" + std::to_string(i));
        scopes = static_cast<Scopes>(scopes | static_cast<Scopes>(*scope));
    }
    return scopes;
}

Result<void> create(Core& core, const Call& call, Done done)
{
    constexpr base::Millis longestMs = base::Millis{100} * 365 * 24 * 3'600'000;
    const auto& principal = *call.principal;
    // Else one that leaks could make itself a better one, and outlive its own revocation.
    if (principal.kind() != Principal::Kind::session)
        return fault(Status::forbidden, "session_required", "Access tokens are made by who has signed in, not by an access token.");
    const auto now = core.now();
    storage::AccessTokenRecord token{.userId = principal.userId(),
                                     .name = std::string(*call.arguments.text("name")),
                                     .createdAt = now,
                                     .expiresAt = call.arguments.integerOr("expires_at", 0)};
    if (auto good = checkTokenName(token.name); !good)
        return good;
    const auto scopes = scopesOf(call.arguments.texts("scopes"));
    if (!scopes)
        return scopes.error();
    if (token.expiresAt != 0 && (token.expiresAt <= now || token.expiresAt - now > longestMs))
        return fault(Status::invalid, "invalid_life", "A token lives until a time within the next hundred years, or for ever.",
                     "/expires_at");
    token.id = ++core.lastAccessTokenId;
    token.scopes = *scopes;
    const auto secret = randomToken(accessTokenPrefix);
    token.hash = hashToken(secret);
    const AccessTokens::Held held{token.id, token.userId, token.expiresAt, *scopes};
    const auto hash = token.hash;
    return Act::submit(
        core.writer,
        [&core, token = std::move(token), secret, actor = actorOf(call)](Connection& connection) -> Result<Completed> {
            const auto user = storage::UserRepository::byId(connection, token.userId);
            if (!user || user->state != "active")
                return fault(Status::conflict, "user_not_active", "Only an active user can have access tokens.");
            const auto others = CredentialRepository::accessTokensOf(connection, token.userId);
            const auto live = std::count_if(others.begin(), others.end(), [&](const auto& other) {
                return other.expiresAt == 0 || other.expiresAt > token.createdAt;
            });
            if (static_cast<std::size_t>(live) >= maxTokensOfUser)
                return fault(Status::conflict, "too_many_tokens", "A user has at most 100 access tokens: revoke one first.");
            CredentialRepository::insertAccessToken(connection, token);
            audit(connection, core, actor, "token.create", "token", token.id);
            auto made = tokenJson(token);
            made["token"] = secret;
            return Completed{token.id, json::serialize(made)};
        },
        [&core, held, hash] { core.accessTokens.put(hash, held); }, std::move(done));
}

Result<void> list(Core& core, const Call& call, const Done& done)
{
    std::vector<storage::AccessTokenRecord> tokens;
    auto read = core.read([&](Connection& connection) {
        tokens = CredentialRepository::accessTokensOf(connection, call.principal->userId());
    });
    if (!read)
        return read;
    json::array data;
    for (const auto& token : tokens)
        data.push_back(tokenJson(token));
    return answered(done, listJson(std::move(data)));
}

Result<void> revoke(Core& core, const Call& call, Done done)
{
    const auto id = *call.arguments.integer("id");
    return Act::submit(
        core.writer,
        [&core, id, actor = actorOf(call)](Connection& connection) -> Result<Completed> {
            const auto token = CredentialRepository::accessToken(connection, id);
            if (!token || token->userId != actor.userId || !CredentialRepository::revokeAccessToken(connection, id, core.now()))
                return fault(Status::notFound, "token_not_found", "You have no such access token.");
            audit(connection, core, actor, "token.revoke", "token", id);
            return Completed{id, {}};
        },
        [&core, id] {
            if (const auto held = core.accessTokens.remove(id))
                core.revocations.revokeAccessToken(held->id, held->userId);
        },
        std::move(done));
}

} // namespace

void addTokenOperations(operations::Operations& all, Core& core)
{
    all.addSchema("AccessToken", tokenSchema);
    all.addSchema("AccessTokenList", tokenListSchema);
    all.add({.name = "tokens.create",
             .summary = "Make a personal access token",
             .parameters = {{.name = "name", .what = "what it is for, 1 to 100 bytes", .required = true},
                            {.name = "scopes",
                             .kind = Kind::texts,
                             .what = "what it may do: read, write, admin, git",
                             .required = true,
                             .least = 1,
                             .most = 4},
                            {.name = "expires_at", .kind = Kind::time, .what = "absent: never"}},
             .result = "AccessToken",
             .handler = bound(core, &create),
             .secret = true});
    all.add({.name = "tokens.list",
             .summary = "The own access tokens, without what they are",
             .parameters = {},
             .result = "AccessTokenList",
             .handler = bound(core, &list),
             .reads = true});
    all.add({.name = "tokens.revoke",
             .summary = "Revoke one of the own access tokens",
             .parameters = {idParameter()},
             .result = {},
             .handler = bound(core, &revoke)});
}

} // namespace netbit::services::auth
