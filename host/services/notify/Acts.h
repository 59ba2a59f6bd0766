#pragma once
// What the operations of notifications do. Internal to the room, and to those that deliver.

#include "services/notify/Core.h"
#include "services/operations/Operation.h"
#include "services/projects/Turn.h"

#include <boost/json/array.hpp>

namespace netbit::services::notify {

using operations::Call;

/// {"id","kind","name","content","rule","url","actor","chat_id","message_id","thread_id","project_id","repository_id","issue_id",
/// "pull_id","event_id","created_at","updated_at","read_at","delivery":{"state","until"}}.
boost::json::object noticeJson(const Core&, const storage::NotificationRecord&, bool withContent = true);
/// {"state":"now"} or {"state":"held","until"}.
boost::json::object deliveryJson(base::Millis heldUntil);

/// [writer] Stores what an event made, as things are in this very transaction: not for one who may not read the place any
/// more, or of a message that is gone. false: nothing was stored.
bool insertNotice(Core& core, projects::Turn& turn, storage::NotificationRecord notice);
/// [writer] A note of its user's, or, without an actor, of the server's to him: name and content are what it says.
storage::NotificationRecord insertNote(Core& core, projects::Turn& turn, storage::NotificationRecord note);

/// For operations whose path names a notification: notification_not_found, alike for one that is another's.
operations::Guard guardNotice(const Core& core);

base::Result<void> listNotices(Core& core, Call& call, Done done);
base::Result<void> countNotices(Core& core, Call& call, Done done);
base::Result<void> getNotice(Core& core, Call& call, Done done);
base::Result<void> createNotice(Core& core, Call& call, Done done);
base::Result<void> updateNotice(Core& core, Call& call, Done done);
base::Result<void> deleteNotice(Core& core, Call& call, Done done);
base::Result<void> readNotice(Core& core, Call& call, Done done);
base::Result<void> readUpTo(Core& core, Call& call, Done done);

base::Result<void> getRules(Core& core, Call& call, Done done);
base::Result<void> setRules(Core& core, Call& call, Done done);
base::Result<void> why(Core& core, Call& call, Done done);
base::Result<void> whyNotice(Core& core, Call& call, Done done);
base::Result<void> simulate(Core& core, Call& call, Done done);

void addNotifyOperations(operations::Operations& all, Core& core);

} // namespace netbit::services::notify
