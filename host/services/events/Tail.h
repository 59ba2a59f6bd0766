#pragma once
// The newest events, in memory. No lock of its own: whoever shares it guards it.

#include "services/events/EventLog.h"

#include <algorithm>
#include <deque>

namespace netbit::services::events {

class Tail {
public:
    explicit Tail(std::size_t limit) : _limit(limit) {}

    /// What was before the server started is in the database only.
    void startAfter(Id id) noexcept { _reachesBackTo = _last = id; }

    void append(EventPtr event)
    {
        _last = event->id;
        _events.push_back(std::move(event));
        if (_events.size() > _limit) {
            _reachesBackTo = _events.front()->id;
            _events.pop_front();
        }
    }

    /// Each that fits becomes another, with the same id.
    template <class Fits, class Make>
    void replaceIf(Fits fits, Make make)
    {
        for (auto& event : _events)
            if (fits(*event))
                event = make(*event);
    }

    /// Every event with an id above it is here.
    Id reachesBackTo() const noexcept { return _reachesBackTo; }
    Id last() const noexcept { return _last; }

    /// The oldest `limit` with an id above `after`, which is not below reachesBackTo().
    void copyAfter(Id after, std::size_t limit, std::vector<EventPtr>& out) const
    {
        auto from = _events.end(); // nearly all that is asked for is at the end
        if (after < _last)
            from = std::upper_bound(_events.begin(), _events.end(), after,
                                    [](Id id, const EventPtr& event) { return id < event->id; });
        for (; from != _events.end() && out.size() < limit; ++from)
            out.push_back(*from);
    }

private:
    std::deque<EventPtr> _events;
    std::size_t _limit;
    Id _reachesBackTo = 0;
    Id _last = 0;
};

} // namespace netbit::services::events
