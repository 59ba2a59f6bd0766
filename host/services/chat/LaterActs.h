#pragma once
// What is written now and said later: drafts, and messages that the host sends at their time.

#include "services/chat/Act.h"

namespace netbit::services::chat {

using base::Result;
using operations::Call;

// As handlers of operations. "id" is the chat.

Result<void> setDraft(Core& core, Call& call, Done done);
Result<void> getDraft(Core& core, Call& call, Done done);
Result<void> deleteDraft(Core& core, Call& call, Done done);

Result<void> scheduleMessage(Core& core, Call& call, Done done);
Result<void> listScheduled(Core& core, Call& call, Done done);
Result<void> cancelScheduled(Core& core, Call& call, Done done);

/// [worker] Hands every message whose time has come to the writer, who sends it and notes that in one transaction: so it is
/// sent once, however often this is called and wherever the server is killed. A look at a number, while none is due.
void sendDue(Core& core);

} // namespace netbit::services::chat
