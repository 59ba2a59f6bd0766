#pragma once
// The SQL of the host, and nothing else: no rule, no cache. Functions that write run on the writing connection inside
// the writer's transaction; functions that read run on any. All throw DatabaseError. A prune() deletes at most some
// thousand rows of a table, so that it never holds the writer up for long, and gives their number: call it again until
// that is 0.

#include "storage/Database.h"
#include "storage/Records.h"

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace netbit::storage
{

struct UserRepository {
    static void insert(Connection&, const UserRecord&); ///< the id is the caller's
    static std::optional<UserRecord> byId(Connection&, Id);
    static std::optional<UserRecord> byName(Connection&, std::string_view username);
    static void setPassword(Connection&, Id, std::string_view hash);
    static void setState(Connection&, Id, std::string_view state);
    static void setRole(Connection&, Id, std::string_view role);
    static void setProfile(Connection&, Id, const ProfileRecord&);
    /// The row stays for what refers to it, under the name given and deactivated; the rest of it is emptied.
    static void erase(Connection&, Id, std::string_view username, std::int64_t at);
    static std::int64_t activeAdminsBeside(Connection&, Id);
    static bool shareChat(Connection&, Id one, Id other);
    static std::vector<Id> sharingChats(Connection&, Id); ///< whoever is in a chat with this one, by id; with itself
    /// All users without their password, by id.
    static void each(Connection&, const std::function<void(UserRecord&&)>&);
    static Id highestId(Connection&);
};

struct CredentialRepository {
    static void insertSession(Connection&, const SessionRecord&);
    static std::optional<SessionRecord> session(Connection&, Id);
    static void touchSession(Connection&, Id, std::int64_t lastUsedAt, std::int64_t expiresAt);
    static bool revokeSession(Connection&, Id, std::int64_t at); ///< false: was revoked already or is not there
    static std::vector<Id> revokeSessionsOf(Connection&, Id userId, std::int64_t at);
    static std::vector<Id> revokeSessionsOf(Connection&, Id userId, Id except, std::int64_t at);
    static void eachSessionRevokedSince(Connection&, std::int64_t since,
                                        const std::function<void(Id, std::int64_t revokedAt)>&);
    static Id highestSessionId(Connection&);
    static std::vector<SessionRecord> liveSessionsOf(Connection&, Id userId, std::int64_t now); ///< newest first
    static void forgetPlaces(Connection&, Id userId); ///< clients and addresses of the user's sessions
    static void insertRefreshToken(Connection&, const RefreshTokenRecord&);
    static std::optional<RefreshTokenRecord> refreshToken(Connection&, std::string_view hash);
    static bool replaceRefreshToken(Connection&, std::string_view hash,
                                    std::int64_t at); ///< false: was replaced already

    static void insertAccessToken(Connection&, const AccessTokenRecord&);
    static std::optional<AccessTokenRecord> accessToken(Connection&, std::string_view hash);
    static std::optional<AccessTokenRecord> accessToken(Connection&, Id);
    static bool revokeAccessToken(Connection&, Id, std::int64_t at);
    /// All that were not revoked, by id, with the expired ones.
    static std::vector<AccessTokenRecord> accessTokensOf(Connection&, Id userId);
    static std::vector<Id> revokeAccessTokensOf(Connection&, Id userId, std::int64_t at);
    static void forgetTokenNames(Connection&, Id userId);
    /// Those neither revoked nor expired at `now`.
    static void eachLiveAccessToken(Connection&, std::int64_t now, const std::function<void(AccessTokenRecord&&)>&);
    static Id highestAccessTokenId(Connection&);

    static void insertInvite(Connection&, const InviteRecord&);
    static std::optional<InviteRecord> invite(Connection&, std::string_view hash);
    static bool useInvite(Connection&, std::string_view hash, Id userId, std::int64_t at); ///< false: used or expired

    static std::optional<InviteRecord> invite(Connection&, Id);
    /// Neither used, revoked nor expired; `createdBy` 0: everybody's. By id.
    static std::vector<InviteRecord> openInvites(Connection&, Id createdBy, std::int64_t now);
    static bool revokeInvite(Connection&, Id, std::int64_t at); ///< false: used, revoked, or not there
    static void dropInvitesOf(Connection&, Id createdBy); ///< none is good any more, and their addresses are gone
    static Id highestInviteId(Connection&);

    static void insertReset(Connection&, const ResetRecord&);
    static std::optional<ResetRecord> reset(Connection&, std::string_view hash);
    static void dropResetsOf(Connection&, Id userId);

    /// Deletes what expired before the time: refresh tokens, invites, resets, sessions long revoked. The newest session stays.
    static std::int64_t prune(Connection&, std::int64_t before);
};

struct SecondFactorRepository {
    static std::optional<SecondFactorRecord> of(Connection&, Id userId);
    static void put(Connection&, const SecondFactorRecord&); ///< instead of the one before
    static void setLastStep(Connection&, Id userId, std::int64_t step);
    static void remove(Connection&, Id userId); ///< and the recovery codes
    /// Instead of those before.
    static void putRecoveryCodes(Connection&, Id userId, const std::vector<std::string>& hashes);
    static bool useRecoveryCode(Connection&, Id userId, std::string_view hash); ///< false: unknown, or used
    static std::int64_t recoveryCodes(Connection&, Id userId);
};

struct IdentityRepository {
    static Id insert(Connection&, const IdentityRecord&); ///< the id is given by the database
    static std::optional<IdentityRecord> find(Connection&, std::string_view issuer, std::string_view subject);
    static std::vector<IdentityRecord> of(Connection&, Id userId); ///< by id
    static void remove(Connection&, Id);
    static void removeOf(Connection&, Id userId);
};

struct AuditRepository {
    static void insert(Connection&, const AuditRecord&); ///< the id is given by the database
    /// The newest `limit` before the id, newest first; 0 and empty: any actor, act, object.
    static std::vector<AuditRecord> before(Connection&, Id before, Id actorId, std::string_view act, std::string_view object,
                                           std::size_t limit);
};

/// What a user takes along.
struct ExportRepository {
    /// Name, type and times of each chat, with the user's role in it, by chat.
    static void eachChat(Connection&, Id userId, const std::function<void(const ChatRecord&, const ParticipantRecord&)>&);
    /// What the user wrote, by id; looks through every message that there is.
    static void eachMessage(Connection&, Id userId, const std::function<void(const MessageRecord&)>&);
};

struct ChatRepository {
    static void insert(Connection&, const ChatRecord&);
    static std::optional<ChatRecord> byId(Connection&, Id);
    static void update(Connection&, const ChatRecord&); ///< all but its type, creator and time of creation
    static void countRevision(Connection&, Id); ///< one more
    static void insertParticipant(Connection&, const ParticipantRecord&); ///< an existing one is left as it is
    static std::optional<ParticipantRecord> participant(Connection&, Id chatId, Id userId);
    /// By user id, above `after`.
    static std::vector<ParticipantRecord> participants(Connection&, Id chatId, Id after, std::size_t limit);
    static std::int64_t participantCount(Connection&, Id chatId);
    static std::int64_t adminCount(Connection&, Id chatId);
    static void removeParticipant(Connection&, Id chatId, Id userId);
    static void setRole(Connection&, Id chatId, Id userId, std::string_view role);
    static void setRead(Connection&, Id chatId, Id userId, Place);
    static void setFlags(Connection&, Id chatId, Id userId, bool muted, bool favourite);
    static void each(Connection&, const std::function<void(ChatRecord&&)>&);
    /// All participants, by chat, then user.
    static void eachParticipant(Connection&, const std::function<void(ParticipantRecord&&)>&);
    static Id highestId(Connection&);
};

/// Order of messages everywhere: (created_at, id) within a chat.
struct MessageRepository {
    static void insert(Connection&, const MessageRecord&);
    static std::optional<MessageRecord> byId(Connection&, Id);
    /// Content, edit, mentions, reactions, thread, deletion and pin as in the record.
    static void update(Connection&, const MessageRecord&);
    static std::optional<Place> newest(Connection&, Id chatId);
    /// Replies of a thread, as before() and after() do for a chat.
    static std::vector<MessageRecord> threadBefore(Connection&, Id threadId, Place, std::size_t limit);
    static std::vector<MessageRecord> threadAfter(Connection&, Id threadId, Place, std::size_t limit);
    /// The newest pin first.
    static std::vector<MessageRecord> pinned(Connection&, Id chatId, std::size_t limit);
    static std::int64_t pinnedCount(Connection&, Id chatId);
    /// Messages behind the mark, without the reader's own, deleted ones, and those with an id above `through`.
    static std::int64_t unread(Connection&, Id chatId, Place mark, Id readerId, Id through);
    static std::int64_t unreadInThread(Connection&, Id threadId, Place mark, Id readerId);
    /// Of those, how many mention the reader or everyone.
    static std::int64_t unreadMentions(Connection&, Id chatId, Place mark, Id readerId, Id through);
    /// Deletes with all that belongs to them at most `limit` messages of the chat older than this; gives their number.
    static std::int64_t removeBefore(Connection&, Id chatId, std::int64_t createdAt, std::int64_t limit);
    /// The newest `limit` before the position (exclusive), newest first. Position {max, max} starts at the end.
    static std::vector<MessageRecord> before(Connection&, Id chatId, std::int64_t createdAt, Id id, std::size_t limit);
    /// The oldest `limit` after the position (exclusive), oldest first.
    static std::vector<MessageRecord> after(Connection&, Id chatId, std::int64_t createdAt, Id id, std::size_t limit);
    /// `limit` messages, skipping the newest `offset`, newest first (for page numbers).
    static std::vector<MessageRecord> fromNewest(Connection&, Id chatId, std::int64_t offset, std::size_t limit);
    static std::int64_t count(Connection&, Id chatId);
    static std::int64_t newestTime(Connection&, Id chatId); ///< created_at of the last in order; 0 when empty
    static Id highestId(Connection&);
};

struct IdempotencyRepository {
    static std::optional<IdempotencyRecord> find(Connection&, Id senderId, std::string_view key);
    static void insert(Connection&, Id senderId, std::string_view key, const IdempotencyRecord&);
    static std::int64_t prune(Connection&, std::int64_t before);
};

/// Whom a message mentions: for counting. User 0 is everyone.
struct MentionRepository {
    static void insert(Connection&, Id chatId, Id userId, Place message);
    static void removeOf(Connection&, const MessageRecord&);
};

struct EditRepository {
    static void insert(Connection&, Id messageId, const EditRecord&); ///< gives it the next version
    static std::vector<EditRecord> of(Connection&, Id messageId); ///< oldest first
    static void removeOf(Connection&, Id messageId);
};

struct ReactionRepository {
    static bool insert(Connection&, Id messageId, std::string_view emoji, Id userId, std::int64_t at); ///< false: is there
    static bool remove(Connection&, Id messageId, std::string_view emoji, Id userId); ///< false: was not there
    static std::vector<ReactionRecord> of(Connection&, Id messageId); ///< in the order of time
    static void removeOf(Connection&, Id messageId);
};

struct ThreadReadRepository {
    static std::optional<Place> find(Connection&, Id userId, Id threadId);
    static void set(Connection&, Id userId, Id threadId, Place);
};

struct DraftRepository {
    static std::optional<DraftRecord> find(Connection&, Id userId, Id chatId);
    static void set(Connection&, Id userId, const DraftRecord&);
    static bool remove(Connection&, Id userId, Id chatId); ///< false: there was none
};

struct ScheduledRepository {
    static void insert(Connection&, const ScheduledRecord&);
    static std::optional<ScheduledRecord> byId(Connection&, Id);
    static std::vector<ScheduledRecord> waitingOf(Connection&, Id senderId, Id chatId); ///< soonest first
    static std::int64_t waitingCount(Connection&, Id senderId);
    static std::vector<ScheduledRecord> due(Connection&, std::int64_t at, std::size_t limit); ///< soonest first
    static void end(Connection&, Id, std::string_view state, Id messageId, std::string_view error);
    static void remove(Connection&, Id);
    static Id highestId(Connection&);
};

struct HookRepository {
    static void insert(Connection&, const HookRecord&);
    static std::optional<HookRecord> byHash(Connection&, std::string_view hash);
    static std::vector<HookRecord> of(Connection&, Id chatId);
    static bool remove(Connection&, Id chatId, Id); ///< false: there is none
    static Id highestId(Connection&);
};

struct OperationKeyRepository {
    static std::optional<OperationKeyRecord> find(Connection&, Id userId, std::string_view key);
    static void insert(Connection&, Id userId, std::string_view key, const OperationKeyRecord&);
    static std::int64_t prune(Connection&, std::int64_t before);
};

struct EventRepository {
    static void insert(Connection&, const EventRecord&);
    /// Events with id > after, by id, at most `limit`.
    static std::vector<EventRecord> after(Connection&, Id after, std::size_t limit);
    static Id highestId(Connection&);
    static Id lowestId(Connection&); ///< 0 when empty
    /// The newest event stays whatever its age: ids never start again.
    static std::int64_t prune(Connection&, std::int64_t before);
};

struct ImportRepository {
    static std::vector<ImportRecord> of(Connection&, Id chatId, std::string_view source); ///< by first line
    static void insert(Connection&, const ImportRecord&);
};

} // namespace netbit::storage
