#pragma once
// What moves between servers, one record at a time: users, chats, messages, members, marks. Keys are the names that records
// have where they come from; what one record says of another it says by its key.
//
// A key is 1 to 400 bytes of text. An export of ours calls a record INSTANCE.NUMBER, where INSTANCE names the server that it
// was made on (16 hex digits); it keeps that name wherever it goes.

#include "base/Result.h"
#include "storage/FileRepository.h"
#include "storage/PlanRepository.h"
#include "storage/ProjectRepository.h"
#include "storage/Records.h"

#include <boost/json/value.hpp>
#include <string>
#include <variant>
#include <vector>

namespace netbit::services::transfer {

using storage::Id;

constexpr std::int64_t formatVersion = 1;
constexpr std::size_t maxKeyBytes = 400;
constexpr std::size_t maxContentBytes = std::size_t{1} << 20; ///< what messages.max_bytes may be at most
constexpr std::size_t mostEdits = 200;
constexpr std::size_t mostReactions = 10'000; ///< of one message
constexpr std::size_t mostMentions = 100;
constexpr std::size_t mostAttachments = 1'000; // more than people may send

struct UserRecord {
    std::string key{};
    storage::UserRecord user{}; ///< without id
};

struct ChatRecord {
    std::string key{};
    storage::ChatRecord chat{}; ///< without ids
    std::string creator{};
    std::vector<std::string> participants{}; ///< of a direct chat: its two users
};

struct MemberRecord {
    std::string chat{};
    std::string user{};
    storage::ParticipantRecord member{}; ///< without ids
    std::string read{}; ///< the message that was read last
};

struct Mention {
    std::string type{}; ///< user, chat, here, all, channel
    std::string key{}; ///< of the user or the chat
};

struct Reaction {
    std::string emoji{};
    std::string user{};
    std::int64_t at = 0;
};

struct MessageRecord {
    std::string key{};
    std::string chat{};
    std::string sender{};
    storage::MessageRecord message{}; ///< without ids, mentions, reactions
    std::string replyTo{};
    std::string thread{};
    std::string deletedBy{};
    std::string pinnedBy{};
    std::vector<storage::EditRecord> edits{}; ///< earlier contents, oldest first
    std::vector<Mention> mentions{};
    std::vector<Reaction> reactions{};
    std::vector<std::string> attachments{}; ///< files of the sender
};

/// A file; its bytes come apart (Files.h).
struct FileRecord {
    std::string key{};
    std::string owner{};
    storage::FileRecord file{}; ///< name, size, digest, time, whether it is the owner's avatar
};

struct DraftRecord {
    std::string chat{};
    std::string user{};
    storage::DraftRecord draft{}; ///< without ids
    std::string replyTo{};
};

/// A message that waits for its time.
struct ScheduledRecord {
    std::string key{};
    std::string chat{};
    std::string sender{};
    storage::ScheduledRecord scheduled{}; ///< without ids
    std::string replyTo{};
};

/// An incoming webhook: whoever knew its address may go on using it, so it moves with the passwords only.
struct HookRecord {
    std::string key{};
    std::string chat{};
    std::string creator{};
    std::string bot{};
    storage::HookRecord hook{}; ///< without ids
};

/// A user's mark in a thread.
struct ThreadReadRecord {
    std::string thread{};
    std::string user{};
    std::int64_t at = 0;
    std::string read{};
};

struct ProjectRecord {
    std::string key{};
    std::string owner{};
    storage::ProjectRecord project{}; ///< without ids; its name as it was elsewhere
    boost::json::object config{};     ///< likewise
    std::string chat{};
    std::int64_t ownerSince = 0; ///< 0: since it was made
};

/// One row of what is planned and reviewed: a label, an issue, a pull request …
struct PlanRecord {
    const storage::PlanTable* table = nullptr;
    std::string key{}; ///< where its rows have names
    /// In the order of the columns; of a key the text.
    std::vector<storage::PlanValue> values{};
};

/// A repository without its bytes.
struct RepositoryRecord {
    std::string key{};
    std::string owner{};
    std::string project{}; ///< empty: its owner's own
    std::string forkedFrom{};
    storage::RepositoryRecord repository{}; ///< without ids; its name as it was elsewhere
};

using Record = std::variant<UserRecord, ChatRecord, MemberRecord, MessageRecord, FileRecord, ThreadReadRecord, DraftRecord,
                            ScheduledRecord, HookRecord, ProjectRecord, RepositoryRecord, PlanRecord>;

/// Strict: a member that a record of this kind does not have is an error, and so is text that the rest of the server would
/// refuse. Error: invalid, with a pointer into the record.
base::Result<Record> readRecord(const boost::json::value& value);

} // namespace netbit::services::transfer
