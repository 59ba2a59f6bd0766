#include "services/notify/Acts.h"

#include "base/Json.h"
#include "services/notify/Quiet.h"
#include "services/notify/Story.h"
#include "services/projects/Acts.h"
#include "services/projects/ProjectJson.h"
#include "services/projects/Standing.h"
#include "storage/IssueRepository.h"
#include "storage/PullRepository.h"

#include <boost/json/serialize.hpp>

#include <array>

namespace netbit::services::notify {

using base::fault;
using base::Result;
using base::Status;
using projects::Turn;
using storage::Connection;
using storage::NotificationRepository;

namespace json = boost::json;

namespace {

std::string shown(const Core& core, Id userId) { return json::serialize(rulesJson(*core.book.find(userId))); }

json::object effectiveJson(const Effective& effective)
{
    return {{"level", nameOf(effective.level)},
            {"scope", nameOf(effective.scope)},
            {"id", projects::idOrNull(effective.id)},
            {"muted", effective.muted}};
}

/// What explains a place to its user.
json::object explained(const Core& core, Id userId, const Place& place, bool muted)
{
    const auto rules = core.book.find(userId);
    const auto chain = chainOf(place, muted, *rules, core.serverLevel());
    const auto effective = effectiveOf(chain);
    json::array steps;
    for (const auto& step : chain)
        steps.push_back(json::object{{"scope", nameOf(step.scope)},
                                     {"id", projects::idOrNull(step.id)},
                                     {"level", step.level ? json::value(nameOf(*step.level)) : json::value(nullptr)},
                                     {"muted", step.muted},
                                     {"decides", step.scope == effective.scope && step.id == effective.id}});
    const auto zone = core.zoneOf(userId);
    const auto now = base::now();
    const auto loud = loudFrom(*rules, zone, now);
    return {{"chain", std::move(steps)},
            {"effective", effectiveJson(effective)},
            {"delivery", deliveryJson(loud > now ? loud : 0)},
            {"time_zone", zone}};
}

base::Error chatNotFound() { return fault(Status::notFound, "chat_not_found", "There is no such chat, or you are not in it."); }

struct Asked {
    Place place{};
    bool muted = false;
};

Result<void> lookAtChat(Connection& connection, Id chatId, Id userId, Asked& out)
{
    const auto participant = storage::ChatRepository::participant(connection, chatId, userId);
    if (!participant)
        return chatNotFound();
    out.place.chatId = chatId;
    out.place.projectId = NotificationRepository::projectOfChat(connection, chatId);
    out.muted = participant->muted;
    return {};
}

Result<void> lookAtRepository(Connection& connection, const Core& core, const projects::Caller& caller, Id id, Asked& out)
{
    const auto found = projects::repositoryIn(connection, core.projects, caller, id);
    if (!found)
        return found.error();
    out.place.repositoryId = id;
    out.place.projectId = found->repository.projectId;
    return {};
}

/// The place that the one argument names, if its caller may read it.
Result<Asked> placeOf(Connection& connection, const Core& core, const projects::Caller& caller, std::string_view scope, Id id)
{
    Asked out;
    Result<void> good;
    if (scope == "chat") {
        good = lookAtChat(connection, id, caller.userId, out);
    } else if (scope == "thread") {
        const auto message = storage::MessageRepository::byId(connection, id);
        good = message ? lookAtChat(connection, message->chatId, caller.userId, out) : Result<void>(chatNotFound());
        out.place.threadId = message && message->threadId != 0 ? message->threadId : id;
    } else if (scope == "repository") {
        good = lookAtRepository(connection, core, caller, id, out);
    } else if (scope == "pull") {
        const auto pull = storage::PullRepository::byId(connection, id);
        good = pull ? lookAtRepository(connection, core, caller, pull->repositoryId, out)
                    : Result<void>(projects::repositoryNotFound());
        out.place.pullId = id;
    } else {
        const auto issue = scope == "issue" ? storage::IssueRepository::byId(connection, id) : std::nullopt;
        out.place.projectId = issue ? issue->projectId : scope == "issue" ? 0 : id;
        out.place.issueId = issue ? id : 0;
        const auto standing = projects::standingIn(connection, core.projects, caller, out.place.projectId);
        if (!standing)
            good = standing.error();
    }
    if (!good)
        return good.error();
    return out;
}

} // namespace

Result<void> getRules(Core& core, Call& call, Done done)
{
    return projects::answered(done, shown(core, call.principal->userId()));
}

Result<void> setRules(Core& core, Call& call, Done done)
{
    auto rules = readRules(call.arguments.all());
    if (!rules)
        return rules.error();
    auto act = [&core, next = std::make_shared<const Rules>(std::move(*rules)),
                ifMatch = call.ifMatch](Turn& turn) -> Result<void> {
        const auto userId = turn.caller.userId;
        // As the database has it: another change may be in this very batch.
        const auto before = NotificationRepository::rules(turn.connection, userId);
        if (auto match = projects::checkIfMatch(ifMatch, json::serialize(rulesJson(storedRules(before.value_or("{}"))))); !match)
            return match;
        const auto text = json::serialize(rulesJson(*next));
        NotificationRepository::raiseMark(turn.connection, core.mark); // what was looked at stays as it was decided
        NotificationRepository::putRules(turn.connection, userId, text, turn.time());
        turn.made = {0, text, false};
        turn.then([&book = core.book, userId, next] { book.put(userId, next); });
        turn.tellOnly(userId, "notification.rules_changed", 0, "{}");
        return {};
    };
    return projects::submit(core.projects, "notifications.set_rules", call, std::move(act), std::move(done));
}

Result<void> why(Core& core, Call& call, Done done)
{
    constexpr std::array<std::string_view, 6> scopes{"chat", "thread", "project", "repository", "issue", "pull"};
    std::string_view asked;
    for (const auto scope : scopes)
        if (call.arguments.has(scope)) {
            if (!asked.empty())
                return fault(Status::invalid, "one_place", "Ask of one place at a time.", "/" + std::string(scope));
            asked = scope;
        }
    return projects::answer(
        core.projects, call, done, [&](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
            const auto place = asked.empty() ? Result<Asked>(Asked()) // what holds everywhere
                                             : placeOf(connection, core, caller, asked, call.arguments.integerOr(asked, 0));
            if (!place)
                return place.error();
            return json::serialize(explained(core, caller.userId, place->place, place->muted));
        });
}

Result<void> whyNotice(Core& core, Call& call, Done done)
{
    return projects::answer(
        core.projects, call, done, [&](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
            const auto notice = NotificationRepository::byId(connection, caller.userId, call.arguments.integerOr("id", 0));
            if (!notice)
                return fault(Status::notFound, "notification_not_found", "You have no such notification.");
            Place place{.projectId = notice->projectId,
                        .repositoryId = notice->repositoryId,
                        .chatId = notice->chatId,
                        .threadId = notice->threadId,
                        .issueId = notice->issueId,
                        .pullId = notice->pullId};
            bool muted = false;
            if (place.chatId != 0) {
                place.projectId = NotificationRepository::projectOfChat(connection, place.chatId);
                const auto participant = storage::ChatRepository::participant(connection, place.chatId, caller.userId);
                muted = participant && participant->muted;
            }
            auto out = explained(core, caller.userId, place, muted);
            out["delivery"] = deliveryJson(notice->heldUntil);
            out["notification_id"] = notice->id;
            auto rule = notice->rule.empty() ? Result<json::value>(json::value()) : base::parseJson(notice->rule);
            out["rule"] = rule ? std::move(*rule) : json::value();
            return json::serialize(out);
        });
}

} // namespace netbit::services::notify
