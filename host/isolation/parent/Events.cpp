// Subscriptions and timers.

#include "isolation/parent/Session.h"

namespace netbit::isolation::parent {

const nb_event_calls& SubscriptionProxy::calls() noexcept
{
    static constexpr nb_event_calls table{
        .size = sizeof(nb_event_calls),
        .reserved = 0,
        .event = [](void* user, const nb_event* event) -> std::int32_t {
            auto& subscription = *static_cast<SubscriptionProxy*>(user);
            wire::Event message;
            message.subscription = subscription.id;
            message.id = event->id;
            message.chatId = event->chat_id;
            message.actorId = event->actor_id;
            message.topic = event->topic;
            message.json.bytes = event->json;
            const auto waiting = ++subscription.inFlight;
            subscription.session->channel().send(wire::Kind::event, message);
            if (waiting < mostInFlight)
                return NB_OK;
            subscription.held = true;
            // They may all have been taken meanwhile, by one who saw nothing held.
            if (subscription.inFlight <= mostInFlight / 2 && subscription.held.exchange(false))
                return NB_OK;
            return NB_WOULD_BLOCK;
        },
        .reset =
            [](void* user, std::int64_t nextId) {
                auto& subscription = *static_cast<SubscriptionProxy*>(user);
                subscription.session->channel().send(wire::Kind::eventReset, wire::EventReset{subscription.id, nextId});
            },
        .revoked =
            [](void* user) {
                auto& subscription = *static_cast<SubscriptionProxy*>(user);
                subscription.session->channel().send(wire::Kind::eventRevoked, wire::SubscriptionId{subscription.id});
            },
        .ended =
            [](void* user) {
                auto& subscription = *static_cast<SubscriptionProxy*>(user);
                subscription.session->channel().send(wire::Kind::eventEnded, wire::SubscriptionId{subscription.id});
                const auto last = std::move(subscription.self);
            },
    };
    return table;
}

bool Session::takeSubscribe(wire::Frame& frame)
{
    bool taken = false;
    return answering<wire::Subscribe, wire::Nothing>(
               frame,
               [&](const wire::Subscribe& wanted, wire::Nothing&, nb_error& error) {
                   const auto who = _principals.borrow(wanted.principal);
                   if (wanted.principal != 0 && !who)
                       return refuse(error, NB_INVALID, "bad_argument", "The principal is not there.");
                   const std::string name(wire::view(wanted.name));
                   const auto proxy = std::make_shared<SubscriptionProxy>(shared_from_this(), wanted.subscription, name);
                   if (!_subscriptions.addAs(wanted.subscription, proxy)) {
                       taken = true;
                       return NB_INVALID;
                   }
                   nb_subscribe_options options{};
                   options.size = sizeof options;
                   options.flags = wanted.flags;
                   options.principal = who.get();
                   options.after = wanted.after;
                   options.topics = wanted.topics.data();
                   options.topic_count = wanted.topics.size();
                   options.name = wanted.name;
                   // The child before this one had a subscription of that name: this one goes on where that stopped.
                   if (const auto last = name.empty() ? std::nullopt : _proxy.lastEvent(name); last && !_proxy.first)
                       options.after = *last;
                   proxy->self = proxy;
                   const auto status = tables().events->subscribe(tables().host, &options, &SubscriptionProxy::calls(),
                                                                  proxy.get(), &proxy->handle, &error);
                   if (status != NB_OK) {
                       proxy->self.reset();
                       _subscriptions.take(wanted.subscription);
                   } else if (!name.empty() && _proxy.first) {
                       _proxy.rememberEvent(name, wanted.after >= 0 ? wanted.after
                                                                    : tables().events->last_id(tables().host));
                   }
                   return status;
               }) &&
           (!taken || broken("a subscription under a number that is taken"));
}

bool Session::takeEventTaken(wire::Frame& frame)
{
    wire::EventTaken given;
    if (!wire::read(frame, given, _channel.trust()))
        return broken("a message that cannot be read");
    const auto subscription = _subscriptions.find(given.subscription);
    if (!subscription)
        return true;
    if (given.count > subscription->inFlight)
        return broken("thanks for more than it was given");
    if (!subscription->name.empty() && given.lastId > 0)
        _proxy.rememberEvent(subscription->name, given.lastId);
    const auto left = subscription->inFlight -= given.count;
    if (left <= SubscriptionProxy::mostInFlight / 2 && subscription->held.exchange(false))
        tables().events->resume(subscription->handle);
    return true;
}

bool Session::takeUnsubscribe(wire::Frame& frame)
{
    return with<wire::SubscriptionId>(frame, [this](const wire::SubscriptionId& given) {
        if (const auto subscription = _subscriptions.take(given.subscription))
            tables().events->cancel(subscription->handle);
    });
}

bool Session::takePublish(wire::Frame& frame)
{
    return answering<wire::Publish, wire::Nothing>(
        frame, [this](const wire::Publish& wanted, wire::Nothing&, nb_error& error) {
            const auto who = _principals.borrow(wanted.principal);
            return tables().events->publish(tables().host, who.get(), wanted.topic, wanted.chatId, wanted.data.bytes,
                                            &error);
        });
}

// Timers.

bool Session::takeTimer(wire::Frame& frame)
{
    bool taken = false;
    return answering<wire::Timer, wire::Nothing>(
               frame,
               [&](const wire::Timer& wanted, wire::Nothing&, nb_error& error) {
                   const auto proxy = std::make_shared<TimerProxy>(shared_from_this(), wanted.timer);
                   if (!_timers.addAs(wanted.timer, proxy)) {
                       taken = true;
                       return NB_INVALID;
                   }
                   const auto make = wanted.periodic ? tables().exec->every : tables().exec->after;
                   const auto fire = [](void* user) {
                       auto& timer = *static_cast<TimerProxy*>(user);
                       if (!timer.running.exchange(true))
                           timer.session->channel().send(wire::Kind::timerFired, wire::TimerId{timer.id});
                   };
                   const auto status = make(tables().host, wanted.ms, fire, proxy.get(), &proxy->handle, &error);
                   if (status != NB_OK)
                       _timers.take(wanted.timer);
                   return status;
               }) &&
           (!taken || broken("a timer under a number that is taken"));
}

bool Session::takeTimerDone(wire::Frame& frame)
{
    return with<wire::TimerId>(frame, [this](const wire::TimerId& given) {
        if (const auto timer = _timers.find(given.timer))
            timer->running = false;
    });
}

bool Session::takeTimerCancel(wire::Frame& frame)
{
    return with<wire::TimerId>(frame, [this](const wire::TimerId& given) {
        if (const auto timer = _timers.take(given.timer))
            tables().exec->cancel(timer->handle);
    });
}

} // namespace netbit::isolation::parent
