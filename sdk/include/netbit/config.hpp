#ifndef NETBIT_CONFIG_HPP
#define NETBIT_CONFIG_HPP
/* A plugin's settings in C++. */
#include "netbit/config.h"
#include "netbit/host.hpp"

namespace netbit {

template <> struct ServiceOf<nb_config_api> {
    static constexpr const char* id = NB_CONFIG_SERVICE;
};

/* [control], in configure and start. Every key is in the manifest with a default, so a value is always there: asking for
 * a key that is not, or as another type, is a bug and throws a Failure. */
class Config {
public:
    explicit Config(Host host)
        : _host(host)
        , _api(&host.require<nb_config_api>())
    {
    }

    std::string text(std::string_view key) const
    {
        nb_str value = absentStr();
        check(_api->text(_host.raw(), toStr(key), &value), key);
        return std::string(toView(value));
    }
    std::int64_t integer(std::string_view key) const
    {
        std::int64_t value = 0;
        check(_api->integer(_host.raw(), toStr(key), &value), key);
        return value;
    }
    double real(std::string_view key) const
    {
        double value = 0;
        check(_api->real(_host.raw(), toStr(key), &value), key);
        return value;
    }
    bool flag(std::string_view key) const
    {
        std::uint32_t value = 0;
        check(_api->flag(_host.raw(), toStr(key), &value), key);
        return value != 0;
    }

private:
    static void check(std::int32_t status, std::string_view key)
    {
        if (status != NB_OK) {
            throw Failure(Error(toStatus(status), "config_key",
                                "The manifest has no setting \"" + std::string(key) + "\" of this type."));
        }
    }

    Host _host;
    const nb_config_api* _api;
};

} // namespace netbit
#endif
