#pragma once
// A chat that comes into being: its rows, its event, its place in the cache.

#include "services/chat/Core.h"

namespace netbit::services::chat {

/// Used inside a job: apply(), which may run twice, then publish().
class Creation {
public:
    /// chat: without id and times. members: by id, with the creator.
    Creation(Core& core, storage::ChatRecord chat, std::vector<Member> members);

    void apply(storage::Connection& connection);
    void publish();

    Id chatId() const noexcept { return _chat.id; }
    /// As the creator sees it; after apply().
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
    CreateJob(Core& core, auth::PrincipalPtr creator, storage::ChatRecord chat, std::vector<Member> members,
              operations::Once once, Done done);

    base::Result<void> apply(storage::Connection& connection) override;
    void publish() override;
    void complete(const base::Result<void>& result) override;

private:
    base::Result<void> applyOnce(storage::Connection& connection);
    std::string existingJson(storage::Connection& connection, Id chatId) const;
    void takeBack() noexcept; ///< what this job has told the others of its batch

    Core& _core;
    auth::PrincipalPtr _creator;
    std::optional<WriterSide::Pair> _pair; ///< of a direct chat
    Creation _creation;
    operations::Once _once;
    Done _done;

    bool _told = false; ///< the others of the batch know of the chat that this job makes
    bool _creates = false;
    Completed _made;
};

} // namespace netbit::services::chat
