#pragma once
// One timer of a plugin, by the clock that the test moves.

#include <netbit/exec.h>

#include <cstdint>
#include <optional>

namespace netbit::fake {
class Life;
/// Runs every timer of it that is due at this moment, in the order in which they are.
void fireTimers(Life& life, std::int64_t now);
} // namespace netbit::fake

struct nb_timer {
    nb_timer(netbit::fake::Life& by, std::uint64_t ms, bool again, nb_task_fn task, void* user)
        : life(by), period(static_cast<std::int64_t>(ms)), periodic(again), _task(task), _user(user)
    {
    }

    netbit::fake::Life& life;
    const std::int64_t period;
    const bool periodic;

    void arm();
    void armAt(std::int64_t due) { _due = due; } ///< on a reload: goes on with another's beat
    std::optional<std::int64_t> due() const { return _due; }
    void silence() { _due.reset(); }
    bool cancelled() const { return _cancelled; }
    /// False: it was cancelled before.
    bool cancel();
    void fire(std::int64_t now);

private:
    nb_task_fn _task;
    void* _user;
    std::optional<std::int64_t> _due;
    bool _cancelled = false;
};
