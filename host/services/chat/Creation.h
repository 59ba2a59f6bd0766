#pragma once
// A chat that comes into being: its rows, its event, its place in the cache.

#include "services/chat/Core.h"

namespace netbit::services::chat {

/// Used inside a job: apply(), which may run twice, then publish().
class Creation {
public:
    /// members: by id, with the creator.
    Creation(Core& core, std::string name, std::string chatType, Id creatorId, std::vector<Member> members);

    void apply(storage::Connection& connection);
    void publish();

    Id chatId() const noexcept { return _chat.id; }
    /// As the creator sees it; after publish().
    std::string json() const;

private:
    Core& _core;
    storage::ChatRecord _chat;
    std::shared_ptr<const Members> _members;
    std::shared_ptr<ChatHead> _head;
    storage::EventRecord _event;
};

/// A chat that a user asks for. A direct chat that is there already is what he gets, also when two ask at once.
class CreateJob final : public storage::Job {
public:
    CreateJob(Core& core, auth::PrincipalPtr creator, std::string name, std::string chatType, std::vector<Member> members,
              Done done);

    base::Result<void> apply(storage::Connection& connection) override;
    void publish() override;
    void complete(const base::Result<void>& result) override;

private:
    void takeBack() noexcept; ///< what this job has told the others of its batch

    Core& _core;
    auth::PrincipalPtr _creator;
    std::optional<WriterSide::Pair> _pair; ///< of a direct chat
    Creation _creation;
    Done _done;

    bool _told = false; ///< the others of the batch know of the chat that this job makes
    Id _existing = 0;
    std::string _lastMessage; ///< of the existing one
    Completed _made;
};

} // namespace netbit::services::chat
