#pragma once
// Every user in memory: who is behind an id or a name. Readers share; the writer's thread adds.

#include "base/Time.h"
#include "storage/Records.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::storage {
class Connection;
}

namespace netbit::services::users {

using storage::Id;

/// Immutable; a change replaces it. Without the password.
struct User {
    Id id = 0;
    std::string username{};
    std::string email{};
    std::string role{};  ///< admin, member, guest, bot
    std::string state{}; ///< active, deactivated, imported
    std::int64_t createdAt = 0;
    std::shared_ptr<const storage::ProfileRecord> profile{}; ///< nullptr: empty. Apart, because most users have none
    bool erased = false;
};

const storage::ProfileRecord& profileOf(const User& user) noexcept;
/// nullptr for one that is empty.
std::shared_ptr<const storage::ProfileRecord> shared(const storage::ProfileRecord& profile);

using UserPtr = std::shared_ptr<const User>;

class UserDirectory {
public:
    UserDirectory();
    ~UserDirectory();

    /// [control] Reads all; before the writer starts, or on its thread.
    void load(storage::Connection& connection);
    UserPtr byId(Id id) const;                  ///< [any] nullptr: none
    UserPtr byName(std::string_view name) const; ///< [any] without regard to ASCII case
    std::size_t size() const;
    /// [any] The active admin with the lowest id; nullptr: none.
    UserPtr oldestAdmin() const;
    /// [any] All at this moment, by id.
    std::vector<UserPtr> all() const;

    void put(UserPtr user); ///< [writer] adds or replaces
    /// [writer] The next unused id; ids of a transaction that failed are not used again.
    Id nextId() noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

UserPtr userOf(const storage::UserRecord& record);
/// What is left of a name: one that nobody could register.
std::string erasedName(Id id);

/// {"id","username","role","created_at","display_name","about","time_zone","status"} and, when asked for, "email". The status
/// is {"text","emoji","expires_at"}, or null when there is none, or it has expired by `now`.
std::string userJson(const User& user, bool withEmail, base::Millis now = base::now());

} // namespace netbit::services::users
