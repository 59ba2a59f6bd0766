#pragma once
// The end of a write that a plugin waits for: told exactly once, whatever becomes of the write.

#include "border/Guard.h"
#include <netbit/result.h>
#include "services/Done.h"

#include <atomic>
#include <memory>

namespace netbit::border {

class PendingDone {
public:
    /// Throws BadArgument for a null function, and for a generation that has stopped.
    static std::shared_ptr<PendingDone> make(Generation& generation, nb_done_fn function, void* user);

    PendingDone(Owed owed, nb_done_fn function, void* user) : _owed(std::move(owed)), _function(function), _user(user) {}
    /// A write that was taken and forgotten is told as unavailable: whoever waits must not wait for ever.
    ~PendingDone();

    static services::Done callback(std::shared_ptr<PendingDone> pending)
    {
        return [pending = std::move(pending)](const base::Result<services::Completed>& result) { pending->finish(result); };
    }
    void finish(const base::Result<services::Completed>& result) noexcept;
    /// The service said no at once: the function is not called.
    void disarm() noexcept { _over.store(true, std::memory_order_relaxed); }
    /// Passes on what the service said about taking the write.
    base::Result<void> taken(base::Result<void> verdict) noexcept
    {
        if (!verdict)
            disarm();
        return verdict;
    }

private:
    Owed _owed;
    nb_done_fn _function;
    void* _user;
    std::atomic<bool> _over{false};
};

} // namespace netbit::border
