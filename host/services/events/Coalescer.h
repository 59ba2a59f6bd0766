#pragma once
// Typing and presence: at most one event a second for the same actor, topic and chat.

#include "services/events/EventLog.h"

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <tuple>

namespace netbit::services::events {

/// The first goes out at once. What follows within the window is held, a newer one in place of an older, and goes out
/// at the window's end if it says something else than the last one that went: so nobody keeps a wrong state for good.
/// No lock of its own: whoever shares it guards it.
class Coalescer {
public:
    using Clock = std::chrono::steady_clock;
    struct Key {
        Id actorId;
        Id chatId;
        std::string topic;
        auto operator<=>(const Key&) const = default;
    };

    Coalescer(std::chrono::milliseconds window, std::size_t limit) : _window(window), _limit(limit) {}

    /// true: send it now. Over the limit of keys a new one is dropped: best effort is what was promised.
    bool offer(Key key, std::string_view data, Clock::time_point now)
    {
        const auto known = _open.find(key);
        if (known == _open.end()) {
            if (_open.size() >= _limit)
                return false;
            const auto place = _open.emplace(std::move(key), Window{std::string(data), {}}).first;
            _ends.emplace_back(now + _window, place);
            return true;
        }
        known->second.held = std::string(data);
        return false;
    }

    /// When something has to be looked at next.
    std::optional<Clock::time_point> nextEnd() const
    {
        return _ends.empty() ? std::nullopt : std::optional(_ends.front().first);
    }

    /// Ends the windows that are over; send(key, data) for what was held.
    template <class Send>
    void end(Clock::time_point now, Send send)
    {
        while (!_ends.empty() && _ends.front().first <= now) {
            const auto place = _ends.front().second;
            _ends.pop_front(); // every window is as long as the others, so they end in the order they began
            auto& [sent, held] = place->second;
            if (!held || *held == sent) {
                _open.erase(place);
                continue;
            }
            sent = std::move(*held);
            held.reset();
            send(place->first, std::string_view(sent));
            _ends.emplace_back(now + _window, place);
        }
    }

private:
    struct Window {
        std::string sent;
        std::optional<std::string> held;
    };
    using Open = std::map<Key, Window>;

    std::chrono::milliseconds _window;
    std::size_t _limit;
    Open _open;
    std::deque<std::pair<Clock::time_point, Open::iterator>> _ends;
};

} // namespace netbit::services::events
