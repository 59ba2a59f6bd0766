#pragma once
// A team's chat: its rules, its cache, its writes. Every call says for whom.

#include "base/Body.h"
#include "base/Result.h"
#include "services/Done.h"
#include "services/auth/Principal.h"
#include "services/operations/Once.h"
#include "storage/Records.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::storage {
class Database;
class Writer;
} // namespace netbit::storage
namespace netbit::services::events {
class EventLog;
}
namespace netbit::services::users {
class UserDirectory;
}

namespace netbit::services::chat {

struct Core;
using storage::Id;

struct ChatOptions {
    std::size_t cachedMessages = 100;        ///< newest per chat in memory
    std::size_t maxMessageBytes = 16 * 1024;
    std::size_t maxParticipants = 100'000;
    std::int64_t hookPostsPerMinute = 60; ///< of one webhook; 0: no limit
};

struct NewChat {
    std::string name;
    std::string chatType; ///< direct, group, channel
    std::vector<Id> participants; ///< beside the creator
    std::string visibility = "private"; ///< private, public
    std::string topic{};
    std::string description{};
};

struct NewMessage {
    Id chatId = 0;
    std::string content;
    std::string messageType = "text";
    Id replyTo = 0;
    std::string key; ///< idempotency key, or empty
    std::vector<Id> attachments{}; ///< files of the sender; with them the content may be empty, and the type follows from them
};

struct PageQuery {
    Id chatId = 0;
    Id before = 0;
    Id after = 0;
    std::uint32_t limit = 50;
    std::uint32_t page = 0; ///< > 0: by number, 1 the newest
    std::uint32_t perPage = 50;
    std::string_view lead;  ///< members to write first, with a comma at the end
};

struct Page {
    base::Body body; ///< {"data":[…],"pagination":{…}}
    std::uint32_t count = 0;
    Id firstId = 0;
    Id lastId = 0;
    std::int64_t total = 0;
    bool hasOlder = false;
    bool hasNewer = false;
    std::string etag;
};

struct ImportBegin {
    Id chatId = 0;
    bool chatCreated = false;
    std::int64_t usersCreated = 0;
    std::vector<Id> userIds; ///< in the order of the names given
};

struct ImportMessage {
    Id senderId = 0;
    bool system = false;
    std::int64_t createdAt = 0;
    std::string content;
    std::int64_t replyIndex = -1; ///< in the same batch
    Id replyTo = 0;               ///< an older message, or 0
    std::vector<Id> attachments{}; ///< files of the sender (FileService::finishImport)
};

struct ImportBatch {
    Id chatId = 0;
    std::string source;
    std::int64_t firstLine = 0;
    std::int64_t lineCount = 0;
    std::string digest;
    std::vector<ImportMessage> messages;
};

struct ImportResult {
    Id firstMessageId = 0;
    std::int64_t messageCount = 0;
    bool already = false; ///< this batch had been imported before; nothing was written
};

class ChatService {
public:
    ChatService(storage::Database& database, storage::Writer& writer, users::UserDirectory& users,
                events::EventLog& events, ChatOptions options);
    ~ChatService(); ///< behind the writer's and the event log's stop(): their threads use it
    ChatService(const ChatService&) = delete;
    ChatService& operator=(const ChatService&) = delete;

    void load(); ///< [control] before anyone asks
    void setOptions(ChatOptions options); ///< [control]

    // Reading: memory only unless mayBlock; wouldBlock says that the database is needed. Where it fails, DatabaseError is
    // thrown. The local admin reads every chat; for others membership decides.
    base::Result<base::Body> list(const auth::Principal& principal, std::uint32_t page, std::uint32_t perPage, bool mayBlock);
    base::Result<base::Body> get(const auth::Principal& principal, Id chatId, bool mayBlock);
    base::Result<Page> page(const auth::Principal& principal, const PageQuery& query, bool mayBlock);
    base::Result<void> mayRead(const auth::Principal& principal, Id chatId) const;
    bool isMember(Id userId, Id chatId) const; ///< [any]
    std::vector<Id> readableBy(const auth::Principal& principal) const; ///< [any] every chat that page() would show
    std::optional<storage::ChatRecord> record(Id chatId) const;         ///< [any] nothing: no such chat

    // Writing: [any].
    base::Result<void> create(const auth::PrincipalPtr& principal, NewChat chat, Done done);
    base::Result<void> create(const auth::PrincipalPtr& principal, NewChat chat, operations::Once once, Done done);
    base::Result<void> send(const auth::PrincipalPtr& principal, NewMessage message, Done done);

    // Import, for the local admin; waits for the writer, so never on a reactor. It goes into the group or channel of that
    // name, or makes it. `members` are users who may read it, beside those whose names are in it.
    base::Result<ImportBegin> importBegin(const auth::Principal& admin, std::string_view chat, std::string_view chatType,
                                          const std::vector<std::string>& usernames,
                                          const std::vector<std::string>& members = {});
    base::Result<std::vector<storage::ImportRecord>> importState(const auth::Principal& admin, Id chatId,
                                                                 std::string_view source);
    base::Result<ImportResult> importBatch(const auth::Principal& admin, ImportBatch batch);

    void namesChanged(); ///< [writer] of users: what is in memory with their names is read anew
    std::string json(const storage::MessageRecord& message) const; ///< [any] as every reader sees it
    Core& core() noexcept; ///< for its operations, which stand beside it

    std::size_t chatCount() const;
    /// [worker] Idempotency keys older than 24 hours, and messages that are older than their chats keep them.
    void prune();
    void sendDue(); ///< [worker] scheduled messages whose time has come; call it often

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::services::chat
