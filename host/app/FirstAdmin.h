#pragma once
// The first start makes one admin, whose password is told once.

#include "base/Result.h"

namespace netbit::services::auth {
class AuthService;
}
namespace netbit::services::users {
class UserDirectory;
}

namespace netbit::app {

class DataDirectory;

/// Makes the user "admin" when there is no user at all, and keeps its generated password in secrets/first-admin.json
/// (0600) until forgetFirstAdmin().
base::Result<void> makeFirstAdmin(services::auth::AuthService& auth, const services::users::UserDirectory& users,
                                  const DataDirectory& data);

/// Removes the file: the admin has a password of their own now.
void forgetFirstAdmin(const DataDirectory& data);

} // namespace netbit::app
