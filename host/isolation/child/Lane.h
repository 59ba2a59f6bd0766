#pragma once
// Threads for what the SDK promises a thread of its own: a queue, and one or more threads that begin with its first task.

#include "isolation/wire/Channel.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace netbit::isolation::child {

/// Never destroyed: it lives as long as the process, which ends at once.
class Lane {
public:
    /// `batch`: after so many tasks in a row what they sent is on its way, at the latest.
    Lane(wire::Channel& channel, unsigned threads, std::size_t mostWaiting, unsigned batch)
        : _channel(channel), _threads(threads), _mostWaiting(mostWaiting), _batch(batch)
    {
    }
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    /// [any] False: the queue is full, or closed; the task is gone.
    bool post(std::function<void()> task)
    {
        const std::lock_guard lock(_mutex);
        if (_closed || _tasks.size() >= _mostWaiting)
            return false;
        _tasks.push_back(std::move(task));
        if (_idle == 0 && _running < _threads) {
            ++_running;
            std::thread([this] { run(); }).detach();
        } else {
            _wake.notify_one();
        }
        return true;
    }
    /// Takes nothing more, and waits until all that it has taken is done.
    void close()
    {
        std::unique_lock lock(_mutex);
        _closed = true;
        _quiet.wait(lock, [this] { return _tasks.empty() && _idle == _running; });
    }

private:
    void run()
    {
        std::unique_lock lock(_mutex);
        for (;;) {
            if (_tasks.empty()) {
                ++_idle;
                _quiet.notify_all();
                _wake.wait(lock, [this] { return !_tasks.empty(); });
                --_idle;
            }
            const wire::Channel::Gathering gathering(_channel);
            for (unsigned i = 0; i < _batch && !_tasks.empty(); ++i) {
                auto task = std::move(_tasks.front());
                _tasks.pop_front();
                lock.unlock();
                task();
                task = nullptr;
                lock.lock();
            }
            lock.unlock();
            _channel.flush();
            lock.lock();
        }
    }

    wire::Channel& _channel;
    const unsigned _threads;
    const std::size_t _mostWaiting;
    const unsigned _batch;
    std::mutex _mutex; // guards what follows
    std::condition_variable _wake;
    std::condition_variable _quiet;
    std::deque<std::function<void()>> _tasks;
    unsigned _running = 0; // threads
    unsigned _idle = 0;
    bool _closed = false;
};

} // namespace netbit::isolation::child
