// Pull requests, what is said of them, and what others say of commits.
// - pulls: base and head are a branch and the commit that it is at, as far as the server has been told (git.pushed). The head may be
//   in another repository, which may be gone by now. merging_push and merging_commit say what a merge is about to do: the end of that
//   push is what makes the request merged, also when it is told after a crash.
// - pull_commits: which requests speak of a commit; what was pushed away stays.
// - pull_comments: a comment on a line keeps the commit, the file and the line it was said of; where that is now is computed.
// - commit_statuses: the newest word of each context.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const pulls = R"sql(
CREATE TABLE pulls (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    repository_id      INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    number             INTEGER NOT NULL,
    author_id          INTEGER NOT NULL REFERENCES users (id),
    title              TEXT NOT NULL,
    body               TEXT NOT NULL DEFAULT '',
    draft              INTEGER NOT NULL DEFAULT 0 CHECK (draft IN (0, 1)),
    base_branch        TEXT NOT NULL,
    base_commit        TEXT NOT NULL,
    head_repository_id INTEGER REFERENCES repositories (id) ON DELETE SET NULL,
    head_branch        TEXT NOT NULL,
    head_commit        TEXT NOT NULL,
    state              TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed', 'merged')),
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    closed_at          INTEGER,
    closed_by          INTEGER REFERENCES users (id),
    merge_method       TEXT NOT NULL DEFAULT '',
    merge_commit       TEXT NOT NULL DEFAULT '',
    merging_push       INTEGER,
    merging_commit     TEXT NOT NULL DEFAULT '',
    merging_method     TEXT NOT NULL DEFAULT '',
    UNIQUE (repository_id, number)
) STRICT;
CREATE INDEX pulls_by_head ON pulls (head_repository_id, head_branch) WHERE state = 'open';
CREATE INDEX pulls_by_base ON pulls (repository_id, base_branch) WHERE state = 'open';

CREATE TABLE pull_commits (
    repository_id INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    commit_id     TEXT NOT NULL,
    pull_id       INTEGER NOT NULL REFERENCES pulls (id) ON DELETE CASCADE,
    PRIMARY KEY (repository_id, commit_id, pull_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pull_commits_by_pull ON pull_commits (pull_id);

CREATE TABLE pull_reviewers (
    pull_id INTEGER NOT NULL REFERENCES pulls (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (pull_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pull_reviewers_by_user ON pull_reviewers (user_id);

CREATE TABLE pull_reviews (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    pull_id     INTEGER NOT NULL REFERENCES pulls (id) ON DELETE CASCADE,
    reviewer_id INTEGER NOT NULL REFERENCES users (id),
    verdict     TEXT NOT NULL CHECK (verdict IN ('approve', 'request_changes', 'comment')),
    body        TEXT NOT NULL DEFAULT '',
    head_commit TEXT NOT NULL,
    dismissed   INTEGER NOT NULL DEFAULT 0 CHECK (dismissed IN (0, 1)),
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX pull_reviews_by_pull ON pull_reviews (pull_id, id);

CREATE TABLE pull_comments (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    pull_id    INTEGER NOT NULL REFERENCES pulls (id) ON DELETE CASCADE,
    author_id  INTEGER NOT NULL REFERENCES users (id),
    body       TEXT NOT NULL,
    reply_to   INTEGER,
    path       TEXT,
    side       TEXT CHECK (side IN ('old', 'new')),
    line       INTEGER,
    commit_id  TEXT,
    created_at INTEGER NOT NULL,
    edited_at  INTEGER,
    deleted_at INTEGER
) STRICT;
CREATE INDEX pull_comments_by_pull ON pull_comments (pull_id, id);

CREATE TABLE commit_statuses (
    repository_id INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    commit_id     TEXT NOT NULL,
    context       TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('pending', 'success', 'failure', 'error')),
    target_url    TEXT NOT NULL DEFAULT '',
    description   TEXT NOT NULL DEFAULT '',
    creator_id    INTEGER NOT NULL REFERENCES users (id),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    PRIMARY KEY (repository_id, commit_id, context)
) STRICT, WITHOUT ROWID;
)sql";

} // namespace netbit::storage::schema
