#include "border/Border.h"

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
    return std::make_shared<Generation>(*this, std::move(spec), _breaker);
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

base::Result<void> Border::admit(const std::shared_ptr<Generation>& generation, const Generation* replaced)
{
    auto table = tableOf(replaced ? replaced->id() : std::string_view(), &generation->routes());
    if (!table)
        return table.error();
    std::erase_if(_live, [&](const auto& other) { return other.get() == replaced; });
    _live.push_back(generation);
    generation->goLive();
    _services.router.swap(std::move(*table));
    return {};
}

void Border::withdraw(const Generation& generation)
{
    if (std::erase_if(_live, [&](const auto& other) { return other.get() == &generation; }) == 0)
        return;
    if (const auto done = publish(); !done) // fewer routes than were there together before
        services::log::error("border", done.error().detail);
}

} // namespace netbit::border
