#pragma once
// Answers in the order of the packets, whenever they are ready.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace netbit::tcp {

/// Each packet opens a place; its answer is put there by whichever thread has it. What is ready at the front leaves in
/// one go. Only one thread at a time hands answers on, without a lock: what gets ready meanwhile it takes along.
template <class Reply>
class OrderedReplies {
public:
    using Ticket = std::uint64_t;

    /// [one thread] A place behind all others.
    Ticket open()
    {
        const std::lock_guard lock(_mutex);
        _places.emplace_back();
        return _first + _places.size() - _head - 1;
    }

    /// [any] Exactly once per ticket.
    void fill(Ticket ticket, Reply reply)
    {
        const std::lock_guard lock(_mutex);
        _places[_head + static_cast<std::size_t>(ticket - _first)] = std::move(reply);
    }

    /// [any] Calls `hand(std::vector<Reply>&)` with what is ready at the front, as long as there is something. When
    /// another thread is at it, that one sees to it.
    template <class Hand>
    void flush(Hand&& hand)
    {
        std::vector<Reply> ready;
        for (;;) {
            ready.clear();
            {
                const std::lock_guard lock(_mutex);
                if (_flushing)
                    return;
                for (; _head < _places.size() && _places[_head]; ++_head, ++_first)
                    ready.push_back(*std::move(_places[_head]));
                tidy();
                if (ready.empty())
                    return;
                _flushing = true;
            }
            const Turn turn(*this); // also when hand throws
            hand(ready);
        }
    }

    /// [any] Places that are open or not yet handed on.
    std::size_t waiting() const
    {
        const std::lock_guard lock(_mutex);
        return _places.size() - _head;
    }

    /// [any] No place is open, and nothing is on its way out.
    bool idle() const
    {
        const std::lock_guard lock(_mutex);
        return _places.size() == _head && !_flushing;
    }

private:
    class Turn {
    public:
        explicit Turn(OrderedReplies& owner) : _owner(owner) {}
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        ~Turn()
        {
            const std::lock_guard lock(_owner._mutex);
            _owner._flushing = false;
        }

    private:
        OrderedReplies& _owner;
    };

    /// Gives memory back: a connection that idles holds none.
    void tidy()
    {
        if (_head == _places.size())
            _places = {};
        else if (_head >= 256 && _head * 2 >= _places.size())
            _places.erase(_places.begin(), _places.begin() + static_cast<std::ptrdiff_t>(_head));
        else
            return;
        _head = 0;
    }

    mutable std::mutex _mutex; // guards what follows
    std::vector<std::optional<Reply>> _places;
    std::size_t _head = 0; // index of the front; before it is what has left
    Ticket _first = 0;     // ticket of the front
    bool _flushing = false;
};

} // namespace netbit::tcp
