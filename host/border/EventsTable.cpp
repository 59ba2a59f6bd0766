#include "base/Json.h"
#include "border/Convert.h"
#include "border/Handles.h"
#include "border/Holdings.h"
#include "border/PendingDone.h"
#include "border/Services.h"
#include "border/Subscription.h"
#include "border/Tables.h"

#include <boost/json/value.hpp>

namespace netbit::border {

namespace {

using base::fault;
using base::Status;

constexpr std::size_t mostTopics = 64;
constexpr std::size_t longestTopic = 128;
constexpr std::size_t longestName = 64;

bool goodTopic(std::string_view topic) noexcept
{
    return !topic.empty() && topic.size() <= longestTopic &&
           topic.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-.") == std::string_view::npos;
}

/// A plugin's topic as it stands, checked; a subscription's may end in ".*".
std::string topicOf(nb_str given, bool pattern)
{
    const auto topic = textOf(given, "topic");
    const auto name = pattern && topic.ends_with(".*") ? topic.substr(0, topic.size() - 2) : topic;
    if (!goodTopic(name))
        refuseArgument("topic", "is not 1 to 128 of [a-z0-9_.-]");
    return std::string(topic);
}

std::string_view dataOf(nb_str given)
{
    const auto data = bytesOf(given, "data");
    const auto parsed = base::parseJson(data);
    if (!parsed)
        throw BadArgument{parsed.error()};
    if (!parsed->is_object())
        refuseArgument("data", "is not a JSON object");
    return data;
}

base::Result<void> subscribe(const nb_host* host, const nb_subscribe_options* options, const nb_event_calls* calls,
                             void* user, nb_subscription** out)
{
    auto& generation = generationOf(host);
    notNull(out, "out");
    const auto in = structOf(options, "options");
    const auto wanted = structOf(calls, "calls");
    if (!wanted.event || !wanted.ended)
        refuseArgument("calls", "lacks event or ended");
    if ((in.flags & ~(NB_SUBSCRIBE_EPHEMERAL | NB_SUBSCRIBE_ONLY_EPHEMERAL)) != 0)
        return fault(Status::unsupported, "bad_flags", "This host knows no other flags of a subscription.");
    if (!in.principal && !generation.permits("events.all"))
        return fault(Status::forbidden, "permission_missing",
                     "To see every event, the manifest's permissions must have events.all.");
    const auto state = generation.state();
    if (state == Generation::State::loaded || state == Generation::State::created || state > Generation::State::replaced)
        return fault(Status::unavailable, "plugin_stopped",
                     "Subscriptions are made in start and later, and not while stopping.");

    services::events::SubscribeOptions made;
    if (in.principal) {
        made.principal = in.principal->principal;
        if (auto scoped = services::auth::needs(*made.principal, services::auth::Scope::read); !scoped)
            return scoped;
    }
    made.after = in.after;
    made.durable = (in.flags & NB_SUBSCRIBE_ONLY_EPHEMERAL) == 0;
    made.ephemeral = in.flags != 0;
    if (in.topic_count > mostTopics)
        refuseArgument("topics", "are more than 64");
    if (in.topic_count > 0)
        notNull(in.topics, "topics");
    for (std::size_t i = 0; i < in.topic_count; ++i)
        made.topics.push_back(topicOf(in.topics[i], true));
    // "From now on" is now, also when the plugin goes live a little later.
    if (made.after < 0 && made.durable && !generation.serves())
        made.after = generation.services().events.lastId();

    std::string name(textOf(in.name, "options.name"));
    if (name.size() > longestName)
        refuseArgument("options.name", "has more than 64 bytes");
    if (generation.subscriptionNamed(name))
        return fault(Status::conflict, "duplicate_subscription", "The plugin has a subscription " + name + " already.");

    auto handle = std::make_shared<nb_subscription>(generation, std::move(name), std::move(made), wanted, user);
    *out = generation.holdings().subscriptions.put(handle);
    if (generation.serves())
        handle->arm();
    return {};
}

void resume(nb_subscription* subscription)
{
    quietly([&] {
        if (const auto handle = TokenShelf<nb_subscription>::find(subscription))
            handle->resume();
        else
            complainOfToken("subscription", "resume");
    });
}

void cancel(nb_subscription* subscription)
{
    quietly([&] {
        const auto known = TokenShelf<nb_subscription>::find(subscription);
        if (const auto handle = known ? known->generation->holdings().subscriptions.take(subscription) : nullptr)
            handle->cancelByPlugin();
        else
            complainOfToken("subscription", "cancel");
    });
}

base::Result<void> publish(const nb_host* host, const nb_principal* principal, nb_str topic, std::int64_t chatId,
                           nb_str data)
{
    auto& generation = generationOf(host);
    const auto& who = *notNull(principal, "principal").principal;
    if (auto scoped = services::auth::needs(who, services::auth::Scope::write); !scoped)
        return scoped;
    return generation.services().events.publish(who, topicOf(topic, false), chatId,
                                                dataOf(data));
}

base::Result<void> publishDurable(const nb_host* host, const nb_principal* principal, nb_str topic, std::int64_t chatId,
                                  nb_str data, nb_done_fn done, void* user)
{
    auto& generation = generationOf(host);
    const auto name = topicOf(topic, false);
    if (!name.starts_with(generation.id() + '.'))
        return fault(Status::invalid, "foreign_topic", "A plugin's own topics start with its id and a dot.");
    const auto& who = notNull(principal, "principal").principal;
    if (auto scoped = services::auth::needs(*who, services::auth::Scope::write); !scoped)
        return scoped;
    const auto checked = dataOf(data);
    auto pending = PendingDone::make(generation, done, user);
    return pending->taken(
        generation.services().events.publishDurable(who, name, chatId, checked, PendingDone::callback(pending)));
}

std::int64_t lastId(const nb_host* host)
{
    std::int64_t id = 0;
    quietly([&] { id = generationOf(host).services().events.lastId(); });
    return id;
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
                return answer(error, [&] { return subscribe(host, options, calls, user, out); });
            },
        .resume = &resume,
        .cancel = &cancel,
        .publish =
            [](const nb_host* host, const nb_principal* principal, nb_str topic, std::int64_t chatId, nb_str data,
               nb_error* error) { return answer(error, [&] { return publish(host, principal, topic, chatId, data); }); },
        .publish_durable =
            [](const nb_host* host, const nb_principal* principal, nb_str topic, std::int64_t chatId, nb_str data,
               nb_done_fn done, void* user, nb_error* error) {
                return answer(error, [&] { return publishDurable(host, principal, topic, chatId, data, done, user); });
            },
        .last_id = &lastId,
    };
    return table;
}

} // namespace netbit::border
