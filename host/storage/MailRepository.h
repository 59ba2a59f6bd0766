#pragma once
// The SQL of what users have mailed to them, and of the outbox. As in Repositories.h: no rule, no cache; all throw DatabaseError.

#include "storage/Database.h"
#include "storage/Records.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::storage
{

struct MailSettingsRecord {
    Id userId = 0;
    std::string mode = "at_once"; ///< off, at_once, digest
    std::int64_t delayS = 300; ///< at_once: behind the notification
    std::int64_t digestAt = 480; ///< minutes since midnight
    std::string address{}; ///< empty: the account's
    std::string confirmed{}; ///< empty: none is
    std::int64_t confirmedAt = 0; ///< 0: never
    Id digestFrom = 0; ///< only newer notifications come into the next digest
    std::int64_t nextDigest = 0; ///< 0: none
    std::int64_t refusals = 0; ///< for good, since a mail was last taken
    std::int64_t refusedAt = 0; ///< 0: never
    std::string refusedWhy{};
    std::int64_t updatedAt = 0;
};

struct MailRecord {
    Id id = 0;
    Id userId = 0;
    std::string kind{}; ///< confirmation, notification, digest
    std::string address{};
    Id notificationId = 0;
    Id fromId = 0; ///< of a digest: notifications behind this one …
    Id toId = 0;   ///< … up to this one
    std::string messageId{}; ///< without its angle brackets
    std::string state = "pending"; ///< pending, sent, failed, dropped
    std::int64_t tries = 0;
    std::int64_t dueAt = 0;
    std::int64_t since = 0; ///< of the first try; 0: there was none
    std::string error{};
    std::int64_t createdAt = 0;
    std::int64_t endedAt = 0; ///< 0: it has not
};

/// How many confirmations were asked for, and when the last.
struct ConfirmationCounts {
    std::int64_t count = 0;
    std::int64_t newest = 0; ///< 0: none
};

struct MailRepository {
    static std::optional<MailSettingsRecord> settings(Connection&, Id userId);
    static void putSettings(Connection&, const MailSettingsRecord&);
    static std::vector<Id> dueDigests(Connection&, std::int64_t at, std::size_t limit); ///< users

    static Id queue(Connection&, const MailRecord&);
    static std::optional<MailRecord> byId(Connection&, Id id);
    static void setMail(Connection&, const MailRecord&); ///< state, tries, dueAt, since, error, endedAt
    static std::vector<Id> due(Connection&, std::int64_t at, std::size_t limit); ///< the longest due first
    static std::int64_t pending(Connection&);
    static ConfirmationCounts confirmationsOf(Connection&, Id userId, std::int64_t since);
    static ConfirmationCounts confirmationsTo(Connection&, std::string_view address, std::int64_t since); ///< whatever its case
    static Id newestNotification(Connection&, Id userId); ///< 0: none
    static void prune(Connection&, std::int64_t endedBefore);
};

} // namespace netbit::storage
