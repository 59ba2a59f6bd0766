#pragma once
// Incoming webhooks: an address that whoever knows it writes to a chat by, as a bot.

#include "services/chat/Act.h"

namespace netbit::services::chat {

using base::Result;
using operations::Call;

// As handlers of operations. "id" is the chat.

/// The answer has the secret, this once; stored is its hash.
Result<void> createHook(Core& core, Call& call, Done done);
Result<void> listHooks(Core& core, Call& call, Done done);
Result<void> deleteHook(Core& core, Call& call, Done done);
/// By "secret", without a principal.
Result<void> postByHook(Core& core, Call& call, Done done);

} // namespace netbit::services::chat
