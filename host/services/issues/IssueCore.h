#pragma once
// What the parts of the issue service share. Internal to the room.

#include "services/projects/Standing.h"
#include "storage/IssueRepository.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace netbit::services::issues {

using base::Result;
using operations::Call;
using projects::Core;
using projects::Right;
using projects::Standing;
using projects::Turn;
using storage::Id;
using storage::IssueRecord;

inline constexpr std::size_t maxTitleBytes = 300;
inline constexpr std::size_t maxBodyBytes = 64 * 1024;
inline constexpr std::size_t maxLabels = 50;    ///< of one issue
inline constexpr std::size_t maxAssignees = 20; ///< likewise
inline constexpr std::size_t maxPerProject = 500; ///< labels, milestones; boards and their columns fifty

// Looks, in any transaction.

/// The path's project, if the caller has the right there.
Result<Standing> projectOf(storage::Connection&, const Core&, const projects::Caller&, const operations::Arguments&, Right right);
Result<IssueRecord> issueIn(storage::Connection&, Id projectId, const operations::Arguments&);
base::Error issueNotFound();
/// The issue that a text means, if this one may see it. `context`: the project that the text stands in, or nothing.
struct Reference;
std::optional<IssueRecord> resolve(storage::Connection&, const Core&, const projects::Caller&, const Reference&,
                                   const storage::ProjectRecord* context);

// JSON.

boost::json::object labelJson(const storage::LabelRecord&);
boost::json::object milestoneJson(const storage::MilestoneRecord&);
/// {"id","project_id","owner","project","number","reference","url","title","state","author","labels","milestone_id","assignees",
/// "due_at","comment_count","created_at","updated_at","closed_at","closed_by"}, and "body" and "mentions".
boost::json::object issueJson(storage::Connection&, const Core&, const storage::ProjectRecord&, const IssueRecord&, bool withBody);
boost::json::object commentJson(storage::Connection&, const Core&, const storage::IssueCommentRecord&, std::int64_t number);

// Writes, within a turn.

/// What happened with an issue: the activity's row and the event.
void tellOf(Turn& turn, const storage::ProjectRecord& project, const IssueRecord& issue, std::string_view topic,
            boost::json::object more = {});
/// For the event of a new issue: whom it mentions.
boost::json::object bornWith(Turn& turn, Id issueId);
/// Whatever the text speaks of is linked with it, and nothing else. `context`: the project of a bare number, or null; placeId:
/// see storage::LinkRecord; self: the issue that the text is a part of, or 0.
void linkText(Turn& turn, const storage::ProjectRecord* context, Id placeId, std::string_view text, std::string_view kind,
              Id sourceId, Id self);
struct NewIssue {
    std::string title{};
    std::string body{};
    std::vector<std::string> labels{};
    std::vector<Id> assignees{};
    Id milestoneId = 0;
    base::Millis dueAt = 0;
};
/// No right is checked.
Result<IssueRecord> insertIssue(Turn& turn, const storage::ProjectRecord& project, const NewIssue& wanted);
/// open or closed; one that is already is left as it is.
void setState(Turn& turn, const storage::ProjectRecord& project, IssueRecord& issue, std::string_view state,
              boost::json::object more = {});
Result<std::string> checkTitle(std::string_view title);
Result<std::string> checkBody(std::string_view body, bool mayBeEmpty);
Result<void> setLabels(Turn& turn, Id projectId, Id issueId, const std::vector<std::string>& names);
Result<void> setAssignees(Turn& turn, const storage::ProjectRecord& project, Id issueId, const std::vector<Id>& users);
Result<void> checkMilestone(storage::Connection&, Id projectId, Id milestoneId);
std::string foldedOf(std::string_view title, std::string_view body);

Result<void> listIssues(Core& core, Call& call, Done done);
Result<void> myIssues(Core& core, Call& call, Done done);
Result<void> createIssue(Core& core, Call& call, Done done);
Result<void> getIssue(Core& core, Call& call, Done done);
Result<void> updateIssue(Core& core, Call& call, Done done);
Result<void> listComments(Core& core, Call& call, Done done);
Result<void> addComment(Core& core, Call& call, Done done);
Result<void> editComment(Core& core, Call& call, Done done);
Result<void> deleteComment(Core& core, Call& call, Done done);
Result<void> listLinks(Core& core, Call& call, Done done);
Result<void> listActivity(Core& core, Call& call, Done done);
Result<void> listTemplates(Core& core, Call& call, Done done);
Result<void> issueFromMessage(Core& core, Call& call, Done done);
Result<void> issuesOfMessage(Core& core, Call& call, Done done);
Result<void> issuesOfMessages(Core& core, Call& call, Done done);
Result<void> listLabels(Core& core, Call& call, Done done);
Result<void> createLabel(Core& core, Call& call, Done done);
Result<void> updateLabel(Core& core, Call& call, Done done);
Result<void> deleteLabel(Core& core, Call& call, Done done);
Result<void> listMilestones(Core& core, Call& call, Done done);
Result<void> createMilestone(Core& core, Call& call, Done done);
Result<void> updateMilestone(Core& core, Call& call, Done done);
Result<void> deleteMilestone(Core& core, Call& call, Done done);
Result<void> listBoards(Core& core, Call& call, Done done);
Result<void> createBoard(Core& core, Call& call, Done done);
Result<void> getBoard(Core& core, Call& call, Done done);
Result<void> deleteBoard(Core& core, Call& call, Done done);
Result<void> addColumn(Core& core, Call& call, Done done);
Result<void> updateColumn(Core& core, Call& call, Done done);
Result<void> removeColumn(Core& core, Call& call, Done done);
Result<void> putCard(Core& core, Call& call, Done done);
Result<void> removeCard(Core& core, Call& call, Done done);

/// For operations whose path names a message: chat_not_found, message_not_found.
operations::Guard guardMessage(const Core& core);

/// [writer] Within the end of a push: commits are linked with what they speak of, and those on the default branch close it.
Result<void> lookIntoPush(Turn& turn, const projects::Pushed& pushed);
/// See projects::Core: what a merged pull request says that it fixes.
Result<void> closeNamed(Turn& turn, Id projectId, std::string_view text, const boost::json::object& by);
/// [writer] Within the transaction of a message, or of its edit: it is linked with what it speaks of, as far as its sender may
/// see that.
void lookIntoMessage(Core& core, storage::Connection& connection, const storage::MessageRecord& message);

} // namespace netbit::services::issues
