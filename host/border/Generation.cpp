#include "border/Generation.h"

#include "border/Border.h"
#include "border/Convert.h"
#include "border/Guard.h"
#include "border/Holdings.h"
#include "border/Listener.h"
#include "border/Provider.h"
#include "border/Recorder.h"
#include "border/Services.h"
#include "border/SqlArguments.h"
#include "border/Subscription.h"
#include "border/Tables.h"
#include "border/Timer.h"
#include "edge/Exchange.h"
#include "services/cache/KeyValueCache.h"
#include "services/auth/AuthService.h"
#include "services/log/Log.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <sys/stat.h>

namespace netbit::border {

namespace {

using namespace std::chrono_literals;
using base::fault;
using base::Status;
namespace log = services::log;

constexpr auto quiet = 60s;                  // between two lines of the log that say the same
constexpr std::size_t longestWhy = 512;      // bytes of a plugin's sentence about its health
constexpr std::size_t mostSaid = 100;        // different lines that are remembered

/// At most so many bytes, whole characters of UTF-8.
std::string cut(std::string_view text, std::size_t most)
{
    auto length = std::min(text.size(), most);
    if (length < text.size())
        while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80)
            --length;
    return std::string(text.substr(0, length));
}

/// "/a" covers itself and everything below it.
bool covers(std::string_view declared, std::string_view pattern) noexcept
{
    return pattern.starts_with(declared) &&
           (pattern.size() == declared.size() || declared.ends_with('/') || pattern[declared.size()] == '/');
}

} // namespace

std::string sqlPrefixOf(const std::string& id) { return sql::prefixOf(id); }
const std::string_view sqlService = NB_SQL_SERVICE;

Generation::Generation(Border& border, GenerationSpec spec, BreakerOptions breaker, std::shared_ptr<Ledger> ledger)
    : _border(border), _spec(std::move(spec)), _name(interned(_spec.id)), _sqlPrefix(sql::prefixOf(_spec.id)),
      _ledger(std::move(ledger)), _breaker(breaker),
      _holdings(std::make_unique<Holdings>()), _settings(_spec.settings)
{
    _host.size = sizeof _host;
    _host.abi_major = NB_ABI_MAJOR;
    _host.abi_minor = NB_ABI_MINOR;
    _host.version = border.services().hostVersion.c_str();
    _host.plugin_id = _spec.id.c_str();
    _host.implementation = this;
    _host.service = [](const nb_host* host, const char* id) -> const void* {
        const void* table = nullptr;
        quietly([&] {
            if (!id || !generationOf(host).grants(id))
                return;
            table = findTable(id);
            if (table && generationOf(host).recorder())
                table = recordingTable(id, table);
        });
        return table;
    };
}

Generation::~Generation() = default;

const Services& Generation::services() const noexcept { return _border.services(); }

bool Generation::grants(std::string_view service) const
{
    return isBasic(service) || _spec.services.contains(service);
}

bool Generation::declares(std::string_view method, std::string_view pattern) const
{
    if (_spec.routes.empty())
        return true;
    for (const std::string_view declared : _spec.routes) {
        const auto space = declared.find(' ');
        if (space == std::string_view::npos ? covers(declared, pattern)
                                            : declared.substr(0, space) == method && declared.substr(space + 1) == pattern)
            return true;
    }
    return false;
}

Health Generation::condition() const noexcept
{
    if (overhung() || _breaker.open())
        return Health::failed;
    if (_stuck.load(std::memory_order_relaxed) > 0)
        return std::max(health(), Health::degraded);
    return health();
}

std::string Generation::trouble() const
{
    if (const auto stuck = _stuck.load(std::memory_order_relaxed); stuck > 0)
        return std::to_string(stuck) + (stuck == 1 ? " call has" : " calls have") + " not come back" +
               (overhung() ? "; its routes answer 503 until some do." : ".");
    if (!_breaker.open()) {
        if (health() == Health::good)
            return {};
        const std::lock_guard lock(_mutex);
        return _healthWhy.empty() ? "It does not say why." : _healthWhy;
    }
    return "It failed " + std::to_string(_breaker.inARow()) + " times in a row; the next try is in " +
           std::to_string(_breaker.left().count()) + " ms.";
}

std::vector<std::pair<std::string, std::uint16_t>> Generation::ports() const
{
    std::vector<std::pair<std::string, std::uint16_t>> out;
    for (const auto& listener : _holdings->listeners.all())
        out.emplace_back(listener->name, listener->port());
    std::sort(out.begin(), out.end());
    return out;
}

Figures Generation::figures() const
{
    Figures out;
    out.latency = _ledger->latency();
    out.routes = _ledger->routes.load(std::memory_order_relaxed);
    const auto listeners = _holdings->listeners.all();
    out.listeners = listeners.size();
    for (const auto& listener : listeners)
        out.connections += static_cast<std::size_t>(std::max<std::int64_t>(listener->connections(), 0));
    out.timers = _holdings->timers.size();
    out.subscriptions = _holdings->subscriptions.size();
    out.streams = _holdings->streams.size();
    out.deferred = _holdings->requests.waiting();
    out.posted = _ledger->posted.load(std::memory_order_relaxed);
    // Of each subscription the log owes it calls: that is no call.
    out.inFlight = std::max<std::int64_t>(inFlight() - static_cast<std::int64_t>(out.subscriptions), 0);
    out.cacheBytes = services().cache.bytes(spaceName());
    out.stuck = _stuck.load(std::memory_order_relaxed);
    return out;
}

SettingsPtr Generation::settings() const
{
    const std::lock_guard lock(_mutex);
    return _settings;
}

base::Result<std::string_view> Generation::folder()
{
    const std::lock_guard lock(_mutex); // _folder
    if (!_folder.empty())
        return std::string_view(_folder);
    const auto path = services().folderOf ? services().folderOf(id()) : std::filesystem::path();
    std::error_code failed = std::make_error_code(std::errc::not_supported);
    if (!path.empty()) {
        std::filesystem::create_directories(path.parent_path(), failed);
        if (!failed && ::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
            failed = std::error_code(errno, std::generic_category());
        if (!failed && !std::filesystem::is_directory(path, failed) && !failed)
            failed = std::make_error_code(std::errc::not_a_directory);
    }
    if (failed)
        return fault(Status::unavailable, "folder_unusable", "The plugin's folder cannot be made: " + failed.message() + '.');
    _folder = path.string();
    return std::string_view(_folder);
}

// Counting.

bool Generation::enter() noexcept
{
    // Counted first, then looked: end() shuts first, then waits for the count.
    _inFlight.fetch_add(1, std::memory_order_seq_cst);
    if (!_shut.load(std::memory_order_seq_cst))
        return true;
    leave();
    return false;
}

void Generation::leave() noexcept { _inFlight.fetch_sub(1, std::memory_order_seq_cst); }

void Generation::failed(const char* call, std::string_view what) noexcept
{
    _ledger->countError();
    try {
        complain(std::string(call) + " failed: " + std::string(what));
    } catch (const std::exception&) {
        // no memory for a line of the log: the count above still tells
    }
}

void Generation::handlerFailed() noexcept
{
    if (_breaker.failed())
        complain("Its routes answer 503 for a while, since it failed too often in a row.");
}

void Generation::setHealth(Health health, std::string_view why)
{
    const auto text = cut(why, longestWhy);
    bool changed = false;
    {
        const std::lock_guard lock(_mutex);
        changed = _health.exchange(health) != health || _healthWhy != text;
        _healthWhy = text;
    }
    if (!changed)
        return;
    static constexpr std::array<std::string_view, 3> words{"good", "degraded", "failed"};
    log::write(health == Health::failed     ? log::Level::error
               : health == Health::degraded ? log::Level::warn
                                            : log::Level::info,
               id(), "It says how it is.", {{"health", words[static_cast<std::size_t>(health)]}, {"why", text}});
}

void Generation::setStuck(unsigned calls, bool tooMany) noexcept
{
    _stuck.store(calls, std::memory_order_relaxed);
    if (_overhung.exchange(tooMany, std::memory_order_relaxed) != tooMany)
        complain(tooMany ? "Too many of its calls do not come back; its routes answer 503 until some do."
                         : "Its calls come back again; its routes answer.");
}

void complainOfToken(std::string_view kind, std::string_view call) noexcept
{
    try {
        const auto line = std::string(call) + " of a " + std::string(kind) +
                          " that was given back before, or whose generation has ended; nothing was done.";
        // The caller's generation lives for as long as its call is under way here.
        if (const auto* const caller = underWay().generation)
            const_cast<Generation*>(caller)->complain(line);
        else
            log::error("border", line);
    } catch (const std::exception&) {
        // no memory for a line of the log
    }
}

void Generation::complain(std::string_view line) noexcept
{
    try {
        std::uint64_t silenced = 0;
        {
            const auto now = std::chrono::steady_clock::now();
            const std::lock_guard lock(_mutex);
            auto found = _said.find(line);
            if (found != _said.end() && now - found->second.at < quiet) {
                ++found->second.silenced;
                return;
            }
            if (found == _said.end()) {
                if (_said.size() >= mostSaid)
                    _said.clear();
                found = _said.emplace(line, Said{}).first;
            }
            silenced = std::exchange(found->second.silenced, 0);
            found->second.at = now;
        }
        const auto times = std::to_string(silenced);
        if (silenced > 0)
            log::error(_spec.id, line, {{"silenced", times}});
        else
            log::error(_spec.id, line);
    } catch (const std::exception&) {
        // as above
    }
}

// Its life.

base::Result<void> Generation::life(const char* call, std::int32_t (*function)(nb_plugin*, nb_error*))
{
    if (!function)
        return {};
    nb_error error{};
    error.size = sizeof error;
    std::int32_t status = NB_INTERNAL;
    std::string threw;
    Guard guard(*this, call, Guard::Kind::inside);
    const bool returned = guard.run([&] {
        try {
            status = function(_plugin, &error);
        } catch (const std::exception& exception) {
            threw = exception.what();
            throw;
        }
    });
    if (!returned)
        return fault(Status::internal, "plugin_threw",
                     std::string(call) + " threw an exception" + (threw.empty() ? "." : ": " + threw));
    if (status == NB_OK)
        return {};
    auto told = border::errorOf(error, status);
    if (told.detail.empty())
        told.detail = std::string(call) + " returned the status " + std::to_string(status) + '.';
    return told;
}

base::Result<void> Generation::create(const nb_plugin_entry& entry)
{
    const auto* const calls = entry.calls;
    const auto refused = [](std::string_view why) { return fault(Status::invalid, "bad_table", why); };
    if (!calls)
        return refused("The plugin's entry has no table of calls.");
    if (calls->size < leastSize<nb_plugin_calls>)
        return refused("The plugin's table of calls is too small.");
    std::memcpy(&_table, calls, std::min<std::size_t>(calls->size, sizeof _table));
    if (!_table.create || !_table.start || !_table.destroy)
        return refused("The plugin's table of calls lacks create, start or destroy.");

    nb_plugin* made = nullptr;
    nb_error error{};
    error.size = sizeof error;
    std::int32_t status = NB_INTERNAL;
    std::string threw = "something that is no std::exception";
    Guard guard(*this, "create", Guard::Kind::inside);
    const bool returned = guard.run([&] {
        try {
            status = _table.create(&_host, &made, &error);
        } catch (const std::exception& exception) {
            threw = exception.what();
            throw;
        }
    });
    if (!returned)
        return fault(Status::internal, "plugin_threw", "create threw an exception: " + threw);
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

base::Result<void> Generation::configure(SettingsPtr settings)
{
    SettingsPtr before; // outlives the call: texts that the plugin reads in it may be of either
    {
        const std::lock_guard lock(_mutex);
        before = std::exchange(_settings, std::move(settings));
    }
    const Recorder::Scope piece(recorder() && serves() ? recorder()->configured(*this->settings()) : 0);
    auto result = life("configure", _table.configure);
    if (!result) {
        const std::lock_guard lock(_mutex);
        _settings.swap(before);
    }
    return result;
}

base::Result<void> Generation::start()
{
    _state = State::starting;
    auto result = life("start", _table.start);
    if (result)
        _state = State::staged;
    return result;
}

base::Result<void> Generation::stageRoute(edge::Route route, Thaw thaw)
{
    if (!declares(route.method, route.pattern))
        return fault(Status::forbidden, "route_undeclared",
                     route.method + ' ' + route.pattern + " is not among the routes of the manifest.");
    const auto name = route.method + ' ' + route.pattern;
    _routes.push_back(std::move(route));
    auto fits = _border.check(_spec.id, _routes);
    if (!fits)
        _routes.pop_back();
    else if (thaw.function)
        _thaws.emplace(name, thaw);
    _ledger->routes.store(_routes.size(), std::memory_order_relaxed);
    return fits;
}

const Generation::Thaw* Generation::thawOf(std::string_view route) const noexcept
{
    const auto found = _thaws.find(route);
    return found == _thaws.end() ? nullptr : &found->second;
}

void Generation::goLive(Generation* before)
{
    _state = State::live;
    for (const auto& listener : _holdings->listeners.all())
        listener->start();
    for (const auto& subscription : _holdings->subscriptions.all()) {
        const auto last = before ? before->subscriptionNamed(subscription->name) : nullptr;
        if (last)
            last->handTo(subscription);
        else
            subscription->arm();
    }
    Beats beats(before ? before->_holdings->timers.all() : Beats::Timers());
    for (const auto& timer : _holdings->timers.all())
        timer->arm(beats.of(*timer));
    if (before && before->_holdings->provider)
        services().auth.removeProvider(*before->_holdings->provider);
    if (_holdings->provider)
        services().auth.addProvider(_holdings->provider);
}

std::shared_ptr<nb_subscription> Generation::subscriptionNamed(std::string_view name) const
{
    if (!name.empty())
        for (const auto& subscription : _holdings->subscriptions.all())
            if (subscription->name == name)
                return subscription;
    return nullptr;
}

} // namespace netbit::border
