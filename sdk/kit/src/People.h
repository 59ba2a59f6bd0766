#pragma once
// Users, their sessions and tokens, and keys for packets. Passwords are kept as they are: it is all of one test.

#include "base/Result.h"
#include "services/auth/Principal.h"
#include "services/auth/SigningKeys.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::fake {

using services::auth::PrincipalPtr;

struct Person {
    std::int64_t id = 0;
    std::string username;
    std::string email;
    std::optional<std::string> password;
    bool admin = false;
    std::int64_t createdAt = 0;
    std::string provider{}; ///< the plugin that proves its logins; empty: the host itself
};

class People {
public:
    /// Error: as of an account; invalid or conflict / username_taken.
    base::Result<std::int64_t> add(std::string_view username, std::string_view email,
                                   std::optional<std::string_view> password, bool admin, std::int64_t now);
    /// What an account must look like, and that the name is free.
    base::Result<void> check(std::string_view username, std::string_view email, std::string_view password) const;
    /// A user whose logins a plugin proves.
    std::int64_t addProvided(std::string_view username, std::string_view email, std::string_view provider, std::int64_t now);
    /// One whom a recording names.
    void addRecorded(std::int64_t id, std::string_view username, bool admin);
    const Person* byId(std::int64_t id) const;
    const Person* byName(std::string_view name) const; ///< without regard to ASCII case

    /// The session in which this user calls: the same until it is revoked.
    PrincipalPtr principal(std::int64_t userId);
    PrincipalPtr impersonate(std::int64_t userId); ///< nullptr: no such user
    base::Result<std::string> token(std::int64_t userId);
    base::Result<PrincipalPtr> verify(std::string_view token) const;
    void revoke(std::int64_t userId);

    /// A new session: {"access_token",…}, and its id.
    std::pair<std::int64_t, std::string> begin(std::int64_t userId);
    base::Result<std::pair<std::int64_t, std::string>> refresh(std::string_view token);
    void end(std::string_view refreshToken);

    std::string json(const Person& person, bool withEmail) const;
    services::auth::SigningKeys& keys() noexcept { return _keys; }

    std::optional<std::string> invite; ///< what register_user wants

private:
    struct Session {
        std::int64_t userId = 0;
        PrincipalPtr principal;
    };
    struct Refresh {
        std::int64_t session = 0;
        bool replaced = false;
    };
    std::int64_t open(std::int64_t userId);
    std::string accessToken(std::int64_t session);
    std::string sessionJson(std::int64_t session);
    void close(std::int64_t session);

    std::vector<Person> _all;
    std::map<std::int64_t, Session> _sessions;
    std::map<std::int64_t, std::int64_t> _own; // the session of principal(), by user
    std::map<std::int64_t, PrincipalPtr> _impersonated;
    std::map<std::string, std::int64_t, std::less<>> _tokens; // to sessions
    std::map<std::string, Refresh, std::less<>> _refresh;
    std::int64_t _lastSession = 0;
    services::auth::SigningKeys _keys;
};

} // namespace netbit::fake
