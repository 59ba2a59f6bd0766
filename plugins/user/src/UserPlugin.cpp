// Registration, login, tokens and profiles over HTTP. The rules are the host's (netbit/auth.h); here is only the form.

#include "Requests.h"
#include "Schemas.h"

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
    explicit UserPlugin(Host host) : Plugin(host), _auth(host) {}

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
};

} // namespace

} // namespace netbit::user

NETBIT_PLUGIN(netbit::user::UserPlugin, "user", "1.0.0")
