#ifndef NETBIT_LOG_HPP
#define NETBIT_LOG_HPP
/* The structured log in C++: log().info("Imported.", {{"rows", "12"}}). */
#include "netbit/host.hpp"
#include "netbit/log.h"

#include <initializer_list>

namespace netbit {

/* [any] Silent where the manifest does not want "netbit.log/1". Never log a secret: tokens, passwords, message text. */
class Log {
public:
    struct Field {
        std::string_view name;
        std::string_view value;
    };
    using Fields = std::initializer_list<Field>;

    Log() = default;
    explicit Log(Host host) noexcept
        : _host(host)
        , _api(host.find<nb_log_api>())
    {
    }

    void error(std::string_view message, Fields fields = {}) const { write(NB_LOG_ERROR, message, fields); }
    void warn(std::string_view message, Fields fields = {}) const { write(NB_LOG_WARN, message, fields); }
    void info(std::string_view message, Fields fields = {}) const { write(NB_LOG_INFO, message, fields); }
    void debug(std::string_view message, Fields fields = {}) const { write(NB_LOG_DEBUG, message, fields); }
    /* Whether it is worth to gather what such an entry would say. */
    bool isEnabled(std::uint32_t level) const noexcept
    {
        return _api != nullptr && _api->enabled(_host.raw(), level) != 0;
    }

private:
    void write(std::uint32_t level, std::string_view message, Fields fields) const
    {
        if (_api == nullptr) {
            return;
        }
        constexpr std::size_t most = 16;
        std::array<nb_log_field, most> raw;
        std::size_t count = 0;
        for (const Field& field : fields) {
            if (count == most) {
                break;
            }
            raw[count++] = nb_log_field{toStr(field.name), toStr(field.value)};
        }
        _api->write(_host.raw(), level, toStr(message), raw.data(), count);
    }

    Host _host;
    const nb_log_api* _api = nullptr;
};

} // namespace netbit
#endif
