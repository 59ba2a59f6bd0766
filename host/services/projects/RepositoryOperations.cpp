#include "services/projects/Acts.h"
#include "services/projects/Parameters.h"

namespace netbit::services::projects {

using operations::Access;
using operations::bound;
using operations::Kind;
using operations::Parameter;

namespace {

constexpr std::string_view keeping = "repositories.keep"; // a permission

constexpr std::string_view repositorySchema = R"({"type":"object","required":["id","name","owner_id","owner","project_id","project",
"url","clone_url","description","is_public","default_branch","state","created_at","updated_at"],"properties":{
"id":{"type":"integer","format":"int64"},"name":{"type":"string"},"owner_id":{"type":"integer","format":"int64"},
"owner":{"type":"string"},"project_id":{"type":["integer","null"],"format":"int64"},
"project":{"type":["string","null"],"description":"null: the owner's own"},"url":{"type":"string"},"clone_url":{"type":"string"},
"description":{"type":"string"},"is_public":{"type":"boolean","description":"as far as its project is"},
"default_branch":{"type":"string","description":"empty: nothing was pushed yet"},
"state":{"type":"string","enum":["active","archived","deleted"]},"forked_from":{"type":["integer","null"],"format":"int64"},
"mirror_url":{"type":["string","null"]},"size_bytes":{"type":"integer","format":"int64"},
"created_at":{"type":"string","format":"date-time"},"updated_at":{"type":"string","format":"date-time"},
"deleted_at":{"type":["string","null"],"format":"date-time"},"may":{"type":"object","properties":{"read":{"type":"boolean"},
"write":{"type":"boolean"},"manage":{"type":"boolean"}}}}})";

constexpr std::string_view repositoryListSchema = R"({"type":"object","required":["data","pagination"],"properties":{
"data":{"type":"array","items":{"$ref":"#/components/schemas/Repository"}},
"pagination":{"$ref":"#/components/schemas/NextAfter"}}})";

const Parameter repositoryId{.name = "id", .kind = Kind::integer, .what = "the repository", .required = true, .least = 1};

/// Of a repository in a project, or, where there are neither user nor project, of one of the caller's own.
std::vector<Parameter> place(std::vector<Parameter> more = {})
{
    std::vector<Parameter> out{{.name = "user", .what = "the project's owner", .most = 100},
                               {.name = "project", .what = "its name", .most = 100}};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

std::vector<Parameter> placeOfOne(std::vector<Parameter> more = {})
{
    more.insert(more.begin(), {.name = "repo", .what = "the repository's name", .required = true, .least = 1, .most = 100});
    return place(std::move(more));
}

void addRecordOperations(operations::Operations& all, Core& core)
{
    all.add({.name = "repositories.list",
             .summary = "Repositories of a project, or the caller's own, by id",
             .parameters = place(paging()),
             .result = "RepositoryList",
             .handler = bound(core, &listRepositories),
             .reads = true,
             .guard = guardProject(core)});
    all.add({.name = "repositories.create",
             .summary = "Make a repository in a project, or one of the caller's own",
             .parameters = place({{.name = "name", .what = nameRule, .required = true},
                                  {.name = "description", .what = "at most 2,000 bytes"},
                                  {.name = "is_public", .kind = Kind::flag,
                                   .what = "everybody may read it, as far as its project lets them; false unless given"}}),
             .result = "Repository",
             .handler = bound(core, &createRepository),
             .guard = guardProject(core)});
    all.add({.name = "repositories.get",
             .summary = "One repository",
             .access = Access::anyone,
             .parameters = placeOfOne(),
             .result = "Repository",
             .handler = bound(core, &getRepository),
             .reads = true,
             .guard = guardRepository(core)});
    all.add({.name = "repositories.update",
             .summary = "Change a repository; the old name goes on leading to it",
             .parameters = placeOfOne({{.name = "name", .what = nameRule},
                                       {.name = "description", .what = "at most 2,000 bytes"},
                                       {.name = "is_public", .kind = Kind::flag, .what = "everybody may read it"},
                                       {.name = "default_branch", .what = "what a clone checks out"},
                                       {.name = "state", .what = "archived: it takes no pushes",
                                        .choices = {"active", "archived"}}}),
             .result = "Repository",
             .handler = bound(core, &updateRepository),
             .guard = guardRepository(core)});
    all.add({.name = "repositories.delete",
             .summary = "Delete a repository; for some time it can be restored",
             .parameters = placeOfOne(),
             .result = {},
             .handler = bound(core, &deleteRepository),
             .guard = guardRepository(core)});
    all.add({.name = "repositories.restore",
             .summary = "Take a deleted repository back",
             .parameters = placeOfOne(),
             .result = "Repository",
             .handler = bound(core, &restoreRepository),
             .guard = guardRepository(core)});
    all.add({.name = "repositories.fork",
             .summary = "Make the record of a fork, into a project or as one of the caller's own",
             .parameters = {repositoryId,
                            {.name = "name", .what = "absent: as the source is called"},
                            {.name = "into_user", .what = "the owner of the project that it goes into", .most = 100},
                            {.name = "into_project", .what = "that project; absent: the caller's own", .most = 100}},
             .result = "Repository",
             .handler = bound(core, &forkRepository)});
    all.add({.name = "repositories.set_mirror",
             .summary = "Have a repository follow another one, and take no pushes",
             .parameters = {repositoryId, {.name = "mirror_url", .what = "https:// or http://; empty: none any more", .required = true}},
             .result = "Repository",
             .handler = bound(core, &setMirror)});
}

void addKeepingOperations(operations::Operations& all, Core& core)
{
    all.add({.name = "repositories.access",
             .summary = "What the caller may do with a repository, and its rules",
             .access = Access::anyone,
             .parameters = {{.name = "owner", .what = "a user's name", .required = true, .least = 1, .most = 100},
                            {.name = "project", .what = "absent: one of the owner's own", .most = 100},
                            {.name = "name", .what = "the repository's, without .git", .required = true, .least = 1, .most = 100}},
             .result = "RepositoryAccess",
             .handler = bound(core, &access),
             .reads = true});
    all.add({.name = "repositories.access_by_id",
             .summary = "What the caller may do with a repository, and its rules",
             .access = Access::anyone,
             .parameters = {repositoryId},
             .result = "RepositoryAccess",
             .handler = bound(core, &access),
             .reads = true});
    all.add({.name = "repositories.begin_push",
             .summary = "Write down what a push is about to change",
             .access = Access::anyone, // a token for git alone may
             .parameters = {repositoryId,
                            {.name = "commands", .kind = Kind::objects, .what = "each: ref, old, new (object ids, zeros for none)",
                             .required = true, .least = 1, .most = 5'000}},
             .result = "PushBegun",
             .handler = bound(core, &beginPush),
             .permission = keeping});
    all.add({.name = "repositories.end_push",
             .summary = "Tell what a push has changed",
             .access = Access::anyone,
             .parameters = {{.name = "push_id", .kind = Kind::integer, .what = "of repositories.begin_push", .required = true,
                             .least = 1},
                            {.name = "updated", .kind = Kind::objects,
                             .what = "each: ref, old, new, kind (create, update, force, delete), commits (the newest 100: id, "
                                     "author, subject, message, created_at), commit_count; none: nothing was changed",
                             .required = true, .most = 5'000},
                            {.name = "size_bytes", .kind = Kind::integer, .what = "of the repository now", .least = 0,
                             .most = std::numeric_limits<std::int64_t>::max()}},
             .result = {},
             .handler = bound(core, &endPush),
             .permission = keeping});
    all.add({.name = "repositories.pending_pushes",
             .summary = "Pushes that were begun and have not ended, by id",
             .access = Access::anyone,
             .parameters = paging(),
             .result = "PushList",
             .handler = bound(core, &pendingPushes),
             .reads = true,
             .permission = keeping});
    all.add({.name = "repositories.due",
             .summary = "Repositories whose grace time is over: their bytes may go",
             .access = Access::anyone,
             .parameters = {{.name = "limit", .kind = Kind::integer, .what = "how many, at most", .least = 1, .most = 200}},
             .result = "DueRepositories",
             .handler = bound(core, &dueRepositories),
             .reads = true,
             .permission = keeping});
    all.add({.name = "repositories.purged",
             .summary = "The bytes of a repository are gone",
             .access = Access::anyone,
             .parameters = {repositoryId},
             .result = {},
             .handler = bound(core, &purgedRepository),
             .permission = keeping});
}

} // namespace

void addRepositoryOperations(operations::Operations& all, Core& core)
{
    all.addSchema("Repository", repositorySchema);
    all.addSchema("RepositoryList", repositoryListSchema);
    addRecordOperations(all, core);
    addKeepingOperations(all, core);
}

} // namespace netbit::services::projects
