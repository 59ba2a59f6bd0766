#include "services/projects/Acts.h"
#include "services/projects/Parameters.h"

namespace netbit::services::projects {

using operations::Access;
using operations::bound;
using operations::Kind;
using operations::Parameter;

namespace {

constexpr std::string_view projectSchema = R"({"type":"object","required":["id","name","owner_id","owner","url","description",
"is_public","state","chat_id","created_at","updated_at","deleted_at"],"properties":{"id":{"type":"integer","format":"int64"},
"name":{"type":"string"},"owner_id":{"type":"integer","format":"int64"},"owner":{"type":"string"},"url":{"type":"string"},
"description":{"type":"string"},"is_public":{"type":"boolean"},"state":{"type":"string","enum":["active","archived","deleted"]},
"chat_id":{"type":["integer","null"],"format":"int64","description":"the chat that its events are told in"},
"created_at":{"type":"string","format":"date-time"},"updated_at":{"type":"string","format":"date-time"},
"deleted_at":{"type":["string","null"],"format":"date-time"},"role":{"type":["string","null"],
"enum":["guest","viewer","developer","admin","owner",null],"description":"the caller's; null: no member"},
"may":{"type":"object","description":"what the caller may do","additionalProperties":{"type":"boolean"}}}})";

constexpr std::string_view projectListSchema = R"({"type":"object","required":["data","pagination"],"properties":{
"data":{"type":"array","items":{"$ref":"#/components/schemas/Project"}},"pagination":{"$ref":"#/components/schemas/NextAfter"}}})";

constexpr std::string_view nextAfterSchema = R"({"type":"object","required":["limit","next_after"],"properties":{
"limit":{"type":"integer"},"next_after":{"type":["integer","null"],"format":"int64"}}})";

constexpr std::string_view wholeProjectSchema = R"({"type":"object","required":["project","repositories","config","owner"],
"properties":{"project":{"$ref":"#/components/schemas/Project"},"repositories":{"type":"array","description":
"the first hundred that the caller may read","items":{"$ref":"#/components/schemas/Repository"}},
"config":{"$ref":"#/components/schemas/ProjectConfig"},"owner":{"type":"object","required":["id","username"],
"properties":{"id":{"type":"integer","format":"int64"},"username":{"type":"string"}}}}})";

constexpr std::string_view configSchema = R"({"type":"object","properties":{"collaboration":{"type":"object"},
"protected_branches":{"type":"array","items":{"type":"object"}},"limits":{"type":"object"},"roles":{"type":"object"},
"visibility":{"type":"string","enum":["public","private"]},"notifications":{"type":"object"},
"issue_templates":{"type":"array","items":{"type":"object"}},"metadata":{"type":"object"}}})";

constexpr std::string_view memberSchema = R"({"type":"object","required":["project_id","user_id","username","role","joined_at"],
"properties":{"project_id":{"type":"integer","format":"int64"},"user_id":{"type":"integer","format":"int64"},
"username":{"type":"string"},"role":{"type":"string","enum":["guest","viewer","developer","admin","owner"]},
"joined_at":{"type":"string","format":"date-time"}}})";

constexpr std::string_view memberListSchema = R"({"type":"object","required":["data","pagination"],"properties":{
"data":{"type":"array","items":{"$ref":"#/components/schemas/ProjectMember"}},
"pagination":{"$ref":"#/components/schemas/NextAfter"}}})";

std::vector<Parameter> settings()
{
    auto out = pathToProject();
    const std::vector<Parameter> own{
        {.name = "collaboration",
         .kind = Kind::object,
         .what = "allow_forks, issues, pull_requests (flags), review {required_approvals (0 to 20), dismiss_stale}, merge_methods "
                 "(merge, squash, rebase)"},
        {.name = "protected_branches",
         .kind = Kind::objects,
         .what = "each: pattern (a branch, * for any characters but /), push (roles), allow_force, allow_delete, "
                 "required_approvals, required_statuses",
         .most = 50},
        {.name = "limits", .kind = Kind::object, .what = "max_push_bytes, quota_bytes of each repository; 0: the server's"},
        {.name = "roles", .kind = Kind::object, .what = "default: of who is added without one (guest, viewer, developer)"},
        {.name = "visibility", .what = "absent: as it is", .choices = {"public", "private"}},
        {.name = "notifications", .kind = Kind::object, .what = "pushes, issues, pull_requests: told in the linked chat"},
        {.name = "issue_templates", .kind = Kind::objects, .what = "each: name, title, body, labels", .most = 50},
        {.name = "metadata", .kind = Kind::object, .what = "tags, language, license, homepage"}};
    out.insert(out.end(), own.begin(), own.end());
    return out;
}

void addLifeOperations(operations::Operations& all, Core& core)
{
    all.add({.name = "projects.list",
             .summary = "The caller's projects, by id",
             .parameters = paging(),
             .result = "ProjectList",
             .handler = bound(core, &listProjects),
             .reads = true});
    all.add({.name = "projects.public",
             .summary = "Public projects, by id",
             .access = Access::anyone,
             .parameters = paging(),
             .result = "ProjectList",
             .handler = bound(core, &publicProjects),
             .reads = true});
    all.add({.name = "projects.create",
             .summary = "Make a project",
             .parameters = {{.name = "name", .what = nameRule, .required = true},
                            {.name = "description", .what = "at most 2,000 bytes"},
                            {.name = "is_public", .kind = Kind::flag, .what = "everybody may read it; false unless given"}},
             .result = "Project",
             .handler = bound(core, &createProject)});
    all.add({.name = "projects.place",
             .summary = "How a project or repository is called now that was found by these names",
             .access = Access::anyone,
             .parameters = {{.name = "user", .what = "whose it is; absent: the caller's", .most = 100},
                            {.name = "project", .what = "absent: one of the user's own repositories", .most = 100},
                            {.name = "repo", .what = "absent: the project", .most = 100}},
             .result = {}, // no route of its own
             .handler = bound(core, &getPlace),
             .reads = true});
    all.add({.name = "projects.get",
             .summary = "A project with its repositories, settings and owner",
             .access = Access::anyone,
             .parameters = pathToProject(),
             .result = "WholeProject",
             .handler = bound(core, &getProject),
             .reads = true,
             .guard = guardProject(core)});
    all.add({.name = "projects.update",
             .summary = "Change a project; the old name goes on leading to it",
             .parameters = pathToProject({{.name = "name", .what = nameRule},
                                          {.name = "description", .what = "at most 2,000 bytes"},
                                          {.name = "is_public", .kind = Kind::flag, .what = "everybody may read it"},
                                          {.name = "state", .what = "archived: nothing is written into it any more",
                                           .choices = {"active", "archived"}},
                                          {.name = "chat_id", .kind = Kind::integer,
                                           .what = "a chat that the caller is an admin of, where its events are told; 0: none"}}),
             .result = "Project",
             .handler = bound(core, &updateProject),
             .guard = guardProject(core)});
    all.add({.name = "projects.delete",
             .summary = "Delete a project; for some time it can be restored",
             .parameters = pathToProject(),
             .result = {},
             .handler = bound(core, &deleteProject),
             .guard = guardProject(core)});
    all.add({.name = "projects.restore",
             .summary = "Take a deleted project back",
             .parameters = pathToProject(),
             .result = "Project",
             .handler = bound(core, &restoreProject),
             .guard = guardProject(core)});
    all.add({.name = "projects.transfer",
             .summary = "Give a project to another member, whose name its URL then begins with",
             .parameters = pathToProject({{.name = "user_id", .kind = Kind::integer, .what = "the next owner, a member",
                                           .required = true, .least = 1}}),
             .result = "Project",
             .handler = bound(core, &transferProject),
             .guard = guardProject(core)});
}

void addMemberOperations(operations::Operations& all, Core& core)
{
    const Parameter member{.name = "member", .kind = Kind::integer, .what = "a user's id", .required = true, .least = 1};
    all.add({.name = "projects.members",
             .summary = "Who is in a project, by user id",
             .parameters = pathToProject(paging()),
             .result = "ProjectMemberList",
             .handler = bound(core, &listMembers),
             .reads = true,
             .guard = guardProject(core)});
    all.add({.name = "projects.add_member",
             .summary = "Take a user into a project",
             .parameters = pathToProject({{.name = "user_id", .kind = Kind::integer, .what = "whom", .required = true, .least = 1},
                                          {.name = "role", .what = "absent: as the project is set",
                                           .choices = {"guest", "viewer", "developer", "admin"}}}),
             .result = "ProjectMember",
             .handler = bound(core, &addMember),
             .guard = guardProject(core)});
    all.add({.name = "projects.set_member",
             .summary = "Change a member's role",
             .parameters = pathToProject({member, {.name = "role", .what = "the new one", .required = true,
                                                   .choices = {"guest", "viewer", "developer", "admin"}}}),
             .result = "ProjectMember",
             .handler = bound(core, &setMemberRole),
             .guard = guardProject(core)});
    all.add({.name = "projects.remove_member",
             .summary = "Send a member away; oneself: leave",
             .parameters = pathToProject({member}),
             .result = {},
             .handler = bound(core, &removeMember),
             .guard = guardProject(core)});
    all.add({.name = "projects.leave",
             .summary = "Leave a project",
             .parameters = pathToProject(),
             .result = {},
             .handler = bound(core, &leaveProject),
             .guard = guardProject(core)});
}

} // namespace

std::vector<Parameter> pathToProject(std::vector<Parameter> more)
{
    std::vector<Parameter> out{{.name = "user", .what = "its owner's name", .required = true, .least = 1, .most = 100},
                               {.name = "project", .what = "its name", .required = true, .least = 1, .most = 100}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

std::vector<Parameter> paging()
{
    return {{.name = "after", .kind = Kind::integer, .what = "go on behind this id", .least = 0,
             .most = std::numeric_limits<std::int64_t>::max()},
            {.name = "limit", .kind = Kind::integer, .what = "how many, at most; 50 unless given", .least = 1, .most = 200}};
}

void addProjectOperations(operations::Operations& all, Core& core)
{
    all.addSchema("Project", projectSchema);
    all.addSchema("ProjectList", projectListSchema);
    all.addSchema("NextAfter", nextAfterSchema);
    all.addSchema("WholeProject", wholeProjectSchema);
    all.addSchema("ProjectConfig", configSchema);
    all.addSchema("ProjectMember", memberSchema);
    all.addSchema("ProjectMemberList", memberListSchema);
    addLifeOperations(all, core);
    addMemberOperations(all, core);
    all.add({.name = "projects.config",
             .summary = "A project's settings",
             .parameters = pathToProject(),
             .result = "ProjectConfig",
             .handler = bound(core, &getConfig),
             .reads = true,
             .guard = guardProject(core)});
    all.add({.name = "projects.set_config",
             .summary = "Write a project's settings anew; what is left out has its default",
             .parameters = settings(),
             .result = "ProjectConfig",
             .handler = bound(core, &setConfig),
             .guard = guardProject(core)});
}

} // namespace netbit::services::projects
