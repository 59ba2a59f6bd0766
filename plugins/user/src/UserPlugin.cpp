// Registration, login, tokens and profiles over HTTP. The rules are the host's (netbit/auth.h, and its operations); here is
// only the form.

#include "Oidc.h"
#include "Requests.h"
#include "Schemas.h"
#include "support/OperationRoute.h"

#include <netbit/auth.hpp>
#include <netbit/plugin.hpp>

#include <charconv>

namespace netbit::user {

namespace {

constexpr std::uint32_t maxBodyBytes = 16 * 1024;

/// A reply with tokens must not stay in any cache (RFC 6749 section 5.1).
void replyTokens(Later& later, const Done& done)
{
    later.reply(Reply(200).bytes(done.json).header("Cache-Control", "no-store"));
}

class UserPlugin final : public Plugin {
public:
    explicit UserPlugin(Host host) : Plugin(host), _auth(host), _operations(host) {}

private:
    void start() override
    {
        const auto byWorker = [](std::string_view summary) { return worker().summary(summary).maxBody(maxBodyBytes); };
        post("/api/auth/register", anyone, [this](Request& request) { return registerUser(request); },
             byWorker("Create an account").schema(schemas::registering));
        post("/api/auth/login", anyone, [this](Request& request) { return login(request); },
             byWorker("Sign in with name and password").schema(schemas::login));
        post("/api/auth/refresh", anyone, [this](Request& request) { return refresh(request); },
             byWorker("Exchange a refresh token for new tokens").schema(schemas::refresh));
        post("/api/auth/logout", anyone, [this](Request& request) { return logout(request); },
             byWorker("End the session of a refresh token").schema(schemas::logout));
        get("/api/user/profile", users, [this](Request& request) { return ownProfile(request); },
            fast().summary("The caller").schema(schemas::profile));
        get("/api/users/{id}", users, [this](Request& request) { return otherProfile(request); },
            fast().summary("One user").schema(schemas::profile));

        ownRoutes();
        secondFactorRoutes();
        oidcRoutes();
        adminRoutes();
    }

    void ownRoutes()
    {
        operation("PATCH", "/api/user/profile", users, {.operation = "users.update", .params = {}}, "Change the own profile");
        operation("PUT", "/api/user/status", users, {.operation = "users.set_status", .params = {}}, "Tell what one is about");
        operation("DELETE", "/api/user/status", users, {.operation = "users.clear_status", .params = {}, .status = 204},
                  "Take the own status away");
        operation("GET", "/api/users", users, {.operation = "users.list", .params = {}, .next = "after"}, "Users, by id");

        operation("GET", "/api/user/sessions", users, {.operation = "sessions.list", .params = {}},
                  "The own sessions, newest first");
        operation("DELETE", "/api/user/sessions", users, {.operation = "sessions.revoke_others", .params = {}},
                  "End all own sessions but the one that asks");
        operation("DELETE", "/api/user/sessions/{id}", users,
                  {.operation = "sessions.revoke", .params = {"id"}, .status = 204}, "End one of the own sessions");
        operation("GET", "/api/user/tokens", users, {.operation = "tokens.list", .params = {}},
                  "The own access tokens, without what they are");
        operation("POST", "/api/user/tokens", users,
                  {.operation = "tokens.create", .params = {}, .status = 201, .secret = true}, "Make a personal access token");
        operation("DELETE", "/api/user/tokens/{id}", users,
                  {.operation = "tokens.revoke", .params = {"id"}, .status = 204}, "Revoke one of the own access tokens");

        operation("POST", "/api/user/password", users, {.operation = "users.change_password", .params = {}, .status = 204},
                  "Change the own password; ends all other sessions");
        operation("POST", "/api/auth/reset", anyone, {.operation = "auth.reset", .params = {}, .status = 204},
                  "Set a new password by a reset link");
        operation("POST", "/api/invites", users, {.operation = "invites.create", .params = {}, .status = 201, .secret = true},
                  "Invite somebody to register");
        operation("GET", "/api/invites", users, {.operation = "invites.list", .params = {}},
                  "Open invitations: the own, or all for an admin");
        operation("DELETE", "/api/invites/{id}", users, {.operation = "invites.revoke", .params = {"id"}, .status = 204},
                  "Take an open invitation back");
        operation("GET", "/api/user/export", users, {.operation = "users.export", .params = {}, .secret = true},
                  "Everything that the server has of the caller");
        operation("DELETE", "/api/user", users, {.operation = "users.erase", .params = {}, .status = 204},
                  "Erase the own account for good");
    }

    void secondFactorRoutes()
    {
        operation("GET", "/api/user/second-factor", users, {.operation = "second_factor.get", .params = {}},
                  "Whether the caller has a second factor");
        operation("POST", "/api/user/second-factor", users,
                  {.operation = "second_factor.enrol", .params = {}, .status = 201, .secret = true},
                  "Begin to use an authenticator");
        operation("DELETE", "/api/user/second-factor", users,
                  {.operation = "second_factor.remove", .params = {}, .status = 204}, "Use no second factor any more");
        operation("POST", "/api/user/second-factor/confirm", users,
                  {.operation = "second_factor.confirm", .params = {}, .secret = true},
                  "Put the second factor in force with its first code");
        operation("POST", "/api/user/second-factor/recovery-codes", users,
                  {.operation = "second_factor.recovery_codes", .params = {}, .secret = true},
                  "New recovery codes instead of the old");
        operation("POST", "/api/auth/second-factor", anyone,
                  {.operation = "auth.second_factor", .params = {}, .secret = true}, "Finish a login with the second factor");
        operation("DELETE", "/api/admin/users/{id}/second-factor", admins,
                  {.operation = "second_factor.reset", .params = {"id"}, .status = 204},
                  "Take the second factor of a user away who has lost it");
    }

    void oidcRoutes()
    {
        operation("GET", "/api/auth/oidc", anyone, {.operation = "oidc.providers", .params = {}}, "Where else one may sign in");
        get("/api/auth/oidc/{provider}/start", anyone, [this](Request& request) { return startOidc(_operations, request); },
            worker().summary("To the provider, by a redirect").schema(schemas::oidcStart));
        get("/api/auth/oidc/{provider}/callback", anyone, [this](Request& request) { return finishOidc(_operations, request); },
            worker().summary("Back from the provider").schema(schemas::oidcCallback));
        operation("POST", "/api/auth/oidc/token", anyone, {.operation = "oidc.token", .params = {}, .secret = true},
                  "Take the session of a login that return_to was told of");
        operation("GET", "/api/user/identities", users, {.operation = "identities.list", .params = {}},
                  "The own accounts at providers");
        post("/api/user/identities/{provider}", users,
             [this](Request& request) {
                 return beginLink(_operations, Principal::share(_auth.api(), request.principal()), request);
             },
             worker().summary("Begin to link one's account at a provider").maxBody(maxBodyBytes).schema(schemas::linking));
        operation("DELETE", "/api/user/identities/{id}", users,
                  {.operation = "identities.remove", .params = {"id"}, .status = 204}, "Sign in by this one no more");
        operation("POST", "/api/admin/users/{id}/identities", admins,
                  {.operation = "identities.add", .params = {"id"}, .status = 201}, "Link an account at a provider with a user");
    }

    void adminRoutes()
    {
        operation("GET", "/api/admin/users", admins, {.operation = "users.accounts", .params = {}, .next = "after"},
                  "All accounts, by id");
        operation("POST", "/api/admin/users", admins,
                  {.operation = "users.add", .params = {}, .status = 201, .location = "/api/users/{id}"}, "Add a user");
        operation("PATCH", "/api/admin/users/{id}", admins, {.operation = "users.set_role", .params = {"id"}},
                  "Make a user an admin, a member, a guest or a bot");
        operation("POST", "/api/admin/users/{id}/deactivate", admins, {.operation = "users.deactivate", .params = {"id"}},
                  "Shut a user out");
        operation("POST", "/api/admin/users/{id}/reactivate", admins, {.operation = "users.reactivate", .params = {"id"}},
                  "Let a deactivated user in again");
        operation("POST", "/api/admin/users/{id}/reset", admins,
                  {.operation = "users.reset_link", .params = {"id"}, .status = 201, .secret = true},
                  "Make a link by which a user sets a new password, once");
        operation("GET", "/api/admin/audit", admins, {.operation = "audit.list", .params = {}, .next = "before"},
                  "Who changed whose rights, newest first");
    }

    /// A route that is an operation of the host.
    void operation(std::string_view method, std::string_view pattern, Access access, support::OperationRoute made,
                   std::string_view summary)
    {
        route(method, pattern, access,
              [this, made = std::move(made)](Request& request) {
                  return support::operate(made, _operations, Principal::share(_auth.api(), request.principal()), request);
              },
              support::documented(made, worker().summary(summary).maxBody(maxBodyBytes)));
    }

    Result<void> registerUser(Request& request) const
    {
        support::RequestBody body(request.header("Content-Type"));
        const auto wanted = readRegistration(body, request.body());
        if (!wanted)
            return wanted.error();
        const Registration registration = *wanted;
        auto later = request.defer();
        // The request's bytes and the body live until the call below has copied them.
        _auth.registerUser(registration.username, registration.email, registration.password, registration.invite,
                           [later = std::move(later)](Result<Done> done) mutable {
                               if (!done)
                                   return later.problem(done.error());
                               char room[48] = "/api/users/";
                               constexpr std::size_t prefix = sizeof "/api/users/" - 1;
                               const char* end = std::to_chars(room + prefix, room + sizeof room, done->id).ptr;
                               later.reply(Reply(201)
                                               .bytes(done->json)
                                               .header("Location", {room, static_cast<std::size_t>(end - room)})
                                               .header("Cache-Control", "no-store"));
                           });
        return {};
    }

    Result<void> login(Request& request) const
    {
        support::RequestBody body(request.header("Content-Type"));
        const auto credentials = readCredentials(body, request.body());
        if (!credentials)
            return credentials.error();
        const auto peer = request.peer();
        const auto client = request.header("User-Agent").value_or(std::string_view());
        auto later = request.defer();
        _auth.login(credentials->username, credentials->password, peer, client,
                    [later = std::move(later)](Result<Done> done) mutable {
                        if (!done)
                            return later.problem(done.error());
                        replyTokens(later, *done);
                    });
        return {};
    }

    Result<void> refresh(Request& request) const
    {
        support::RequestBody body(request.header("Content-Type"));
        const auto token = readRefreshToken(body, request.body());
        if (!token)
            return token.error();
        _auth.refresh(token->token, [later = request.defer()](Result<Done> done) mutable {
            if (!done)
                return later.problem(done.error());
            replyTokens(later, *done);
        });
        return {};
    }

    Result<void> logout(Request& request) const
    {
        support::RequestBody body(request.header("Content-Type"));
        const auto token = readRefreshToken(body, request.body());
        if (!token)
            return token.error();
        _auth.logout(token->token, [later = request.defer()](Result<Done> done) mutable {
            if (!done)
                return later.problem(done.error());
            later.noContent();
        });
        return {};
    }

    Result<void> ownProfile(Request& request) const
    {
        const auto caller = Principal::share(_auth.api(), request.principal());
        return profile(request, caller, caller.userId());
    }

    Result<void> otherProfile(Request& request) const
    {
        const auto id = parseInteger<std::int64_t>(request.param("id"));
        if (!id)
            return Error(Status::notFound, "user_not_found", "There is no such user.");
        return profile(request, Principal::share(_auth.api(), request.principal()), *id);
    }

    Result<void> profile(Request& request, const Principal& caller, std::int64_t userId) const
    {
        const auto body = _auth.profile(caller, userId);
        if (!body)
            return body.error();
        request.json(200, *body);
        return {};
    }

    Auth _auth;
    Operations _operations;
};

} // namespace

} // namespace netbit::user

NETBIT_PLUGIN(netbit::user::UserPlugin, "user", "1.0.0")
