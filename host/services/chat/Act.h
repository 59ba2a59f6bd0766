#pragma once
// One act on a chat, on the writer's side: it checks what holds in this very transaction, writes, and notes what is to
// happen after the commit.

#include "services/chat/Mentions.h"
#include "services/chat/Permissions.h"
#include "services/operations/Once.h"

#include <functional>

namespace netbit::services::chat {

/// What an act has in its hand. It may run twice (see storage::Job), so it changes nothing but the database and this.
class Turn {
public:
    Turn(Core& ofCore, const auth::Principal& who, storage::Connection& with) : core(ofCore), caller(who), connection(with) {}

    Core& core;
    const auth::Principal& caller;
    storage::Connection& connection;
    Completed made; ///< the answer

    base::Millis time() { return _time != 0 ? _time : _time = core.writerSide.time(); }

    /// After the commit, in the order of calls: change caches before you tell of it.
    void then(std::function<void()> effect) { effects.push_back(std::move(effect)); }
    /// An event that the members of the chat see.
    void tell(std::string_view topic, Id chatId, Id objectId, std::string data);
    /// An event that this user alone sees.
    void tellOnly(Id userId, std::string_view topic, Id objectId, std::string data);
    /// An event that shows a message as it is whenever somebody reads it: so nothing of a deleted one stays in the log.
    void tellOf(std::string_view topic, const storage::MessageRecord& message);

    std::vector<std::function<void()>> effects;

private:
    void store(storage::EventRecord event, std::string data);

    base::Millis _time = 0;
};

using Act = std::function<base::Result<void>(Turn&)>;

class ActJob final : public storage::Job {
public:
    ActJob(Core& core, operations::Once once, auth::PrincipalPtr caller, Act act, Done done)
        : _core(core), _once(std::move(once)), _caller(std::move(caller)), _act(std::move(act)), _done(std::move(done))
    {
    }

    base::Result<void> apply(storage::Connection& connection) override;
    void publish() override;
    void complete(const base::Result<void>& result) override;

private:
    Core& _core;
    operations::Once _once;
    auth::PrincipalPtr _caller;
    Act _act;
    Done _done;
    Completed _made;
    std::vector<std::function<void()>> _effects;
};

/// Hands the act to the writer. `operation`: its name, for the idempotency key.
base::Result<void> submit(Core& core, std::string_view operation, const operations::Call& call, Act act, Done done);

// What acts ask of the database, within their transaction. An error is the caller's answer.

struct Standing {
    storage::ChatRecord chat;
    storage::ParticipantRecord member; ///< the caller
    Role role() const noexcept { return roleOf(member.role); }
};

/// The caller is in the chat: else chat_not_found.
base::Result<Standing> standingIn(Turn& turn, Id chatId);
/// And has this right: else forbidden, direct_chat, or channel_read_only. An archived chat (chat_archived) takes nothing but
/// what Right::configure and Right::remove do.
base::Result<Standing> standingWith(Turn& turn, Id chatId, Right right);
/// The message, if it is of this chat: else message_not_found. One that was deleted is gone, unless asked for.
base::Result<storage::MessageRecord> messageIn(storage::Connection& connection, Id chatId, Id messageId,
                                               bool deletedToo = false);
base::Error messageNotFound();

/// Writes the message with its event, and puts it where readers see it: id, time and thread are the turn's. No rule is
/// checked; what it answers and is not there any more is forgotten.
void post(Turn& turn, storage::MessageRecord& message, const Mentions& mentions = {});
/// What the server says in a chat, in the name of who did it.
void postSystem(Turn& turn, Id chatId, std::string content);
/// Stores the changed message, and puts it where readers see it.
void store(Turn& turn, const storage::MessageRecord& message);

} // namespace netbit::services::chat
