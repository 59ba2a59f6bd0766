#include "services/delivery/Core.h"
#include "services/delivery/Signing.h"

#include "base/CommaSeparated.h"
#include "services/projects/Acts.h"
#include "services/projects/ProjectJson.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace netbit::services::delivery {

using base::fault;
using base::Result;
using base::Status;
using projects::Turn;
using storage::Connection;
using storage::WebhookDeliveryRecord;
using storage::WebhookRecord;
using storage::WebhookRepository;

namespace json = boost::json;

namespace {

base::Error deliveryNotFound() { return fault(Status::notFound, "delivery_not_found", "The webhook has no such delivery."); }

std::optional<WebhookRecord> ownHook(Connection& connection, Id userId, Id id)
{
    return ownRow(connection, userId, id, "webhook");
}

json::array rulesOf(const WebhookRecord& hook)
{
    json::array out;
    for (auto& rule : base::commaSeparated(hook.rules))
        out.emplace_back(std::move(rule));
    return out;
}

json::object hookJson(const WebhookRecord& hook)
{
    return {{"id", hook.id},
            {"name", hook.name},
            {"url", hook.url},
            {"rules", rulesOf(hook)},
            {"enabled", hook.enabled},
            {"disabled_why", hook.disabledWhy.empty() ? json::value(nullptr) : json::value(hook.disabledWhy)},
            {"failures", hook.failures},
            {"failing_since", projects::timeOrNull(hook.failingSince)},
            {"paused_until", projects::timeOrNull(hook.pausedUntil)},
            {"created_at", base::rfc3339(hook.createdAt)},
            {"updated_at", base::rfc3339(hook.updatedAt)}};
}

json::object deliveryJson(Connection& connection, const WebhookDeliveryRecord& delivery)
{
    json::array attempts;
    for (const auto& attempt : WebhookRepository::attempts(connection, delivery.id))
        attempts.push_back(json::object{{"number", attempt.number},
                                        {"at", base::rfc3339(attempt.at)},
                                        {"took_ms", attempt.tookMs},
                                        {"status", projects::idOrNull(attempt.status)},
                                        {"error", attempt.error.empty() ? json::value(nullptr) : json::value(attempt.error)}});
    const bool pending = delivery.state == "pending";
    return {{"id", delivery.id},
            {"webhook_id", delivery.webhookId},
            {"notification_id", delivery.notificationId},
            {"message_id", delivery.sentAs},
            {"state", delivery.state},
            {"due_at", pending ? json::value(base::rfc3339(delivery.dueAt)) : json::value(nullptr)},
            {"attempts", std::move(attempts)},
            {"created_at", base::rfc3339(delivery.createdAt)},
            {"ended_at", projects::timeOrNull(delivery.endedAt)}};
}

/// What was given of name, url and rules.
Result<void> readHook(const operations::Arguments& args, WebhookRecord& into)
{
    if (const auto name = args.text("name")) {
        if (auto good = checkName(*name); !good)
            return good;
        into.name = *name;
    }
    if (const auto url = args.text("url")) {
        if (auto good = checkUrl(*url, "/url"); !good)
            return good;
        into.url = *url;
    }
    if (args.has("rules")) {
        static constexpr std::string_view known[] = {"note",        "assigned", "review_requested", "mention", "direct_message",
                                                     "mention_all", "keyword",  "thread_reply",     "level"};
        into.rules.clear();
        std::size_t index = 0;
        for (const auto rule : args.texts("rules")) {
            if (std::find(std::begin(known), std::end(known), rule) == std::end(known))
                return fault(Status::invalid, "out_of_range", "There is no such rule.", "/rules/" + std::to_string(index));
            into.rules += (index++ == 0 ? "" : ",") + std::string(rule);
        }
    }
    return {};
}

} // namespace

base::Error webhookNotFound() { return fault(Status::notFound, "webhook_not_found", "You have no such webhook."); }

Result<void> listWebhooks(Core& core, Call& call, Done done)
{
    return projects::answer(core.projects(), call, done,
                            [](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
                                json::array data;
                                for (const auto& hook : WebhookRepository::ofUser(connection, caller.userId, "webhook"))
                                    data.push_back(hookJson(hook));
                                return json::serialize(json::object{{"data", std::move(data)}});
                            });
}

Result<void> getWebhook(Core& core, Call& call, Done done)
{
    return projects::answer(core.projects(), call, done,
                            [&](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
                                const auto hook = ownHook(connection, caller.userId, call.arguments.integerOr("id", 0));
                                if (!hook)
                                    return webhookNotFound();
                                return json::serialize(hookJson(*hook));
                            });
}

Result<void> createWebhook(Core& core, Call& call, Done done)
{
    WebhookRecord wanted;
    if (auto good = readHook(call.arguments, wanted); !good)
        return good;
    wanted.secret = newSecret();
    auto act = [&core, wanted](Turn& turn) -> Result<void> {
        auto hook = wanted;
        hook.userId = turn.caller.userId;
        hook.createdAt = hook.updatedAt = core.clock();
        if (WebhookRepository::ofUser(turn.connection, hook.userId, "webhook").size() >= maxWebhooks)
            return fault(Status::conflict, "too_many_webhooks", "You have " + std::to_string(maxWebhooks) + " webhooks already.");
        hook.id = WebhookRepository::insert(turn.connection, hook);
        auto shown = hookJson(hook);
        shown["secret"] = hook.secret;
        turn.made = {hook.id, json::serialize(shown), false};
        return {};
    };
    return projects::submit(core.projects(), "webhooks.create", call, std::move(act), std::move(done));
}

Result<void> updateWebhook(Core& core, Call& call, Done done)
{
    WebhookRecord ignored;
    if (auto good = readHook(call.arguments, ignored); !good)
        return good;
    auto act = [&core, args = call.arguments, ifMatch = call.ifMatch](Turn& turn) -> Result<void> {
        auto hook = ownHook(turn.connection, turn.caller.userId, args.integerOr("id", 0));
        if (!hook)
            return webhookNotFound();
        if (auto match = projects::checkIfMatch(ifMatch, json::serialize(hookJson(*hook))); !match)
            return match;
        if (auto good = readHook(args, *hook); !good)
            return good;
        if (const auto enabled = args.flag("enabled")) {
            hook->enabled = *enabled;
            hook->disabledWhy.clear();
            hook->failures = hook->failingSince = 0;
        }
        hook->pausedUntil = 0; // what was wrong may be mended by what has changed
        hook->updatedAt = core.clock();
        WebhookRepository::update(turn.connection, *hook);
        turn.made = {hook->id, json::serialize(hookJson(*hook)), false};
        wakeAfter(core, turn);
        return {};
    };
    return projects::submit(core.projects(), "webhooks.update", call, std::move(act), std::move(done));
}

Result<void> deleteWebhook(Core& core, Call& call, Done done)
{
    auto act = [id = call.arguments.integerOr("id", 0)](Turn& turn) -> Result<void> {
        if (!ownHook(turn.connection, turn.caller.userId, id))
            return webhookNotFound();
        WebhookRepository::remove(turn.connection, turn.caller.userId, id);
        turn.made.id = id;
        return {};
    };
    return projects::submit(core.projects(), "webhooks.delete", call, std::move(act), std::move(done));
}

Result<void> listDeliveries(Core& core, Call& call, Done done)
{
    const auto& args = call.arguments;
    const auto limit = static_cast<std::size_t>(args.integerOr("limit", 50));
    return projects::answer(
        core.projects(), call, done,
        [&](Connection& connection, const projects::Caller& caller, Id& next) -> Result<std::string> {
            const auto hook = ownHook(connection, caller.userId, args.integerOr("id", 0));
            if (!hook)
                return webhookNotFound();
            auto rows = WebhookRepository::deliveries(connection, hook->id, args.integerOr("before", 0), limit + 1);
            next = projects::cut(rows, limit, &WebhookDeliveryRecord::id);
            json::array data;
            for (const auto& row : rows)
                data.push_back(deliveryJson(connection, row));
            return json::serialize(json::object{
                {"data", std::move(data)},
                {"pagination", json::object{{"limit", limit}, {"next_before", projects::idOrNull(next)}}}});
        });
}

Result<void> redeliver(Core& core, Call& call, Done done)
{
    auto act = [&core, id = call.arguments.integerOr("id", 0), which = call.arguments.integerOr("delivery", 0)](
                   Turn& turn) -> Result<void> {
        auto hook = ownHook(turn.connection, turn.caller.userId, id);
        if (!hook)
            return webhookNotFound();
        auto delivery = WebhookRepository::delivery(turn.connection, id, which);
        if (!delivery)
            return deliveryNotFound();
        if (!hook->enabled)
            return fault(Status::conflict, "webhook_disabled", "The webhook is switched off; switch it on first.");
        delivery->state = "pending";
        delivery->held = false;
        delivery->dueAt = delivery->since = core.clock();
        delivery->endedAt = 0;
        hook->pausedUntil = 0;
        WebhookRepository::setDelivery(turn.connection, *delivery);
        WebhookRepository::update(turn.connection, *hook);
        turn.made = {delivery->id, json::serialize(deliveryJson(turn.connection, *delivery)), false};
        wakeAfter(core, turn);
        return {};
    };
    return projects::submit(core.projects(), "webhooks.redeliver", call, std::move(act), std::move(done));
}

} // namespace netbit::services::delivery
