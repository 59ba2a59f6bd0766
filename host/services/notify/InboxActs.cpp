#include "services/notify/Acts.h"

#include "base/Json.h"
#include "services/notify/Quiet.h"
#include "services/notify/Story.h"
#include "services/projects/Acts.h"
#include "services/projects/ProjectJson.h"
#include "services/projects/Standing.h"

#include <boost/json/serialize.hpp>

#include <charconv>

namespace netbit::services::notify {

using base::fault;
using base::Result;
using base::Status;
using projects::idOrNull;
using projects::timeOrNull;
using projects::Turn;
using storage::Connection;
using storage::NotificationRecord;
using storage::NotificationRepository;

namespace json = boost::json;

namespace {


base::Error notFound() { return fault(Status::notFound, "notification_not_found", "You have no such notification."); }

json::object countsJson(const storage::NotificationCounts& counts)
{
    return {{"total", counts.total}, {"unread", counts.unread}};
}

void dropAfter(Core& core, Turn& turn, Id userId)
{
    turn.then([&inbox = core.inbox, userId] { inbox.drop(userId); });
}

/// To the user alone. What a notification quotes stays in the inbox: an event cannot be taken back.
void tell(Core& core, Turn& turn, const NotificationRecord& notice, std::string_view topic)
{
    dropAfter(core, turn, notice.userId);
    auto data = noticeJson(core, notice, false);
    data["unread"] = NotificationRepository::unread(turn.connection, notice.userId);
    turn.tellOnly(notice.userId, topic, notice.id, json::serialize(data));
}

/// "Name" of one line, and its text.
Result<void> readText(const operations::Arguments& args, NotificationRecord& into)
{
    const auto name = args.textOr("name", {});
    if (name.find_first_not_of(" \t\r\n") == name.npos || name.find_first_of("\r\n") != name.npos)
        return fault(Status::invalid, "invalid_name", "A name is one line, and not empty.", "/name");
    into.name = name;
    into.content = args.textOr("content", {});
    return {};
}

std::shared_ptr<const InboxView> viewOf(Core& core, Id userId, Result<void>& read)
{
    if (auto known = core.inbox.find(userId))
        return known;
    const auto epoch = core.inbox.epoch();
    auto view = std::make_shared<InboxView>();
    read = core.projects.read([&](Connection& connection) {
        auto rows = NotificationRepository::list(connection, userId, false, 0, InboxCache::pageSize + 1);
        view->whole = rows.size() <= InboxCache::pageSize;
        rows.resize(std::min(rows.size(), InboxCache::pageSize));
        for (const auto& row : rows)
            view->newest.push_back({row.id, json::serialize(noticeJson(core, row))});
        view->counts = NotificationRepository::counts(connection, userId);
    });
    if (read)
        core.inbox.put(userId, view, epoch);
    return view;
}

std::string pageJson(std::string data, std::size_t limit, Id next, const storage::NotificationCounts& counts)
{
    return R"({"data":[)" + std::move(data) + R"(],"pagination":)" +
           json::serialize(json::object{{"limit", limit}, {"next_before", idOrNull(next)}}) + R"(,"counts":)" +
           json::serialize(countsJson(counts)) + '}';
}

} // namespace

json::object deliveryJson(base::Millis heldUntil)
{
    if (heldUntil == 0)
        return {{"state", "now"}, {"until", nullptr}};
    return {{"state", "held"}, {"until", base::rfc3339(heldUntil)}};
}

json::object noticeJson(const Core& core, const NotificationRecord& notice, bool withContent)
{
    auto rule = notice.rule.empty() ? Result<json::value>(json::value()) : base::parseJson(notice.rule);
    json::object out{{"id", notice.id}, {"kind", notice.kind}, {"name", notice.name}};
    if (withContent)
        out["content"] = notice.content;
    const json::object more{{"rule", rule ? std::move(*rule) : json::value()},
                            {"url", notice.url.empty() ? json::value(nullptr) : json::value(notice.url)},
                            {"actor", notice.actorId == 0 ? json::value(nullptr)
                                                          : json::value(projects::personJson(core.projects, notice.actorId))},
                            {"chat_id", idOrNull(notice.chatId)},
                            {"message_id", idOrNull(notice.messageId)},
                            {"thread_id", idOrNull(notice.threadId)},
                            {"project_id", idOrNull(notice.projectId)},
                            {"repository_id", idOrNull(notice.repositoryId)},
                            {"issue_id", idOrNull(notice.issueId)},
                            {"pull_id", idOrNull(notice.pullId)},
                            {"event_id", idOrNull(notice.eventId)},
                            {"created_at", base::rfc3339(notice.createdAt)},
                            {"updated_at", base::rfc3339(notice.updatedAt)},
                            {"read_at", timeOrNull(notice.readAt)},
                            {"delivery", deliveryJson(notice.heldUntil)}};
    for (const auto& member : more)
        out[member.key()] = member.value();
    return out;
}

bool insertNotice(Core& core, Turn& turn, NotificationRecord notice)
{
    auto& connection = turn.connection;
    if (notice.chatId != 0 && !storage::ChatRepository::participant(connection, notice.chatId, notice.userId))
        return false;
    if (notice.messageId != 0) {
        const auto message = storage::MessageRepository::byId(connection, notice.messageId);
        if (!message || message->deletedAt != 0)
            return false;
        notice.content = quoteOf(message->content);
    }
    if (notice.chatId == 0) {
        const auto caller = projects::callerOf(core.projects, notice.userId);
        const bool reads = notice.repositoryId != 0
                               ? projects::repositoryIn(connection, core.projects, caller, notice.repositoryId).ok()
                               : projects::standingIn(connection, core.projects, caller, notice.projectId).ok();
        if (!reads)
            return false;
    }
    const auto now = base::now();
    const auto loud = loudFrom(*core.book.find(notice.userId), core.zoneOf(notice.userId), now);
    notice.heldUntil = loud > now ? loud : 0;
    notice.id = NotificationRepository::insert(connection, notice);
    if (notice.id == 0)
        return false;
    tell(core, turn, notice, "notification.created");
    for (const auto& made : core.made)
        made(turn, notice);
    return true;
}

NotificationRecord insertNote(Core& core, Turn& turn, NotificationRecord note)
{
    note.kind = "note";
    note.createdAt = note.updatedAt = turn.time();
    note.id = NotificationRepository::insert(turn.connection, note);
    NotificationRepository::trim(turn.connection, note.userId, core.kept);
    tell(core, turn, note, "notification.created");
    for (const auto& made : core.made)
        made(turn, note);
    return note;
}

operations::Guard guardNotice(const Core& core)
{
    return [&core](const auth::PrincipalPtr& principal, operations::Texts texts) {
        const auto given = std::find_if(texts.begin(), texts.end(), [](const auto& text) { return text.first == "id"; });
        if (given == texts.end())
            return Result<void>(); // among the arguments: the operation looks for it
        Id id = 0;
        std::from_chars(given->second.data(), given->second.data() + given->second.size(), id);
        Result<void> out;
        auto read = core.projects.read([&](Connection& connection) {
            if (!NotificationRepository::byId(connection, projects::callerOf(core.projects, principal).userId, id))
                out = notFound();
        });
        return read ? out : read;
    };
}

Result<void> listNotices(Core& core, Call& call, Done done)
{
    const auto userId = call.principal->userId();
    const auto limit = static_cast<std::size_t>(call.arguments.integerOr("limit", 50));
    const auto before = call.arguments.integerOr("before", 0);
    const bool unread = call.arguments.flag("unread").value_or(false);
    Result<void> read;
    const auto view = viewOf(core, userId, read);
    if (!read)
        return read;
    std::string data;
    if (before == 0 && !unread && (limit <= view->newest.size() || view->whole)) {
        const auto count = std::min(limit, view->newest.size());
        for (std::size_t i = 0; i < count; ++i)
            data += (i > 0 ? "," : "") + view->newest[i].json;
        const Id next = count < view->newest.size() || !view->whole ? view->newest[count - 1].id : 0;
        return projects::answered(done, pageJson(std::move(data), limit, next, view->counts), next);
    }
    return projects::answer(core.projects, call, done,
                            [&](Connection& connection, const projects::Caller&, Id& next) -> Result<std::string> {
                                auto rows = NotificationRepository::list(connection, userId, unread, before, limit + 1);
                                next = projects::cut(rows, limit, &NotificationRecord::id);
                                for (const auto& row : rows)
                                    data += (data.empty() ? "" : ",") + json::serialize(noticeJson(core, row));
                                return pageJson(std::move(data), limit, next, NotificationRepository::counts(connection, userId));
                            });
}

Result<void> countNotices(Core& core, Call& call, Done done)
{
    Result<void> read;
    const auto view = viewOf(core, call.principal->userId(), read);
    if (!read)
        return read;
    return projects::answered(done, json::serialize(countsJson(view->counts)));
}

Result<void> getNotice(Core& core, Call& call, Done done)
{
    return projects::answer(
        core.projects, call, done, [&](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
            const auto found = NotificationRepository::byId(connection, caller.userId, call.arguments.integerOr("id", 0));
            if (!found)
                return notFound();
            return json::serialize(noticeJson(core, *found));
        });
}

Result<void> createNotice(Core& core, Call& call, Done done)
{
    NotificationRecord wanted;
    if (auto good = readText(call.arguments, wanted); !good)
        return good;
    auto act = [&core, wanted](Turn& turn) -> Result<void> {
        auto note = wanted;
        note.userId = turn.caller.userId;
        note.actorId = turn.caller.userId;
        note = insertNote(core, turn, std::move(note));
        turn.made = {note.id, json::serialize(noticeJson(core, note)), false};
        return {};
    };
    return projects::submit(core.projects, "notifications.create", call, std::move(act), std::move(done));
}

Result<void> updateNotice(Core& core, Call& call, Done done)
{
    NotificationRecord wanted;
    if (auto good = readText(call.arguments, wanted); !good)
        return good;
    auto act = [&core, wanted, id = call.arguments.integerOr("id", 0), ifMatch = call.ifMatch](Turn& turn) -> Result<void> {
        auto note = NotificationRepository::byId(turn.connection, turn.caller.userId, id);
        if (!note)
            return notFound();
        if (note->kind != "note")
            return fault(Status::conflict, "not_a_note",
                         "What an event made says what happened; only notes of one's own are rewritten.");
        if (auto match = projects::checkIfMatch(ifMatch, json::serialize(noticeJson(core, *note))); !match)
            return match;
        note->name = wanted.name;
        note->content = wanted.content;
        note->updatedAt = turn.time();
        NotificationRepository::setText(turn.connection, *note);
        turn.made = {note->id, json::serialize(noticeJson(core, *note)), false};
        tell(core, turn, *note, "notification.updated");
        return {};
    };
    return projects::submit(core.projects, "notifications.update", call, std::move(act), std::move(done));
}

Result<void> deleteNotice(Core& core, Call& call, Done done)
{
    auto act = [&core, id = call.arguments.integerOr("id", 0)](Turn& turn) -> Result<void> {
        const auto userId = turn.caller.userId;
        if (!NotificationRepository::remove(turn.connection, userId, id))
            return notFound();
        turn.made.id = id;
        dropAfter(core, turn, userId);
        turn.tellOnly(
            userId, "notification.deleted", id,
            json::serialize(json::object{{"id", id}, {"unread", NotificationRepository::unread(turn.connection, userId)}}));
        return {};
    };
    return projects::submit(core.projects, "notifications.delete", call, std::move(act), std::move(done));
}

Result<void> readNotice(Core& core, Call& call, Done done)
{
    auto act = [&core, id = call.arguments.integerOr("id", 0)](Turn& turn) -> Result<void> {
        const auto userId = turn.caller.userId;
        const bool changed = NotificationRepository::setRead(turn.connection, userId, id, turn.time());
        const auto notice = NotificationRepository::byId(turn.connection, userId, id);
        if (!notice)
            return notFound();
        turn.made = {id, json::serialize(noticeJson(core, *notice)), false};
        if (!changed)
            return {};
        dropAfter(core, turn, userId);
        turn.tellOnly(
            userId, "notification.read", id,
            json::serialize(json::object{{"id", id}, {"unread", NotificationRepository::unread(turn.connection, userId)}}));
        return {};
    };
    return projects::submit(core.projects, "notifications.read", call, std::move(act), std::move(done));
}

Result<void> readUpTo(Core& core, Call& call, Done done)
{
    auto act = [&core, upTo = call.arguments.integerOr("up_to", 0)](Turn& turn) -> Result<void> {
        const auto userId = turn.caller.userId;
        const auto changed = NotificationRepository::readUpTo(turn.connection, userId, upTo, turn.time());
        const auto unread = NotificationRepository::unread(turn.connection, userId);
        turn.made = {upTo, json::serialize(json::object{{"up_to", upTo}, {"read", changed}, {"unread", unread}}), false};
        if (changed == 0)
            return {};
        dropAfter(core, turn, userId);
        turn.tellOnly(userId, "notification.read", upTo, json::serialize(json::object{{"up_to", upTo}, {"unread", unread}}));
        return {};
    };
    return projects::submit(core.projects, "notifications.read_up_to", call, std::move(act), std::move(done));
}

} // namespace netbit::services::notify
