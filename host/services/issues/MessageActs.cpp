// Where issues and chats meet.

#include "services/issues/IssueCore.h"
#include "services/issues/References.h"

#include "services/projects/Refs.h"
#include "storage/Repositories.h"

#include <boost/json/serialize.hpp>

#include <charconv>

namespace netbit::services::issues {

using base::fault;
using base::Status;
using storage::Connection;
using storage::IssueRepository;

namespace json = boost::json;

operations::Guard guardMessage(const Core& core)
{
    return [&core](const auth::PrincipalPtr& principal, operations::Texts texts) {
        Id chatId = 0;
        Id messageId = 0;
        for (const auto& [name, value] : texts)
            if (name == "id" || name == "message")
                std::from_chars(value.data(), value.data() + value.size(), name == "id" ? chatId : messageId);
        Result<void> out;
        auto read = core.read([&](Connection& connection) {
            if (!storage::ChatRepository::participant(connection, chatId, projects::callerOf(core, principal).userId)) {
                out = fault(Status::notFound, "chat_not_found", "There is no such chat, or you are not in it.");
                return;
            }
            const auto message = storage::MessageRepository::byId(connection, messageId);
            if (!message || message->chatId != chatId)
                out = fault(Status::notFound, "message_not_found", "There is no such message in this chat.");
        });
        return read ? out : read;
    };
}

void lookIntoMessage(Core& core, Connection& connection, const storage::MessageRecord& message)
{
    if (!message.isEdited && referencesIn(message.content).empty())
        return;
    const auto caller = projects::callerOf(core, message.senderId);
    auto context = storage::ProjectRepository::byChat(connection, message.chatId);
    if (context && !projects::standingIn(connection, core, caller, context->id))
        context.reset();
    Turn turn(core, caller, connection);
    linkText(turn, context ? &*context : nullptr, message.chatId, message.content, "message", message.id, 0);
}

Result<void> issueFromMessage(Core& core, Call& call, Done done)
{
    auto act = [args = call.arguments](Turn& turn) -> Result<void> {
        const auto chatId = args.integerOr("id", 0);
        const auto message = storage::MessageRepository::byId(turn.connection, args.integerOr("message", 0));
        if (!message || message->chatId != chatId || message->deletedAt != 0 ||
            !storage::ChatRepository::participant(turn.connection, chatId, turn.caller.userId))
            return fault(Status::notFound, "message_not_found", "There is no such message in this chat.");
        const auto standing = projects::standingWith(turn.connection, turn.core, turn.caller, args.textOr("owner", {}),
                                                     args.textOr("project", {}), Right::openIssue);
        if (!standing)
            return standing.error();
        if (!projects::configOf(turn.connection, standing->project.id).issues)
            return fault(Status::forbidden, "issues_off", "This project has no issues, by its settings.");
        // Once made of it, it is the one that there is.
        for (const auto& link : IssueRepository::linksFrom(turn.connection, "origin", message->id, {}))
            if (const auto known = IssueRepository::byId(turn.connection, link.issueId); known && known->projectId == standing->project.id) {
                turn.made = {known->id, json::serialize(issueJson(turn.connection, turn.core, standing->project, *known, true)), true};
                return {};
            }
        const auto firstLine = std::string_view(message->content).substr(0, message->content.find('\n'));
        const auto own = projects::cutText(firstLine, 200);
        auto title = checkTitle(args.textOr("title", own));
        if (!title)
            return title.error();
        std::string body = "> " + turn.core.nameOf(message->senderId) + ", " + base::rfc3339(message->createdAt) + "\n\n";
        body += projects::cutText(message->content, maxBodyBytes - body.size());
        const auto issue = insertIssue(turn, standing->project, {.title = std::move(*title), .body = std::move(body)});
        if (!issue)
            return issue.error();
        IssueRepository::link(turn.connection, {.issueId = issue->id,
                                                .kind = "origin",
                                                .sourceId = message->id,
                                                .placeId = chatId,
                                                .createdAt = turn.time()});
        tellOf(turn, standing->project, *issue, "issue.created", bornWith(turn, issue->id));
        turn.made = {issue->id, json::serialize(issueJson(turn.connection, turn.core, standing->project, *issue, true)), false};
        return {};
    };
    return projects::submit(core, "issues.from_message", call, std::move(act), std::move(done));
}

} // namespace netbit::services::issues
