// Issues of projects, and what they are ordered by.
// - issues.number is given by project, and never twice: issues are not deleted.
// - folded: title and body (a comment's body) as the search compares them; a project's issues are looked through one by one.
// - board_cards.rank orders a column's cards as text; whoever moves one writes that one's rank alone.
// - links: what speaks of what. A kind has an id (issue, comment, message: its own; commit: the repository's) and, for a
//   commit, its object id as key. origin: the issue was made of that message.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const issues = R"sql(
CREATE TABLE labels (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id  INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name        TEXT NOT NULL COLLATE NOCASE,
    colour      TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    UNIQUE (project_id, name)
) STRICT;

CREATE TABLE milestones (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id  INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    title       TEXT NOT NULL COLLATE NOCASE,
    description TEXT NOT NULL DEFAULT '',
    due_at      INTEGER,
    state       TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    UNIQUE (project_id, title)
) STRICT;

CREATE TABLE issues (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id    INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    number        INTEGER NOT NULL,
    title         TEXT NOT NULL,
    body          TEXT NOT NULL DEFAULT '',
    state         TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    author_id     INTEGER NOT NULL REFERENCES users (id),
    milestone_id  INTEGER REFERENCES milestones (id) ON DELETE SET NULL,
    due_at        INTEGER,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    closed_at     INTEGER,
    closed_by     INTEGER,
    comment_count INTEGER NOT NULL DEFAULT 0,
    folded        TEXT NOT NULL,
    UNIQUE (project_id, number)
) STRICT;
CREATE INDEX issues_by_milestone ON issues (milestone_id) WHERE milestone_id IS NOT NULL;

CREATE TABLE issue_labels (
    issue_id INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    label_id INTEGER NOT NULL REFERENCES labels (id) ON DELETE CASCADE,
    PRIMARY KEY (issue_id, label_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX issue_labels_by_label ON issue_labels (label_id);

CREATE TABLE issue_assignees (
    issue_id INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    user_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (issue_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX issue_assignees_by_user ON issue_assignees (user_id);

CREATE TABLE issue_comments (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    issue_id   INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    author_id  INTEGER NOT NULL REFERENCES users (id),
    body       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    edited_at  INTEGER,
    folded     TEXT NOT NULL
) STRICT;
CREATE INDEX issue_comments_by_issue ON issue_comments (issue_id, id);

CREATE TABLE boards (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name       TEXT NOT NULL COLLATE NOCASE,
    UNIQUE (project_id, name)
) STRICT;

CREATE TABLE board_columns (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    board_id INTEGER NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    name     TEXT NOT NULL,
    place    INTEGER NOT NULL
) STRICT;
CREATE INDEX board_columns_by_board ON board_columns (board_id, place);

CREATE TABLE board_cards (
    board_id  INTEGER NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    issue_id  INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    column_id INTEGER NOT NULL REFERENCES board_columns (id) ON DELETE CASCADE,
    rank      TEXT NOT NULL,
    PRIMARY KEY (board_id, issue_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX board_cards_in_order ON board_cards (column_id, rank);
CREATE INDEX board_cards_by_issue ON board_cards (issue_id);

CREATE TABLE activity (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    actor_id   INTEGER NOT NULL,
    topic      TEXT NOT NULL,
    number     INTEGER NOT NULL DEFAULT 0,
    title      TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX activity_by_project ON activity (project_id, id);

CREATE TABLE links (
    issue_id   INTEGER NOT NULL REFERENCES issues (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL CHECK (kind IN ('issue', 'comment', 'commit', 'message', 'origin')),
    source_id  INTEGER NOT NULL,
    source_key TEXT NOT NULL DEFAULT '',
    place_id   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (issue_id, kind, source_id, source_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_source ON links (kind, source_id, source_key);

CREATE TRIGGER links_of_messages AFTER DELETE ON messages
BEGIN
    DELETE FROM links WHERE kind IN ('message', 'origin') AND source_id = old.id;
END;

CREATE TRIGGER links_of_deleted_messages AFTER UPDATE OF deleted_at ON messages
WHEN old.deleted_at IS NULL AND new.deleted_at IS NOT NULL
BEGIN
    DELETE FROM links WHERE kind = 'message' AND source_id = old.id;
END;
)sql";

} // namespace netbit::storage::schema
