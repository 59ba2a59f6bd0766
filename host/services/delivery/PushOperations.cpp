#include "services/delivery/Core.h"

#include "services/operations/Operations.h"

#include <limits>

namespace netbit::services::delivery {

using operations::bound;
using operations::Kind;
using operations::Parameter;
using Handler = base::Result<void> (*)(Core&, Call&, Done);

namespace {

constexpr std::string_view keySchema = R"({"type":"object","required":["public_key"],"properties":{"public_key":{"type":"string",
"description":"applicationServerKey of PushManager.subscribe: an uncompressed point of P-256, in base64url"}}})";

constexpr std::string_view subscriptionSchema = R"({"type":"object","required":["id","name","service","created_at"],
"properties":{"id":{"type":"integer","format":"int64"},"name":{"type":"string"},
"service":{"type":"string","format":"uri","description":"the origin of the browser's push service; the address itself is not shown"},
"failures":{"type":"integer","format":"int64","description":"attempts since something last arrived"},
"failing_since":{"type":["string","null"],"format":"date-time"},
"created_at":{"type":"string","format":"date-time"},"updated_at":{"type":"string","format":"date-time"}}})";

constexpr std::string_view subscriptionsSchema = R"({"type":"object","required":["data"],"properties":{
"data":{"type":"array","items":{"$ref":"#/components/schemas/PushSubscription"}}}})";

const Parameter id{.name = "id",
                   .kind = Kind::integer,
                   .what = "the subscription's",
                   .required = true,
                   .least = 1,
                   .most = std::numeric_limits<std::int64_t>::max()};

const std::vector<Parameter> subscription{
    {.name = "endpoint", .what = "the push service's address, https://", .required = true, .least = 1, .most = 2'000},
    {.name = "keys", .kind = Kind::object, .what = "p256dh and auth, as the browser's PushSubscription.toJSON() has them", .required = true},
    {.name = "name", .what = "by which its user knows the browser; one line", .least = 1, .most = 400}};

} // namespace

void addPushOperations(operations::Operations& all, Core& core)
{
    all.addSchema("PushKey", keySchema);
    all.addSchema("PushSubscription", subscriptionSchema);
    all.addSchema("PushSubscriptionList", subscriptionsSchema);
    const auto add = [&](std::string_view name, std::string_view summary, std::vector<Parameter> parameters,
                         std::string_view result, Handler handler, bool reads) {
        operations::Operation operation{.name = name,
                                        .summary = summary,
                                        .parameters = std::move(parameters),
                                        .result = result,
                                        .handler = bound(core, handler),
                                        .reads = reads};
        if (!operation.parameters.empty() && operation.parameters.front().name == "id")
            operation.guard = guardRow(core, "push", subscriptionNotFound());
        all.add(std::move(operation));
    };
    add("push.key", "The public key by which push services know this server", {}, "PushKey", &pushKey, true);
    add("push.list", "The browsers that the caller's notifications are pushed to", {}, "PushSubscriptionList", &listSubscriptions, true);
    add("push.get", "One of them", {id}, "PushSubscription", &getSubscription, true);
    add("push.subscribe", "Have notifications pushed to a browser; one that is known already takes these keys and this name",
        subscription, "PushSubscription", &subscribe, false);
    add("push.unsubscribe", "Have nothing pushed there any more", {id}, {}, &unsubscribe, false);
    add("push.try", "Push something there now, that it be seen whether it arrives", {id}, {}, &tryPush, false);
}

} // namespace netbit::services::delivery
