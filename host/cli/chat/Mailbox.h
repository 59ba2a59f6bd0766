#pragma once
// What one thread leaves for another, which may wait for it with poll(2).

#include "base/Descriptor.h"

#include <cstdint>
#include <mutex>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace netbit::cli::chat
{

template <class T> class Mailbox
{
public:
    Mailbox()
        : _bell(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
    {
        if (!_bell)
            throw std::runtime_error("no eventfd");
    }

    void post(T item) // [any]
    {
        {
            const std::lock_guard lock(_mutex); // _items
            _items.push_back(std::move(item));
        }
        ring();
    }
    /// Wakes the reader without leaving anything.
    void ring() // [any]
    {
        const std::uint64_t one = 1;
        (void)!::write(_bell.get(), &one, sizeof one);
    }
    std::vector<T> take() // [reader]
    {
        std::uint64_t count = 0;
        (void)!::read(_bell.get(), &count, sizeof count);
        const std::lock_guard lock(_mutex); // _items
        return std::exchange(_items, {});
    }
    /// Readable while something was left, or somebody rang, since the last take().
    int bell() const noexcept { return _bell.get(); }

private:
    base::Descriptor _bell;
    std::mutex _mutex;
    std::vector<T> _items;
};

/// Until the bell rings, or that long.
inline void awaitBell(int bell, int milliseconds)
{
    pollfd one{bell, POLLIN, 0};
    ::poll(&one, 1, milliseconds);
}

} // namespace netbit::cli::chat
