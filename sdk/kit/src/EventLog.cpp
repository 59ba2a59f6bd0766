#include "EventLog.h"

#include "base/Json.h"
#include "base/Time.h"

namespace netbit::fake {

namespace {

using Clock = services::events::Coalescer::Clock;

constexpr std::size_t mostWindows = 10'000;

Clock::time_point at(std::int64_t ms) noexcept { return Clock::time_point(std::chrono::milliseconds(ms)); }

} // namespace

EventLog::EventLog() : _coalescer(std::chrono::seconds(1), mostWindows) {}

void EventLog::forget(std::int64_t through) { _forgotten = std::max(_forgotten, std::min(through, _lastId)); }

const StoredEvent& EventLog::append(std::string_view topic, std::int64_t chatId, std::int64_t actorId,
                                    std::string_view data, bool ephemeral, std::int64_t now)
{
    StoredEvent event{ephemeral ? 0 : ++_lastId, std::string(topic), chatId, actorId, "{"};
    auto& json = event.json;
    if (!ephemeral) {
        json += "\"id\":";
        base::appendJsonInt(json, event.id);
        json += ',';
    }
    json += "\"topic\":";
    base::appendJsonString(json, topic);
    json += ",\"chat_id\":";
    base::appendJsonInt(json, chatId);
    json += ",\"actor_id\":";
    base::appendJsonInt(json, actorId);
    json += ",\"created_at\":\"";
    base::appendRfc3339(json, now);
    json += "\",\"data\":";
    json += data.empty() ? "{}" : data;
    json += '}';
    _all.push_back(std::move(event));
    return _all.back();
}

bool EventLog::offer(std::string_view topic, std::int64_t chatId, std::int64_t actorId, std::string_view data,
                     std::int64_t now)
{
    if (!_coalescer.offer({actorId, chatId, std::string(topic)}, data, at(now)))
        return false;
    append(topic, chatId, actorId, data, true, now);
    return true;
}

std::optional<std::int64_t> EventLog::nextEnd() const
{
    const auto end = _coalescer.nextEnd();
    if (!end)
        return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(end->time_since_epoch()).count();
}

bool EventLog::release(std::int64_t now)
{
    bool any = false;
    _coalescer.end(at(now), [&](const services::events::Coalescer::Key& key, std::string_view data) {
        append(key.topic, key.chatId, key.actorId, data, true, now);
        any = true;
    });
    return any;
}

} // namespace netbit::fake
