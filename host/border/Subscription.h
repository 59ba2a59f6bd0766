#pragma once
// A plugin's place in the event log.

#include "border/Generation.h"
#include "border/Guard.h"
#include <netbit/events.h>
#include "services/events/EventLog.h"

#include <memory>
#include <mutex>
#include <optional>

/// Begins when the plugin is live. The log calls it on the event thread, one call at a time.
struct nb_subscription final : netbit::services::events::Subscriber, std::enable_shared_from_this<nb_subscription> {
    nb_subscription(netbit::border::Generation& owner, netbit::services::events::SubscribeOptions options,
                    const nb_event_calls& wanted, void* argument)
        : generation(owner.shared_from_this()), _options(std::move(options)), _calls(wanted), _user(argument)
    {
    }

    const std::shared_ptr<netbit::border::Generation> generation;

    void arm();
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

    netbit::services::events::SubscribeOptions _options;
    const nb_event_calls _calls;
    void* const _user;

    std::mutex _mutex; // guards what follows
    std::shared_ptr<netbit::services::events::Subscription> _handle;
    std::optional<netbit::border::Owed> _owed; // while the log may call
    bool _cancelled = false; // the plugin wants no more
    bool _logTold = false;   // the log was told to cancel
    bool _over = false;      // the log calls no more
    bool _told = false;      // `ended` was called
};
