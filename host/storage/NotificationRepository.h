#pragma once
// The SQL of notifications, their rules and the mark. As in Repositories.h: no rule, no cache; all throw DatabaseError.

#include "storage/Database.h"
#include "storage/Records.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::storage
{

struct NotificationRecord {
    Id id = 0;
    Id userId = 0;
    Id eventId = 0; ///< 0: its user wrote it
    std::string kind = "note"; ///< note, message, issue, pull, push
    std::string name{};
    std::string content{};
    std::string rule{}; ///< a JSON object: what made it; empty for a note
    std::string url{};
    Id actorId = 0;
    Id chatId = 0;
    Id messageId = 0;
    Id threadId = 0; ///< the message that the thread began with
    Id projectId = 0;
    Id repositoryId = 0;
    Id issueId = 0;
    Id pullId = 0;
    std::int64_t createdAt = 0;
    std::int64_t updatedAt = 0;
    std::int64_t readAt = 0; ///< 0: unread
    std::int64_t heldUntil = 0; ///< not to be delivered before; 0: at once
};

struct NotificationCounts {
    std::int64_t total = 0;
    std::int64_t unread = 0;
};

struct NotificationRepository {
    /// The id is given by the database. 0: the event has made one for this user before.
    static Id insert(Connection&, const NotificationRecord&);
    static std::optional<NotificationRecord> byId(Connection&, Id userId, Id id);
    /// Newest first, before that id (0: from the newest).
    static std::vector<NotificationRecord> list(Connection&, Id userId, bool unreadOnly, Id before, std::size_t limit);
    static NotificationCounts counts(Connection&, Id userId);
    static std::int64_t unread(Connection&, Id userId);
    static void setText(Connection&, const NotificationRecord&); ///< name, content, updatedAt
    static bool setRead(Connection&, Id userId, Id id, std::int64_t readAt); ///< false: it was read before
    static std::int64_t readUpTo(Connection&, Id userId, Id upTo, std::int64_t readAt); ///< gives how many became read
    static bool remove(Connection&, Id userId, Id id);
    /// All but the newest `keep`.
    static void trim(Connection&, Id userId, std::int64_t keep);

    static Id mark(Connection&);
    static void setMark(Connection&, Id eventId);
    static void raiseMark(Connection&, Id eventId); ///< unless it is there already

    static std::optional<std::string> rules(Connection&, Id userId);
    static void putRules(Connection&, Id userId, std::string_view rules, std::int64_t updatedAt);
    static void eachRules(Connection&, const std::function<void(Id userId, std::string_view rules)>& use);

    // Who is concerned.

    /// Who has written into a thread before this message, its beginner among them; at most 10,000.
    static std::vector<Id> threadWriters(Connection&, Id threadId, Id before);
    /// Author, assignees, and who commented before this comment (0: ever).
    static std::vector<Id> issuePeople(Connection&, Id issueId, Id beforeComment);
    /// Author, reviewers, and who commented or reviewed before this time.
    static std::vector<Id> pullPeople(Connection&, Id pullId, std::int64_t before);
    /// The oldest project that tells its events in this chat, or 0.
    static Id projectOfChat(Connection&, Id chatId);
    /// The first event at or behind this time; 0: none.
    static Id firstEventSince(Connection&, std::int64_t time);
};

} // namespace netbit::storage
