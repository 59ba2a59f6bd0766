#include "border/Border.h"

#include "border/Holdings.h"
#include "services/log/Log.h"

#include <algorithm>

namespace netbit::border {

Border::Border(Services services, std::vector<edge::Route> hostRoutes, BreakerOptions breaker)
    : _services(std::move(services)), _hostRoutes(std::move(hostRoutes)), _breaker(breaker)
{
}

Border::~Border() = default;

std::shared_ptr<Generation> Border::make(GenerationSpec spec)
{
    auto ledger = std::make_shared<Ledger>();
    {
        const std::lock_guard lock(_mutex);
        _accounts[spec.id].open.push_back(ledger);
    }
    return std::make_shared<Generation>(*this, std::move(spec), _breaker, std::move(ledger));
}

base::Result<std::shared_ptr<const edge::RouteTable>> Border::tableOf(std::string_view without,
                                                                      const std::vector<edge::Route>* more) const
{
    auto routes = _hostRoutes;
    const auto add = [&routes](const std::vector<edge::Route>& some) {
        routes.insert(routes.end(), some.begin(), some.end());
    };
    for (const auto& generation : _live)
        if (generation->id() != without)
            add(generation->routes());
    if (more)
        add(*more);
    return edge::RouteTable::build(std::move(routes));
}

base::Result<void> Border::publish()
{
    auto table = tableOf({}, nullptr);
    if (!table)
        return table.error();
    _services.router.swap(std::move(*table));
    return {};
}

base::Result<void> Border::check(std::string_view plugin, const std::vector<edge::Route>& staged) const
{
    const auto table = tableOf(plugin, &staged);
    return table ? base::Result<void>() : table.error();
}

std::vector<std::pair<Claim, std::string>> Border::clashes(const std::set<std::string>& replaced,
                                                           const std::vector<Claim>& claims) const
{
    class Nobody final : public edge::RouteHandler {
        edge::Outcome handle(edge::Exchange&) override { return edge::Outcome::replied; } // no table of these is served
    };
    const auto nobody = std::make_shared<Nobody>();
    auto routes = _hostRoutes;
    for (const auto& generation : _live)
        if (!replaced.contains(generation->id()))
            routes.insert(routes.end(), generation->routes().begin(), generation->routes().end());
    std::vector<std::pair<Claim, std::string>> out;
    for (const auto& claim : claims) {
        edge::Route route;
        route.method = claim.method;
        route.pattern = claim.pattern;
        route.access = edge::Access::anyone;
        route.owner = claim.plugin;
        route.handler = nobody;
        routes.push_back(std::move(route));
        if (const auto table = edge::RouteTable::build(routes); !table) {
            out.emplace_back(claim, table.error().detail);
            routes.pop_back();
        }
    }
    return out;
}

base::Result<void> Border::admit(const std::shared_ptr<Generation>& generation, Generation* replaced)
{
    auto table = tableOf(replaced ? replaced->id() : std::string_view(), &generation->routes());
    if (!table)
        return table.error();
    std::erase_if(_live, [&](const auto& other) { return other.get() == replaced; });
    _live.push_back(generation);
    if (replaced)
        replaced->giveWay(*generation);
    else
        generation->goLive();
    publishTables();
    _services.router.swap(std::move(*table));
    return {};
}

void Border::withdraw(const Generation& generation)
{
    if (std::erase_if(_live, [&](const auto& other) { return other.get() == &generation; }) == 0)
        return;
    publishTables();
    if (const auto done = publish(); !done) // fewer routes than were there together before
        services::log::error("border", done.error().detail);
}

std::shared_ptr<Generation> Border::liveOf(std::string_view plugin) const
{
    const auto found = std::find_if(_live.begin(), _live.end(), [&](const auto& each) { return each->id() == plugin; });
    return found == _live.end() ? nullptr : *found;
}

void Border::publishTables()
{
    auto made = std::make_shared<Provided>();
    for (const auto& generation : _live)
        for (const auto& offer : generation->holdings().offers)
            made->byId.emplace(offer->id, Provided::One{generation, offer.get()});
    _provided.store(std::move(made));
}

std::string Border::ownerOfTable(std::string_view id) const
{
    const auto now = provided();
    const auto found = now->byId.find(id);
    return found == now->byId.end() ? std::string() : found->second.generation->id();
}

Ledger::Sums Border::sums(std::string_view plugin) const
{
    const std::lock_guard lock(_mutex);
    const auto found = _accounts.find(plugin);
    if (found == _accounts.end())
        return {};
    auto& account = found->second;
    // Whoever counts holds its ledger too: one that is held here alone has come to its end.
    std::erase_if(account.open, [&](const auto& ledger) {
        if (ledger.use_count() > 1)
            return false;
        account.closed += ledger->sums();
        return true;
    });
    auto out = account.closed;
    for (const auto& ledger : account.open)
        out += ledger->sums();
    return out;
}

void Border::watch(std::chrono::milliseconds limit, unsigned most)
{
    _watch.look();
    _longMs.store(limit.count(), std::memory_order_relaxed);
    std::set<std::uint64_t> numbers;
    std::map<const Generation*, unsigned> stuck;
    for (const auto& call : _watch.longerThan(limit)) {
        ++stuck[call.generation];
        numbers.insert(call.number);
        if (_told.contains(call.number))
            continue;
        services::log::error("border", "A call into a plugin does not come back.",
                             {{"plugin", call.plugin}, {"call", call.call}, {"ms", std::to_string(call.atLeast.count())}});
    }
    _told.swap(numbers);
    for (const auto& generation : _live) {
        const auto found = stuck.find(generation.get());
        const auto calls = found == stuck.end() ? 0 : found->second;
        generation->setStuck(calls, calls >= most);
    }
}

std::vector<LongCall> Border::longCalls(std::string_view plugin) const
{
    auto calls = _watch.longerThan(std::chrono::milliseconds(_longMs.load(std::memory_order_relaxed)));
    std::erase_if(calls, [&](const LongCall& call) { return call.plugin != plugin; });
    return calls;
}

} // namespace netbit::border
