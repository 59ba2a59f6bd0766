#include "Routes.h"

namespace netbit::project {

namespace {

using support::OperationRoute;

constexpr std::uint32_t maxConfigBytes = 1024 * 1024; // fifty templates

const Line lines[] = {
    {"GET", "/api/projects", "The caller's projects", {.operation = "projects.list", .params = {}, .next = "after"}},
    {"GET", "/api/projects/public", "Public projects", {.operation = "projects.public", .params = {}, .next = "after"}, 1024,
     anyone},
    {"POST", "/api/projects/create", "Make a project", {"projects.create", {}, 201, "{url}"}},
    {"GET", "/api/projects/{user}/{project}", "A project with its repositories, settings and owner",
     {"projects.get", {"user", "project"}}, 1024, anyone},
    {"PATCH", "/api/projects/{user}/{project}", "Change a project", {"projects.update", {"user", "project"}}},
    {"DELETE", "/api/projects/{user}/{project}", "Delete a project", {"projects.delete", {"user", "project"}, 204}},
    {"POST", "/api/projects/{user}/{project}/restore", "Take a deleted project back",
     {"projects.restore", {"user", "project"}}},
    {"POST", "/api/projects/{user}/{project}/transfer", "Give a project to another member",
     {"projects.transfer", {"user", "project"}}},
    {"GET", "/api/projects/{user}/{project}/config", "A project's settings", {"projects.config", {"user", "project"}}},
    {"PUT", "/api/projects/{user}/{project}/config", "Write a project's settings",
     {"projects.set_config", {"user", "project"}}, maxConfigBytes},

    {"GET", "/api/projects/{user}/{project}/members", "Who is in a project",
     {.operation = "projects.members", .params = {"user", "project"}, .next = "after"}},
    {"POST", "/api/projects/{user}/{project}/members", "Take a user into a project",
     {"projects.add_member", {"user", "project"}, 201}},
    {"PUT", "/api/projects/{user}/{project}/members/{member}", "Change a member's role",
     {"projects.set_member", {"user", "project", "member"}}},
    {"DELETE", "/api/projects/{user}/{project}/members/{member}", "Send a member away",
     {"projects.remove_member", {"user", "project", "member"}, 204}},
    {"POST", "/api/projects/{user}/{project}/leave", "Leave a project", {"projects.leave", {"user", "project"}, 204}},

    {"GET", "/api/projects/{user}/{project}/repos", "A project's repositories",
     {.operation = "repositories.list", .params = {"user", "project"}, .next = "after"}},
    {"POST", "/api/projects/{user}/{project}/repos/create", "Make a repository in a project",
     {"repositories.create", {"user", "project"}, 201, "{url}"}},
    {"GET", "/api/projects/{user}/{project}/{repo}", "One repository",
     {"repositories.get", {"user", "project", "repo"}}, 1024, anyone},
    {"PATCH", "/api/projects/{user}/{project}/{repo}", "Change a repository",
     {"repositories.update", {"user", "project", "repo"}}},
    {"DELETE", "/api/projects/{user}/{project}/{repo}", "Delete a repository",
     {"repositories.delete", {"user", "project", "repo"}, 204}},
    {"POST", "/api/projects/{user}/{project}/{repo}/restore", "Take a deleted repository back",
     {"repositories.restore", {"user", "project", "repo"}}},

    {"GET", "/api/repos", "The caller's own repositories, outside of projects",
     {.operation = "repositories.list", .params = {}, .next = "after"}},
    {"POST", "/api/repos/create", "Make a repository of one's own", {"repositories.create", {}, 201, "{url}"}},
    {"GET", "/api/repos/{repo}", "One of the caller's own repositories", {"repositories.get", {"repo"}}},
    {"PATCH", "/api/repos/{repo}", "Change a repository of one's own", {"repositories.update", {"repo"}}},
    {"DELETE", "/api/repos/{repo}", "Delete a repository of one's own", {"repositories.delete", {"repo"}, 204}},
    {"POST", "/api/repos/{repo}/restore", "Take a deleted repository of one's own back", {"repositories.restore", {"repo"}}},
};

} // namespace

std::span<const Line> routes() { return lines; }

} // namespace netbit::project
