#pragma once
// Old logs become chats: users, members and messages in pieces, so that the writer is never held up for long.

#include "services/chat/Core.h"

namespace netbit::services::chat {

/// One import call; waits for the writer.
class Importing {
public:
    explicit Importing(Core& core) : _core(core) {}

    base::Result<ImportBegin> begin(std::string_view chat, std::string_view chatType,
                                    const std::vector<std::string>& usernames, const std::vector<std::string>& members);
    base::Result<std::vector<storage::ImportRecord>> state(Id chatId, std::string_view source);
    base::Result<ImportResult> batch(ImportBatch batch);

private:
    base::Result<Id> findChat(std::string_view name) const;
    base::Result<Id> makeChat(std::string name, std::string_view chatType, Id creatorId);
    base::Result<void> takeIn(ChatEntry& entry, const std::vector<std::string>& usernames, std::size_t first,
                              std::size_t last, ImportBegin& begun);
    base::Result<void> checkBatch(const ImportBatch& batch) const;
    base::Result<void> write(storage::Connection& connection, ImportBatch& batch, storage::EventRecord& event,
                             ImportResult& result);
    base::Result<bool> hadBefore(storage::Connection& connection, const ImportBatch& batch, ImportResult& result) const;

    Core& _core;
};

} // namespace netbit::services::chat
