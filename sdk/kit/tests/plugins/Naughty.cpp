// Does what its setting "sin" says, by the C tables: no face stands between it and the host.

#include <netbit/config.h>
#include <netbit/exec.h>
#include <netbit/http.hpp>
#include <netbit/plugin.h>
#include <netbit/result.hpp>
#include <netbit/sql.h>

#include <memory>
#include <stdexcept>
#include <string>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace {

#ifdef __SANITIZE_ADDRESS__
/// What is allocated meanwhile is leaked on purpose: the kit is to tell it, not LeakSanitizer.
using MeantLeak = __lsan::ScopedDisabler;
#else
struct MeantLeak {
    ~MeantLeak() { } // so that it counts as used
};
#endif

struct Naughty {
    const nb_host* host = nullptr;
    std::string sin;
    nb_stream* stream = nullptr;

    template <class Table> const Table& table(const char* id) const
    {
        return *static_cast<const Table*>(host->service(host, id));
    }
    const nb_http_api& http() const { return table<nb_http_api>(NB_HTTP_SERVICE); }
};

Naughty& of(void* user) { return *static_cast<Naughty*>(user); }
nb_str str(const char* text) { return netbit::toStr(text); }

std::int32_t answer(const Naughty& self, nb_request* request)
{
    nb_reply reply{};
    reply.size = sizeof reply;
    reply.status = 200;
    reply.bytes = str("{}");
    return self.http().reply(request, &reply);
}

std::int32_t addRoute(Naughty& self, const char* pattern, std::uint32_t access, std::uint32_t flags,
                      nb_handler_fn handler, nb_error* error)
{
    nb_route route{};
    route.size = sizeof route;
    route.access = access;
    route.flags = flags;
    route.method = str("GET");
    route.pattern = str(pattern);
    route.handler = handler;
    route.user = &self;
    return self.http().add_route(self.host, &route, error);
}

std::int32_t noRow(void*, const nb_sql_value*, std::size_t) { return NB_OK; }
void nothing(void*) {}
void nothingDone(void*, std::int32_t, const nb_error*, std::int64_t, nb_str, std::uint32_t) {}

std::int32_t handle(void* user, nb_request* request)
{
    auto& self = of(user);
    const auto& sin = self.sin;
    if (sin == "twice") {
        answer(self, request);
        answer(self, request);
        return NB_OK;
    }
    if (sin == "silent")
        return NB_OK;
    if (sin == "blocks")
        return NB_WOULD_BLOCK;
    if (sin == "throws")
        throw std::runtime_error("a word of the plugin");
    if (sin == "unanswered") {
        self.http().defer(request);
        return NB_OK;
    }
    if (sin == "bad_header") {
        const nb_header header{str("Content-Length"), str("1")};
        nb_reply reply{};
        reply.size = sizeof reply;
        reply.status = 200;
        reply.headers = &header;
        reply.header_count = 1;
        return self.http().reply(request, &reply);
    }
    if (sin == "late_route")
        addRoute(self, "/api/naughty/late", NB_ACCESS_ANYONE, 0, &handle, nullptr);
    if (sin == "query_on_reactor" || sin == "foreign_table") {
        const nb_sql_statement statement{
            sin == "foreign_table" ? str("SELECT name FROM sqlite_master") : str("SELECT 1"), nullptr, 0};
        self.table<nb_sql_api>(NB_SQL_SERVICE).query(self.host, &statement, &noRow, nullptr, nullptr);
    }
    if (sin == "config_on_worker") {
        nb_str out{};
        self.table<nb_config_api>(NB_CONFIG_SERVICE).text(self.host, str("sin"), &out);
    }
    if (sin == "bad_argument")
        self.table<nb_sql_api>(NB_SQL_SERVICE).execute(self.host, nullptr, 1, &nothingDone, nullptr, nullptr);
    if (sin == "leaks_body") {
        const MeantLeak here;
        self.table<nb_body_api>(NB_BODY_SERVICE).make(self.host, str("bytes"));
    }
    if (sin == "leaks_stream") {
        nb_reply head{};
        head.size = sizeof head;
        head.status = 200;
        return self.http().stream(request, &head, nullptr, nullptr, &self.stream, nullptr);
    }
    answer(self, request);
    if (sin == "reads_late")
        self.http().method(request);
    return NB_OK;
}

std::int32_t create(const nb_host* host, nb_plugin** out, nb_error*)
{
    auto made = std::make_unique<Naughty>();
    made->host = host;
    *out = reinterpret_cast<nb_plugin*>(made.release());
    return NB_OK;
}

std::int32_t configure(nb_plugin* plugin, nb_error*)
{
    auto& self = of(plugin);
    nb_str sin{};
    self.table<nb_config_api>(NB_CONFIG_SERVICE).text(self.host, str("sin"), &sin);
    self.sin = netbit::toView(sin);
    return NB_OK;
}

std::int32_t start(nb_plugin* plugin, nb_error* error)
{
    auto& self = of(plugin);
    const auto& sin = self.sin;
    if (sin == "fails") {
        netbit::Error(netbit::Status::unavailable, "no_weather", "The weather is bad.").fill(error);
        return NB_UNAVAILABLE;
    }
    if (sin == "absent_service" && self.host->service(self.host, "netbit.chat/1") == nullptr)
        return NB_OK;
    if (sin == "leaks_timer") {
        nb_timer* timer = nullptr;
        self.table<nb_exec_api>(NB_EXEC_SERVICE).after(self.host, 1000, &nothing, nullptr, &timer, nullptr);
    }
    if (sin == "cancels_twice") {
        const auto& exec = self.table<nb_exec_api>(NB_EXEC_SERVICE);
        nb_timer* timer = nullptr;
        exec.after(self.host, 1000, &nothing, nullptr, &timer, nullptr);
        exec.cancel(timer);
        exec.cancel(timer);
    }
    if (sin == "no_access")
        return addRoute(self, "/api/naughty/open", 0, 0, &handle, error);
    if (sin == "undeclared")
        return addRoute(self, "/api/elsewhere", NB_ACCESS_ANYONE, 0, &handle, error);
    if (sin == "duplicate")
        addRoute(self, "/api/naughty", NB_ACCESS_ANYONE, 0, &handle, error);
    return addRoute(self, "/api/naughty", NB_ACCESS_ANYONE, sin == "query_on_reactor" ? NB_ROUTE_FAST : 0, &handle, error);
}

void destroy(nb_plugin* plugin) { const std::unique_ptr<Naughty> end(&of(plugin)); }

const nb_plugin_calls calls{sizeof(nb_plugin_calls), 0, &create, &configure, &start, nullptr, nullptr, &destroy};
const nb_plugin_entry entry{NB_PLUGIN_MAGIC, sizeof(nb_plugin_entry), NB_ABI_MAJOR,   NB_ABI_MINOR, 0,
                            "naughty",       "1.0.0",                 NB_SDK_VERSION, "a test",     &calls};

} // namespace

extern "C" const nb_plugin_entry* netbit_plugin_entry(void) { return &entry; }
