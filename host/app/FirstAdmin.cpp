#include "app/FirstAdmin.h"

#include "app/DataDirectory.h"
#include "services/auth/AuthService.h"
#include "services/log/Log.h"

#include <sodium.h>

namespace netbit::app {

namespace log = services::log;

namespace {

/// 20 letters and digits without those that look alike: 100 bits and more.
std::string newPassword()
{
    constexpr std::string_view alphabet = "abcdefghijkmnpqrstuvwxyz23456789";
    std::string password;
    for (int i = 0; i < 20; ++i)
        password += alphabet[randombytes_uniform(static_cast<std::uint32_t>(alphabet.size()))];
    return password;
}

} // namespace

base::Result<void> makeFirstAdmin(services::auth::AuthService& auth, const services::users::UserDirectory& users,
                                  const DataDirectory& data)
{
    if (users.size() > 0)
        return {};
    services::auth::NewAccount account;
    account.username = "admin";
    account.email = "admin@localhost.invalid";
    account.password = newPassword();
    // The file first: a crash in between leaves a password without a user, and the next start makes both anew.
    const auto content = R"({"username":"admin","password":")" + account.password + "\"}\n";
    if (auto written = DataDirectory::writeFile(data.firstAdmin(), content); !written)
        return written;
    if (auto made = auth.addUser(account, "admin"); !made)
        return made.error();
    log::info("host", "First start: made the user admin; its one-time password is in the data directory",
              {{"file", data.firstAdmin().string()}});
    return {};
}

void forgetFirstAdmin(const DataDirectory& data)
{
    std::error_code error;
    std::filesystem::remove(data.firstAdmin(), error);
}

} // namespace netbit::app
