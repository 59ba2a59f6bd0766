// Which message of a chat began the thread that a branch or a pull request is told in.
// - A row is one or the other: branch is empty for a pull request, pull_id 0 for a branch. Both may have one message: a pull
//   request goes on in the thread of the branch that it asks for.
// - message_id is no foreign key: a message that is gone, or that was deleted, begins no thread, and the next post is a new one.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const told = R"sql(
CREATE TABLE told_threads (
    chat_id       INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    repository_id INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    branch        TEXT NOT NULL,
    pull_id       INTEGER NOT NULL,
    message_id    INTEGER NOT NULL,
    PRIMARY KEY (repository_id, chat_id, branch, pull_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX told_threads_by_chat ON told_threads (chat_id, message_id);
)sql";

} // namespace netbit::storage::schema
