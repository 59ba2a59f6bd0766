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
using netbit::border::Keeper;
using netbit::border::Moved;

void nb_stream::listen()
{
    _ready.store(true, std::memory_order_release);
    // The edge drops these at the end of the stream, and with them its share.
    reply->onDrained([self = shared_from_this()] { self->tellPlugin(self->calls.drained, "stream drained"); });
    reply->onClosed([self = shared_from_this()] { self->tellPlugin(self->calls.closed, "stream closed"); });
}

void nb_stream::onReactor(std::function<void()> task)
{
    if (_ready.load(std::memory_order_acquire))
        reply->post(std::move(task));
    else
        task();
}

Moved nb_stream::moveTo(netbit::border::Generation& to)
{
    if (moved())
        return Moved::yes;
    if (!_ready.load(std::memory_order_acquire))
        return Moved::notYet; // it is just being begun
    if (_stays || !calls.freeze || !to.thawOf(route))
        return Moved::no;
    Keeper keeper(1);
    const auto frozen = freeze(keeper);
    if (frozen == Moved::yes && keeper.size() == 1)
        thawIn(to, keeper);
    else if (frozen == Moved::no)
        _stays = true;
    return frozen;
}

/// `yes` also where it has ended: then nothing was kept.
Moved nb_stream::freeze(Keeper& keeper)
{
    Guard guard(*generation, "stream freeze");
    if (!guard)
        return Moved::no;
    if (!beginCall()) {
        endCall();
        return Moved::yes;
    }
    std::int32_t status = NB_INTERNAL;
    guard.run([&] { status = calls.freeze(user, this, &Keeper::keep, &keeper); });
    auto out = status == NB_OK ? Moved::yes : status == NB_WOULD_BLOCK ? Moved::notYet : Moved::no;
    if (out == Moved::yes && keeper.size() == 0) {
        generation->complain("freeze of a stream returned NB_OK and kept nothing.");
        out = Moved::no;
    }
    if (out == Moved::yes) {
        _moved.store(true, std::memory_order_release);
        generation->holdings().moved.put(generation->holdings().streams.take(this)); // good for the plugin until destroy
        _state.fetch_or(over, std::memory_order_acq_rel);
    }
    endCall();
    return out;
}

void nb_stream::thawIn(netbit::border::Generation& to, const Keeper& keeper) const
{
    auto next = std::make_shared<nb_stream>(to, route, nb_stream_calls{}, nullptr);
    next->reply = reply;
    nb_stream_calls calling{};
    calling.size = sizeof calling;
    void* argument = nullptr;
    std::int32_t status = NB_INTERNAL;
    const auto piece = keeper.at(0);
    if (Guard guard(to, "stream thaw"); guard) {
        next->beginCall(); // so that an end() from within thaw is told when it is known whom to tell
        to.holdings().streams.put(next);
        const auto& thaw = *to.thawOf(route);
        guard.run([&] { status = thaw.function(thaw.user, next.get(), &piece, &calling, &argument); });
        if (status == NB_OK) {
            next->calls = calling;
            next->user = argument;
            next->listen();
            next->endCall();
            return;
        }
        to.holdings().streams.take(next.get());
    }
    reply->end();
}

void nb_stream::endCall() noexcept
{
    if (_state.fetch_sub(1, std::memory_order_acq_rel) == (over | 1))
        tellEnded();
}

void nb_stream::tellPlugin(void (*function)(void*), const char* call) noexcept
{
    if (!function)
        return;
    Guard guard(*generation, call); // around all of it: `ended` must not come after the library is gone
    if (!guard)
        return;
    if (beginCall())
        guard.run([&] { function(user); });
    endCall();
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
    if (_ready.load(std::memory_order_acquire) && !moved())
        reply->end();
}

void nb_stream::tellEnded() noexcept
{
    if (!calls.ended || _endedTold.exchange(true))
        return;
    Guard guard(*generation, "stream ended", Guard::Kind::inside);
    guard.run([this] { calls.ended(user); });
}
