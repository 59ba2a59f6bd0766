// Projects, their members and settings, and repositories as records; their bytes lie in the data directory, by id.
// - Ids are never given twice (AUTOINCREMENT): a folder of a repository that is gone must not become another's.
// - project_members has the owner too, so that one table says who is who; projects.owner_id is what the URL begins with.
// - A deleted project or repository keeps its name until it is purged: it may be wanted back.
// - project_names and repository_names lead from names of before to what has another now; a new owner of the name wins.
// - events.project_id: who may read the project sees the event. NULL for an event of a chat, whose insert is as it was.

#include "storage/schema/Steps.h"

namespace netbit::storage::schema
{

constinit const char* const projects = R"sql(
CREATE TABLE projects (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT NOT NULL COLLATE NOCASE,
    owner_id    INTEGER NOT NULL REFERENCES users (id),
    description TEXT NOT NULL DEFAULT '',
    is_public   INTEGER NOT NULL DEFAULT 0 CHECK (is_public IN (0, 1)),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    state       TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'archived', 'deleted')),
    deleted_at  INTEGER,
    chat_id     INTEGER REFERENCES chats (id) ON DELETE SET NULL,
    UNIQUE (owner_id, name)
) STRICT;
CREATE INDEX projects_public ON projects (id) WHERE is_public = 1;
CREATE INDEX projects_deleted ON projects (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX projects_by_chat ON projects (chat_id) WHERE chat_id IS NOT NULL;

CREATE TABLE project_names (
    owner_id   INTEGER NOT NULL REFERENCES users (id),
    name       TEXT NOT NULL COLLATE NOCASE,
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    PRIMARY KEY (owner_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX project_names_by_project ON project_names (project_id);

CREATE TABLE project_configs (
    project_id  INTEGER PRIMARY KEY REFERENCES projects (id) ON DELETE CASCADE,
    config_json TEXT NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE project_members (
    project_id INTEGER NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role       TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'developer', 'viewer', 'guest')),
    joined_at  INTEGER NOT NULL,
    PRIMARY KEY (project_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX project_members_by_user ON project_members (user_id, project_id);
CREATE UNIQUE INDEX project_owners ON project_members (project_id) WHERE role = 'owner';

CREATE TABLE repositories (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    name           TEXT NOT NULL COLLATE NOCASE,
    project_id     INTEGER REFERENCES projects (id),
    owner_id       INTEGER NOT NULL REFERENCES users (id),
    description    TEXT NOT NULL DEFAULT '',
    is_public      INTEGER NOT NULL DEFAULT 0 CHECK (is_public IN (0, 1)),
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    default_branch TEXT NOT NULL DEFAULT '',
    state          TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'archived', 'deleted')),
    deleted_at     INTEGER,
    forked_from    INTEGER,
    mirror_url     TEXT NOT NULL DEFAULT '',
    size_bytes     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX repositories_of_projects ON repositories (project_id, name) WHERE project_id IS NOT NULL;
CREATE UNIQUE INDEX repositories_of_users ON repositories (owner_id, name) WHERE project_id IS NULL;
CREATE INDEX repositories_by_owner ON repositories (owner_id);
CREATE INDEX repositories_deleted ON repositories (deleted_at) WHERE deleted_at IS NOT NULL;

-- holder_id: the project, or for a personal repository the negated user.
CREATE TABLE repository_names (
    holder_id     INTEGER NOT NULL,
    name          TEXT NOT NULL COLLATE NOCASE,
    repository_id INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    PRIMARY KEY (holder_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX repository_names_by_repository ON repository_names (repository_id);

CREATE TABLE pushes (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    repository_id INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
    pusher_id     INTEGER NOT NULL REFERENCES users (id),
    state         TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done')),
    commands      TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    done_at       INTEGER
) STRICT;
CREATE INDEX pushes_pending ON pushes (id) WHERE state = 'pending';
CREATE INDEX pushes_by_repository ON pushes (repository_id, id);

ALTER TABLE events ADD COLUMN project_id INTEGER;
)sql";

} // namespace netbit::storage::schema
