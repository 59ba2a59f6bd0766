#pragma once
// How an export calls what it writes about: INSTANCE.NUMBER, or the name that the record came with from another server of
// ours. So a record keeps its name wherever it goes, and an export of what was imported is the export that it came from.

#include "storage/Records.h"
#include "storage/TransferRepository.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace netbit::services::transfer {

using storage::Id;

class Names {
public:
    explicit Names(storage::Connection& connection);

    const std::string& user(Id id) { return cached(_users, storage::ExternalKind::user, id); }
    const std::string& chat(Id id) { return cached(_chats, storage::ExternalKind::chat, id); }
    std::string message(Id id) { return read(storage::ExternalKind::message, id); }
    std::vector<std::string> filesIn(Id messageId); ///< in order
    std::string file(Id id) { return read(storage::ExternalKind::file, id); }
    std::string scheduled(Id id) { return read(storage::ExternalKind::scheduled, id); }
    std::string any(storage::ExternalKind kind, Id id) { return read(kind, id); }
    std::string hook(Id id) { return read(storage::ExternalKind::hook, id); }
    /// Of the message that this one answers or hangs on; empty: there is none.
    std::string repliedTo(const storage::MessageRecord& message);
    std::string threadOf(const storage::MessageRecord& message);
    /// What a record refers to that is not here; empty: nothing.
    std::string missing(const storage::ExternalReference& reference);

private:
    using Known = std::unordered_map<Id, std::string>;
    const std::string& cached(Known& known, storage::ExternalKind kind, Id id);
    std::string read(storage::ExternalKind kind, Id id);

    storage::Connection& _connection;
    const std::string _instance;
    const Id _source; ///< 0: nothing came from another server of ours
    const bool _anyMissing;
    Known _users;
    Known _chats;
};

/// Orders names by where they are from, then by number: the same order on every server.
bool nameBefore(std::string_view one, std::string_view other) noexcept;

} // namespace netbit::services::transfer
