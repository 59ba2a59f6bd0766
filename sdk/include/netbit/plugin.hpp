#ifndef NETBIT_PLUGIN_HPP
#define NETBIT_PLUGIN_HPP
/*
 * A plugin in C++: a class derived from netbit::Plugin, and NETBIT_PLUGIN.
 *
 *     #include <netbit/plugin.hpp>
 *     class Hello final : public netbit::Plugin {
 *       void start() override {
 *         get("/api/hello/{name}", netbit::anyone, [](netbit::Request& request) {
 *           request.text(200, "Hello, " + request.param("name") + "!");
 *         });
 *       }
 *     };
 *     NETBIT_PLUGIN(Hello, "org.example.hello", "1.0.0")
 *
 * Life: constructor, configure, start … quiesce, stop, destructor, all [control]. To refuse, throw netbit::Failure.
 */
#include "netbit/config.hpp"
#include "netbit/http.hpp"
#include "netbit/log.hpp"
#include "netbit/plugin.h"

#include <vector>

namespace netbit {

namespace detail {
template <class Class> struct PluginCalls;
}

class Plugin {
public:
    Plugin(const Plugin&) = delete;
    Plugin& operator=(const Plugin&) = delete;
    virtual ~Plugin() = default;

protected:
    /* Without an argument the host is known from configure() on; a class whose members need it earlier has a constructor
     * that takes a netbit::Host and passes it on. */
    Plugin() = default;
    explicit Plugin(Host host) noexcept
        : _host(host)
    {
    }

    /* Reads the settings; comes again after start() when they change, and then a Failure leaves the old ones in force. */
    virtual void configure() { }
    /* Registers routes, listeners, timers, subscriptions; they go live together afterwards, or not at all. */
    virtual void start() { }
    /* Soon no more calls come: take on no new work. */
    virtual void quiesce() { }
    /* No call is under way any more, and none will come but the destructor. */
    virtual void stop() { }

    Host host() const noexcept { return _host; }
    Log log() const noexcept { return Log(_host); }
    Config config() const { return Config(_host); }

    /* In start(). `handler` is called with a Request& and returns void, Status or Result<void>; several threads may be in
     * it at once. "GET" also answers HEAD. Refused (a Failure): a duplicate route, a bad pattern. */
    template <class F> void get(std::string_view pattern, Access access, F&& handler, RouteOptions options = {})
    {
        route("GET", pattern, access, std::forward<F>(handler), std::move(options));
    }
    template <class F> void post(std::string_view pattern, Access access, F&& handler, RouteOptions options = {})
    {
        route("POST", pattern, access, std::forward<F>(handler), std::move(options));
    }
    template <class F> void put(std::string_view pattern, Access access, F&& handler, RouteOptions options = {})
    {
        route("PUT", pattern, access, std::forward<F>(handler), std::move(options));
    }
    template <class F> void patch(std::string_view pattern, Access access, F&& handler, RouteOptions options = {})
    {
        route("PATCH", pattern, access, std::forward<F>(handler), std::move(options));
    }
    template <class F> void del(std::string_view pattern, Access access, F&& handler, RouteOptions options = {})
    {
        route("DELETE", pattern, access, std::forward<F>(handler), std::move(options));
    }
    template <class F>
    void route(std::string_view method, std::string_view pattern, Access access, F&& handler, RouteOptions options)
    {
        using Made = detail::RouteOf<std::decay_t<F>>;
        const nb_http_api& api = _host.require<nb_http_api>();
        auto made = std::make_unique<Made>(&api, std::forward<F>(handler));
        nb_route raw{};
        raw.size = sizeof raw;
        raw.access = static_cast<std::uint32_t>(access);
        raw.flags = options._flags;
        raw.max_body_bytes = options._maxBodyBytes;
        raw.method = toStr(method);
        raw.pattern = toStr(pattern);
        raw.summary = toStr(options._summary);
        raw.operation = toStr(options._operation);
        raw.schema = toStr(options._schema);
        raw.handler = &Made::call;
        raw.user = made.get();
        if (options._thaw) {
            made->thaw = std::move(options._thaw);
            raw.thaw = &Made::thawOne;
        }
        ErrorBuffer error;
        toResult(api.add_route(_host.raw(), &raw, error.get()), error).value();
        _routes.push_back(std::move(made));
    }

private:
    template <class Class> friend struct detail::PluginCalls;

    Host _host;
    std::vector<std::unique_ptr<detail::Route>> _routes; /* for as long as the host may call: until the destructor */
};

namespace detail {

/* Calls into the plugin's life. Whatever is thrown stops here: a Failure as the error it carries, all else as NB_INTERNAL
 * with its words, which only an administrator sees. */
inline void tellThrown(nb_error* error, const char* where, const char* between, const char* words) noexcept
{
    std::array<char, sizeof(nb_error::detail)> text{};
    std::snprintf(text.data(), text.size(), "%s threw an exception%s%s", where, between, words);
    fillError(error, NB_INTERNAL, "plugin_threw", text.data());
}

template <class Call> std::int32_t guardLife(nb_error* error, const char* where, Call&& call) noexcept
{
    try {
        call();
        return NB_OK;
    } catch (const Failure& failure) {
        const std::int32_t status = toNumber(failure.error().status);
        failure.error().fill(error);
        return status == NB_OK ? NB_INTERNAL : status;
    } catch (const std::exception& fault) {
        reportFault(where, fault.what());
        tellThrown(error, where, ": ", fault.what());
    } catch (...) {
        reportFault(where, "an exception of unknown type");
        tellThrown(error, where, " of unknown type", "");
    }
    return NB_INTERNAL;
}

template <class Class> struct PluginCalls {
    static Plugin& from(nb_plugin* plugin) noexcept { return *reinterpret_cast<Plugin*>(plugin); }

    static std::int32_t create(const nb_host* host, nb_plugin** out, nb_error* error) noexcept
    {
        faultHost.store(host, std::memory_order_release);
        return guardLife(error, "create", [host, out] {
            std::unique_ptr<Plugin> made;
            if constexpr (std::is_constructible_v<Class, Host>) {
                made = std::make_unique<Class>(Host(host));
            } else {
                made = std::make_unique<Class>();
            }
            made->_host = Host(host);
            *out = reinterpret_cast<nb_plugin*>(made.release());
        });
    }
    static std::int32_t configure(nb_plugin* plugin, nb_error* error) noexcept
    {
        return guardLife(error, "configure", [plugin] { from(plugin).configure(); });
    }
    static std::int32_t start(nb_plugin* plugin, nb_error* error) noexcept
    {
        return guardLife(error, "start", [plugin] { from(plugin).start(); });
    }
    static std::int32_t quiesce(nb_plugin* plugin, nb_error* error) noexcept
    {
        return guardLife(error, "quiesce", [plugin] { from(plugin).quiesce(); });
    }
    static std::int32_t stop(nb_plugin* plugin, nb_error* error) noexcept
    {
        return guardLife(error, "stop", [plugin] { from(plugin).stop(); });
    }
    static void destroy(nb_plugin* plugin) noexcept
    {
        const nb_host* const host = from(plugin).host().raw();
        static_cast<void>(guardLife(nullptr, "destroy", [plugin] { const std::unique_ptr<Plugin> end(&from(plugin)); }));
        const nb_host* expected = host;
        faultHost.compare_exchange_strong(expected, nullptr);
    }

    static constexpr nb_plugin_calls table{sizeof(nb_plugin_calls), 0,        &create, &configure, &start,
                                           &quiesce,                &stop, &destroy};
};

} // namespace detail
} // namespace netbit

#if defined(__clang__)
#define NETBIT_TOOLCHAIN_ "clang " __VERSION__
#elif defined(__GNUC__)
#define NETBIT_TOOLCHAIN_ "gcc " __VERSION__
#else
#define NETBIT_TOOLCHAIN_ "unknown"
#endif

/* Defines the one exported symbol. At namespace scope, once, with the id and version of the manifest. */
#define NETBIT_PLUGIN(Class, id, version)                                                                              \
    extern "C" const nb_plugin_entry* netbit_plugin_entry(void)                                                        \
    {                                                                                                                  \
        static const nb_plugin_entry entry{NB_PLUGIN_MAGIC, sizeof(nb_plugin_entry), NB_ABI_MAJOR,                     \
                                           NB_ABI_MINOR,    0u,                      id,                               \
                                           version,         NB_SDK_VERSION,          NETBIT_TOOLCHAIN_,                \
                                           &::netbit::detail::PluginCalls<Class>::table};                              \
        return &entry;                                                                                                 \
    }
#endif
