#include "border/PendingDone.h"

#include "border/Convert.h"

namespace netbit::border {

std::shared_ptr<PendingDone> PendingDone::make(Generation& generation, nb_done_fn function, void* user)
{
    if (!function)
        refuseArgument("done", "is null");
    Owed owed(generation);
    if (!owed)
        throw BadArgument{base::fault(base::Status::unavailable, "plugin_stopped", "The plugin has been stopped.")};
    return std::make_shared<PendingDone>(std::move(owed), function, user);
}

PendingDone::~PendingDone()
{
    if (!_over.load(std::memory_order_relaxed))
        finish(base::fault(base::Status::unavailable, "shutting_down", "The server stopped before this was written."));
}

void PendingDone::finish(const base::Result<services::Completed>& result) noexcept
{
    if (_over.exchange(true))
        return;
    {
        Guard guard(_owed.generation(), "done", Guard::Kind::inside);
        guard.run([&] {
            if (result) {
                _function(_user, NB_OK, nullptr, result->id, str(result->json), result->replayed ? NB_DONE_REPLAYED : 0);
                return;
            }
            nb_error error{};
            error.size = sizeof error;
            const auto status = tell(&error, result.error());
            _function(_user, status, &error, 0, absent(), 0);
        });
    }
    _owed.settle();
}

} // namespace netbit::border
