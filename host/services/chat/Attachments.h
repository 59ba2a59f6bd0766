#pragma once
// The files of a message, on the writer's side.

#include "base/Result.h"
#include "storage/Database.h"
#include "storage/FileRepository.h"
#include "storage/Records.h"

#include <vector>

namespace netbit::services::chat {

/// [writer] Puts what the message's JSON shows of these files into the record, and the type that follows from them: image
/// where all are, else file; a system message stays one. They must be its sender's, and no avatar. Error: invalid /
/// unknown_file with a pointer. Nothing is written.
base::Result<void> takeAttachments(storage::Connection& connection, const std::vector<storage::Id>& files,
                                   storage::MessageRecord& message);

} // namespace netbit::services::chat
