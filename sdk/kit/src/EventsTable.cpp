#include "Handles.h"
#include "Later.h"
#include "Subscription.h"
#include "Tables.h"
#include "base/Json.h"

#include <algorithm>

namespace netbit::fake {

namespace {

using base::fault;
using base::Status;

constexpr std::size_t mostTopics = 64;
constexpr std::size_t longestTopic = 128;
constexpr std::size_t longestData = 64 * 1024;

std::string topicOf(nb_str given, bool pattern)
{
    const auto topic = textOf(given, "topic");
    const auto name = pattern && topic.ends_with(".*") ? topic.substr(0, topic.size() - 2) : topic;
    if (name.empty() || name.size() > longestTopic ||
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-.") != std::string_view::npos)
        refuseArgument("topic", "is not 1 to 128 of [a-z0-9_.-]");
    return std::string(topic);
}

std::string dataOf(nb_str given)
{
    const auto data = bytesOf(given, "data");
    if (data.size() > longestData)
        refuseArgument("data", "is longer than 64 KiB");
    const auto parsed = base::parseJson(data);
    if (!parsed || !parsed->is_object())
        refuseArgument("data", "is not a JSON object");
    return std::string(data);
}

base::Result<void> mayPublish(World& world, const services::auth::Principal& principal, std::int64_t chatId)
{
    if (!principal.valid())
        return fault(Status::unauthenticated, "unauthenticated", "The session has ended.");
    if (chatId != 0)
        return world.chats.mayRead(principal, chatId);
    return {};
}

base::Result<void> subscribe(Life& life, const nb_subscribe_options* options, const nb_event_calls* calls, void* user,
                             nb_subscription** out)
{
    notNull(out, "out");
    const auto in = structOf(options, "options");
    const auto wanted = structOf(calls, "calls");
    if (!wanted.event || !wanted.ended)
        refuseArgument("calls", "lacks event or ended");
    if ((in.flags & ~(NB_SUBSCRIBE_EPHEMERAL | NB_SUBSCRIBE_ONLY_EPHEMERAL)) != 0)
        return fault(Status::unsupported, "bad_flags", "This host knows no other flags of a subscription.");
    const auto& permissions = life.world().manifest.permissions;
    if (!in.principal && std::find(permissions.begin(), permissions.end(), "events.all") == permissions.end())
        return fault(Status::forbidden, "permission_missing",
                     "To see every event, the manifest's permissions must have events.all.");
    if (life.state() < Life::State::starting || life.ending())
        return fault(Status::unavailable, "plugin_stopped",
                     "Subscriptions are made in start and later, and not while stopping.");
    nb_subscription::Options made;
    if (in.principal)
        made.principal = principalOf(in.principal);
    made.after = in.after;
    made.durable = (in.flags & NB_SUBSCRIBE_ONLY_EPHEMERAL) == 0;
    made.ephemeral = in.flags != 0;
    made.name = textOf(in.name, "options.name");
    if (in.topic_count > mostTopics)
        refuseArgument("topics", "are more than 64");
    if (in.topic_count > 0)
        notNull(in.topics, "topics");
    for (std::size_t i = 0; i < in.topic_count; ++i)
        made.topics.push_back(topicOf(in.topics[i], true));
    for (const auto& other : life.subscriptions)
        if (!made.name.empty() && other->options.name == made.name && !other->cancelled())
            return fault(Status::conflict, "duplicate_subscription",
                         "The plugin has a subscription " + made.name + " already.");
    auto& handle = *life.subscriptions.emplace_back(std::make_unique<nb_subscription>(life, std::move(made), wanted, user));
    *out = &handle;
    if (life.live())
        handle.arm();
    return {};
}

template <class F>
void with(nb_subscription* subscription, const char* function, F&& act)
{
    serve(subscription ? &subscription->life.world() : nullptr, function, nullptr, [&]() -> base::Result<void> {
        auto& open = notNull(subscription, "subscription");
        const std::lock_guard lock(open.life.world().mutex);
        if (open.cancelled())
            open.life.world().violation(std::string(function) + " was called on a subscription that was cancelled.");
        else
            act(open);
        return {};
    });
}

base::Result<void> publish(Life& life, const nb_principal* principal, nb_str topic, std::int64_t chatId, nb_str data)
{
    auto& world = life.world();
    const auto& who = *principalOf(principal);
    const auto name = topicOf(topic, false);
    const auto checked = dataOf(data);
    if (auto wanted = world.failureOf("events.publish"))
        return *wanted;
    if (auto may = mayPublish(world, who, chatId); !may)
        return may;
    if (world.events.offer(name, chatId, who.userId(), checked, world.now()))
        wakeSubscriptions(world);
    return {};
}

base::Result<void> publishDurable(Life& life, const nb_principal* principal, nb_str topic, std::int64_t chatId,
                                  nb_str data, nb_done_fn done, void* user)
{
    auto name = topicOf(topic, false);
    if (!name.starts_with(life.id() + '.')) {
        life.world().violation("events.publish_durable: the topic " + name + " does not start with the plugin's id and a dot.");
        return fault(Status::invalid, "foreign_topic", "A plugin's own topics start with its id and a dot.");
    }
    const auto who = principalOf(principal);
    auto checked = dataOf(data);
    auto& world = life.world();
    if (auto may = mayPublish(world, *who, chatId); !may)
        return may;
    return later(life, "events.publish_durable", done, user,
                 [&world, who, name = std::move(name), chatId, checked = std::move(checked)] {
                     const auto& event = world.events.append(name, chatId, who->userId(), checked, false, world.now());
                     wakeSubscriptions(world);
                     return services::Completed{event.id, event.json, false};
                 });
}

} // namespace

const nb_events_api& eventsTable() noexcept
{
    static constexpr nb_events_api table{
        .size = sizeof(nb_events_api),
        .reserved = 0,
        .subscribe =
            [](const nb_host* host, const nb_subscribe_options* options, const nb_event_calls* calls, void* user,
               nb_subscription** out, nb_error* error) {
                return served(host, "events.subscribe", error,
                              [&](Life& life) { return subscribe(life, options, calls, user, out); });
            },
        .resume = [](nb_subscription* one) { with(one, "events.resume", [](auto& open) { open.resume(); }); },
        .cancel = [](nb_subscription* one) { with(one, "events.cancel", [](auto& open) { open.cancel(); }); },
        .publish =
            [](const nb_host* host, const nb_principal* principal, nb_str topic, std::int64_t chatId, nb_str data,
               nb_error* error) {
                return served(host, "events.publish", error,
                              [&](Life& life) { return publish(life, principal, topic, chatId, data); });
            },
        .publish_durable =
            [](const nb_host* host, const nb_principal* principal, nb_str topic, std::int64_t chatId, nb_str data,
               nb_done_fn done, void* user, nb_error* error) {
                return served(host, "events.publish_durable", error, [&](Life& life) {
                    return publishDurable(life, principal, topic, chatId, data, done, user);
                });
            },
        .last_id =
            [](const nb_host* host) {
                std::int64_t id = 0;
                served(host, "events.last_id", nullptr, [&](Life& life) -> base::Result<void> {
                    id = life.world().events.lastId();
                    return {};
                });
                return id;
            },
    };
    return table;
}

} // namespace netbit::fake
