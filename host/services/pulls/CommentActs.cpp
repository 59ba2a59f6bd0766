#include "services/issues/Spoken.h"
#include "services/projects/ProjectJson.h"
#include "services/pulls/PullJson.h"

#include <boost/json/serialize.hpp>

namespace netbit::services::pulls {

using base::fault;
using base::Result;
using base::Status;
using storage::PullRepository;

namespace json = boost::json;

namespace {

Result<void> checkComment(std::string_view body)
{
    if (body.find_first_not_of(" \t\r\n") == body.npos)
        return fault(Status::invalid, "nothing_said", "A comment says something.", "/body");
    return checkBody(body);
}

Result<storage::PullCommentRecord> ownComment(Turn& turn, const Found& found, Id id)
{
    auto comment = PullRepository::comment(turn.connection, found.pull.id, id);
    if (!comment || comment->deletedAt != 0)
        return fault(Status::notFound, "comment_not_found", "There is no such comment.");
    if (comment->authorId != turn.caller.userId)
        return fault(Status::forbidden, "not_yours", "Somebody else wrote it.");
    return std::move(*comment);
}

void tellOf(Turn& turn, const Found& found, const storage::PullCommentRecord& comment, std::string_view topic)
{
    auto shown = commentJson(turn.core, comment);
    turn.made = {comment.id, json::serialize(shown), false};
    issues::putMentions(shown, turn.core, issues::keepSpoken(turn, placeOf(found.repository), "pull_comment", comment.id, comment.body));
    shown["pull"] = pullJson(turn.core, found.repository, found.pull);
    tell(turn, found.repository, topic, found.pull.id, json::serialize(shown));
}

} // namespace

Result<void> commentPull(Core& core, Call& call, Done done)
{
    const auto& args = call.arguments;
    storage::PullCommentRecord wanted;
    wanted.body = args.textOr("body", {});
    wanted.replyTo = args.integerOr("reply_to", 0);
    wanted.path = args.textOr("path", {});
    wanted.side = args.textOr("side", "new");
    wanted.line = args.integerOr("line", 0);
    wanted.commitId = args.textOr("commit", {});
    if (auto good = checkComment(wanted.body); !good)
        return good;
    if (!wanted.path.empty() && (wanted.line < 1 || !isCommitId(wanted.commitId)))
        return fault(Status::invalid, "invalid_place", "A place is a path, a line and a commit.", "/line");
    auto act = [where = whereOf(call), wanted = std::move(wanted)](Turn& turn) -> Result<void> {
        const auto found = pullWith(turn, where, Right::openPull);
        if (!found)
            return found.error();
        auto made = wanted;
        made.pullId = found->pull.id;
        made.authorId = turn.caller.userId;
        made.createdAt = turn.time();
        if (made.replyTo != 0) {
            const auto first = PullRepository::comment(turn.connection, found->pull.id, made.replyTo);
            if (!first || first->replyTo != 0)
                return fault(Status::invalid, "comment_not_found", "It answers no comment that begins a thread here.", "/reply_to");
            made.path.clear(); // a thread is where it began
        }
        made.id = PullRepository::insertComment(turn.connection, made);
        tellOf(turn, *found, made, "pull.commented");
        return {};
    };
    return projects::submit(core, "pulls.comment", call, std::move(act), std::move(done));
}

Result<void> listComments(Core& core, Call& call, Done done)
{
    return projects::answer(core, call, done, [&](storage::Connection& connection, const Caller& caller, Id& next) -> Result<std::string> {
        const auto found = pullAt(connection, core, caller, whereOf(call));
        if (!found)
            return found.error();
        const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
        auto comments = PullRepository::comments(connection, found->pull.id, call.arguments.integerOr("after", 0), limit + 1);
        next = projects::cut(comments, limit, &storage::PullCommentRecord::id);
        json::array data;
        const bool html = call.arguments.textOr("format", "json") == "html";
        for (const auto& comment : comments) {
            auto shown = commentJson(core, comment);
            if (html && comment.deletedAt == 0)
                shown["html"] = issues::spokenHtml(connection, core, caller, placeOf(found->repository), "pull_comment", comment.id, comment.body);
            data.push_back(std::move(shown));
        }
        return projects::listJson(std::move(data), limit, next);
    });
}

Result<void> editComment(Core& core, Call& call, Done done)
{
    std::string body(call.arguments.textOr("body", {}));
    if (auto good = checkComment(body); !good)
        return good;
    auto act = [where = whereOf(call), id = call.arguments.integerOr("comment", 0), body = std::move(body)](Turn& turn) -> Result<void> {
        const auto found = pullWith(turn, where, Right::openPull);
        if (!found)
            return found.error();
        auto comment = ownComment(turn, *found, id);
        if (!comment)
            return comment.error();
        comment->body = body;
        comment->editedAt = turn.time();
        PullRepository::updateComment(turn.connection, *comment);
        tellOf(turn, *found, *comment, "pull.comment_edited");
        return {};
    };
    return projects::submit(core, "pulls.edit_comment", call, std::move(act), std::move(done));
}

Result<void> deleteComment(Core& core, Call& call, Done done)
{
    auto act = [where = whereOf(call), id = call.arguments.integerOr("comment", 0)](Turn& turn) -> Result<void> {
        const auto found = pullWith(turn, where, Right::openPull);
        if (!found)
            return found.error();
        auto comment = ownComment(turn, *found, id);
        if (!comment)
            return comment.error();
        comment->body.clear(); // its place stays: others may have answered it
        comment->deletedAt = turn.time();
        PullRepository::updateComment(turn.connection, *comment);
        tellOf(turn, *found, *comment, "pull.comment_deleted");
        return {};
    };
    return projects::submit(core, "pulls.delete_comment", call, std::move(act), std::move(done));
}

} // namespace netbit::services::pulls
