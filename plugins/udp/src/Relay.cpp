#include "udp/src/Relay.h"

#include "support/JsonDocument.h"
#include "support/LiveEvents.h"
#include "udp/src/Datagram.h"
#include "udp/src/FrozenPlaces.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace netbit::udp {

namespace {

/// The sink of one user's subscription.
class UserSink final : public EventSink {
public:
    UserSink(std::shared_ptr<Relay> relay, std::int64_t userId) : _relay(std::move(relay)), _userId(userId) {}

    Take event(const Event& event) override
    {
        _relay->deliver(_userId, event);
        return Take::next;
    }
    void revoked() override { _relay->revoked(_userId); }

private:
    const std::shared_ptr<Relay> _relay;
    const std::int64_t _userId;
};

} // namespace

std::string packetOf(const Event& event)
{
    std::string text;
    if (event.topic == support::typingTopic && event.chatId > 0) {
        text = R"({"packet_type":"Typing","chat_id":)";
        support::appendInt(text, event.chatId);
        text += R"(,"user_id":)";
        support::appendInt(text, event.actorId);
    } else if (event.topic == support::presenceTopic) {
        text = R"({"packet_type":"Status","user_id":)";
        support::appendInt(text, event.actorId);
        support::JsonDocument document;
        if (document.parse(event.json, 32) || !document.root().is_object())
            return {};
        const auto* data = document.root().get_object().if_contains("data");
        const auto* object = data ? data->if_object() : nullptr;
        if (const auto* status = object ? object->if_contains("status_data") : nullptr)
            text += R"(,"status_data":)" + boost::json::serialize(*status);
    } else {
        return {};
    }
    text += '}';
    return text.size() <= maxDatagramBytes ? text : std::string();
}

Relay::Relay(Host host, PlaceLimits limits)
    : _events(host), _exec(host),
      _sent(Metrics(host).counter("broadcasts_total", "Packets sent to listeners.")),
      _subscribers(Metrics(host).gauge("subscribers", "Addresses that listen.")), _places(limits)
{
}

void Relay::setLimits(PlaceLimits limits)
{
    const std::lock_guard lock(_mutex);
    _places.setLimits(limits);
}

bool Relay::add(const Principal& who, const nb_address& address)
{
    {
        const std::lock_guard lock(_mutex);
        if (!_places.add(who.userId(), address, _exec.monotonicMs()))
            return false;
        showSize();
    }
    if (subscribe(who))
        return true;
    remove(who, address);
    return false;
}

bool Relay::touch(const Principal& who, const nb_address& address)
{
    {
        const std::lock_guard lock(_mutex);
        if (!_places.touch(who.userId(), address, _exec.monotonicMs()))
            return false;
    }
    return subscribe(who); // again, where the key that it began with has been revoked meanwhile
}

/// Whoever comes first subscribes; a second one that raced finds the place taken and lets go of its own.
bool Relay::subscribe(const Principal& who)
{
    const auto userId = who.userId();
    {
        const std::lock_guard lock(_mutex);
        if (_subscriptions.count(userId) != 0)
            return true;
    }
    SubscribeOptions options;
    options.principal = who;
    options.topics = {support::typingTopic, support::presenceTopic};
    options.onlyEphemeral = true;
    auto subscription = _events.subscribe(options, std::make_shared<UserSink>(shared_from_this(), userId));
    if (!subscription)
        return false;
    Subscription mine = std::move(*subscription); // cancelled outside the lock, unless it is kept
    const std::lock_guard lock(_mutex);
    if (_places.has(userId))
        if (auto& kept = _subscriptions[userId]; !kept.subscription)
            kept = {who, std::move(mine)};
    return true;
}

Subscription Relay::take(std::int64_t userId)
{
    const auto found = _subscriptions.find(userId);
    if (found == _subscriptions.end())
        return {};
    Subscription out = std::move(found->second.subscription);
    _subscriptions.erase(found);
    return out;
}

void Relay::remove(const Principal& who, const nb_address& address)
{
    Subscription over;
    const std::lock_guard lock(_mutex);
    _places.remove(who.userId(), address);
    showSize();
    if (!_places.has(who.userId()))
        over = take(who.userId());
}

void Relay::sweep()
{
    std::vector<Subscription> over;
    const std::lock_guard lock(_mutex);
    _places.sweep(_exec.monotonicMs());
    showSize();
    for (auto user = _subscriptions.begin(); user != _subscriptions.end();) {
        if (_places.has(user->first)) {
            ++user;
            continue;
        }
        over.push_back(std::move(user->second.subscription));
        user = _subscriptions.erase(user);
    }
}

void Relay::stop()
{
    std::unordered_map<std::int64_t, Listening> over;
    const std::lock_guard lock(_mutex);
    over.swap(_subscriptions);
}

std::vector<Frozen> Relay::freeze()
{
    std::vector<Frozen> pieces;
    std::unordered_map<std::int64_t, Listening> over; // ends behind the lock
    const std::lock_guard lock(_mutex);
    over.swap(_subscriptions);
    for (const auto& [userId, listening] : over) {
        const auto places = _places.allOf(userId);
        if (places.empty())
            continue;
        pieces.push_back(freezePlaces(places));
        pieces.back().principal = _frozen.emplace_back(listening.who).raw();
    }
    _places.clear();
    return pieces;
}

bool Relay::thaw(const Frozen& piece, const Principal& who)
{
    const auto places = thawPlaces(piece);
    if (!places || !who)
        return false;
    const auto userId = who.userId();
    {
        const std::lock_guard lock(_mutex);
        for (const auto& place : *places)
            _places.restore(userId, place);
        showSize();
    }
    if (subscribe(who))
        return true;
    const std::lock_guard lock(_mutex);
    for (const auto& place : *places)
        _places.remove(userId, place.address);
    showSize();
    return false;
}

void Relay::showSize() { _subscribers.set(static_cast<double>(_places.size())); }

void Relay::deliver(std::int64_t userId, const Event& event)
{
    if (event.actorId == userId)
        return; // one need not be told what one does
    const auto packet = packetOf(event);
    if (packet.empty())
        return;
    std::vector<nb_address> addresses;
    {
        const std::lock_guard lock(_mutex);
        addresses = _places.of(userId, _exec.monotonicMs());
    }
    for (const auto& address : addresses)
        if (_listener.sendTo(address, packet))
            _sent.add();
}

void Relay::revoked(std::int64_t userId)
{
    Subscription over;
    const std::lock_guard lock(_mutex);
    over = take(userId);
}

} // namespace netbit::udp
