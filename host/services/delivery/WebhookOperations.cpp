#include "services/delivery/Core.h"

#include "services/operations/Operations.h"

#include <limits>

namespace netbit::services::delivery {

using operations::bound;
using operations::Kind;
using operations::Parameter;
using Handler = base::Result<void> (*)(Core&, Call&, Done);

namespace {

constexpr auto mostId = std::numeric_limits<std::int64_t>::max();

constexpr std::string_view hookSchema = R"({"type":"object","required":["id","name","url","rules","enabled","created_at"],
"properties":{"id":{"type":"integer","format":"int64"},"name":{"type":"string"},"url":{"type":"string","format":"uri"},
"rules":{"type":"array","items":{"type":"string"},"description":"what goes there; empty: everything"},
"enabled":{"type":"boolean"},"disabled_why":{"type":["string","null"],"description":"null: its user did it, or it is enabled"},
"failures":{"type":"integer","format":"int64","description":"attempts since something last arrived"},
"failing_since":{"type":["string","null"],"format":"date-time"},"paused_until":{"type":["string","null"],"format":"date-time"},
"created_at":{"type":"string","format":"date-time"},"updated_at":{"type":"string","format":"date-time"},
"secret":{"type":"string","description":"only where it was made: what deliveries are signed with"}}})";

constexpr std::string_view hooksSchema = R"({"type":"object","required":["data"],"properties":{
"data":{"type":"array","items":{"$ref":"#/components/schemas/Webhook"}}}})";

constexpr std::string_view deliverySchema = R"({"type":"object","required":["id","webhook_id","notification_id","message_id",
"state","attempts","created_at"],"properties":{"id":{"type":"integer","format":"int64"},
"webhook_id":{"type":"integer","format":"int64"},"notification_id":{"type":"integer","format":"int64"},
"message_id":{"type":"string","description":"the header webhook-id, the same for every attempt"},
"state":{"type":"string","enum":["pending","delivered","failed","dropped"],"description":"dropped: it was held, and read meanwhile"},
"due_at":{"type":["string","null"],"format":"date-time"},"attempts":{"type":"array","items":{"type":"object",
"required":["number","at","took_ms","status","error"],"properties":{"number":{"type":"integer","format":"int64"},
"at":{"type":"string","format":"date-time"},"took_ms":{"type":"integer","format":"int64"},
"status":{"type":["integer","null"],"format":"int64"},"error":{"type":["string","null"]}}}},
"created_at":{"type":"string","format":"date-time"},"ended_at":{"type":["string","null"],"format":"date-time"}}})";

constexpr std::string_view deliveriesSchema = R"({"type":"object","required":["data","pagination"],"properties":{
"data":{"type":"array","items":{"$ref":"#/components/schemas/WebhookDelivery"}},"pagination":{"type":"object"}}})";

Parameter integer(std::string_view name, std::string_view what, bool required = false)
{
    return {.name = name, .kind = Kind::integer, .what = what, .required = required, .least = 1, .most = mostId};
}

const Parameter id = integer("id", "the webhook's", true);

std::vector<Parameter> hookParameters(bool required)
{
    return {{.name = "name", .what = "one line", .required = required, .least = 1, .most = 100},
            {.name = "url", .what = "https:// or http://", .required = required, .least = 1, .most = 2'000},
            {.name = "rules",
             .kind = Kind::texts,
             .what = "which notifications go there, by the rule that made them (or note); empty: all",
             .most = 20}};
}

} // namespace

void addWebhookOperations(operations::Operations& all, Core& core)
{
    all.addSchema("Webhook", hookSchema);
    all.addSchema("WebhookList", hooksSchema);
    all.addSchema("WebhookDelivery", deliverySchema);
    all.addSchema("WebhookDeliveryList", deliveriesSchema);
    const auto add = [&](std::string_view name, std::string_view summary, std::vector<Parameter> parameters,
                         std::string_view result, Handler handler, bool reads, bool secret = false) {
        operations::Operation operation{.name = name,
                                        .summary = summary,
                                        .parameters = std::move(parameters),
                                        .result = result,
                                        .handler = bound(core, handler),
                                        .secret = secret,
                                        .reads = reads};
        if (!operation.parameters.empty() && operation.parameters.front().name == "id")
            operation.guard = guardRow(core, "webhook", webhookNotFound());
        all.add(std::move(operation));
    };
    add("webhooks.list", "Where the caller has notifications sent", {}, "WebhookList", &listWebhooks, true);
    add("webhooks.get", "One webhook", {id}, "Webhook", &getWebhook, true);
    add("webhooks.create", "Have notifications sent to an address; gives the secret that signs them, once", hookParameters(true),
        "Webhook", &createWebhook, false, true);
    auto changes = hookParameters(false);
    changes.insert(changes.begin(), id);
    changes.push_back({.name = "enabled", .kind = Kind::flag, .what = "whether anything goes there"});
    add("webhooks.update", "Change a webhook, or switch it on or off", std::move(changes), "Webhook", &updateWebhook, false);
    add("webhooks.delete", "Have nothing sent there any more; its log goes too", {id}, {}, &deleteWebhook, false);
    add("webhooks.deliveries", "What was sent there in the last week and what waits, the newest first",
        {id, integer("before", "the id of a delivery: only older ones"),
         {.name = "limit", .kind = Kind::integer, .what = "how many, at most; 50 unless given", .least = 1, .most = 200}},
        "WebhookDeliveryList", &listDeliveries, true);
    add("webhooks.redeliver", "Send a delivery again, under the same message id", {id, integer("delivery", "its id", true)},
        "WebhookDelivery", &redeliver, false);
}

} // namespace netbit::services::delivery
