#pragma once
// A page that is asked for behind a message shows that message.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace netbit::tcp {

/// Pages wait for the sends that were under way when they were asked for, and for no later ones: a client that goes on
/// sending gets its page all the same.
template <class Page>
class PagesBehindSends {
public:
    using Ticket = std::uint64_t; ///< of its answer: who comes later has the higher one

    /// [one thread]
    void began()
    {
        const std::lock_guard lock(_mutex);
        ++_sending;
    }

    /// [any] The send of that answer is done, well or not. Gives the pages that nothing holds up any more.
    std::vector<Page> ended(Ticket send)
    {
        std::vector<Page> free;
        const std::lock_guard lock(_mutex);
        --_sending;
        for (auto& held : _held)
            if (send < held.ticket && --held.sends == 0)
                free.push_back(std::move(held.page));
        _held.erase(std::remove_if(_held.begin(), _held.end(), [](const Held& held) { return held.sends == 0; }),
                    _held.end());
        return free;
    }

    /// [one thread] False: nothing is under way, and the page was not taken.
    bool hold(Ticket ticket, Page& page)
    {
        const std::lock_guard lock(_mutex);
        if (_sending == 0)
            return false;
        _held.push_back({ticket, _sending, std::move(page)});
        return true;
    }

private:
    struct Held {
        Ticket ticket;
        std::size_t sends; // before it, and not done
        Page page;
    };
    std::mutex _mutex; // guards what follows
    std::size_t _sending = 0;
    std::vector<Held> _held;
};

} // namespace netbit::tcp
