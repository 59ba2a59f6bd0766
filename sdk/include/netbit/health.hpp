#ifndef NETBIT_HEALTH_HPP
#define NETBIT_HEALTH_HPP
/* How a plugin is, in its own words, in C++. */
#include "netbit/health.h"
#include "netbit/host.hpp"

namespace netbit {

template <> struct ServiceOf<nb_health_api> {
    static constexpr const char* id = NB_HEALTH_SERVICE;
};

/* "netbit.health/1". Copy it freely. All [any]; what was said last holds. `why` is one sentence, cut after 512 bytes. */
class Health {
public:
    /* Throws a Failure where the manifest does not want the service. */
    explicit Health(Host host)
        : _host(host)
        , _api(&host.require<nb_health_api>())
    {
    }

    void good() const noexcept { _api->set(_host.raw(), NB_HEALTH_GOOD, {nullptr, 0}); }
    /* Works, but an admin should look. */
    void degraded(std::string_view why) const noexcept { _api->set(_host.raw(), NB_HEALTH_DEGRADED, toStr(why)); }
    /* Does not work: the host is not ready if the plugin is required. */
    void failed(std::string_view why) const noexcept { _api->set(_host.raw(), NB_HEALTH_FAILED, toStr(why)); }

private:
    Host _host;
    const nb_health_api* _api;
};

} // namespace netbit
#endif
