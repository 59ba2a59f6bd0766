#include "services/notify/Story.h"

#include "base/Json.h"
#include "services/projects/Standing.h"
#include "services/search/Folded.h"
#include "storage/IssueRepository.h"
#include "storage/PullRepository.h"

#include <algorithm>
#include <array>

namespace netbit::services::notify {

namespace json = boost::json;

namespace {

using storage::Connection;

constexpr std::array<std::string_view, 14> topics{
    "message.created", "git.pushed",    "issue.created",         "issue.updated", "issue.commented", "issue.closed", "issue.reopened",
    "pull.opened",     "pull.reviewed", "pull.review_requested", "pull.merged",   "pull.commented",  "pull.closed",  "pull.reopened"};
constexpr std::size_t quoteCharacters = 200;

void inOrder(std::vector<Id>& ids)
{
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

bool holds(const std::vector<Id>& sorted, Id id) { return std::binary_search(sorted.begin(), sorted.end(), id); }

// Events of older versions of this server may lack members: what is missing reads as nothing.

const json::value* at(const json::object& object, std::string_view name) { return object.if_contains(name); }
Id idAt(const json::object& object, std::string_view name)
{
    const auto* const value = at(object, name);
    return value && value->is_int64() ? value->get_int64() : 0;
}
std::string_view textAt(const json::object& object, std::string_view name)
{
    const auto* const value = at(object, name);
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}
const json::object& objectAt(const json::object& object, std::string_view name)
{
    static const json::object none;
    const auto* const value = at(object, name);
    return value && value->is_object() ? value->get_object() : none;
}
std::vector<Id> idsAt(const json::object& object, std::string_view name)
{
    std::vector<Id> out;
    if (const auto* const value = at(object, name); value && value->is_array())
        for (const auto& item : value->get_array()) {
            if (item.is_int64())
                out.push_back(item.get_int64());
            else if (item.is_object())
                out.push_back(idAt(item.get_object(), "id"));
        }
    return out;
}

void readMentions(Story& story, std::string_view text)
{
    const auto list = text.empty() ? base::Result<json::value>(json::value()) : base::parseJson(text);
    if (!list || !list->is_array())
        return;
    for (const auto& item : list->get_array()) {
        const auto* const one = item.if_object();
        if (!one)
            continue;
        const auto type = textAt(*one, "type");
        if (type == "user")
            story.mentioned.push_back(idAt(*one, "user_id"));
        else if (type == "all" || type == "here" || type == "channel")
            story.everyone = true;
    }
}

/// Of a message that names nobody and stands in no thread.
bool nobodyListens(const Core& core, const chat::ChatState& chat)
{
    if (chat.head->record.chatType == "direct" || core.serverLevel() == Level::all)
        return false;
    const auto ruled = core.book.users();
    const auto& members = *chat.members;
    if (ruled->size() <= members.size())
        return std::none_of(ruled->begin(), ruled->end(), [&](Id id) { return members.find(id).has_value(); });
    return std::none_of(members.begin(), members.end(), [&](const auto& member) { return holds(*ruled, member.userId); });
}

std::optional<Story> ofMessage(Connection& connection, const Core& core, const storage::EventRecord& event, Readers readers,
                               Story story)
{
    const auto* const entry = core.chats.cache.find(event.chatId);
    const auto message = entry ? storage::MessageRepository::byId(connection, event.objectId) : std::nullopt;
    if (!message || message->deletedAt != 0 || message->messageType == "system")
        return std::nullopt;
    const auto state = entry->state();
    const auto& chat = state->head->record;
    if (readers == Readers::all && message->mentions.empty() && message->threadId == 0 && nobodyListens(core, *state))
        return std::nullopt;
    story.kind = "message";
    story.happening.actorId = message->senderId;
    story.happening.place.chatId = event.chatId;
    story.happening.place.threadId = message->threadId;
    story.happening.place.projectId = storage::NotificationRepository::projectOfChat(connection, event.chatId);
    story.messageId = message->id;
    story.direct = chat.chatType == "direct";
    story.where = chat.name;
    story.quote = quoteOf(message->content);
    story.url = "/api/chats/" + std::to_string(event.chatId) + "/messages/" + std::to_string(message->id);
    story.happening.text = search::folded(message->content);
    readMentions(story, message->mentions);
    if (message->threadId != 0)
        story.participants = storage::NotificationRepository::threadWriters(connection, message->threadId, message->id);
    return story;
}

std::optional<Story> ofIssue(Connection& connection, const storage::EventRecord& event, const json::object& data, Story story)
{
    story.kind = "issue";
    story.happening.place.projectId = event.projectId;
    story.happening.place.issueId = event.objectId;
    story.where = textAt(data, "reference");
    story.what = textAt(data, "title");
    story.url = textAt(data, "url");
    Id commentId = 0;
    std::string said;
    if (event.topic == "issue.created") {
        const auto issue = storage::IssueRepository::byId(connection, event.objectId);
        if (!issue)
            return std::nullopt;
        said = issue->title + '\n' + issue->body;
        story.quote = quoteOf(issue->body);
        story.assigned = idsAt(data, "assignees");
    } else if (event.topic == "issue.commented") {
        const auto& comment = objectAt(data, "comment");
        commentId = idAt(comment, "id");
        said = textAt(comment, "body");
        story.quote = quoteOf(said);
    } else if (event.topic == "issue.updated") {
        story.assigned = idsAt(data, "assigned");
        story.happening.broad = false;
    }
    story.mentioned = idsAt(data, "new_mentions");
    if (!story.happening.broad && story.assigned.empty() && story.mentioned.empty())
        return std::nullopt;
    story.happening.text = search::folded(said);
    if (story.happening.broad && event.topic != "issue.created") // then nobody has said anything yet
        story.participants = storage::NotificationRepository::issuePeople(connection, event.objectId, commentId);
    return story;
}

std::optional<Story> ofPull(Connection& connection, const storage::EventRecord& event, const json::object& data, Story story)
{
    const auto& nested = objectAt(data, "pull");
    const auto& pull = nested.empty() ? data : nested;
    const auto record = storage::PullRepository::byId(connection, event.objectId);
    const auto repository = record ? storage::RepoRepository::byId(connection, record->repositoryId) : std::nullopt;
    if (!repository)
        return std::nullopt;
    story.kind = "pull";
    story.happening.place.projectId = repository->projectId;
    story.happening.place.repositoryId = repository->id;
    story.happening.place.pullId = record->id;
    // An event that goes to a repository's owner alone has him as its actor.
    for (const auto& who :
         {idAt(objectAt(data, "by"), "id"), idAt(objectAt(data, "reviewer"), "id"),
          event.topic == "pull.opened" || event.topic == "pull.commented" ? idAt(objectAt(data, "author"), "id") : 0})
        if (who != 0) {
            story.happening.actorId = who;
            break;
        }
    story.where = repository->name + '#' + std::to_string(record->number);
    story.what = textAt(pull, "title");
    story.url = textAt(pull, "url");
    std::string said;
    if (event.topic == "pull.opened")
        said = std::string(textAt(pull, "title")) + '\n' + std::string(textAt(pull, "body"));
    else if (event.topic == "pull.commented" || event.topic == "pull.reviewed")
        said = textAt(data, "body");
    story.quote = quoteOf(event.topic == "pull.opened" ? textAt(pull, "body") : std::string_view(said));
    if (event.topic == "pull.review_requested") {
        story.reviewers = idsAt(data, "requested");
        story.happening.broad = false;
    } else if (event.topic != "pull.opened") {
        story.participants = storage::NotificationRepository::pullPeople(connection, record->id, event.createdAt);
    }
    story.mentioned = idsAt(data, "new_mentions");
    story.happening.text = search::folded(said);
    return story;
}

std::optional<Story> ofPush(Connection& connection, const storage::EventRecord& event, const json::object& data, Story story)
{
    const auto repository = storage::RepoRepository::byId(connection, event.objectId);
    if (!repository)
        return std::nullopt;
    story.kind = "push";
    story.happening.actorId = idAt(data, "pusher_id");
    story.happening.place.projectId = repository->projectId;
    story.happening.place.repositoryId = repository->id;
    story.where = repository->name;
    story.what = std::to_string(idAt(data, "ref_count")) + " refs";
    return story;
}

} // namespace

std::vector<std::string> storyTopics() { return {topics.begin(), topics.end()}; }

bool concernsNobody(const Core& core, const events::Event& event)
{
    const auto* const entry = event.plain ? core.chats.cache.find(event.chatId) : nullptr;
    return entry && nobodyListens(core, *entry->state());
}

std::optional<Story> storyOf(Connection& connection, const Core& core, const storage::EventRecord& event, Readers readers)
{
    if (std::find(topics.begin(), topics.end(), event.topic) == topics.end())
        return std::nullopt;
    Story story;
    story.eventId = event.id;
    story.at = event.createdAt;
    story.topic = event.topic;
    story.happening.actorId = event.actorId;
    std::optional<Story> out;
    if (event.topic == "message.created") {
        out = ofMessage(connection, core, event, readers, std::move(story));
    } else {
        const auto document = base::parseJson(event.data);
        if (!document || !document->is_object())
            return std::nullopt;
        const auto& data = document->get_object();
        if (event.topic.starts_with("issue."))
            out = ofIssue(connection, event, data, std::move(story));
        else if (event.topic.starts_with("pull."))
            out = ofPull(connection, event, data, std::move(story));
        else
            out = ofPush(connection, event, data, std::move(story));
    }
    if (out)
        for (auto* const ids : {&out->mentioned, &out->assigned, &out->reviewers, &out->participants})
            inOrder(*ids);
    return out;
}

std::vector<Id> candidates(const Core& core, const Story& story)
{
    std::vector<Id> out;
    for (const auto* const ids : {&story.mentioned, &story.assigned, &story.reviewers, &story.participants})
        out.insert(out.end(), ids->begin(), ids->end());
    const auto ruled = core.book.users();
    const bool everybody = story.happening.broad && core.serverLevel() == Level::all;
    if (story.kind == "message") {
        const auto* const entry = core.chats.cache.find(story.happening.place.chatId);
        const auto members = entry ? entry->state()->members : nullptr;
        if (!members)
            return {};
        if (everybody || story.direct || story.everyone)
            for (const auto& member : *members)
                out.push_back(member.userId);
        else if (ruled->size() <= members->size())
            std::copy_if(ruled->begin(), ruled->end(), std::back_inserter(out),
                         [&](Id id) { return members->find(id).has_value(); });
        else
            for (const auto& member : *members)
                if (holds(*ruled, member.userId))
                    out.push_back(member.userId);
    } else if (story.happening.broad) {
        out.insert(out.end(), ruled->begin(), ruled->end());
        if (const auto project = core.projects.directory.find(story.happening.place.projectId); everybody && project)
            for (const auto& [member, role] : project->members)
                out.push_back(member);
    }
    inOrder(out);
    std::erase_if(out, [&](Id id) {
        const auto user = core.projects.users.byId(id);
        return id == story.happening.actorId || !user || user->state != "active" || user->role == "bot";
    });
    return out;
}

Standing standingOf(Connection& connection, const Core& core, const Story& story, Id userId)
{
    Standing out{.userId = userId};
    const auto& place = story.happening.place;
    if (place.chatId != 0) {
        const auto participant = storage::ChatRepository::participant(connection, place.chatId, userId);
        out.reads = out.belongs = participant.has_value();
        out.muted = participant && participant->muted;
    } else {
        const auto caller = projects::callerOf(core.projects, userId);
        const auto stands = [&](const auto& standing, const std::string& state) {
            out.reads = state != "deleted";
            out.belongs = standing.role > projects::Role::stranger;
        };
        if (place.repositoryId != 0) {
            if (const auto found = projects::repositoryIn(connection, core.projects, caller, place.repositoryId))
                stands(*found, found->repository.state);
        } else if (const auto found = projects::standingIn(connection, core.projects, caller, place.projectId)) {
            stands(*found, found->project.state);
        }
    }
    out.assigned = holds(story.assigned, userId);
    out.reviewRequested = holds(story.reviewers, userId);
    out.mentioned = holds(story.mentioned, userId);
    out.everyone = story.everyone;
    out.direct = story.direct;
    out.participates = holds(story.participants, userId);
    return out;
}

namespace {

std::string sentenceOf(const Core& core, const Story& story, const Decision& decision, const Rules& rules)
{
    const auto who = story.happening.actorId == 0 ? std::string("Somebody") : core.projects.nameOf(story.happening.actorId);
    const auto titled = story.where + (story.what.empty() ? "" : ": " + story.what);
    const auto& rule = decision.rule;
    if (rule == "assigned")
        return who + " gives you " + titled;
    if (rule == "review_requested")
        return who + " asks you to review " + titled;
    if (rule == "direct_message")
        return who + " writes to you";
    if (story.kind == "message") {
        if (rule == "mention")
            return who + " mentions you in " + story.where;
        if (rule == "mention_all")
            return who + " calls everyone in " + story.where;
        if (rule == "keyword")
            return who + " says \"" + rules.keywords[decision.keyword] + "\" in " + story.where;
        return who + (rule == "thread_reply" ? " answers in a thread of " : " writes in ") + story.where;
    }
    if (rule == "mention")
        return who + " mentions you in " + titled;
    if (story.kind == "push")
        return who + " pushes to " + story.where;
    const auto act = story.topic.substr(story.topic.find('.') + 1);
    const auto verb = act == "created" || act == "opened" ? " opens "
                      : act == "commented"                ? " comments on "
                      : act == "reviewed"                 ? " reviews "
                      : act == "closed"                   ? " closes "
                      : act == "merged"                   ? " merges "
                      : act == "reopened"                 ? " opens again "
                                                          : " changes ";
    return who + verb + titled;
}

} // namespace

storage::NotificationRecord noticeOf(const Core& core, const Story& story, const Decision& decision, const Rules& rules,
                                     Id userId)
{
    const auto& place = story.happening.place;
    return {.userId = userId,
            .eventId = story.eventId,
            .kind = story.kind,
            .name = sentenceOf(core, story, decision, rules),
            .content = story.quote,
            .rule = ruleJson(decision, rules),
            .url = story.url,
            .actorId = story.happening.actorId,
            .chatId = place.chatId,
            .messageId = story.messageId,
            .threadId = place.threadId,
            // A chat's project is where its level may come from, not what the notification is about.
            .projectId = place.chatId != 0 ? 0 : place.projectId,
            .repositoryId = place.repositoryId,
            .issueId = place.issueId,
            .pullId = place.pullId,
            .createdAt = story.at,
            .updatedAt = story.at};
}

std::string quoteOf(std::string_view text)
{
    std::size_t end = 0;
    for (std::size_t characters = 0; end < text.size(); ++end)
        if ((static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U && characters++ == quoteCharacters)
            break;
    return std::string(text.substr(0, end));
}

} // namespace netbit::services::notify
