// What goes into the outbox, and when nothing does any more.

#include "services/delivery/Core.h"
#include "services/delivery/Signing.h"

#include "base/Json.h"
#include "services/log/Log.h"
#include "services/notify/Acts.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace netbit::services::delivery {

using projects::Turn;
using storage::NotificationRecord;
using storage::WebhookRecord;
using storage::WebhookRepository;

namespace json = boost::json;

namespace {

bool wants(const WebhookRecord& hook, const NotificationRecord& notice)
{
    if (hook.rules.empty())
        return true;
    return ("," + hook.rules + ",").find("," + ruleOf(notice) + ",") != std::string::npos;
}

} // namespace

std::string ruleOf(const NotificationRecord& notice)
{
    if (!notice.rule.empty())
        if (const auto rule = base::parseJson(notice.rule); rule && rule->is_object() && rule->as_object().contains("name"))
            return std::string(rule->at("name").as_string());
    return "note";
}

void wakeAfter(Core& core, Turn& turn) { turn.then([&core] { core.wake(); }); }

void queueNotice(Core& core, Turn& turn, const NotificationRecord& notice)
{
    std::string told;
    for (auto& hook : WebhookRepository::ofUser(turn.connection, notice.userId)) {
        const bool push = hook.kind == "push";
        if (!hook.enabled || !wants(hook, notice))
            continue;
        if (WebhookRepository::anyPendingBeyond(turn.connection, hook.id, maxPending - 1)) {
            if (!push) // a browser is better off without than with what is older than these
                disable(core, turn, hook, "Too many deliveries wait for it.");
            continue;
        }
        if (told.empty() && !push)
            told = json::serialize(json::object{{"type", "notification.created"},
                                                {"timestamp", base::rfc3339(notice.createdAt)},
                                                {"data", notify::noticeJson(core.notices, notice, false)}});
        const auto now = core.clock();
        const auto due = std::max(now, notice.heldUntil);
        WebhookRepository::queue(turn.connection, {.webhookId = hook.id,
                                                   .notificationId = notice.id,
                                                   .sentAs = newMessageId(),
                                                   .body = push ? std::string() : told,
                                                   .held = due > now,
                                                   .dueAt = due,
                                                   .since = due,
                                                   .createdAt = now});
        wakeAfter(core, turn);
    }
}

void disable(Core& core, Turn& turn, WebhookRecord& hook, std::string why)
{
    if (hook.kind == "push") {
        WebhookRepository::remove(turn.connection, hook.userId, hook.id);
        turn.then([userId = hook.userId, why = std::move(why)] {
            log::info("delivery", "A browser is pushed to no more", {{"user", std::to_string(userId)}, {"reason", why}});
        });
        return;
    }
    hook.enabled = false;
    hook.disabledWhy = std::move(why);
    hook.updatedAt = core.clock();
    WebhookRepository::update(turn.connection, hook);
    WebhookRepository::failPending(turn.connection, hook.id, core.clock());
    NotificationRecord note;
    note.userId = hook.userId;
    note.name = "The webhook \"" + hook.name + "\" has been switched off";
    note.content = hook.disabledWhy + " What had not arrived can be sent again from its log.";
    notify::insertNote(core.notices, turn, std::move(note));
}

} // namespace netbit::services::delivery
