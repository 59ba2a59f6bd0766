#pragma once
// What waits to be run, in the order in which it was begun. [any] puts in; the test's thread takes out.

#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace netbit::fake {

class Queue {
public:
    void put(std::function<void()> work)
    {
        const std::lock_guard lock(_mutex);
        _works.push_back(std::move(work));
    }
    /// Nothing: nothing waits.
    std::function<void()> take()
    {
        const std::lock_guard lock(_mutex);
        if (_works.empty())
            return {};
        auto work = std::move(_works.front());
        _works.pop_front();
        return work;
    }

private:
    std::mutex _mutex; // guards _works
    std::deque<std::function<void()>> _works;
};

} // namespace netbit::fake
