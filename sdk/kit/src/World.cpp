#include "World.h"

#include "Connections.h"
#include "Exchange.h"
#include "Life.h"
#include "Subscription.h"
#include "Timer.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

namespace netbit::fake {

namespace {

using base::fault;
using base::Status;

constexpr std::size_t mostInARow = 1'000'000; // pieces of work that one run may take: more never comes to rest

std::filesystem::path makeFolder()
{
    auto name = (std::filesystem::temp_directory_path() / "netbit-kit-XXXXXX").string();
    if (!mkdtemp(name.data()))
        throw std::filesystem::filesystem_error("a folder for copies", std::error_code(errno, std::system_category()));
    return name;
}

} // namespace

World::World(loader::Manifest itsManifest, std::filesystem::path library, border::SettingsPtr itsSettings, Limits itsLimits,
             std::int64_t nowMs)
    : manifest(std::move(itsManifest)), limits(itsLimits), settings(std::move(itsSettings)),
      chats(people, events, limits.messageBytes), _library(std::move(library)), _folder(makeFolder()), _now(nowMs)
{
    cache = std::make_unique<services::cache::KeyValueCache>(limits.cacheBytes,
                                                             [this] { return std::chrono::milliseconds(_now); });
}

bool World::permits(std::string_view permission) const
{
    return std::find(manifest.permissions.begin(), manifest.permissions.end(), permission) != manifest.permissions.end();
}

const std::string& World::folder()
{
    if (_own.empty()) {
        _own = (_folder / "own").string();
        std::filesystem::create_directory(_own);
    }
    return _own;
}

World::~World()
{
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(_folder, ignored);
}

base::Result<std::unique_ptr<Life>> World::bring(const std::filesystem::path& library)
{
    const auto copy = _folder / (manifest.id + '-' + std::to_string(++_copies) + ".so");
    auto loaded = loader::Library::load(library, copy, manifest);
    if (!loaded)
        return loaded.error();
    return std::make_unique<Life>(*this, std::move(*loaded), copy);
}

base::Result<void> World::load()
{
    auto life = bring(_library);
    if (!life)
        return life.error();
    _life = std::move(*life);
    return {};
}

base::Result<void> World::start()
{
    if (!_life || _life->state() != Life::State::loaded)
        return fault(Status::conflict, "started_before", "The plugin was started before.");
    auto result = _life->create();
    if (result)
        result = _life->configure();
    if (result)
        result = _life->start();
    if (result)
        _life->goLive();
    else
        _life->end();
    return result;
}

base::Result<void> World::configure(border::SettingsPtr wanted)
{
    if (!_life || !_life->live())
        return fault(Status::unavailable, "not_live", "The plugin is not live.");
    settings.swap(wanted);
    auto result = _life->configure();
    if (!result)
        settings.swap(wanted);
    return result;
}

void World::stop()
{
    if (_life && _life->state() != Life::State::destroyed)
        _life->end();
}

bool World::runOne()
{
    const auto work = queue.take();
    if (!work)
        return false;
    work();
    return true;
}

std::size_t World::run()
{
    std::size_t count = 0;
    while (runOne())
        if (++count == mostInARow) {
            violation("It does not come to rest: " + std::to_string(count) + " pieces of work followed one from another.");
            break;
        }
    return count;
}

std::optional<std::int64_t> World::nextDue(std::int64_t until) const
{
    std::optional<std::int64_t> next;
    const auto consider = [&](std::optional<std::int64_t> due) {
        if (due && *due <= until && (!next || *due < *next))
            next = due;
    };
    consider(events.nextEnd());
    for (const auto& life : {_life.get(), _old.get()})
        if (life) {
            for (const auto& timer : life->timers)
                consider(timer->due());
            for (const auto& listener : life->listeners)
                consider(listener->nextDue());
        }
    return next;
}

std::size_t World::advance(std::uint64_t ms)
{
    auto count = run();
    const auto room = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - _now);
    const auto until = _now + static_cast<std::int64_t>(std::min(ms, room));
    while (const auto due = nextDue(until)) {
        _now = std::max(_now, *due);
        if (events.release(_now))
            wakeSubscriptions(*this);
        for (auto* const life : {_life.get(), _old.get()})
            if (life) {
                fireTimers(*life, _now);
                for (std::size_t i = 0; i < life->listeners.size(); ++i)
                    life->listeners[i]->fireDue(_now);
            }
        count += 1 + run();
    }
    _now = until;
    return count;
}

void World::violation(std::string sentence)
{
    const std::lock_guard lock(mutex);
    _violations.push_back(std::move(sentence));
}

void World::clearViolations() { _violations.clear(); }

bool World::mayFail(std::string_view function) noexcept
{
    constexpr std::array<std::string_view, 9> known{"chat.send",      "chat.create",            "sql.query",
                                                    "sql.execute",    "events.publish",         "events.publish_durable",
                                                    "exec.post",      "auth.login",             "auth.register_user"};
    return std::find(known.begin(), known.end(), function) != known.end();
}

void World::failNext(std::string function, base::Error error)
{
    const std::lock_guard lock(mutex);
    _failures[std::move(function)].push_back(std::move(error));
}

std::optional<base::Error> World::failureOf(std::string_view function)
{
    const auto found = _failures.find(function);
    if (found == _failures.end() || found->second.empty())
        return std::nullopt;
    auto error = std::move(found->second.front());
    found->second.pop_front();
    return error;
}

} // namespace netbit::fake
