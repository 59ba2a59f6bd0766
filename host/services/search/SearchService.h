#pragma once
// Finds messages by their words in the chats that the caller is in, and keeps the index behind that up to date.

#include "services/auth/Principal.h"
#include "services/search/Query.h"
#include "storage/Records.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace netbit::storage {
class Database;
class Writer;
} // namespace netbit::storage
namespace netbit::services::chat {
class ChatService;
}
namespace netbit::services::users {
class UserDirectory;
}

namespace netbit::services::search {

using storage::Id;

struct Found {
    std::string json;    ///< {"data":[{"message","chat","highlights"}],"pagination":{…}}
    Id nextBefore = 0;   ///< 0: there is nothing older
};

class SearchService {
public:
    static constexpr std::int64_t maxLimit = 200;

    SearchService(storage::Database& database, storage::Writer& writer, chat::ChatService& chats,
                  users::UserDirectory& users);
    ~SearchService();
    SearchService(const SearchService&) = delete;
    SearchService& operator=(const SearchService&) = delete;

    /// [control] Before the writer starts.
    void load();

    /// [worker] Newest first, from the message `before` on (exclusive; 0: from the newest). A message can be found as soon as
    /// its send was answered. Errors: those of parseQuery; invalid / unknown_user, unknown_chat (also for one that is not the
    /// caller's), too_general (only single characters that are everywhere), unknown_cursor; unauthenticated. Throws
    /// DatabaseError.
    base::Result<Found> find(const auth::Principal& principal, std::string_view query, std::int64_t limit, Id before) const;

    /// [worker], one at a time. Takes some messages into the index; gives when to be called again. While others write it takes
    /// a hundredth of the writer's time, else half of it.
    std::chrono::milliseconds tend();

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::services::search
