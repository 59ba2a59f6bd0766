#pragma once
// A plugin's place in the event log.

#include "border/Generation.h"
#include "border/Guard.h"
#include <netbit/events.h>
#include "services/events/EventLog.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>

/// Begins when the plugin is live. The log calls it on the event thread, one call at a time.
struct nb_subscription final : netbit::services::events::Subscriber, std::enable_shared_from_this<nb_subscription> {
    nb_subscription(netbit::border::Generation& owner, std::string called,
                    netbit::services::events::SubscribeOptions options, const nb_event_calls& wanted, void* argument)
        : generation(owner.shared_from_this()), name(std::move(called)), madeInStart(owner.mayRegister()),
          _options(std::move(options)), _calls(wanted), _user(argument)
    {
    }

    const std::shared_ptr<netbit::border::Generation> generation;
    const std::string name; ///< empty: none
    const bool madeInStart;

    void arm();
    /// Ends as by the host; the other one begins behind the last event that this one was offered.
    void handTo(std::shared_ptr<nb_subscription> next);
    void resume();
    /// `ended` follows, on the event thread; here and now where the log has nothing to do with it any more.
    void cancelByPlugin();
    /// The generation ends. `ended` stays owed until the plugin cancels: what it frees there it may still use.
    void cancelByHost();

    netbit::services::events::Take onEvent(const netbit::services::events::EventPtr& event) override;
    void onReset(netbit::storage::Id nextId) override;
    void onRevoked() override;
    void onEnded() override;

private:
    void tellEnded() noexcept;
    void goOnFrom(netbit::storage::Id position);

    netbit::services::events::SubscribeOptions _options;
    const nb_event_calls _calls;
    void* const _user;

    std::mutex _mutex; // guards what follows
    std::shared_ptr<netbit::services::events::Subscription> _handle;
    std::optional<netbit::border::Owed> _owed; // while the log may call
    std::shared_ptr<nb_subscription> _next; // goes on where this one stops
    bool _awaits = false;    // begins when the one before has stopped
    netbit::storage::Id _stoppedAt = -1; // where it was when it was over
    bool _cancelled = false; // the plugin wants no more
    bool _logTold = false;   // the log was told to cancel
    bool _over = false;      // the log calls no more
    bool _told = false;      // `ended` was called
};
