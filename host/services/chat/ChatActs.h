#pragma once
// What a chat's members do with the chat itself: its settings, who is in it, and as what.

#include "services/chat/Act.h"

namespace netbit::services::chat {

using base::Result;
using operations::Call;

// As handlers of operations. "id" is the chat.

Result<void> updateChat(Core& core, Call& call, Done done);
Result<void> inviteMember(Core& core, Call& call, Done done);
Result<void> setMemberRole(Core& core, Call& call, Done done);
Result<void> removeMember(Core& core, Call& call, Done done);
Result<void> joinChat(Core& core, Call& call, Done done);
Result<void> leaveChat(Core& core, Call& call, Done done);
Result<void> setOwnSettings(Core& core, Call& call, Done done);

Result<void> listMembers(Core& core, Call& call, Done done);
Result<void> listPublic(Core& core, Call& call, Done done);

} // namespace netbit::services::chat
