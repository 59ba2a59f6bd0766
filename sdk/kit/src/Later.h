#pragma once
// What a plugin is still owed: the end of a write, told on the writer's thread when the test runs what waits.

#include "Serve.h"
#include "services/Done.h"

#include <utility>

namespace netbit::fake {

inline base::Error pluginStopped()
{
    return base::fault(base::Status::unavailable, "plugin_stopped", "The plugin is being stopped.");
}

/// Tells `done` how it went. On the writer's thread.
inline void tellDone(Life& life, std::string_view name, const base::Result<services::Completed>& result, nb_done_fn done,
                     void* user)
{
    life.call(Lane::writer, std::string("done of ") + std::string(name), [&] {
        if (result) {
            done(user, NB_OK, nullptr, result->id, str(result->json), result->replayed ? NB_DONE_REPLAYED : 0);
            return;
        }
        nb_error error{};
        error.size = sizeof error;
        const auto status = border::tell(&error, result.error());
        done(user, status, &error, 0, absent(), 0);
    });
}

/// Puts a write in: `work` gives its result when its turn comes. A failure that the test wants is taken in its place.
template <class F>
base::Result<void> later(Life& life, std::string name, nb_done_fn done, void* user, F&& work)
{
    if (!done)
        refuseArgument("done", "is null");
    if (life.state() >= Life::State::stopped)
        return pluginStopped();
    auto& world = life.world();
    world.queue.put([&life, &world, name, done, user, failure = world.failureOf(name), work = std::forward<F>(work)]() mutable {
        base::Result<services::Completed> result = services::Completed();
        if (failure)
            result = *failure;
        else {
            const std::lock_guard lock(world.mutex);
            result = work();
        }
        tellDone(life, name, result, done, user);
    });
    return {};
}

} // namespace netbit::fake
