#include "services/issues/IssueCore.h"
#include "services/issues/IssueService.h"

#include "services/projects/Parameters.h"

#include <algorithm>

namespace netbit::services::issues {

using operations::bound;
using operations::Kind;
using operations::Operations;
using operations::Parameter;
using projects::pathToProject;
using Handler = Result<void> (*)(Core&, Call&, Done);

namespace {

constexpr auto mostId = std::numeric_limits<std::int64_t>::max();

constexpr std::string_view personSchema = R"({"type":"object","required":["id","username"],"properties":{
"id":{"type":"integer","format":"int64"},"username":{"type":"string"}}})";

constexpr std::string_view issueSchema = R"({"type":"object","required":["id","project_id","owner","project","number","reference",
"url","title","state","author","labels","assignees","comment_count","created_at","updated_at"],"properties":{
"id":{"type":"integer","format":"int64"},"project_id":{"type":"integer","format":"int64"},"owner":{"type":"string"},
"project":{"type":"string"},"number":{"type":"integer","format":"int64"},"reference":{"type":"string"},"url":{"type":"string"},
"title":{"type":"string"},"body":{"type":"string","description":"Markdown; not in lists"},
"html":{"type":"string","description":"of the body, if it was asked for; people, commits and issues that the reader may see are links"},
"mentions":{"type":"array","description":"whom it names, of those who may read it; not in lists","items":{"$ref":"#/components/schemas/Person"}},
"state":{"type":"string","enum":["open","closed"]},"author":{"$ref":"#/components/schemas/Person"},
"labels":{"type":"array","items":{"$ref":"#/components/schemas/Label"}},"milestone_id":{"type":["integer","null"],"format":"int64"},
"assignees":{"type":"array","items":{"$ref":"#/components/schemas/Person"}},"due_at":{"type":["string","null"],"format":"date-time"},
"comment_count":{"type":"integer"},"created_at":{"type":"string","format":"date-time"},
"updated_at":{"type":"string","format":"date-time"},"closed_at":{"type":["string","null"],"format":"date-time"},
"closed_by":{"type":["object","null"]},"made_of_it":{"type":"boolean","description":"the issue was made of the message"}}})";

constexpr std::string_view issueListSchema = R"({"type":"object","required":["data","pagination"],"properties":{
"data":{"type":"array","items":{"$ref":"#/components/schemas/Issue"}},"pagination":{"type":"object"}}})";

constexpr std::string_view commentSchema = R"({"type":"object","required":["id","number","author","body","created_at"],"properties":{
"id":{"type":"integer","format":"int64"},"number":{"type":"integer","format":"int64"},
"author":{"$ref":"#/components/schemas/Person"},"body":{"type":"string","description":"Markdown"},
"html":{"type":"string","description":"if it was asked for"},"mentions":{"type":"array","items":{"$ref":"#/components/schemas/Person"}},
"created_at":{"type":"string","format":"date-time"},"edited_at":{"type":["string","null"],"format":"date-time"}}})";

constexpr std::string_view commentListSchema = R"({"type":"object","required":["data","pagination"],"properties":{
"data":{"type":"array","items":{"$ref":"#/components/schemas/IssueComment"}},"pagination":{"type":"object"}}})";

constexpr std::string_view labelSchema = R"({"type":"object","required":["id","name"],"properties":{
"id":{"type":"integer","format":"int64"},"name":{"type":"string"},"colour":{"type":"string"},"description":{"type":"string"}}})";

constexpr std::string_view milestoneSchema = R"({"type":"object","required":["id","title","state"],"properties":{
"id":{"type":"integer","format":"int64"},"title":{"type":"string"},"description":{"type":"string"},
"due_at":{"type":["string","null"],"format":"date-time"},"state":{"type":"string","enum":["open","closed"]},
"open_issues":{"type":"integer"},"closed_issues":{"type":"integer"}}})";

constexpr std::string_view boardSchema = R"({"type":"object","required":["id","name"],"properties":{
"id":{"type":"integer","format":"int64"},"name":{"type":"string"},"columns":{"type":"array","items":{"type":"object",
"required":["id","name","cards"],"properties":{"id":{"type":"integer","format":"int64"},"name":{"type":"string"},
"cards":{"type":"array","items":{"$ref":"#/components/schemas/Issue"}}}}}}})";

constexpr std::string_view columnSchema = R"({"type":"object","required":["board_id","id","name","order"],"properties":{
"board_id":{"type":"integer","format":"int64"},"id":{"type":"integer","format":"int64"},"name":{"type":"string"},
"order":{"type":"array","description":"the board's columns, by id","items":{"type":"integer","format":"int64"}}}})";

constexpr std::string_view cardSchema = R"({"type":"object","required":["board_id","number","column_id","order"],"properties":{
"board_id":{"type":"integer","format":"int64"},"number":{"type":"integer","format":"int64"},
"column_id":{"type":"integer","format":"int64"},"order":{"type":"array","description":"the column's issues, by number",
"items":{"type":"integer","format":"int64"}}}})";

constexpr std::string_view thingListSchema = R"({"type":"object","required":["data","pagination"],"properties":{
"data":{"type":"array","items":{"type":"object"}},"pagination":{"type":"object"}}})";

Parameter integer(std::string_view name, std::string_view what, bool required = false, std::int64_t least = 1)
{
    return {.name = name, .kind = Kind::integer, .what = what, .required = required, .least = least, .most = mostId};
}
Parameter text(std::string_view name, std::string_view what, bool required = false, std::int64_t most = 0)
{
    return {.name = name, .what = what, .required = required, .most = most};
}

const Parameter number = integer("number", "the issue's, in its project", true);
const Parameter format{.name = "format", .what = "html: with what it says as a page shows it, too", .choices = {"json", "html"}};
const Parameter limit{.name = "limit", .kind = Kind::integer, .what = "how many, at most; 50 unless given", .least = 1, .most = 200};

void add(Operations& all, Core& core, std::string_view name, std::string_view summary, std::vector<Parameter> parameters,
         std::string_view result, Handler handler, bool reads)
{
    const bool ofProject = !parameters.empty() && parameters.front().name == "user";
    operations::Operation operation{.name = name,
                                    .summary = summary,
                                    .parameters = std::move(parameters),
                                    .result = result,
                                    .handler = bound(core, handler),
                                    .reads = reads};
    if (ofProject)
        operation.guard = projects::guardProject(core);
    else if (std::any_of(operation.parameters.begin(), operation.parameters.end(), [](const auto& one) { return one.name == "message"; }))
        operation.guard = guardMessage(core);
    all.add(std::move(operation));
}

std::vector<Parameter> plus(std::vector<Parameter> some, const std::vector<Parameter>& more)
{
    some.insert(some.end(), more.begin(), more.end());
    return some;
}

const std::vector<Parameter>& filters()
{
    static const std::vector<Parameter> all{
        {.name = "state", .what = "open unless given", .choices = {"open", "closed", "all"}},
        text("assignee", "a username, or me", false, 100),
        text("author", "a username, or me", false, 100),
        text("q", "a text that is somewhere in the issue or its comments, whatever its case", false, 200),
        integer("before", "the id of an issue: only older ones"),
        limit};
    return all;
}

void addIssues(Operations& all, Core& core)
{
    const std::vector<Parameter> planning{
        {.name = "labels", .kind = Kind::texts, .what = "all of its labels, by name", .most = 50},
        {.name = "assignees", .kind = Kind::ids, .what = "all of them, members of the project", .most = 20},
        integer("milestone_id", "0: none", false, 0),
        {.name = "due_at", .kind = Kind::time, .what = "when it is due"}};
    add(all, core, "issues.list", "Issues of a project, the newest first",
        pathToProject(plus({text("label", "by its name", false, 100), integer("milestone", "by its id")}, filters())), "IssueList",
        &listIssues, true);
    add(all, core, "issues.mine", "Issues of the caller's projects, the newest first", filters(), "IssueList", &myIssues, true);
    add(all, core, "issues.create", "Open an issue",
        pathToProject(plus({text("title", "one line of at most 300 bytes; absent: the template's"),
                            text("body", "Markdown, at most 64 KiB", false, maxBodyBytes), text("template", "of the project's settings")},
                           planning)),
        "Issue", &createIssue, false);
    add(all, core, "issues.get", "One issue", pathToProject({number, format}), "Issue", &getIssue, true);
    add(all, core, "issues.update", "Change an issue, close it, open it again",
        pathToProject(plus({number, text("title", "one line of at most 300 bytes"),
                            text("body", "Markdown, at most 64 KiB", false, maxBodyBytes),
                            {.name = "state", .what = "the new one", .choices = {"open", "closed"}},
                            {.name = "no_due_date", .kind = Kind::flag, .what = "it is not due any more"}},
                           planning)),
        "Issue", &updateIssue, false);
    add(all, core, "issues.comments", "An issue's comments, the oldest first", pathToProject(plus({number, format}, projects::paging())),
        "IssueCommentList", &listComments, true);
    add(all, core, "issues.comment", "Comment on an issue",
        pathToProject({number, text("body", "Markdown, at most 64 KiB", true, maxBodyBytes)}), "IssueComment", &addComment, false);
    add(all, core, "issues.edit_comment", "Say something else in a comment of one's own",
        pathToProject({number, integer("comment", "its id", true), text("body", "Markdown, at most 64 KiB", true, maxBodyBytes)}),
        "IssueComment", &editComment, false);
    add(all, core, "issues.delete_comment", "Delete a comment", pathToProject({number, integer("comment", "its id", true)}), {},
        &deleteComment, false);
    add(all, core, "issues.links", "What speaks of an issue, the newest first: issues, comments, commits, messages",
        pathToProject({number, limit}), "ThingList", &listLinks, true);
    add(all, core, "projects.activity", "What happened in a project, the newest first",
        pathToProject({integer("before", "the id of a row: only older ones"), limit}), "ThingList", &listActivity, true);
    add(all, core, "projects.templates", "Templates for issues, from the project's settings", pathToProject(), "ThingList",
        &listTemplates, true);
    add(all, core, "issues.from_message", "Make an issue of a message; once more: the one that it became",
        {integer("id", "the chat", true), integer("message", "of it", true), text("owner", "the project's owner", true, 100),
         text("project", "its name", true, 100), text("title", "absent: the message's first line")},
        "Issue", &issueFromMessage, false);
    add(all, core, "issues.of_message", "Issues that were made of a message or that it speaks of, as they are now",
        {integer("id", "the chat", true), integer("message", "of it", true)}, "IssueList", &issuesOfMessage, true);
    add(all, core, "issues.of_messages", "The same of several messages, by message; those that have none are left out",
        {integer("id", "the chat", true), {.name = "ids", .kind = Kind::ids, .what = "which", .required = true, .least = 1, .most = 200}},
        "ThingList", &issuesOfMessages, true);
}

void addPlan(Operations& all, Core& core)
{
    const auto label = integer("label", "its id", true);
    const auto milestone = integer("milestone", "its id", true);
    const auto board = integer("board", "its id", true);
    const auto colour = text("colour", "as #1a2b3c", false, 7);
    const auto description = text("description", "at most 2,000 bytes", false, 2'000);
    const Parameter due{.name = "due_at", .kind = Kind::time, .what = "when it is due"};
    add(all, core, "labels.list", "A project's labels, by name", pathToProject(), "ThingList", &listLabels, true);
    add(all, core, "labels.create", "Make a label", pathToProject({text("name", "one line of at most 100 bytes", true), colour, description}),
        "Label", &createLabel, false);
    add(all, core, "labels.update", "Change a label", pathToProject({label, text("name", "one line of at most 100 bytes"), colour, description}),
        "Label", &updateLabel, false);
    add(all, core, "labels.delete", "Delete a label", pathToProject({label}), {}, &deleteLabel, false);
    add(all, core, "milestones.list", "A project's milestones, by id", pathToProject(), "ThingList", &listMilestones, true);
    add(all, core, "milestones.create", "Make a milestone",
        pathToProject({text("title", "one line of at most 100 bytes", true), description, due}), "Milestone", &createMilestone, false);
    add(all, core, "milestones.update", "Change a milestone, close it, open it again",
        pathToProject({milestone, text("title", "one line of at most 100 bytes"), description, due,
                       {.name = "state", .what = "the new one", .choices = {"open", "closed"}}}),
        "Milestone", &updateMilestone, false);
    add(all, core, "milestones.delete", "Delete a milestone; its issues stay", pathToProject({milestone}), {}, &deleteMilestone, false);
    add(all, core, "boards.list", "A project's boards, by id", pathToProject(), "ThingList", &listBoards, true);
    add(all, core, "boards.create", "Make a board with its columns",
        pathToProject({text("name", "one line of at most 100 bytes", true),
                       {.name = "columns", .kind = Kind::texts, .what = "their names, in order", .required = true, .least = 1, .most = 50}}),
        "Board", &createBoard, false);
    add(all, core, "boards.get", "A board with its columns, and their issues in order", pathToProject({board}), "Board", &getBoard, true);
    add(all, core, "boards.delete", "Delete a board; its issues stay", pathToProject({board}), {}, &deleteBoard, false);
    const auto column = integer("column", "its id", true);
    const auto behind = integer("after", "behind this column, by its id");
    const auto ahead = integer("before", "before this one");
    add(all, core, "boards.add_column", "Add a column to a board; last, unless a place is named",
        pathToProject({board, text("name", "one line of at most 100 bytes", true), behind, ahead}), "BoardColumn", &addColumn, false);
    add(all, core, "boards.update_column", "Rename a column of a board, or move it",
        pathToProject({board, column, text("name", "one line of at most 100 bytes"), behind, ahead}), "BoardColumn", &updateColumn, false);
    add(all, core, "boards.remove_column", "Remove a column of a board; its cards go to another",
        pathToProject({board, column, integer("to", "the column that they go to, behind its own; needed where there are any")}), {},
        &removeColumn, false);
    add(all, core, "boards.put_card", "Put an issue on a board, or move it there",
        pathToProject({board, number, integer("column_id", "where to", true), integer("after", "behind this issue, by number"),
                       integer("before", "before this one; neither: last in the column")}),
        "BoardCard", &putCard, false);
    add(all, core, "boards.remove_card", "Take an issue off a board", pathToProject({board, number}), {}, &removeCard, false);
}

} // namespace

void addIssueOperations(Operations& all, Core& core)
{
    all.addSchema("Person", personSchema);
    all.addSchema("Issue", issueSchema);
    all.addSchema("IssueList", issueListSchema);
    all.addSchema("IssueComment", commentSchema);
    all.addSchema("IssueCommentList", commentListSchema);
    all.addSchema("Label", labelSchema);
    all.addSchema("Milestone", milestoneSchema);
    all.addSchema("Board", boardSchema);
    all.addSchema("BoardColumn", columnSchema);
    all.addSchema("BoardCard", cardSchema);
    all.addSchema("ThingList", thingListSchema);
    addIssues(all, core);
    addPlan(all, core);
    core.onPush.push_back(&lookIntoPush);
    core.closeNamed = &closeNamed;
}

} // namespace netbit::services::issues
