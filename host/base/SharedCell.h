#pragma once
// A shared_ptr that many threads read while another replaces it.

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

namespace netbit::base {

/// What std::atomic<std::shared_ptr<T>> is for, in a form that ThreadSanitizer understands (libstdc++ 12 hides a lock
/// bit in the pointer, and unlocks it relaxed after a load). [any] for every call.
/// The flag guards _held for the few instructions that copy or swap it; nothing is destroyed under it.
template <class T>
class SharedCell {
public:
    SharedCell() = default;
    explicit SharedCell(std::shared_ptr<T> value) noexcept : _held(std::move(value)) {}
    SharedCell(const SharedCell&) = delete;
    SharedCell& operator=(const SharedCell&) = delete;

    std::shared_ptr<T> load() const noexcept
    {
        const Guard guard(_busy);
        return _held;
    }

    void store(std::shared_ptr<T> value) noexcept { exchange(std::move(value)); }

    std::shared_ptr<T> exchange(std::shared_ptr<T> value) noexcept
    {
        const Guard guard(_busy);
        _held.swap(value);
        return value;
    }

private:
    class Guard {
    public:
        explicit Guard(std::atomic<bool>& busy) noexcept : _busy(busy)
        {
            for (int tries = 0; _busy.exchange(true, std::memory_order_acquire); ++tries)
                if (tries >= 32) // its holder was most likely preempted
                    std::this_thread::yield();
        }
        ~Guard() { _busy.store(false, std::memory_order_release); }
        Guard(const Guard&) = delete;
        Guard& operator=(const Guard&) = delete;

    private:
        std::atomic<bool>& _busy;
    };

    mutable std::atomic<bool> _busy{false};
    std::shared_ptr<T> _held;
};

} // namespace netbit::base
