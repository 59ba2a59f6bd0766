#pragma once
// The write of one message.

#include "services/chat/Mentions.h"

namespace netbit::services::chat {

class SendJob final : public storage::Job {
public:
    SendJob(Core& core, ChatEntry& entry, auth::PrincipalPtr sender, NewMessage message, Done done);

    base::Result<void> apply(storage::Connection& connection) override;
    void publish() override;
    void complete(const base::Result<void>& result) override;

private:
    base::Result<bool> replays(storage::Connection& connection);
    base::Result<void> checkSender(storage::Connection& connection) const;
    base::Result<void> findThread(storage::Connection& connection);
    base::Result<void> findFiles(storage::Connection& connection);

    Core& _core;
    ChatEntry& _entry;
    auth::PrincipalPtr _sender;
    storage::MessageRecord _message;
    Mentions _mentions;
    storage::MessageRecord _root; ///< of the thread that this message goes into, as it is then
    const std::vector<Id> _attachments;
    std::string _middle; // the costly part of its JSON, written before the writer has its turn
    std::string _key;
    std::string _digest;
    Done _done;

    Id _eventId = 0;
    Completed _made;
};

/// Whether this one may write into the chat now.
base::Result<void> mayWrite(const ChatState& state, const auth::Principal& principal);

} // namespace netbit::services::chat
