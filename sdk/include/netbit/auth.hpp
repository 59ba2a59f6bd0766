#ifndef NETBIT_AUTH_HPP
#define NETBIT_AUTH_HPP
/* Who is calling, for C++ plugins. What each call promises stands in netbit/auth.h. */
#include "netbit/auth.h"
#include "netbit/guard.hpp"
#include "netbit/host.hpp"
#include "netbit/result.hpp"

namespace netbit {

template <> struct ServiceOf<nb_auth_api> {
    static constexpr const char* id = NB_AUTH_SERVICE;
};

/* A reference to a proven identity. Copying counts, moving does not; empty by default and after a move. */
class Principal {
public:
    Principal() = default;
    /* Takes over a reference that a call of the host gave. */
    static Principal adopt(const nb_auth_api& api, nb_principal* principal) noexcept { return Principal(&api, principal); }
    /* A reference of its own to a borrowed principal, such as that of a request; null gives an empty one. */
    static Principal share(const nb_auth_api& api, nb_principal* principal) noexcept
    {
        if (principal != nullptr) {
            api.retain(principal);
        }
        return Principal(&api, principal);
    }

    Principal(const Principal& other) noexcept
        : _api(other._api)
        , _principal(other._principal)
    {
        if (_principal != nullptr) {
            _api->retain(_principal);
        }
    }
    Principal(Principal&& other) noexcept
        : _api(other._api)
        , _principal(std::exchange(other._principal, nullptr))
    {
    }
    Principal& operator=(Principal other) noexcept
    {
        std::swap(_api, other._api);
        std::swap(_principal, other._principal);
        return *this;
    }
    ~Principal()
    {
        if (_principal != nullptr) {
            _api->release(_principal);
        }
    }

    explicit operator bool() const noexcept { return _principal != nullptr; }
    nb_principal* raw() const noexcept { return _principal; }

    /* [any] [fast] None of these may be asked of an empty one, except isValid: false. */
    std::int64_t userId() const noexcept { return _api->user_id(_principal); }
    std::string_view username() const noexcept { return toView(_api->username(_principal)); } /* lives as long as this */
    bool isAdmin() const noexcept { return _api->is_admin(_principal) != 0; }
    bool isValid() const noexcept { return _principal != nullptr && _api->is_valid(_principal) != 0; }
    std::int64_t expiresAt() const noexcept { return _api->expires_at(_principal); } /* ms since 1970, 0: never */

private:
    Principal(const nb_auth_api* api, nb_principal* principal) noexcept
        : _api(api)
        , _principal(principal)
    {
    }

    const nb_auth_api* _api = nullptr;
    nb_principal* _principal = nullptr;
};

/* A key for packets that cannot carry a token. */
struct SigningKey {
    std::string session;         /* 32 hex digits */
    std::string key;             /* 64 hex digits: a secret of this user */
    std::uint32_t expiresIn = 0; /* seconds */
};

/* What a provider knows of an account whose password is right. */
struct Provided {
    std::string email; /* empty: none is known; cut to 255 bytes */
};

/* A source of passwords beside the host's own. Must live until the plugin is destroyed: usually it is the plugin. */
class LoginProvider {
public:
    virtual ~LoginProvider() = default;
    /* [worker], several at once. Status::unauthenticated: the password is not this user's, or there is no such user. Any
     * other error, and an exception: the source cannot be asked now. Never log the password. */
    virtual Result<Provided> check(std::string_view username, std::string_view password) = 0;
};

/* "netbit.auth/1". Copy it freely. Callables for `done` take a Result<Done> and are called exactly once, on the writer's
 * thread, or before the call returns when it was refused at once. */
class Auth {
public:
    /* Throws a Failure where the manifest does not want the service. */
    explicit Auth(Host host)
        : _host(host)
        , _api(&host.require<nb_auth_api>())
    {
    }
    const nb_auth_api& api() const noexcept { return *_api; }

    /* [any] [fast] */
    Result<Principal> verify(std::string_view token) const
    {
        ErrorBuffer error;
        nb_principal* out = nullptr;
        return proven(_api->verify(_host.raw(), toStr(token), &out, error.get()), out, error);
    }
    /* [any] For plugins with the permission "auth.impersonate". */
    Result<Principal> impersonate(std::int64_t userId) const
    {
        ErrorBuffer error;
        nb_principal* out = nullptr;
        return proven(_api->impersonate(_host.raw(), userId, &out, error.get()), out, error);
    }

    /* [worker] */
    template <class F>
    void registerUser(std::string_view username, std::string_view email, std::string_view password,
                      std::optional<std::string_view> invite, F&& done) const
    {
        ErrorBuffer error;
        auto ticket = netbit::done(std::forward<F>(done));
        ticket.settle(_api->register_user(_host.raw(), toStr(username), toStr(email), toStr(password), toStr(invite),
                                          ticket.function(), ticket.user(), error.get()),
                      error);
    }
    /* [worker] */
    template <class F>
    void login(std::string_view username, std::string_view password, std::string_view peer, std::string_view client,
               F&& done) const
    {
        ErrorBuffer error;
        auto ticket = netbit::done(std::forward<F>(done));
        ticket.settle(_api->login(_host.raw(), toStr(username), toStr(password), toStr(peer), toStr(client),
                                  ticket.function(), ticket.user(), error.get()),
                      error);
    }
    /* [any] */
    template <class F> void refresh(std::string_view refreshToken, F&& done) const
    {
        ErrorBuffer error;
        auto ticket = netbit::done(std::forward<F>(done));
        ticket.settle(_api->refresh(_host.raw(), toStr(refreshToken), ticket.function(), ticket.user(), error.get()),
                      error);
    }
    /* [any] */
    template <class F> void logout(std::string_view refreshToken, F&& done) const
    {
        ErrorBuffer error;
        auto ticket = netbit::done(std::forward<F>(done));
        ticket.settle(_api->logout(_host.raw(), toStr(refreshToken), ticket.function(), ticket.user(), error.get()),
                      error);
    }
    /* [any] [fast] The user as the API shows it to this principal. */
    Result<Body> profile(const Principal& principal, std::int64_t userId) const
    {
        ErrorBuffer error;
        nb_body* out = nullptr;
        const auto status = _api->profile(_host.raw(), principal.raw(), userId, &out, error.get());
        if (status != NB_OK) {
            return error.toError(status);
        }
        return Body::adopt(_host.require<nb_body_api>(), out);
    }

    /* [any] [fast] */
    Result<SigningKey> signingKey(const Principal& principal) const
    {
        ErrorBuffer error;
        nb_signing_key key{};
        key.size = sizeof key;
        const auto status = _api->signing_key(_host.raw(), principal.raw(), &key, error.get());
        if (status != NB_OK) {
            return error.toError(status);
        }
        return SigningKey{detail::fixedText(key.session), detail::fixedText(key.key), key.expires_in};
    }
    /* [any] [fast] `mac`: 64 hex digits. */
    Result<Principal> verifyMac(std::string_view session, std::string_view bytes, std::string_view mac,
                                std::uint64_t sequence) const
    {
        ErrorBuffer error;
        nb_principal* out = nullptr;
        return proven(_api->verify_mac(_host.raw(), toStr(session), toStr(bytes), toStr(mac), sequence, &out, error.get()),
                      out, error);
    }

    /* [control], in start, at most once, for plugins with the permission "auth.provide". */
    Result<void> addProvider(LoginProvider& provider) const
    {
        static constexpr nb_provider_calls calls = {sizeof(nb_provider_calls), 0, &onCheck};
        ErrorBuffer error;
        return toResult(_api->add_provider(_host.raw(), &calls, &provider, error.get()), error);
    }

private:
    static std::int32_t onCheck(void* user, nb_str username, nb_str password, nb_provided* out, nb_error* error) noexcept
    {
        return detail::guarded("provider", std::int32_t{NB_INTERNAL}, [&]() -> std::int32_t {
            const auto account = static_cast<LoginProvider*>(user)->check(toView(username), toView(password));
            if (!account) {
                account.error().fill(error);
                return toNumber(account.status());
            }
            if (NB_HAS(out, email)) {
                detail::copyCut(out->email, account->email);
            }
            return NB_OK;
        });
    }

    /* By reference: which argument of a call is evaluated first is not said, and one of them fills `out`. */
    Result<Principal> proven(std::int32_t status, nb_principal*& out, const ErrorBuffer& error) const
    {
        if (status != NB_OK) {
            return error.toError(status);
        }
        return Principal::adopt(*_api, out);
    }

    Host _host;
    const nb_auth_api* _api;
};

} // namespace netbit
#endif
