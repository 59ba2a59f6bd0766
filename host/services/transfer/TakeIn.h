#pragma once
// A batch of records becomes users, chats and messages: one transaction, and what readers see behind it.

#include "services/chat/Core.h"
#include "services/projects/Core.h"
#include "services/transfer/Keys.h"
#include "services/transfer/Outcome.h"
#include "services/transfer/Record.h"
#include "storage/TransferRepository.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace netbit::services::transfer {

struct Batch {
    std::string source; ///< names where the keys are from: "slack:T012AB3C"
    std::vector<base::Result<Record>> records; ///< an error: the record is left out for it
};

/// Used inside a job: apply(), which may run twice, then publish(). A record whose key is known is here already, whatever
/// else it says.
class TakeIn {
public:
    /// `projects`: nullptr where none are kept.
    TakeIn(chat::Core& core, projects::Core* projects, const Batch& batch)
        : _core(core), _projects(projects), _batch(batch), _exact(batch.source == ownSource)
    {
    }

    void apply(storage::Connection& connection);
    void publish(); ///< [writer]
    /// [writer] What it has told the others of its batch: when it is applied once more, and last of all.
    void takeBack() noexcept;

    Outcome outcome;

private:
    /// What each member of a chat asks of it.
    struct Room {
        bool direct = false;
        std::size_t members = 0;
    };
    struct Joined {
        std::vector<chat::Member> members; ///< new ones
        std::vector<chat::Member> changed; ///< whose role or marks are others now
    };
    struct OfChat {
        std::optional<storage::ChatRecord> made;
        Id firstMessage = 0;
        Id lastMessage = 0;
        std::int64_t messages = 0;
        Joined joined;
    };

    void take(const UserRecord& record);
    void take(const ChatRecord& record);
    void take(const MemberRecord& record);
    void take(const MessageRecord& record);
    void take(const ThreadReadRecord& record);
    void take(const FileRecord& record);
    void take(const DraftRecord& record);
    void take(const ScheduledRecord& record);
    void take(const HookRecord& record);
    void take(const ProjectRecord& record);
    void take(const RepositoryRecord& record);
    void take(const PlanRecord& record);

    Id userOf(const std::string& key);
    Id chatOf(const std::string& key);
    Id messageOf(const std::string& key);
    Id replyIn(Id chatId, const std::string& key);

    Id nameSake(const UserRecord& record);
    void complete(Id userId, const UserRecord& record);
    std::string freeName(const std::string& wanted);
    Room& roomOf(Id chatId);
    Id directOf(Id one, Id other) const;
    void setMark(storage::ParticipantRecord& member, const MemberRecord& record);
    Id markOf(const std::string& key, const storage::ExternalReference& reference);
    void link(storage::MessageRecord& message, const MessageRecord& record);
    std::string mentionsJson(const MessageRecord& record, std::vector<Id>& users, bool& everyone);
    std::vector<Id> filesOf(const storage::MessageRecord& message, const MessageRecord& record);
    void insertParts(storage::MessageRecord& message, const MessageRecord& record);
    void resolve(const std::string& key, const storage::MessageRecord& message);
    void tell();

    /// The values with ids in place of keys; nothing: it was left out.
    std::optional<std::vector<storage::PlanValue>> resolved(const PlanRecord& record);
    void afterPlan(const PlanRecord& record, const std::vector<storage::PlanValue>& values);

    void added(Kind kind) { ++outcome.added[static_cast<std::size_t>(kind)]; }
    void already(Kind kind) { ++outcome.already[static_cast<std::size_t>(kind)]; }
    void leaveOut(std::string reason, std::string detail)
    {
        outcome.leftOut.push_back({_index, std::move(reason), std::move(detail)});
    }
    void note(std::string reason, std::string detail) { outcome.notes.push_back({_index, std::move(reason), std::move(detail)}); }

    chat::Core& _core;
    projects::Core* const _projects;
    const Batch& _batch;
    const bool _exact;

    // Of one run of apply().
    storage::Connection* _connection = nullptr;
    std::size_t _index = 0;
    std::optional<Keys> _keys;
    Id _source = 0;
    bool _references = false;
    base::Millis _now = 0;
    std::unordered_map<std::string, Id> _users;
    std::unordered_map<std::string, Id> _chats;
    std::unordered_map<Id, Room> _rooms;
    std::vector<users::UserPtr> _newUsers;
    std::map<Id, OfChat> _touched;
    std::set<Id> _threads;
    std::map<chat::WriterSide::Pair, Id> _directs;
    std::vector<storage::EventRecord> _events;
    base::Millis _nextDue = 0; ///< of the scheduled messages; 0: there are none
    std::set<Id> _touchedProjects; ///< whose members are others now
    std::vector<std::pair<Id, std::shared_ptr<const projects::Directory::Entry>>> _newProjects;
};

} // namespace netbit::services::transfer
