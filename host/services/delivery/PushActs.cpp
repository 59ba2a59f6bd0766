// Browsers that are pushed to: who subscribes, and what they are told.

#include "services/delivery/Core.h"
#include "services/delivery/Signing.h"
#include "services/delivery/push/Encryption.h"

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
using storage::NotificationRecord;
using storage::WebhookRecord;
using storage::WebhookRepository;

namespace json = boost::json;

namespace {

constexpr std::string_view kind = "push";
constexpr std::size_t titleBytes = 300;
constexpr std::size_t quoteBytes = 800;
constexpr std::size_t linkBytes = 500;

/// The address is a secret between browser and server: who knows it may push there. Its origin says whose browser it is.
json::object subscriptionJson(const WebhookRecord& row)
{
    return {{"id", row.id},
            {"name", row.name},
            {"service", push::originOf(row.url)},
            {"failures", row.failures},
            {"failing_since", projects::timeOrNull(row.failingSince)},
            {"created_at", base::rfc3339(row.createdAt)},
            {"updated_at", base::rfc3339(row.updatedAt)}};
}

/// No longer than so many bytes, and whole characters.
std::string_view cutTo(std::string_view text, std::size_t bytes)
{
    if (text.size() <= bytes)
        return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U)
        --bytes;
    return text.substr(0, bytes);
}

Result<void> readSubscription(const Core& core, const operations::Arguments& args, WebhookRecord& into)
{
    into.kind = kind;
    into.url = args.textOr("endpoint", {});
    if (auto good = checkUrl(into.url, "/endpoint"); !good)
        return good;
    if (!core.allowInside && !push::originOf(into.url).starts_with("https:"))
        return fault(Status::invalid, "invalid_url", "A push service is spoken to by https://.", "/endpoint");
    const auto& keys = *args.object("keys");
    for (const auto& member : keys)
        if (member.key() != "p256dh" && member.key() != "auth")
            return fault(Status::invalid, "unknown_member", "A subscription has no such key.", "/keys/" + std::string(member.key()));
    const auto text = [&](std::string_view name) {
        const auto* const value = keys.if_contains(name);
        return value && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    into.p256dh = text("p256dh");
    into.secret = text("auth");
    std::string_view wrong;
    if (!push::readBrowserKeys(into.p256dh, into.secret, wrong))
        return fault(Status::invalid, "invalid_key",
                     wrong == "auth" ? "auth is 16 bytes in base64url without padding."
                                     : "p256dh is an uncompressed point of P-256 in base64url without padding.",
                     "/keys/" + std::string(wrong));
    if (const auto name = args.text("name")) {
        if (auto good = checkName(*name); !good)
            return good;
        into.name = *name;
    }
    return {};
}

/// The row that the user has for this address. One who was signed in with the same browser before has it no longer: what is his is
/// not shown to who uses it now.
std::optional<WebhookRecord> takeOver(Turn& turn, const WebhookRecord& wanted)
{
    std::optional<WebhookRecord> own;
    for (auto& row : WebhookRepository::pushOf(turn.connection, wanted.url)) {
        if (row.userId == turn.caller.userId)
            own = std::move(row);
        else if (row.p256dh == wanted.p256dh && row.secret == wanted.secret)
            WebhookRepository::remove(turn.connection, row.userId, row.id);
    }
    return own;
}

} // namespace

base::Error subscriptionNotFound()
{
    return fault(Status::notFound, "subscription_not_found", "None of your browsers has this subscription.");
}

bool isUrgent(const NotificationRecord& notice)
{
    const auto rule = ruleOf(notice);
    return rule == "mention" || rule == "direct_message" || rule == "assigned" || rule == "review_requested";
}

std::string payloadOf(const NotificationRecord& notice, std::int64_t unread)
{
    json::object told{{"title", cutTo(notice.name, titleBytes)},
                      {"body", ""},
                      {"url", notice.url.empty() || notice.url.size() > linkBytes ? json::value(nullptr) : json::value(notice.url)},
                      {"tag", "n" + std::to_string(notice.id)},
                      {"unread", unread}};
    for (auto bytes = quoteBytes;; bytes /= 2) { // what JSON escapes is up to six times as long
        told["body"] = cutTo(notice.content, bytes);
        if (bytes < titleBytes)
            told["title"] = cutTo(notice.name, bytes);
        if (auto text = json::serialize(told); text.size() <= push::maxPlainBytes)
            return text;
    }
}

Result<void> pushKey(Core& core, Call&, Done done)
{
    return projects::answered(done, json::serialize(json::object{{"public_key", core.vapid.publicKey()}}));
}

Result<void> listSubscriptions(Core& core, Call& call, Done done)
{
    return projects::answer(core.projects(), call, done,
                            [](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
                                json::array data;
                                for (const auto& row : WebhookRepository::ofUser(connection, caller.userId, kind))
                                    data.push_back(subscriptionJson(row));
                                return json::serialize(json::object{{"data", std::move(data)}});
                            });
}

Result<void> getSubscription(Core& core, Call& call, Done done)
{
    return projects::answer(core.projects(), call, done,
                            [&](Connection& connection, const projects::Caller& caller, Id&) -> Result<std::string> {
                                const auto row = ownRow(connection, caller.userId, call.arguments.integerOr("id", 0), kind);
                                if (!row)
                                    return subscriptionNotFound();
                                return json::serialize(subscriptionJson(*row));
                            });
}

Result<void> subscribe(Core& core, Call& call, Done done)
{
    WebhookRecord wanted;
    if (auto good = readSubscription(core, call.arguments, wanted); !good)
        return good;
    auto act = [&core, wanted](Turn& turn) -> Result<void> {
        auto row = wanted;
        row.userId = turn.caller.userId;
        row.createdAt = row.updatedAt = core.clock();
        const auto before = takeOver(turn, wanted);
        if (before) {
            row.id = before->id;
            row.createdAt = before->createdAt;
            WebhookRepository::update(turn.connection, row);
            wakeAfter(core, turn); // what failed with the keys of before may arrive with these
        } else {
            if (WebhookRepository::ofUser(turn.connection, row.userId, kind).size() >= maxSubscriptions)
                return fault(Status::conflict, "too_many_subscriptions",
                             "You have " + std::to_string(maxSubscriptions) + " browsers that are pushed to already.");
            row.id = WebhookRepository::insert(turn.connection, row);
        }
        turn.made = {row.id, json::serialize(subscriptionJson(row)), before.has_value()};
        return {};
    };
    return projects::submit(core.projects(), "push.subscribe", call, std::move(act), std::move(done));
}

Result<void> unsubscribe(Core& core, Call& call, Done done)
{
    auto act = [id = call.arguments.integerOr("id", 0)](Turn& turn) -> Result<void> {
        if (!ownRow(turn.connection, turn.caller.userId, id, kind))
            return subscriptionNotFound();
        WebhookRepository::remove(turn.connection, turn.caller.userId, id);
        turn.made.id = id;
        return {};
    };
    return projects::submit(core.projects(), "push.unsubscribe", call, std::move(act), std::move(done));
}

Result<void> tryPush(Core& core, Call& call, Done done)
{
    auto act = [&core, id = call.arguments.integerOr("id", 0)](Turn& turn) -> Result<void> {
        auto row = ownRow(turn.connection, turn.caller.userId, id, kind);
        if (!row)
            return subscriptionNotFound();
        if (WebhookRepository::anyPendingBeyond(turn.connection, id, maxPending - 1))
            return fault(Status::conflict, "too_many_pushes", "Too much waits for this browser already.");
        const auto now = core.clock();
        row->pausedUntil = 0;
        WebhookRepository::update(turn.connection, *row);
        const json::object told{{"title", "NetBit"}, {"body", "What is pushed to this browser arrives."}, {"tag", "trial"}};
        WebhookRepository::queue(turn.connection, {.webhookId = id,
                                                   .sentAs = newMessageId(),
                                                   .body = json::serialize(told),
                                                   .dueAt = now,
                                                   .since = now,
                                                   .createdAt = now});
        turn.made.id = id;
        wakeAfter(core, turn);
        return {};
    };
    return projects::submit(core.projects(), "push.try", call, std::move(act), std::move(done));
}

} // namespace netbit::services::delivery
