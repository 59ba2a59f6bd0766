#include "Life.h"

#include "Connections.h"
#include "Exchange.h"
#include "Replay.h"
#include "Subscription.h"
#include "Tables.h"
#include "Timer.h"
#include "World.h"
#include "border/Convert.h"
#include "storage/Migrations.h"

#include <algorithm>
#include <cstring>
#include <fstream>

namespace netbit::fake {

namespace {

using base::fault;
using base::Status;

/// "/a" covers itself and everything below it, as in a real host.
bool covers(std::string_view declared, std::string_view pattern) noexcept
{
    return pattern.starts_with(declared) &&
           (pattern.size() == declared.size() || declared.ends_with('/') || pattern[declared.size()] == '/');
}

bool mapped(const std::filesystem::path& file)
{
    std::ifstream maps("/proc/self/maps");
    const auto name = file.filename().string();
    for (std::string line; std::getline(maps, line);)
        if (line.ends_with(name))
            return true;
    return false;
}

std::string several(std::int64_t count, const char* one, const char* many)
{
    return count == 1 ? std::string("One ") + one + " was" : std::to_string(count) + ' ' + many + " were";
}

} // namespace

CallName::CallName(World& world, std::string_view name) : _world(world), _before(std::exchange(world.callUnderWay, name))
{
    if (_world.watch)
        _world.watch->underWay(name);
}

CallName::~CallName()
{
    _world.callUnderWay = _before;
    if (_world.watch)
        _world.watch->underWay(_before);
}

Life::Life(World& world, std::unique_ptr<loader::Library> library, std::filesystem::path copy)
    : _world(world), _library(std::move(library)), _copy(std::move(copy))
{
    _host.size = sizeof _host;
    _host.abi_major = NB_ABI_MAJOR;
    _host.abi_minor = NB_ABI_MINOR;
    _host.version = NB_SDK_VERSION;
    _host.plugin_id = _world.manifest.id.c_str();
    _host.implementation = this;
    _host.service = [](const nb_host* host, const char* id) -> const void* {
        if (!id || !Life::of(host).grants(id))
            return nullptr;
        const auto* const table = findTable(id);
        return table && Life::of(host).world().replay ? replayTable(id, table) : table;
    };
    if (auto table = edge::RouteTable::build({}))
        _table = std::move(*table);
}

Life::~Life() = default;

const std::string& Life::id() const noexcept { return _world.manifest.id; }

bool Life::grants(std::string_view service) const
{
    const auto& wanted = _world.manifest.services;
    return isBasic(service) || std::find(wanted.begin(), wanted.end(), service) != wanted.end();
}

bool Life::declares(std::string_view method, std::string_view pattern) const
{
    const auto& declared = _world.manifest.routes;
    return declared.empty() || std::any_of(declared.begin(), declared.end(), [&](std::string_view one) {
               const auto space = one.find(' ');
               return space == std::string_view::npos ? covers(one, pattern)
                                                      : one.substr(0, space) == method && one.substr(space + 1) == pattern;
           });
}

void Life::threw(std::string_view name, std::string_view what)
{
    _threw = what;
    _world.violation(std::string(name) + " let an exception out: " + std::string(what) + '.');
}

base::Result<void> Life::lifeCall(const char* name, std::int32_t (*function)(nb_plugin*, nb_error*))
{
    if (!function)
        return {};
    nb_error error{};
    error.size = sizeof error;
    std::int32_t status = NB_INTERNAL;
    if (!call(Lane::control, name, [&] { status = function(_plugin, &error); }))
        return fault(Status::internal, "plugin_threw", std::string(name) + " threw an exception: " + _threw + '.');
    if (status == NB_OK)
        return {};
    auto told = border::errorOf(error, status);
    if (told.detail.empty())
        told.detail = std::string(name) + " returned the status " + std::to_string(status) + '.';
    return told;
}

base::Result<void> Life::create()
{
    const auto* const calls = _library->entry().calls;
    const auto refused = [](std::string_view why) { return fault(Status::invalid, "bad_table", why); };
    if (calls->size < sizeof(nb_plugin_calls))
        return refused("The plugin's table of calls is too small.");
    std::memcpy(&_table_, calls, sizeof _table_);
    if (!_table_.create || !_table_.start || !_table_.destroy)
        return refused("The plugin's table of calls lacks create, start or destroy.");
    nb_error error{};
    error.size = sizeof error;
    std::int32_t status = NB_INTERNAL;
    nb_plugin* made = nullptr;
    if (!call(Lane::control, "create", [&] { status = _table_.create(&_host, &made, &error); }))
        return fault(Status::internal, "plugin_threw", "create threw an exception: " + _threw + '.');
    if (status != NB_OK) {
        auto told = border::errorOf(error, status);
        if (told.detail.empty())
            told.detail = "create returned the status " + std::to_string(status) + '.';
        return told;
    }
    if (!made)
        return refused("create returned NB_OK without a plugin.");
    _plugin = made;
    _state = State::created;
    return {};
}

base::Result<void> Life::configure() { return lifeCall("configure", _table_.configure); }

base::Result<void> Life::start()
{
    _state = State::starting;
    auto result = lifeCall("start", _table_.start);
    if (result)
        _state = State::staged;
    return result;
}

base::Result<void> Life::addRoute(edge::Route route, RouteCalls calls)
{
    if (!declares(route.method, route.pattern))
        return fault(Status::forbidden, "route_undeclared",
                     route.method + ' ' + route.pattern + " is not among the routes of the manifest.");
    auto all = _routes;
    all.push_back(route);
    auto table = edge::RouteTable::build(all);
    if (!table)
        return table.error();
    _table = std::move(*table);
    _routes = std::move(all);
    _calls.push_back(calls);
    return {};
}

const RouteCalls& Life::callsOf(const edge::Route& route) const
{
    // The table's routes are copies of ours, in our order.
    return _calls[static_cast<std::size_t>(&route - _table->routes().data())];
}

void Life::goLive()
{
    _state = State::live;
    for (const auto& subscription : subscriptions)
        subscription->arm();
    for (const auto& timer : timers)
        timer->arm();
}

/// What is left unanswered and open after everything that waited has run: the host does it, as a real one does.
void Life::answerRest()
{
    std::size_t unanswered = 0;
    for (const auto& request : requests)
        if (!request->answered) {
            request->problem(fault(Status::unavailable, "plugin_unavailable",
                                   "The plugin " + id() + " was stopped before it answered."));
            ++unanswered;
        }
    if (unanswered > 0)
        _world.violation(several(static_cast<std::int64_t>(unanswered), "request", "requests") +
                         " left without an answer when it was stopped.");
    for (const auto& stream : streams)
        stream->endByHost();
    for (const auto& listener : listeners)
        listener->closeAll(NB_CLOSE_SHUTDOWN);
    _world.run();
}

void Life::end()
{
    const bool wasLive = live();
    const auto tell = [this](const base::Result<void>& result, const char* name) {
        if (!result)
            _world.violation(std::string(name) + " failed: " + result.error().detail);
    };
    if (wasLive)
        tell(lifeCall("quiesce", _table_.quiesce), "quiesce");
    _state = State::draining;
    for (const auto& timer : timers)
        timer->silence();
    _world.run();
    answerRest();
    for (const auto& subscription : subscriptions)
        subscription->endByHost();
    _world.run();
    _state = State::stopped;
    if (wasLive)
        tell(lifeCall("stop", _table_.stop), "stop");
    if (_plugin)
        call(Lane::control, "destroy", [this] { _table_.destroy(std::exchange(_plugin, nullptr)); });
    _world.run(); // nothing of the plugin's may wait any more; what does would be called after its end
    tellHeld();
    _state = State::destroyed;
    unload();
}

void Life::tellHeld()
{
    std::int64_t open = 0;
    const auto tell = [this](std::int64_t count, const char* one, const char* many, const char* verb) {
        if (count > 0)
            _world.violation(several(count, one, many) + " not " + verb + " when it was destroyed.");
    };
    for (const auto& timer : timers)
        open += timer->cancelled() ? 0 : 1;
    tell(std::exchange(open, 0), "timer", "timers", "cancelled");
    for (const auto& subscription : subscriptions)
        open += subscription->cancelled() ? 0 : 1;
    tell(std::exchange(open, 0), "subscription", "subscriptions", "cancelled");
    for (const auto& stream : streams)
        open += stream->endedByPlugin() ? 0 : 1;
    tell(std::exchange(open, 0), "stream", "streams", "ended");
    for (const auto& intake : intakes)
        open += intake->closed ? 0 : 1;
    tell(std::exchange(open, 0), "intake of a body", "intakes of bodies", "closed");
    for (const auto& lease : leases)
        open += lease->released ? 0 : 1;
    tell(open, "lease", "leases", "released");
    tell(*bodies, "body", "bodies", "released");
    tell(*principals, "principal", "principals", "released");
    tell(connections, "reference to a connection", "references to connections", "released");
}

void Life::unload()
{
    if (_world.watch)
        _world.watch->closing();
    const bool pinned = _library->pinned();
    _library.reset();
    if (!pinned && mapped(_copy))
        _world.violation("The library stays mapped after it was closed: something of it is still in use, such as a "
                         "thread-local or a unique symbol that leaks.");
    std::error_code ignored;
    std::filesystem::remove(_copy, ignored);
}

} // namespace netbit::fake
