#pragma once
// The SQL of moving chats between servers: external names, what is to be exported. All throw DatabaseError.

#include "storage/Database.h"
#include "storage/Records.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::storage
{

enum class ExternalKind : std::uint8_t {
    user = 1,
    chat = 2,
    message = 3,
    file = 4,
    scheduled = 5,
    hook = 6,
    project = 7,
    repository = 8,
    label = 9,
    milestone = 10,
    board = 11,
    boardColumn = 12,
    issue = 13,
    issueComment = 14,
    pull = 15,
    pullReview = 16,
    pullComment = 17,
};

/// A reference to a message that is not there.
struct ExternalReference {
    std::string use{}; ///< reply, thread: of the message holderId; read: of the chat holderId; thread_read: of the thread
    Id holderId = 0;
    Id userId = 0; ///< of the two marks; else 0
};

struct ExternalRepository {
    static std::string instance(Connection&); ///< 16 hex digits that name this server's data
    static Id source(Connection&, std::string_view name); ///< 0: nothing came from there
    static Id makeSource(Connection&, std::string_view name);
    static Id find(Connection&, Id source, ExternalKind, std::string_view key); ///< 0: unknown
    static void insert(Connection&, Id source, ExternalKind, std::string_view key, Id localId);
    /// The name that a record has in this source; of several the first. Empty: none.
    static std::string keyOf(Connection&, Id source, ExternalKind, Id localId);

    static bool anyReferences(Connection&);
    static void insertReference(Connection&, Id source, std::string_view key, const ExternalReference&);
    /// And forgets them.
    static std::vector<ExternalReference> takeReferences(Connection&, Id source, std::string_view key);
    static std::string referenceOf(Connection&, Id source, const ExternalReference&); ///< its key; empty: none
    static void dropReference(Connection&, const ExternalReference&);
};

/// What an import changes beside inserting.
struct TakeInRepository {
    static void completeUser(Connection&, const UserRecord&); ///< e-mail address, time of creation, provider, erasure
    static void setMember(Connection&, const ParticipantRecord&); ///< all of it
    static void setLink(Connection&, Id messageId, Id replyTo, Id threadId);
    /// Counts the replies of a thread anew; never less than what its first message says.
    static void countReplies(Connection&, Id threadId);
};

struct DatedReaction {
    std::string emoji{};
    Id userId = 0;
    std::int64_t at = 0;
};

struct ThreadReadRecord {
    Id threadId = 0;
    Id userId = 0;
    Place place{};
};

struct OwnedDraft {
    Id userId = 0;
    DraftRecord draft{};
};

/// Reading for an export.
struct OutgoingRepository {
    static void eachUserId(Connection&, const std::function<void(Id)>&);
    static std::vector<Id> chatsOf(Connection&, Id userId); ///< in which the user is, or wrote; looks through every message
    /// Whoever wrote in the chat, is in it, or is named by it, by id.
    static std::vector<Id> usersOf(Connection&, Id chatId);
    static std::vector<DatedReaction> reactionsOf(Connection&, Id messageId);
    /// By id: all, those in a chat's messages, those of a user; 0: of any. Avatars but for those of a chat.
    static std::vector<Id> filesOf(Connection&, Id chatId, Id ownerId);
    static std::vector<Id> filesIn(Connection&, Id messageId); ///< by id
    /// A file of that owner, name and time with these bytes that has no external name: of an import that was killed.
    static Id unnamedFile(Connection&, Id ownerId, std::string_view name, std::string_view sha256, std::int64_t createdAt);
    static std::vector<OwnedDraft> drafts(Connection&, Id chatId);
    static std::vector<ScheduledRecord> waiting(Connection&, Id chatId); ///< messages whose time has not come
    /// Marks in the threads of a chat, by thread, then user.
    static std::vector<ThreadReadRecord> threadReads(Connection&, Id chatId);
    /// Messages of the chat by (created_at, id), above the place.
    static std::vector<MessageRecord> messages(Connection&, Id chatId, Place after, Id senderId, std::size_t limit);
};

} // namespace netbit::storage
