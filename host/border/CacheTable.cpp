#include "border/Convert.h"
#include "border/Handles.h"
#include "border/Services.h"
#include "border/Tables.h"
#include "services/cache/KeyValueCache.h"

#include <chrono>

namespace netbit::border {

namespace {

constexpr std::size_t longestKey = 256;
constexpr std::uint64_t longestTtl = 100ull * 365 * 24 * 3600 * 1000; // a century is no end

std::string_view keyOf(nb_str key)
{
    const auto bytes = bytesOf(key, "key");
    if (bytes.empty() || bytes.size() > longestKey)
        refuseArgument("key", "has not 1 to 256 bytes");
    return bytes;
}

std::chrono::milliseconds ttlOf(std::uint64_t ms) noexcept
{
    return std::chrono::milliseconds(ms > longestTtl ? 0 : static_cast<std::int64_t>(ms));
}

/// Every function of the table: the plugin's own name space of the one cache.
template <class F>
std::int32_t inCache(const nb_host* host, nb_error* error, F&& function) noexcept
{
    return answer(error, [&]() -> base::Result<void> {
        auto& generation = generationOf(host);
        return function(generation.services().cache, generation.spaceName());
    });
}

std::int32_t get(const nb_host* host, nb_str key, nb_body** out, nb_error* error)
{
    return inCache(host, error, [&](auto& cache, const std::string& space) -> base::Result<void> {
        notNull(out, "out");
        auto found = cache.get(space, keyOf(key));
        if (!found)
            return found.error();
        base::Body body;
        body.view(**found);
        body.keep(std::move(*found));
        *out = handOver(std::move(body));
        return {};
    });
}

std::int32_t set(const nb_host* host, nb_str key, nb_str value, std::uint64_t ttl, nb_error* error)
{
    return inCache(host, error, [&](auto& cache, const std::string& space) {
        return cache.set(space, keyOf(key), bytesOf(value, "value"), ttlOf(ttl));
    });
}

std::int32_t add(const nb_host* host, nb_str key, nb_str value, std::uint64_t ttl, nb_error* error)
{
    return inCache(host, error, [&](auto& cache, const std::string& space) {
        return cache.add(space, keyOf(key), bytesOf(value, "value"), ttlOf(ttl));
    });
}

std::int32_t incr(const nb_host* host, nb_str key, std::int64_t by, std::uint64_t ttl, std::int64_t* out, nb_error* error)
{
    return inCache(host, error, [&](auto& cache, const std::string& space) -> base::Result<void> {
        const auto sum = cache.incr(space, keyOf(key), by, ttlOf(ttl));
        if (!sum)
            return sum.error();
        if (out)
            *out = *sum;
        return {};
    });
}

std::int32_t remove(const nb_host* host, nb_str key, nb_error* error)
{
    return inCache(host, error,
                   [&](auto& cache, const std::string& space) { return cache.remove(space, keyOf(key)); });
}

} // namespace

const nb_cache_api& cacheTable() noexcept
{
    static constexpr nb_cache_api table{
        .size = sizeof(nb_cache_api),
        .reserved = 0,
        .get = &get,
        .set = &set,
        .add = &add,
        .incr = &incr,
        .remove = &remove,
    };
    return table;
}

} // namespace netbit::border
