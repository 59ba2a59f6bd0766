#include "EventStreams.h"

#include <algorithm>

namespace netbit::chat {

void EventStreams::forgetOver()
{
    _streams.erase(std::remove_if(_streams.begin(), _streams.end(), [](const auto& stream) { return stream->isOver(); }),
                   _streams.end());
}

std::shared_ptr<EventStream> EventStreams::open(std::size_t most)
{
    const std::lock_guard lock(_mutex);
    if (_streams.size() >= most)
        forgetOver();
    if (_stopped || _streams.size() >= most)
        return nullptr;
    return _streams.emplace_back(std::make_shared<EventStream>());
}

void EventStreams::heartbeat()
{
    std::vector<std::shared_ptr<EventStream>> now;
    {
        const std::lock_guard lock(_mutex);
        forgetOver();
        now = _streams;
    }
    for (const auto& stream : now)
        stream->heartbeat();
}

void EventStreams::endAll()
{
    std::vector<std::shared_ptr<EventStream>> all;
    {
        const std::lock_guard lock(_mutex);
        _stopped = true;
        all.swap(_streams);
    }
    for (const auto& stream : all)
        stream->end();
}

} // namespace netbit::chat
