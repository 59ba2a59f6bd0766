#ifndef NETBIT_CACHE_HPP
#define NETBIT_CACHE_HPP
/* The plugin's name space of the cache in C++. */
#include "netbit/cache.h"
#include "netbit/host.hpp"

#include <chrono>

namespace netbit {

template <> struct ServiceOf<nb_cache_api> {
    static constexpr const char* id = NB_CACHE_SERVICE;
};

/* All [any] [fast]. Keys are 1…256 bytes; a time to live of 0 is no end. Values may vanish before their time. */
class Cache {
public:
    explicit Cache(Host host)
        : _host(host)
        , _api(&host.require<nb_cache_api>())
        , _bodies(&host.require<nb_body_api>())
    {
    }

    /* notFound: nothing is there. */
    Result<Body> get(std::string_view key) const
    {
        nb_body* out = nullptr;
        ErrorBuffer error;
        const std::int32_t status = _api->get(_host.raw(), toStr(key), &out, error.get());
        if (status != NB_OK) {
            return error.toError(status);
        }
        return Body::adopt(*_bodies, out);
    }
    Result<void> set(std::string_view key, std::string_view value, std::chrono::milliseconds timeToLive = {}) const
    {
        ErrorBuffer error;
        return toResult(_api->set(_host.raw(), toStr(key), toStr(value), count(timeToLive), error.get()), error);
    }
    /* conflict: something is there already. */
    Result<void> add(std::string_view key, std::string_view value, std::chrono::milliseconds timeToLive = {}) const
    {
        ErrorBuffer error;
        return toResult(_api->add(_host.raw(), toStr(key), toStr(value), count(timeToLive), error.get()), error);
    }
    /* The number after adding `by`; starts at 0 where nothing is. */
    Result<std::int64_t> incr(std::string_view key, std::int64_t by = 1, std::chrono::milliseconds timeToLive = {}) const
    {
        std::int64_t out = 0;
        ErrorBuffer error;
        const std::int32_t status = _api->incr(_host.raw(), toStr(key), by, count(timeToLive), &out, error.get());
        if (status != NB_OK) {
            return error.toError(status);
        }
        return out;
    }
    Result<void> remove(std::string_view key) const
    {
        ErrorBuffer error;
        return toResult(_api->remove(_host.raw(), toStr(key), error.get()), error);
    }

private:
    static std::uint64_t count(std::chrono::milliseconds time) noexcept
    {
        return time.count() < 0 ? 0 : static_cast<std::uint64_t>(time.count());
    }

    Host _host;
    const nb_cache_api* _api;
    const nb_body_api* _bodies;
};

} // namespace netbit
#endif
