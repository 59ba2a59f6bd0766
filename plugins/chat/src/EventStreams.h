#pragma once
// All open event streams: counted, kept awake, and ended when the plugin stops.

#include "EventStream.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace netbit::chat {

class EventStreams {
public:
    /// A place for one more, or nothing when there are `most` already or the plugin stops.
    std::shared_ptr<EventStream> open(std::size_t most);
    /// [worker] Says to every client that the stream is alive, and forgets those that are over.
    void heartbeat();
    /// Ends all; none is opened afterwards.
    void endAll();

private:
    void forgetOver(); // with the lock

    std::mutex _mutex; // guards the two below; not held while a stream is written to or ended
    std::vector<std::shared_ptr<EventStream>> _streams;
    bool _stopped = false;
};

} // namespace netbit::chat
