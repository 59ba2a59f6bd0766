#pragma once
// Brings notifications to where their users want them beyond the inbox: an outbox in the database, and who empties it.

#include "base/Fetch.h"
#include "base/Time.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace netbit::services::operations {
class Operations;
}
namespace netbit::services::notify {
struct Core;
}
namespace netbit::services::projects {
class Turn;
}
namespace netbit::storage {
struct NotificationRecord;
}

namespace netbit::services::delivery {

struct Core;

struct DeliveryOptions {
    bool allowInside = false; ///< receivers may be inside this network
    std::chrono::milliseconds timeout{10'000}; ///< of one attempt
    base::Millis disableAfterMs = base::Millis{5} * 24 * 3'600'000; ///< a receiver that only fails is given up
    std::string contact{}; ///< told to push services: a mailto: or https: address; empty: none
};

class DeliveryService {
public:
    using Clock = std::function<base::Millis()>;
    /// Runs a task, after a while, on a thread that may wait for other servers. false: not now.
    using Run = std::function<bool(std::chrono::milliseconds delay, std::function<void()> task)>;

    /// Before the first notification is made. `pushSecret`: 32 random bytes by which push services know this server; browsers that
    /// have subscribed under another are lost.
    DeliveryService(notify::Core& notices, base::Fetch fetch, std::string_view pushSecret, Clock clock = &base::now);
    ~DeliveryService(); ///< behind the writer's stop()
    DeliveryService(const DeliveryService&) = delete;
    DeliveryService& operator=(const DeliveryService&) = delete;

    void setOptions(const DeliveryOptions& options); ///< [control]
    void addOperations(operations::Operations& all); ///< [control]

    void start(Run run); ///< [control] when writer and workers run
    void stop();         ///< [control] begins nothing more; before the threads of `run` stop
    /// [worker] Call it every second: sends what is due.
    void tend();
    void prune(); ///< [worker] what ended long ago leaves the log

    std::int64_t pending() const; ///< [worker] deliveries that wait

    /// [any that may wait] Tries everything that is due, here and now, and gives how many attempts that took. For tests.
    std::size_t sendDue();

private:
    struct Sender;
    using Made = std::function<void(projects::Turn&, const storage::NotificationRecord&)>;
    std::unique_ptr<Core> _core;
    std::shared_ptr<Sender> _sender;
    std::list<Made>::iterator _made; ///< in the list of who is called for each notification
};

} // namespace netbit::services::delivery
