// How a generation gives way to the next one, and ends.

#include "border/Border.h"
#include "border/Generation.h"
#include "border/Guard.h"
#include "border/Holdings.h"
#include "border/Listener.h"
#include "border/Provider.h"
#include "border/Recorder.h"
#include "border/Services.h"
#include "border/Subscription.h"
#include "border/Timer.h"
#include "services/auth/AuthService.h"

#include <algorithm>
#include <latch>
#include <thread>

namespace netbit::border {

namespace {

using namespace std::chrono_literals;
using base::fault;
using base::Status;

constexpr auto arrival = 1s; // within it, requests that found a route have reached its handler
constexpr std::chrono::milliseconds grace = 1s; // for calls that end as their connection is closed

} // namespace

/// Looks instead of being woken: whoever leaves last must touch nothing of what is destroyed next.
bool Generation::waitIdle(std::chrono::milliseconds patience) const
{
    const auto until = std::chrono::steady_clock::now() + patience;
    while (inFlight() > 0) {
        if (std::chrono::steady_clock::now() >= until)
            return false;
        std::this_thread::sleep_for(1ms);
    }
    return true;
}

void Generation::giveWay(Generation& next)
{
    _state = State::replaced;
    _replacedAt = std::chrono::steady_clock::now();
    // What start has begun, the other one begins anew. The rest belongs to a connection or a stream, and ends with it.
    for (const auto& timer : _holdings->timers.all())
        if (timer->madeInStart)
            timer->silence();
    next.goLive(this);
    for (const auto& subscription : _holdings->subscriptions.all())
        if (subscription->madeInStart)
            subscription->cancelByHost();
    for (const auto& listener : _holdings->listeners.all())
        listener->stopAccepting();
    for (const auto& route : _routes)
        _handlers.push_back(route.handler);
    _routes.clear();
}

bool Generation::tend()
{
    const auto notYet = moveOut();
    // A request that found its route before the swap may only now begin a stream, which quiesce would end.
    const bool mayBegin = reachable() && std::chrono::steady_clock::now() - _replacedAt < arrival;
    if (notYet == 0 && !mayBegin)
        quiesce();
    return inFlight() == 0 && !reachable() && connections() == 0 && _holdings->streams.size() == 0;
}

/// Whether a request that found its route before the swap may still be on its way to it.
bool Generation::reachable() const
{
    return std::any_of(_handlers.begin(), _handlers.end(), [](const auto& handler) { return !handler.expired(); });
}

std::int64_t Generation::connections() const
{
    std::int64_t open = 0;
    for (const auto& listener : _holdings->listeners.all())
        open += listener->connections();
    return open;
}

/// Asks each connection and stream to move to whoever is live. Gives how many are to be asked again.
std::size_t Generation::moveOut()
{
    std::size_t again = 0;
    for (const auto& listener : _holdings->listeners.all())
        again += listener->moveConnections();
    const auto next = _border.liveOf(id());
    const auto streams = next ? _holdings->streams.all() : std::vector<std::shared_ptr<nb_stream>>();
    if (streams.empty())
        return again;
    std::atomic<std::size_t> waiting{0};
    std::latch asked(static_cast<std::ptrdiff_t>(streams.size()));
    for (const auto& stream : streams)
        stream->onReactor([&] {
            const struct Asked {
                ~Asked() { latch.count_down(); } // whatever the plugin throws
                std::latch& latch;
            } done{asked};
            if (stream->moveTo(*next) == Moved::notYet)
                waiting.fetch_add(1, std::memory_order_relaxed);
        });
    asked.wait();
    return again + waiting.load();
}

void Generation::quiesce()
{
    if (!serves() || std::exchange(_quiesced, true))
        return;
    if (recorder())
        recorder()->end();
    if (const auto told = life("quiesce", _table.quiesce); !told)
        complain(told.error().detail);
}

Ending Generation::end(std::chrono::milliseconds patience)
{
    const auto before = state();
    if (before == State::stopped)
        return Ending::clean;
    if (before == State::abandoned)
        return Ending::abandoned;
    // Takes nothing new. What is under way still finds everything that it may use.
    quiesce();
    _border.withdraw(*this);
    if (_holdings->provider)
        services().auth.removeProvider(*_holdings->provider);
    _state = State::draining;
    for (const auto& listener : _holdings->listeners.all())
        listener->stopAccepting();
    for (const auto& timer : _holdings->timers.all())
        timer->silence();
    for (const auto& subscription : _holdings->subscriptions.all())
        subscription->cancelByHost();
    waitIdle(patience);

    // A body that is still coming will not come whole, and children end: the plugin hears of it first, and may answer itself.
    const auto endHolds = [this] {
        const auto intakes = _holdings->intakes.all();
        for (const auto& intake : intakes)
            intake->failed(fault(Status::closed, "plugin_stopped", "The plugin is being stopped."));
        const auto processes = _holdings->processes.all();
        for (const auto& process : processes)
            process->endByHost();
        return !intakes.empty() || !processes.empty();
    };
    if (endHolds())
        waitIdle(grace);

    // What is left after that: the host answers and closes for it.
    const auto unanswered = _holdings->requests.answerAll(
        fault(Status::unavailable, "plugin_unavailable", "The plugin " + id() + " was stopped before it answered."));
    if (unanswered > 0)
        complain("It left " + std::to_string(unanswered) + " requests without an answer; they got a 503.");
    for (const auto& stream : _holdings->streams.all())
        stream->endByHost();
    endHolds(); // what was begun meanwhile
    for (const auto& listener : _holdings->listeners.all())
        listener->closeAll();
    _shut.store(true, std::memory_order_seq_cst);
    if (!waitIdle(grace)) {
        _state = State::abandoned;
        complain("A call into it has not come back; it is left as it is, and its library stays mapped.");
        return Ending::abandoned;
    }
    for (const auto& timer : _holdings->timers.all())
        timer->cancel();

    _state = State::stopped;
    if (before == State::live || before == State::replaced)
        if (const auto told = life("stop", _table.stop); !told)
            complain(told.error().detail);
    destroy();
    return Ending::clean;
}

void Generation::destroy()
{
    if (_plugin) {
        Guard guard(*this, "destroy", Guard::Kind::inside);
        guard.run([this] { _table.destroy(std::exchange(_plugin, nullptr)); });
    }
    // Each of these keeps this generation alive, and it them.
    const auto alive = shared_from_this();
    _routes.clear();
    _holdings->streams.clear();
    _holdings->moved.clear();
    _holdings->intakes.clear();
    _holdings->uploads.clear();
    _holdings->processes.clear();
    _holdings->subscriptions.clear();
    _holdings->timers.clear();
    _holdings->listeners.clear();
    _holdings->requests.clear();
    _holdings->offers.clear();
    _holdings->provider.reset();
}

} // namespace netbit::border
