#include "udp/src/Places.h"

#include <algorithm>
#include <cstring>

namespace netbit::udp {

namespace {

bool same(const nb_address& a, const nb_address& b) noexcept
{
    return a.length == b.length && std::memcmp(a.bytes, b.bytes, a.length) == 0;
}

} // namespace

bool Places::add(std::int64_t userId, const nb_address& address, std::int64_t nowMs)
{
    if (touch(userId, address, nowMs))
        return true;
    remove(userId, address); // expired
    const auto full = [&] {
        const auto found = _byUser.find(userId);
        return _size >= _limits.maxPlaces || (found != _byUser.end() && found->second.size() >= _limits.maxPerUser);
    };
    if (full())
        sweep(nowMs);
    if (full())
        return false;
    _byUser[userId].push_back({address, nowMs + _limits.lifeMs});
    ++_size;
    return true;
}

bool Places::touch(std::int64_t userId, const nb_address& address, std::int64_t nowMs)
{
    const auto found = _byUser.find(userId);
    if (found == _byUser.end())
        return false;
    for (auto& place : found->second) {
        if (!same(place.address, address))
            continue;
        // Who was away for too long proves its address again: it may be another's by now.
        if (place.until <= nowMs)
            return false;
        place.until = nowMs + _limits.lifeMs;
        return true;
    }
    return false;
}

void Places::remove(std::int64_t userId, const nb_address& address)
{
    const auto found = _byUser.find(userId);
    if (found == _byUser.end())
        return;
    _size -= std::erase_if(found->second, [&](const Place& place) { return same(place.address, address); });
    if (found->second.empty())
        _byUser.erase(found);
}

void Places::sweep(std::int64_t nowMs)
{
    for (auto user = _byUser.begin(); user != _byUser.end();) {
        _size -= std::erase_if(user->second, [&](const Place& place) { return place.until <= nowMs; });
        user = user->second.empty() ? _byUser.erase(user) : std::next(user);
    }
}

std::vector<nb_address> Places::of(std::int64_t userId, std::int64_t nowMs) const
{
    std::vector<nb_address> out;
    if (const auto found = _byUser.find(userId); found != _byUser.end())
        for (const auto& place : found->second)
            if (place.until > nowMs)
                out.push_back(place.address);
    return out;
}

std::vector<Places::Place> Places::allOf(std::int64_t userId) const
{
    const auto found = _byUser.find(userId);
    return found == _byUser.end() ? std::vector<Place>() : found->second;
}

void Places::restore(std::int64_t userId, const Place& place)
{
    remove(userId, place.address);
    _byUser[userId].push_back(place);
    ++_size;
}

void Places::clear() noexcept
{
    _byUser.clear();
    _size = 0;
}

} // namespace netbit::udp
