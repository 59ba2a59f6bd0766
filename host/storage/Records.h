#pragma once
// Rows as values. Times are milliseconds since 1970 (UTC); ids are positive; 0 means none.

#include <compare>
#include <cstdint>
#include <string>

namespace netbit::storage
{

using Id = std::int64_t;

/// What users tell about themselves.
struct ProfileRecord {
    std::string displayName{};
    std::string about{};
    std::string timeZone{}; ///< "Europe/Zurich", or empty
    std::string statusText{};
    std::string statusEmoji{};
    std::int64_t statusUntil = 0; ///< 0: until it is changed
    bool operator==(const ProfileRecord&) const = default;
};

struct UserRecord {
    Id id = 0;
    std::string username{}; ///< unique without regard to ASCII case
    std::string password{}; ///< argon2id string, or empty: cannot log in
    std::string email{};
    std::string role = "member"; ///< admin, member, guest, bot
    std::string state = "active"; ///< active, deactivated, imported
    std::int64_t createdAt = 0;
    std::string provider{}; ///< the plugin that made this user and proves its logins; empty: the host does
    ProfileRecord profile{};
    std::int64_t erasedAt = 0; ///< not 0: nothing but the id is left
};

struct ChatRecord {
    Id id = 0;
    std::string name{};
    std::string chatType{}; ///< direct, group, channel
    Id creatorId = 0;
    std::int64_t createdAt = 0;
    std::int64_t updatedAt = 0;
    std::string visibility = "private"; ///< private; public: any member of the server finds and joins it
    std::string topic{};
    std::string description{};
    std::int64_t archivedAt = 0; ///< not 0: nobody writes into it
    std::int64_t retentionDays = 0; ///< 0: messages stay for ever
    std::int64_t revision = 0; ///< how often a message was changed in its place
};

struct ParticipantRecord {
    Id chatId = 0;
    Id userId = 0;
    std::string role = "member"; ///< admin, moderator, member
    std::int64_t joinedAt = 0;
    std::int64_t lastReadAt = 0; ///< with lastReadId: the place of the last message read; the message may be gone
    Id lastReadId = 0;
    bool muted = false;
    bool favourite = false;
};

/// A place in the order of a chat's messages. {0, 0}: before the first.
struct Place {
    std::int64_t at = 0;
    Id id = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
};

struct MessageRecord {
    Id id = 0;
    Id chatId = 0;
    Id senderId = 0;
    std::string content{};
    std::string messageType = "text"; ///< text, image, file, system
    std::int64_t createdAt = 0;
    bool isEdited = false;
    std::int64_t editedAt = 0;
    Id replyTo = 0;
    Id threadId = 0; ///< the message that the thread began with; 0: this is no reply
    std::string mentions{}; ///< as its JSON shows them, a list; empty: none
    std::string reactions{}; ///< likewise
    std::string attachments{}; ///< likewise: of its files
    std::int64_t attachmentKinds = 0; ///< bits: 1 an image, 2 another file
    std::int64_t replyCount = 0; ///< of a thread's first message
    std::int64_t lastReplyAt = 0;
    std::int64_t deletedAt = 0; ///< not 0: content, reactions, mentions and files are gone, its place stays
    Id deletedBy = 0;
    std::int64_t pinnedAt = 0;
    Id pinnedBy = 0;
};

struct EventRecord {
    Id id = 0;
    std::string topic{}; ///< "message.created"
    Id chatId = 0; ///< who may see it: the members of this chat; 0: see audience rules of the topic
    Id projectId = 0; ///< or those who may read this project
    Id actorId = 0;
    Id objectId = 0; ///< for message.*: the message
    std::string data{}; ///< JSON object; empty for message.created, whose object is read from messages
    std::int64_t createdAt = 0;
};

struct SessionRecord {
    Id id = 0;
    Id userId = 0;
    std::string client{}; ///< what the client calls itself (User-Agent), cut to 200 bytes
    std::int64_t createdAt = 0;
    std::int64_t lastUsedAt = 0;
    std::int64_t expiresAt = 0;
    std::int64_t revokedAt = 0;
    std::string address{}; ///< where the login came from
};

struct RefreshTokenRecord {
    std::string hash{}; ///< 32 bytes
    Id sessionId = 0;
    std::int64_t expiresAt = 0;
    std::int64_t replacedAt = 0; ///< not 0: already rotated; its use again revokes the session
};

struct AccessTokenRecord {
    Id id = 0;
    Id userId = 0;
    std::string name{};
    std::string hash{}; ///< 32 bytes
    std::int64_t createdAt = 0;
    std::int64_t expiresAt = 0; ///< 0: never
    std::int64_t revokedAt = 0;
    std::int64_t scopes = 15; ///< bits: 1 read, 2 write, 4 admin, 8 git
};

struct InviteRecord {
    std::string hash{}; ///< 32 bytes
    Id createdBy = 0;
    std::int64_t createdAt = 0;
    std::int64_t expiresAt = 0;
    Id usedBy = 0;
    Id id = 0;
    std::string email{}; ///< whom it is for; empty: anyone
    std::string role = "member"; ///< of the user that it makes
    std::int64_t revokedAt = 0;
};

/// A link by which a user sets a new password, once.
struct ResetRecord {
    std::string hash{}; ///< 32 bytes
    Id userId = 0;
    Id createdBy = 0;
    std::int64_t createdAt = 0;
    std::int64_t expiresAt = 0;
};

/// A secret shared with an authenticator (RFC 6238).
struct SecondFactorRecord {
    Id userId = 0;
    std::string secret{}; ///< 20 bytes
    std::int64_t createdAt = 0;
    std::int64_t confirmedAt = 0; ///< 0: not in force yet
    std::int64_t lastStep = 0;    ///< of the newest code that was used; it and older ones are no good any more
};

/// An account at an OpenID provider. Issuer and subject together are who it is.
struct IdentityRecord {
    Id id = 0;
    std::string issuer{};
    std::string subject{};
    Id userId = 0;
    std::string provider{}; ///< its name here, when it was linked
    std::int64_t createdAt = 0;
};

struct AuditRecord {
    Id id = 0;
    std::int64_t at = 0;
    Id actorId = 0; ///< 0: nobody signed in, or the machine's admin
    std::string act{}; ///< "user.role"
    std::string object{}; ///< "user:17"
    std::string address{};
};

struct IdempotencyRecord {
    std::string digest{}; ///< 32 bytes: of what the first request with this key asked for
    Id messageId = 0;
    std::int64_t createdAt = 0;
};

/// What an operation gave when it was first asked for under this key.
struct OperationKeyRecord {
    std::string digest{}; ///< 32 bytes: of the operation and its arguments
    Id objectId = 0;
    std::string json{};
    bool replayed = false; ///< it found what was there already
    std::int64_t createdAt = 0;
};

struct EditRecord {
    std::int64_t version = 0; ///< from 1
    std::string content{};
    std::int64_t writtenAt = 0; ///< when it was what the message said
};

struct ReactionRecord {
    std::string emoji{};
    Id userId = 0;
    std::int64_t createdAt = 0;
};

struct DraftRecord {
    Id chatId = 0;
    std::string content{};
    Id replyTo = 0;
    std::int64_t updatedAt = 0;
};

struct ScheduledRecord {
    Id id = 0;
    Id chatId = 0;
    Id senderId = 0;
    std::string content{};
    Id replyTo = 0;
    std::int64_t sendAt = 0;
    std::int64_t createdAt = 0;
    std::string state = "waiting"; ///< waiting, sent, failed
    Id messageId = 0; ///< once sent
    std::string error{}; ///< once failed: its code
};

struct HookRecord {
    Id id = 0;
    Id chatId = 0;
    Id createdBy = 0;
    Id botId = 0; ///< the user that it writes as
    std::string name{};
    std::string hash{}; ///< 32 bytes, of the secret
    std::int64_t createdAt = 0;
};

struct ImportRecord {
    Id chatId = 0;
    std::string source{}; ///< "irc:2004-11-15_03.raw.txt"
    std::int64_t firstLine = 0;
    std::int64_t lineCount = 0;
    std::string digest{}; ///< hex, of those lines
    Id firstMessageId = 0;
    std::int64_t messageCount = 0;
    std::int64_t importedAt = 0;
};

} // namespace netbit::storage
