// What texts of projects speak of beside issues (links): people, and commits.
// - known_commits: what pushes brought, as far as the server was told; an abbreviated id is looked for among them.
// - kind: issue, comment (of an issue), pull, pull_comment, review; source_id is its id.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const spoken = R"sql(
CREATE TABLE known_commits (
    commit_id     TEXT NOT NULL,
    repository_id INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    PRIMARY KEY (commit_id, repository_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX known_commits_by_repository ON known_commits (repository_id);
INSERT INTO known_commits (commit_id, repository_id) SELECT DISTINCT commit_id, repository_id FROM pull_commits;

CREATE TABLE spoken_users (
    kind       TEXT NOT NULL CHECK (kind IN ('issue', 'comment', 'pull', 'pull_comment', 'review')),
    source_id  INTEGER NOT NULL,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (kind, source_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX spoken_users_by_user ON spoken_users (user_id, kind);

CREATE TABLE spoken_commits (
    kind          TEXT NOT NULL CHECK (kind IN ('issue', 'comment', 'pull', 'pull_comment', 'review')),
    source_id     INTEGER NOT NULL,
    repository_id INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    commit_id     TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (kind, source_id, commit_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX spoken_commits_by_commit ON spoken_commits (repository_id, commit_id);

CREATE TRIGGER spoken_by_comments AFTER DELETE ON issue_comments
BEGIN
    DELETE FROM spoken_users WHERE kind = 'comment' AND source_id = old.id;
    DELETE FROM spoken_commits WHERE kind = 'comment' AND source_id = old.id;
END;
CREATE TRIGGER spoken_by_issues AFTER DELETE ON issues
BEGIN
    DELETE FROM spoken_users WHERE kind = 'issue' AND source_id = old.id;
    DELETE FROM spoken_commits WHERE kind = 'issue' AND source_id = old.id;
END;
CREATE TRIGGER spoken_by_pulls AFTER DELETE ON pulls
BEGIN
    DELETE FROM spoken_users WHERE kind = 'pull' AND source_id = old.id;
    DELETE FROM spoken_commits WHERE kind = 'pull' AND source_id = old.id;
END;
CREATE TRIGGER spoken_by_pull_comments AFTER DELETE ON pull_comments
BEGIN
    DELETE FROM spoken_users WHERE kind = 'pull_comment' AND source_id = old.id;
    DELETE FROM spoken_commits WHERE kind = 'pull_comment' AND source_id = old.id;
END;
CREATE TRIGGER spoken_by_reviews AFTER DELETE ON pull_reviews
BEGIN
    DELETE FROM spoken_users WHERE kind = 'review' AND source_id = old.id;
    DELETE FROM spoken_commits WHERE kind = 'review' AND source_id = old.id;
END;
)sql";

} // namespace netbit::storage::schema
