#include "Rounds.h"

#include "../src/Api.h"
#include "../src/Connections.h"
#include "../src/Life.h"
#include "../src/Subscription.h"
#include "../src/Timer.h"
#include "Figures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

namespace netbit::check {

namespace {

constexpr std::uint64_t oneSecond = 1000;     // ms, of the host's clock: timers fire
constexpr std::size_t reloadEach = 5;         // rounds
constexpr double leastHeapGrowth = 16;        // bytes a round
constexpr double leastResidentGrowth = 2'048; // bytes a round, on the average of half a page

nb_str str(std::string_view text) { return {text.data(), text.size()}; }

std::string plural(std::size_t count, const std::string& one)
{
    return std::to_string(count) + ' ' + one + (count == 1 ? "" : "s");
}

/// What the kit says of handles, by its words; the rest is about calls.
struct Kind {
    std::string_view words;
    std::string_view check;
    std::string_view advice;
};
constexpr Kind kinds[] = {
    {"not cancelled when it was destroyed", "timers", "Cancel it in stop; netbit::Timer does so in its destructor."},
    {"not ended when it was destroyed", "streams", "End it in `ended` or in stop; netbit::Stream does so in its destructor."},
    {"not released when it was destroyed", "handles",
     "Release it before destroy returns; Body, Principal, Conn and Lease do so in their destructors."},
    {"stays mapped after it was closed", "unload",
     "Hide all symbols but the entry (netbit_add_plugin does), and keep no thread-local objects in threads of the host."},
};

class Rounds final : fake::Watch {
public:
    Rounds(const RoundOptions& options, const loader::Manifest& manifest, Outside& outside)
        : _options(options), _manifest(manifest), _outside(outside), _loads(options.rounds), _lives(options.rounds),
          _loadResident(options.rounds), _liveResident(options.rounds)
    {
        for (const auto& [key, value] : options.settings)
            _settings.push_back({str(key), str(value)});
    }

    void run()
    {
        _threads = threads();
        // Loading alone first: what that keeps (a library that is pinned stays) is not what a life of the plugin keeps.
        for (_round = 1; _round <= _options.rounds; ++_round) {
            const auto kit = open();
            if (!kit)
                return;
            kit->world->watch = nullptr; // no call is made
            sampleInto(_loads, _loadResident, [&] { nb_kit_close(kit); });
        }
        for (_round = 1; _round <= _options.rounds; ++_round)
            if (!oneLife())
                break;
        tellCounts();
        tellViolations();
        tellThreads();
        tellDescriptors();
        if (!_failed)
            tellMemory();
        if (!_unloadFault)
            _outside.tell({"unload", true,
                           _pinned ? "It makes keys of thread-specific data (a C++ run-time linked statically does, and "
                                     "Rust's), so each reload leaves its code in memory: link the run-time dynamically, or "
                                     "keep no thread-local objects with destructors, where it is reloaded often."
                                   : "Nothing of it stays in memory when it is closed."});
    }

private:
    struct Counts {
        std::size_t routes = 0;
        std::size_t listeners = 0;
        std::size_t timers = 0;
        std::size_t subscriptions = 0;
    };
    struct Violation {
        std::string sentence;
        std::size_t round = 0; ///< the first
        std::size_t times = 0;
    };

    void underWay(std::string_view call) override { _outside.doing(_round, call.empty() ? "between its calls" : call); }

    void closing() override
    {
        if (threadsSettledTo(_threads) <= _threads)
            return;
        // Their code is about to go: this process would not live to tell more.
        _outside.tell({"threads", false,
                       plural(threads() - _threads, "thread") +
                           " that it started still ran when it was destroyed, in round " + std::to_string(_round) +
                           ". Use netbit.exec/1, or join what a library started in stop. A host would crash now, so this "
                           "is the last thing that was looked at."});
        tellViolations();
        _outside.leave();
    }

    nb_kit* open()
    {
        _outside.doing(_round, "the loading of its library");
        const auto library = _options.library.string();
        const auto manifestFile = _options.manifestFile.string();
        nb_kit_options in{};
        in.size = sizeof in;
        in.library = str(library);
        in.manifest = str(manifestFile);
        in.settings = _settings.data();
        in.setting_count = _settings.size();
        nb_kit* kit = nullptr;
        nb_error error{};
        error.size = sizeof error;
        if (nb_kit_open(&in, &kit, &error) == NB_OK) {
            if (!std::exchange(_entryTold, true))
                tellEntry(*kit->world->life());
            kit->world->watch = this;
            return kit;
        }
        refuse(error);
        return nullptr;
    }

    void refuse(const nb_error& error)
    {
        const std::string_view code = error.code;
        std::string text = error.detail;
        if (code == "bad_setting") {
            _outside.tell({"start", false, text + " Give what it needs: --set KEY=VALUE."});
            return;
        }
        if (code == "abi_mismatch")
            text += " Build it with this SDK, or take a newer host.";
        else if (code == "bad_magic")
            text += " NETBIT_PLUGIN, or NB_PLUGIN_MAGIC in C, is what it needs.";
        else if (code == "bad_library" && text.find("__asan") != std::string::npos)
            text += " It is built with a sanitizer, whose library must come first: LD_PRELOAD=$(cc -print-file-name=libasan.so).";
        else if (code == "bad_library")
            text += " Link what it needs statically, with -Wl,-z,defs to hear of it when it is built.";
        else
            text += " It must be the one that the manifest describes.";
        _outside.tell({"entry", false, std::move(text)});
    }

    void tellEntry(const fake::Life& life)
    {
        const auto& entry = life.entry();
        _pinned = life.pinned();
        std::string text = std::string(entry.id) + ' ' + entry.version + ", ABI " + std::to_string(entry.abi_major) + '.' +
                           std::to_string(entry.abi_minor) + ", built with SDK " + (entry.sdk ? entry.sdk : "?") + " by " +
                           (entry.toolchain ? entry.toolchain : "?");
        if (!entry.sdk || std::string_view(entry.sdk) != NB_SDK_VERSION)
            text += "; this is SDK " NB_SDK_VERSION;
        _outside.tell({"entry", true, text + '.'});
    }

    template <class F> void sampleInto(Series& heap, Series& resident, F&& close)
    {
        close();
        heap.add(heapBytes());
        resident.add(residentBytes());
    }

    /// False: there is no point in another.
    bool oneLife()
    {
        auto* const kit = open();
        if (!kit)
            return false;
        for (const auto& name : _options.users) {
            std::int64_t id = 0;
            nb_kit_add_user(kit, str(name), {nullptr, 0}, 0, &id, nullptr);
        }
        nb_error error{};
        error.size = sizeof error;
        const bool started = step("start", nb_kit_start(kit, &error), error);
        if (started) {
            count(*kit->world->life());
            nb_kit_run(kit);
            nb_kit_advance(kit, oneSecond);
            // Now and then what an administrator does to a plugin that runs.
            if (_round % reloadEach == 2)
                step("configure", nb_kit_configure(kit, _settings.data(), _settings.size(), &error), error);
            if (_round % reloadEach == reloadEach - 1 && _manifest.reloadable)
                step("reload", nb_kit_reload(kit, {nullptr, 0}, &error), error);
        }
        nb_kit_stop(kit);
        gather(kit);
        sampleInto(_lives, _liveResident, [&] { nb_kit_close(kit); });
        if (_round == 1)
            _descriptors = descriptors(); // what is opened once for all is open now
        return started;
    }

    bool step(const char* what, std::int32_t status, const nb_error& error)
    {
        if (status == NB_OK)
            return true;
        if (!std::exchange(_failed, true))
            _outside.tell({what, false,
                           "It fails in round " + std::to_string(_round) + ": " + error.detail + " (" + error.code + ")." +
                               hint(error.code)});
        return false;
    }

    /// What was not given, where that can be why the plugin itself refuses.
    std::string hint(std::string_view code) const
    {
        for (const auto own : {"plugin_threw", "service_absent", "table_not_yours", "statement_not_allowed", "migration_failed",
                               "route_taken", "bad_argument"})
            if (code == own)
                return {};
        const auto& permissions = _manifest.permissions;
        std::string out;
        if (_options.settings.empty() && !_manifest.config.empty())
            out += " If it needs other settings than the manifest's defaults, give them: --set KEY=VALUE.";
        if (_options.users.empty() && std::find(permissions.begin(), permissions.end(), "auth.impersonate") != permissions.end())
            out += " If it acts as a user, give it one: --user NAME.";
        return out;
    }

    void count(const fake::Life& life)
    {
        const Counts now{life.routes()->routes().size(), life.listeners.size(), life.timers.size(),
                         life.subscriptions.size()};
        if (_round == 1)
            _first = now;
        const auto differs = [&](const char* check, std::size_t before, std::size_t after) {
            if (before == after || _differs)
                return;
            _differs = true;
            _outside.tell({check, false,
                           "There are " + std::to_string(before) + " after the first start and " + std::to_string(after) +
                               " after start " + std::to_string(_round) +
                               ". Something of an earlier life is still there: keep it in the plugin's object."});
        };
        differs("routes", _first.routes, now.routes);
        differs("listeners", _first.listeners, now.listeners);
        differs("timers", _first.timers, now.timers);
        differs("subscriptions", _first.subscriptions, now.subscriptions);
    }

    void gather(nb_kit* kit)
    {
        for (std::size_t i = 0; i < nb_kit_violation_count(kit); ++i) {
            const std::string_view sentence = nb_kit_violation(kit, i);
            const auto known = std::find_if(_violations.begin(), _violations.end(),
                                            [&](const Violation& one) { return one.sentence == sentence; });
            if (known != _violations.end())
                ++known->times;
            else if (_violations.size() < 20)
                _violations.push_back({std::string(sentence), _round, 1});
        }
    }

    void tellCounts()
    {
        if (_failed)
            return;
        _outside.tell({"start", true,
                       "It was started and stopped " + plural(_options.rounds, "time") + ": " + plural(_first.routes, "route") +
                           ", " + plural(_first.listeners, "listener") + ", " + plural(_first.timers, "timer") + ", " +
                           plural(_first.subscriptions, "subscription") + " each time."});
    }

    void tellViolations()
    {
        bool handles = false;
        bool calls = false;
        for (const auto& violation : _violations) {
            const auto kind = std::find_if(std::begin(kinds), std::end(kinds), [&](const Kind& one) {
                return violation.sentence.find(one.words) != std::string::npos;
            });
            std::string text = violation.sentence + " Seen " + plural(violation.times, "time") + ", first in round " +
                               std::to_string(violation.round) + '.';
            if (kind == std::end(kinds)) {
                calls = true;
                _outside.tell({"calls", false, text + " The header of that service says what it wants."});
                continue;
            }
            std::string check(kind->check);
            if (check == "timers" && violation.sentence.find("subscription") != std::string::npos) {
                check = "subscriptions";
                text += " Cancel it in stop; netbit::Subscription does so in its destructor.";
            } else {
                text += ' ' + std::string(kind->advice);
            }
            _unloadFault = _unloadFault || check == "unload";
            handles = handles || check != "unload";
            _outside.tell({check, false, text});
        }
        if (!calls && !_failed)
            _outside.tell({"calls", true, "It breaks no rule of a service."});
        if (!handles && !_failed)
            _outside.tell({"handles", true, "It gives back every timer, subscription, stream, body, principal and lease."});
    }

    void tellThreads() { _outside.tell({"threads", true, "It leaves none behind."}); }

    void tellDescriptors()
    {
        auto now = descriptors();
        std::string which;
        std::size_t more = 0;
        for (const auto& [number, what] : now)
            if (_descriptors.find(number) == _descriptors.end() && ++more <= 3)
                which += (more > 1 ? ", " : "") + what;
        if (more > 0)
            _outside.tell({"descriptors", false,
                           plural(more, "descriptor") + " more than after the first round are open: " + which +
                               (more > 3 ? " …" : "") + ". Close them in stop, or in a destructor."});
        else
            _outside.tell({"descriptors", true, "It leaves none open."});
    }

    void tellMemory()
    {
        const auto heap = _lives.growth();
        if (!heap) {
            _outside.tell({"memory", true, "Not judged: that takes 15 rounds at least."});
            return;
        }
        const double loads = _manifest.reloadable ? 1 + 1.0 / reloadEach : 1; // in a round
        // What a load keeps is known roughly, so a tenth of it is taken off, too.
        // The C library keeps its list of destructors in blocks, so loads may look idle for many rounds: the most counts there.
        const auto heapGrowth = *heap - 1.1 * loads * _loads.mostGrowth();
        const auto residentGrowth = _liveResident.growth().value_or(0) - 1.1 * loads * _loadResident.growth().value_or(0);
        if (heapGrowth >= leastHeapGrowth)
            _outside.tell({"memory", false,
                           "Each start and stop keeps about " + std::to_string(std::llround(heapGrowth)) +
                               " bytes that it allocated. Free them in destroy; valgrind or -fsanitize=address says where "
                               "they come from."});
        else if (residentGrowth >= leastResidentGrowth && (_pinned || _unloadFault))
            _outside.tell({"memory", true,
                           "Each load keeps about " + std::to_string(std::llround(residentGrowth / 1024)) +
                               " KiB, since the library cannot be unloaded (see unload): its code and data stay until the "
                               "server ends. Nothing else of it grows."});
        else if (residentGrowth >= leastResidentGrowth)
            _outside.tell({"memory", false,
                           "Each start and stop keeps about " + std::to_string(std::llround(residentGrowth / 1024)) +
                               " KiB of memory that is not the allocator's: unmap in destroy what it has mapped."});
        else
            _outside.tell({"memory", true, "It does not grow."});
    }

    const RoundOptions& _options;
    const loader::Manifest& _manifest;
    Outside& _outside;
    std::vector<nb_kit_setting> _settings;
    std::size_t _round = 1;
    std::size_t _threads = 1;
    std::map<int, std::string> _descriptors;
    Counts _first;
    std::vector<Violation> _violations;
    Series _loads, _lives, _loadResident, _liveResident;
    bool _entryTold = false;
    bool _pinned = false;
    bool _failed = false;
    bool _differs = false;
    bool _unloadFault = false;
};

} // namespace

void runRounds(const RoundOptions& options, const loader::Manifest& manifest, Outside& outside)
{
    Rounds(options, manifest, outside).run();
}

} // namespace netbit::check
