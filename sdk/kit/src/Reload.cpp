// One generation after another: what was frozen is thawed, and the clients notice nothing.

#include "Connections.h"
#include "Exchange.h"
#include "Handles.h"
#include "Life.h"
#include "Subscription.h"
#include "Timer.h"
#include "World.h"

#include <algorithm>

namespace netbit::fake {

namespace {

using base::fault;
using base::Status;

constexpr std::size_t mostBytes = 1024 * 1024;

struct Piece {
    std::uint32_t form = 0;
    std::string bytes;
    PrincipalPtr principal;
};

/// What freeze keeps with it.
struct Keeper {
    World& world;
    std::vector<Piece> pieces;

    static std::int32_t keep(void* self, const nb_frozen* given)
    {
        auto& keeper = *static_cast<Keeper*>(self);
        if (!given || given->size < sizeof(nb_frozen) || (!given->bytes.ptr && given->bytes.len > 0)) {
            keeper.world.violation("freeze kept a piece that is none: its size or its bytes are wrong.");
            return NB_INVALID;
        }
        if (given->bytes.len > mostBytes)
            return NB_TOO_LARGE;
        Piece piece{given->form, {}, given->principal ? given->principal->principal : nullptr};
        if (given->bytes.ptr)
            piece.bytes.assign(given->bytes.ptr, given->bytes.len);
        keeper.pieces.push_back(std::move(piece));
        return NB_OK;
    }
};

/// A piece as the next generation gets it: borrowed for the call.
template <class F>
void lend(Life& life, const Piece& piece, F&& use)
{
    nb_frozen out{};
    out.size = sizeof out;
    out.form = piece.form;
    out.bytes = border::str(piece.bytes);
    auto* const principal = piece.principal ? give(life, piece.principal) : nullptr;
    out.principal = principal;
    use(out);
    if (principal)
        principal->release();
}

/// Asks until it is ready, running what it may wait for. Nothing: this one cannot move.
template <class F>
std::optional<Piece> freezeOne(World& world, const char* what, F&& freeze)
{
    for (;;) {
        Keeper keeper{world, {}};
        const auto status = freeze(&Keeper::keep, &keeper);
        if (status == NB_WOULD_BLOCK && world.runOne())
            continue;
        if (status != NB_OK)
            return std::nullopt;
        if (keeper.pieces.size() == 1)
            return std::move(keeper.pieces.front());
        world.violation(std::string(what) + " returned NB_OK and kept " + std::to_string(keeper.pieces.size()) +
                        " pieces instead of one.");
        return Piece();
    }
}

nb_listener* sameListener(const Life& life, const nb_listener& before)
{
    for (const auto& listener : life.listeners)
        if (listener->name == before.name && listener->isTcp() == before.isTcp())
            return listener.get();
    return nullptr;
}

void moveConnection(World& world, nb_conn& conn, nb_listener& to)
{
    if (!to.tcp.thaw)
        return;
    conn.hold(true);
    const auto piece =
        freezeOne(world, "freeze of a connection", [&](nb_keep_fn keep, void* keeper) { return conn.freeze(keep, keeper); });
    conn.hold(false);
    if (!piece || conn.gone())
        return;
    auto& peer = conn.peer;
    auto& next = *peer.conns.emplace_back(std::make_unique<nb_conn>(to, peer));
    conn.finish(NB_CLOSE_MOVED);
    std::int32_t status = NB_INTERNAL;
    lend(to.life, *piece, [&](const nb_frozen& frozen) {
        to.life.call(Lane::reactor, "thaw of a connection",
                     [&] { status = to.tcp.thaw(to.user, &next, &frozen, &next.session); });
    });
    if (status == NB_OK) {
        next.goOn(conn);
        return;
    }
    next.refuse();
    peer.closed = NB_CLOSE_LOCAL;
}

void moveDatagrams(World& world, nb_listener& from, nb_listener& to)
{
    if (!from.udp.freeze || !to.udp.thaw)
        return;
    Keeper keeper{world, {}};
    from.life.call(Lane::reactor, "freeze of a listener",
                   [&] { static_cast<void>(from.udp.freeze(from.user, &from, &Keeper::keep, &keeper)); });
    for (const auto& piece : keeper.pieces)
        lend(to.life, piece, [&](const nb_frozen& frozen) {
            to.life.call(Lane::reactor, "thaw of a listener",
                         [&] { static_cast<void>(to.udp.thaw(to.user, &to, &frozen)); });
        });
}

void moveStream(World& world, nb_stream& stream, Life& to)
{
    const auto& routes = to.routes()->routes();
    const auto route = std::find_if(routes.begin(), routes.end(), [&](const edge::Route& one) {
        return one.method + ' ' + one.pattern == stream.routeName();
    });
    if (route == routes.end() || !to.callsOf(*route).thaw)
        return;
    const auto piece =
        freezeOne(world, "freeze of a stream", [&](nb_keep_fn keep, void* keeper) { return stream.freeze(keep, keeper); });
    if (!piece)
        return;
    auto& exchange = stream.exchange;
    nb_stream_calls calls{};
    calls.size = sizeof calls;
    void* user = nullptr;
    std::int32_t status = NB_INTERNAL;
    auto& next = *to.streams.emplace_back(std::make_unique<nb_stream>(to, exchange, calls, nullptr));
    exchange.stream = &next;
    const auto made = to.callsOf(*route);
    lend(to, *piece, [&](const nb_frozen& frozen) {
        to.call(Lane::reactor, "thaw of a stream",
                [&] { status = made.thaw(made.user, &next, &frozen, &calls, &user); });
    });
    if (status == NB_OK)
        next.goOn(stream, calls, user);
    else
        next.refuse();
}

/// Periodic timers that have the period of one before go on with its beat, each with one.
void moveBeats(const Life& from, Life& to)
{
    std::vector<const nb_timer*> beats;
    for (const auto& timer : from.timers)
        if (timer->periodic && timer->due() && !timer->cancelled())
            beats.push_back(timer.get());
    for (const auto& timer : to.timers) {
        const auto beat = std::find_if(beats.begin(), beats.end(), [&](const nb_timer* one) {
            return timer->periodic && one->period == timer->period;
        });
        if (beat == beats.end())
            continue;
        timer->armAt(*(*beat)->due());
        beats.erase(beat);
    }
}

void moveSubscriptions(const Life& from, const Life& to)
{
    for (const auto& before : from.subscriptions) {
        for (const auto& next : to.subscriptions)
            if (!before->options.name.empty() && next->options.name == before->options.name && !before->cancelled())
                next->follow(*before);
        before->endByHost();
    }
}

} // namespace

void World::handOver(Life& from, Life& to)
{
    for (std::size_t i = 0; i < from.listeners.size(); ++i) {
        auto& before = *from.listeners[i];
        auto* const after = sameListener(to, before);
        if (!after)
            continue;
        for (const auto& peer : peers)
            if (peer->listener == &before)
                peer->listener = after;
        if (!before.isTcp())
            moveDatagrams(*this, before, *after);
        else
            for (auto* const conn : before.open())
                moveConnection(*this, *conn, *after);
    }
    for (std::size_t i = 0; i < from.streams.size(); ++i)
        if (from.streams[i]->open())
            moveStream(*this, *from.streams[i], to);
}

base::Result<void> World::reload(const std::filesystem::path& library)
{
    if (!_life || !_life->live())
        return fault(Status::unavailable, "not_live", "The plugin is not live.");
    if (!manifest.reloadable)
        return fault(Status::conflict, "not_reloadable", "The manifest says that the plugin may not be exchanged.");
    auto brought = bring(library.empty() ? _library : library);
    if (!brought)
        return brought.error();
    auto next = std::move(*brought);
    auto result = next->create();
    if (result)
        result = next->configure();
    if (result)
        result = next->start();
    if (!result) {
        next->end();
        _gone.push_back(std::move(next));
        return result;
    }
    moveSubscriptions(*_life, *next);
    moveBeats(*_life, *next);
    _old = std::exchange(_life, std::move(next));
    _life->goLive();
    handOver(*_old, *_life);
    _old->end();
    _gone.push_back(std::move(_old));
    return {};
}

} // namespace netbit::fake
