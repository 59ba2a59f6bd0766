#pragma once
// The stored login of a person: $XDG_CONFIG_HOME/netbit/login.json, readable by its owner only.

#include "base/Result.h"

#include <filesystem>
#include <string>

namespace netbit::cli
{

struct Login {
    std::string server; ///< http://HOST:PORT or https://HOST:PORT
    std::string username;
    std::string accessToken;
    std::string refreshToken; ///< empty for a personal access token, which is never refreshed
    std::string caFile{};     ///< of https: whose word counts, PEM; empty: the system's authorities
};

/// $XDG_CONFIG_HOME/netbit/login.json, or ~/.config/netbit/login.json. Error: invalid when neither variable is set.
base::Result<std::filesystem::path> loginPath();

/// Error: unauthenticated when there is none, malformed when it is not ours.
base::Result<Login> loadLogin(const std::filesystem::path& path);

/// Written beside and moved over, with mode 0600 from the start: another process reads the old one or the new one.
base::Result<void> saveLogin(const std::filesystem::path& path, const Login& login);

/// Holds `login.json.lock` while it lives. A refresh token is good for one use, and using it twice ends the session:
/// of two processes that meet an expired access token, the second must wait and take what the first one got.
class LoginLock
{
public:
    explicit LoginLock(const std::filesystem::path& path);
    ~LoginLock();
    LoginLock(const LoginLock&) = delete;
    LoginLock& operator=(const LoginLock&) = delete;

private:
    int _file;
};

} // namespace netbit::cli
