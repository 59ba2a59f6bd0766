#pragma once
// What users tell about themselves, and who sees whom. Every call says for whom.

#include "base/Result.h"
#include "services/Done.h"
#include "services/auth/Principal.h"
#include "services/users/UserDirectory.h"

#include <functional>
#include <optional>
#include <string_view>

namespace netbit::storage {
class Database;
class Writer;
} // namespace netbit::storage

namespace netbit::services::users {

/// What is absent stays; an empty text takes away.
struct ProfileChange {
    std::optional<std::string> displayName; ///< at most 100 bytes in one line
    std::optional<std::string> about;       ///< at most 1,000 bytes, lines allowed
    std::optional<std::string> timeZone;    ///< a name of the IANA's database that this machine knows
    std::string ifMatch;                    ///< entity tags of the own profile, or empty
};

struct StatusChange {
    std::string text;    ///< at most 100 bytes in one line
    std::string emoji;   ///< at most 32 bytes
    base::Millis until = 0; ///< 0: until it is changed
};

struct ListQuery {
    std::string beginning; ///< of the username or of a word of the display name; empty: everybody
    Id after = 0;
    std::size_t limit = 50;
};

/// Whether this user may see everybody. A guest sees himself and those with whom he shares a chat.
inline bool seesEverybody(const User* viewer) noexcept { return !viewer || viewer->role != "guest"; }

/// Errors, besides the writer's and storage_unavailable: notFound / user_not_found; invalid / invalid_display_name,
/// invalid_about, invalid_time_zone, invalid_status, each with a pointer; preconditionFailed / profile_changed.
/// The writer is stopped before this goes: its jobs use it.
class Profiles {
public:
    Profiles(storage::Database& database, storage::Writer& writer, UserDirectory& users,
             std::function<base::Millis()> clock = base::now)
        : _database(database), _writer(writer), _users(users), _clock(std::move(clock))
    {
    }

    // [any] Both answer with the own profile.
    base::Result<void> update(const auth::Principal& principal, ProfileChange change, Done done);
    base::Result<void> setStatus(const auth::Principal& principal, StatusChange change, Done done);

    /// [worker] {"data":[…],"pagination":{"limit","next_after"}}: who is active, by id, as this one may see them. The id of
    /// what is completed is next_after, or 0.
    base::Result<Completed> list(const auth::Principal& principal, const ListQuery& query) const;

private:
    using Change = std::function<base::Result<void>(storage::UserRecord&)>;
    base::Result<void> submit(Id userId, Change change, Done done);

    storage::Database& _database;
    storage::Writer& _writer;
    UserDirectory& _users;
    const std::function<base::Millis()> _clock;
};

} // namespace netbit::services::users
