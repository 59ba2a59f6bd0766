#pragma once
// Who is told of what: it follows the event log, decides by everybody's rules, and keeps the inboxes.

#include "services/notify/Rules.h"

#include <chrono>
#include <functional>
#include <memory>

namespace netbit::services::operations {
class Operations;
}
namespace netbit::services::projects {
struct Core;
}
namespace netbit::services::chat {
struct Core;
}

namespace netbit::services::notify {

struct Core;

struct NotifyOptions {
    Level level = Level::mentions;         ///< for whom nothing else is said
    std::int64_t kept = 1'000;             ///< notifications of one user; the oldest go
    std::int64_t simulatedEvents = 100'000; ///< that one simulation looks at, at most
};

class NotifyService {
public:
    /// Runs a task on a worker, after a while.
    using Later = std::function<void(std::chrono::milliseconds delay, std::function<void()> task)>;

    NotifyService(projects::Core& projects, chat::Core& chats);
    ~NotifyService(); ///< behind the writer's stop()
    NotifyService(const NotifyService&) = delete;
    NotifyService& operator=(const NotifyService&) = delete;

    void load();                                     ///< [control] before the events start
    void setOptions(const NotifyOptions& options);   ///< [control]
    void addOperations(operations::Operations& all); ///< [control]

    void start(Later later); ///< [control] when events, writer and workers run
    /// [worker] Call it every second: goes on where a task was lost or the disk was full.
    void tend();
    void stop();   ///< [control] before the workers stop: starts no more work
    void finish(); ///< [control] after the workers have stopped, while the writer still runs

    void forget(); ///< [any] names or messages have changed past the events
    /// [worker] Looks at everything that has happened by now. For tests, and what start() arranges.
    void catchUp();

    Core& core() noexcept; ///< for those that deliver, and for tests

private:
    struct Follower;
    std::unique_ptr<Core> _core;
    std::shared_ptr<Follower> _follower;
};

} // namespace netbit::services::notify
