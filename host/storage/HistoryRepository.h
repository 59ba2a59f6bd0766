#pragma once
// The SQL of a chat's days. All throw DatabaseError.

#include "storage/Database.h"
#include "storage/Records.h"

#include <string>
#include <vector>

namespace netbit::storage
{

/// What one user wrote on one day. The sums change with whatever changes in one of the messages and is shown of it.
struct DayOfSender {
    std::int64_t day = 0; ///< days since 1970
    Id senderId = 0;
    std::int64_t messages = 0;
    std::int64_t newest = 0;
    std::vector<std::int64_t> sums{};
};

/// Versions of messages that were written on a later day than the message.
struct DayOfEdits {
    std::int64_t day = 0;
    std::int64_t origin = 0; ///< the messages' day
    std::int64_t edits = 0;
    std::int64_t newest = 0;
    std::vector<std::int64_t> sums{};
};

struct HistoryRepository {
    static std::vector<DayOfSender> senders(Connection&, Id chatId); ///< by day, then sender
    static std::vector<DayOfEdits> edits(Connection&, Id chatId);    ///< by day, then origin
    static std::vector<Id> sendersOf(Connection&, Id chatId, std::int64_t fromAt, std::int64_t endAt); ///< by id
};

} // namespace netbit::storage
