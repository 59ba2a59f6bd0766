#include "border/HttpHandles.h"

#include "border/Guard.h"
#include "border/Holdings.h"

#include <vector>

namespace netbit::border {

void RequestYard::keep(nb_request& request)
{
    std::optional<base::Error> over;
    {
        const std::lock_guard lock(_mutex);
        _waiting.insert(&request);
        over = _over;
    }
    if (over && claim(request)) {
        request.exchange->problem(*over);
        settle(request);
    }
}

void RequestYard::bury(nb_request& request)
{
    request.dropPrincipal();
    request.exchange = nullptr;
    auto exchange = std::move(request.kept); // its end may run what the edge does at the end of an exchange
    auto& generation = request.generation;
    {
        const std::lock_guard lock(_mutex);
        _waiting.erase(&request);
        _buried.emplace_back(&request);
        // Those that the host has answered itself are all remembered: the plugin still owes them an answer.
        if (_buried.size() > remembered && !_over)
            _buried.pop_front();
    }
    // The exchange may be the last that keeps the generation alive, through its route: let go of it after leaving.
    const auto alive = generation.shared_from_this();
    alive->leave();
}

std::size_t RequestYard::answerAll(const base::Error& error)
{
    std::vector<nb_request*> ours;
    {
        const std::lock_guard lock(_mutex); // so that none of them is buried meanwhile
        _over = error;
        for (auto* request : _waiting)
            if ((request->state.load() & nb_request::answered) == 0 && claim(*request))
                ours.push_back(request);
    }
    for (auto* request : ours) {
        request->exchange->problem(error);
        settle(*request);
    }
    return ours.size();
}

std::size_t RequestYard::waiting() const
{
    const std::lock_guard lock(_mutex);
    return _waiting.size();
}

void RequestYard::clear()
{
    const std::lock_guard lock(_mutex);
    _buried.clear();
}

bool claim(nb_request& request) noexcept
{
    if ((request.state.fetch_or(nb_request::answered, std::memory_order_acq_rel) & nb_request::answered) == 0)
        return true;
    request.generation.complain("A request was answered twice; the second answer was dropped.");
    return false;
}

void settle(nb_request& request) noexcept
{
    const auto state = request.state.fetch_or(nb_request::given, std::memory_order_acq_rel);
    constexpr auto handedOn = nb_request::deferred | nb_request::returned;
    if ((state & handedOn) == handedOn)
        request.generation.holdings().requests.bury(request);
}

} // namespace netbit::border

using netbit::border::Guard;

void nb_stream::listen()
{
    // The edge drops these at the end of the stream, and with them its share.
    if (calls.drained)
        reply->onDrained([self = shared_from_this()] { self->tellPlugin(self->calls.drained, "stream drained"); });
    if (calls.closed)
        reply->onClosed([self = shared_from_this()] { self->tellPlugin(self->calls.closed, "stream closed"); });
}

void nb_stream::tellPlugin(void (*function)(void*), const char* call) noexcept
{
    Guard guard(*generation, call); // around all of it: `ended` must not come after the library is gone
    if (!guard)
        return;
    if ((_state.fetch_add(1, std::memory_order_acq_rel) & over) == 0)
        guard.run([&] { function(user); });
    if (_state.fetch_sub(1, std::memory_order_acq_rel) == (over | 1))
        tellEnded();
}

void nb_stream::endByPlugin() noexcept
{
    const auto before = _state.fetch_or(over, std::memory_order_acq_rel);
    if ((before & over) != 0)
        return;
    if (reply)
        reply->end();
    if (before == 0)
        tellEnded();
}

void nb_stream::endByHost() noexcept
{
    if (reply)
        reply->end();
}

void nb_stream::tellEnded() noexcept
{
    if (!calls.ended || _endedTold.exchange(true))
        return;
    Guard guard(*generation, "stream ended", Guard::Kind::inside);
    guard.run([this] { calls.ended(user); });
}
