#ifndef NETBIT_EVENTS_HPP
#define NETBIT_EVENTS_HPP
/* What happened, for C++ plugins. What each call promises stands in netbit/events.h. */
#include "netbit/auth.hpp"
#include "netbit/events.h"
#include "netbit/guard.hpp"

#include <vector>

namespace netbit {

template <> struct ServiceOf<nb_events_api> {
    static constexpr const char* id = NB_EVENTS_SERVICE;
};

/* A delivered event; everything is borrowed for the call. */
struct Event {
    std::int64_t id = 0; /* 0: ephemeral */
    std::string_view topic;
    std::int64_t chatId = 0;  /* 0: not about a chat */
    std::int64_t actorId = 0; /* 0: the host */
    std::string_view json;    /* {"id","topic","chat_id","actor_id","created_at","data":{…}}, no id when ephemeral */
};

/* What an event() answers: give me the next, taken but no more until resume(), cancel me. */
enum class Take : std::uint8_t { next, hold, cancel };

/* Takes the events of one subscription. All calls come on the event thread, in order, one at a time; an exception counts
 * as an event that was taken. The subscription holds a share of it until its last call has returned. */
class EventSink {
public:
    virtual ~EventSink() = default;
    virtual Take event(const Event& event) = 0;
    /* The log no longer reaches back to where it was to begin; goes on from nextId. */
    virtual void reset(std::int64_t nextId) { static_cast<void>(nextId); }
    /* The principal was revoked or has expired: no more will come. */
    virtual void revoked() {}
};

struct SubscribeOptions {
    Principal principal;     /* only what this one may see; empty: everything (permission "events.all") */
    std::int64_t after = -1; /* events with a higher id; -1: from now on */
    std::vector<std::string_view> topics; /* exact, or ending in ".*"; none: all */
    bool ephemeral = false;     /* also events without an id */
    bool onlyEphemeral = false; /* nothing but these */
    /* Unique in the plugin, or empty. With one, the generation that subscribes under it in start() goes on where the one
     * before stopped, whatever `after` says: a reload loses nothing and repeats nothing. */
    std::string_view name;
};

/* Owns a subscription: destroyed or cancelled, no event starts any more; one under way may still be in the sink. */
class Subscription {
public:
    Subscription() = default;
    Subscription(Subscription&& other) noexcept
        : _api(other._api)
        , _subscription(std::exchange(other._subscription, nullptr))
    {
    }
    Subscription& operator=(Subscription&& other) noexcept
    {
        if (this != &other) {
            cancel();
            _api = other._api;
            _subscription = std::exchange(other._subscription, nullptr);
        }
        return *this;
    }
    ~Subscription() { cancel(); }

    explicit operator bool() const noexcept { return _subscription != nullptr; }
    /* [any] Goes on after Take::hold. */
    void resume() noexcept
    {
        if (_subscription != nullptr) {
            _api->resume(_subscription);
        }
    }
    /* [any], but not in two threads at once. */
    void cancel() noexcept
    {
        if (nb_subscription* const subscription = std::exchange(_subscription, nullptr)) {
            _api->cancel(subscription);
        }
    }

private:
    friend class Events;
    const nb_events_api* _api = nullptr;
    nb_subscription* _subscription = nullptr;
};

/* "netbit.events/1". Copy it freely. */
class Events {
public:
    /* Throws a Failure where the manifest does not want the service. */
    explicit Events(Host host)
        : _host(host)
        , _api(&host.require<nb_events_api>())
    {
    }

    /* [any] The sink may be called before this returns. */
    Result<Subscription> subscribe(const SubscribeOptions& options, std::shared_ptr<EventSink> sink) const
    {
        static constexpr nb_event_calls calls = {sizeof(nb_event_calls), 0, &onEvent, &onReset, &onRevoked, &onEnded};
        std::vector<nb_str> topics;
        topics.reserve(options.topics.size());
        for (const auto topic : options.topics) {
            topics.push_back(toStr(topic));
        }
        nb_subscribe_options wanted{};
        wanted.size = sizeof wanted;
        wanted.flags = (options.ephemeral ? NB_SUBSCRIBE_EPHEMERAL : 0u)
            | (options.onlyEphemeral ? NB_SUBSCRIBE_ONLY_EPHEMERAL : 0u);
        wanted.principal = options.principal.raw();
        wanted.after = options.after;
        wanted.topics = topics.data();
        wanted.topic_count = topics.size();
        wanted.name = toStr(options.name);

        auto share = std::make_unique<std::shared_ptr<EventSink>>(std::move(sink));
        ErrorBuffer error;
        Subscription out;
        out._api = _api;
        const auto status
            = _api->subscribe(_host.raw(), &wanted, &calls, share.get(), &out._subscription, error.get());
        if (status != NB_OK) {
            out._subscription = nullptr;
            return error.toError(status);
        }
        static_cast<void>(share.release()); /* onEnded frees it */
        return out;
    }

    /* [any] An ephemeral event; `data` is a JSON object. */
    Result<void> publish(const Principal& principal, std::string_view topic, std::int64_t chatId,
                         std::string_view data) const
    {
        ErrorBuffer error;
        return toResult(_api->publish(_host.raw(), principal.raw(), toStr(topic), chatId, toStr(data), error.get()), error);
    }
    /* [any] A durable event of the plugin's own; done(Result<Done>) is called exactly once. */
    template <class F>
    void publishDurable(const Principal& principal, std::string_view topic, std::int64_t chatId, std::string_view data,
                        F&& done) const
    {
        ErrorBuffer error;
        auto ticket = netbit::done(std::forward<F>(done));
        ticket.settle(_api->publish_durable(_host.raw(), principal.raw(), toStr(topic), chatId, toStr(data),
                                            ticket.function(), ticket.user(), error.get()),
                      error);
    }
    /* [any] [fast] The id of the newest durable event. */
    std::int64_t lastId() const noexcept { return _api->last_id(_host.raw()); }

private:
    static std::shared_ptr<EventSink> shareOf(void* user) noexcept
    {
        return *static_cast<std::shared_ptr<EventSink>*>(user);
    }
    static std::int32_t onEvent(void* user, const nb_event* event) noexcept
    {
        const Event view{event->id, toView(event->topic), event->chat_id, event->actor_id, toView(event->json)};
        const auto sink = shareOf(user);
        switch (detail::guarded("event", Take::next, [&] { return sink->event(view); })) {
        case Take::hold:
            return NB_WOULD_BLOCK;
        case Take::cancel:
            return NB_CLOSED;
        case Take::next:
            break;
        }
        return NB_OK;
    }
    static void onReset(void* user, std::int64_t nextId) noexcept
    {
        const auto sink = shareOf(user); /* it may cancel, and so end, itself */
        detail::guardedRun("event reset", [&] { sink->reset(nextId); });
    }
    static void onRevoked(void* user) noexcept
    {
        const auto sink = shareOf(user);
        detail::guardedRun("event revoked", [&] { sink->revoked(); });
    }
    static void onEnded(void* user) noexcept { delete static_cast<std::shared_ptr<EventSink>*>(user); }

    Host _host;
    const nb_events_api* _api;
};

} // namespace netbit
#endif
