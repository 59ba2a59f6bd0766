#include "disk/Gate.h"

#include <algorithm>

namespace netbit::git {

void Gate::enter(std::int64_t repository, Then then)
{
    {
        const std::lock_guard lock(_mutex);
        auto& place = _places[repository];
        if (place.alone) {
            place.toAdd.push_back(std::move(then));
            return;
        }
        ++place.adding;
    }
    then(Pass(this, repository, false));
}

std::optional<Gate::Pass> Gate::tryEnter(std::int64_t repository)
{
    const std::lock_guard lock(_mutex);
    auto& place = _places[repository];
    if (place.alone)
        return std::nullopt;
    ++place.adding;
    return Pass(this, repository, false);
}

std::uint64_t Gate::alone(std::int64_t repository, Then then)
{
    {
        const std::lock_guard lock(_mutex);
        auto& place = _places[repository];
        if (place.alone || place.adding > 0) {
            place.toBeAlone.emplace_back(++_last, std::move(then));
            return _last;
        }
        place.alone = true;
    }
    then(Pass(this, repository, true));
    return 0;
}

bool Gate::cancel(std::int64_t repository, std::uint64_t number)
{
    Then gone; // what it holds is let go behind the lock
    const std::lock_guard lock(_mutex);
    const auto place = _places.find(repository);
    if (place == _places.end())
        return false;
    auto& waiting = place->second.toBeAlone;
    const auto found = std::find_if(waiting.begin(), waiting.end(), [&](const auto& one) { return one.first == number; });
    if (found == waiting.end())
        return false;
    gone = std::move(found->second);
    waiting.erase(found);
    return true;
}

void Gate::left(std::int64_t repository, bool alone) noexcept
{
    std::deque<Then> next;
    bool nextAlone = false;
    {
        const std::lock_guard lock(_mutex);
        const auto found = _places.find(repository);
        auto& place = found->second;
        if (alone)
            place.alone = false;
        else
            --place.adding;
        if (!place.toAdd.empty()) {
            place.adding += static_cast<unsigned>(place.toAdd.size());
            next.swap(place.toAdd);
        } else if (place.adding == 0 && !place.toBeAlone.empty()) {
            place.alone = nextAlone = true;
            next.push_back(std::move(place.toBeAlone.front().second));
            place.toBeAlone.pop_front();
        } else if (place.adding == 0) {
            _places.erase(found);
        }
    }
    for (const auto& then : next)
        then(Pass(this, repository, nextAlone));
}

} // namespace netbit::git
