#include "loader/Plan.h"

#include "base/Digest.h"
#include "border/Border.h"
#include "loader/Loader.h"
#include "loader/Parts.h"
#include "storage/Migrations.h"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <set>

namespace netbit::loader {

namespace {

/// What this program itself is.
#if defined(__x86_64__)
constexpr std::uint16_t machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t machine = EM_AARCH64;
#else
#error "which ELF machine is this?"
#endif

class Findings {
public:
    explicit Findings(PlanOf& plan) : _plan(plan) {}
    void fatal(std::string_view code, std::string text) { _plan.findings.push_back({true, std::string(code), std::move(text)}); }
    void tell(std::string_view code, std::string text) { _plan.findings.push_back({false, std::string(code), std::move(text)}); }

private:
    PlanOf& _plan;
};

std::string joined(const std::vector<std::string>& words)
{
    std::string out;
    for (const auto& word : words)
        out += (out.empty() ? "" : ", ") + word;
    return out;
}

void tellPermissions(const Manifest& manifest, Findings& findings)
{
    auto had = manifest.permissions;
    for (const auto& each : unknownPermissions(manifest)) {
        std::erase(had, each);
        findings.tell("permission", each + " is no permission that this host knows: it has no effect. Is it misspelt?");
    }
    if (!had.empty())
        findings.tell("permission", "It will have the permissions " + joined(had) + '.');
}

void checkLibrary(const Package& package, const Manifest& manifest, Findings& findings)
{
    if (const auto wrong = libraryFault(package.library); !wrong.empty())
        findings.fatal("library", package.name + ".so " + wrong);
    const auto digest = base::sha256Hex(package.library);
    if (manifest.sha256.empty())
        findings.tell("sha256", "The manifest carries no SHA-256, so nothing says whether the library is the one that belongs to it.");
    else if (digest != manifest.sha256)
        findings.fatal("sha256", "The SHA-256 of the library is " + digest + ", but the manifest says " + manifest.sha256 + '.');
}

} // namespace

bool Plan::good() const noexcept
{
    return std::all_of(plugins.begin(), plugins.end(), [](const PlanOf& plugin) {
        return std::none_of(plugin.findings.begin(), plugin.findings.end(), [](const Finding& one) { return one.fatal; });
    });
}

std::string Plan::why() const
{
    std::string out;
    for (const auto& plugin : plugins)
        for (const auto& finding : plugin.findings)
            if (finding.fatal)
                out += (out.empty() ? "" : " ") + plugin.id + ": " + finding.text;
    return out;
}

std::string libraryFault(std::string_view bytes)
{
    Elf64_Ehdr head;
    if (bytes.size() < sizeof head || std::memcmp(bytes.data(), ELFMAG, SELFMAG) != 0)
        return "is no shared library.";
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_machine != machine)
        return "is for another machine.";
    if (head.e_type != ET_DYN)
        return "is no shared library.";
    // The name stands in its table of strings; whether it is a function is seen when the library is loaded.
    if (bytes.find(std::string_view("\0netbit_plugin_entry\0", 21)) == std::string_view::npos)
        return "does not export netbit_plugin_entry: it is no plugin of NetBit.";
    return {};
}

Plan Loader::plan(const std::vector<Package>& packages, bool downgrade) const
{
    Plan out;
    std::map<std::string, Manifest> coming;
    std::vector<const Package*> understood;
    for (const auto& package : packages) {
        PlanOf one;
        one.id = package.name;
        Findings findings(one);
        if (auto manifest = parseManifest(package.manifest); !manifest) {
            findings.fatal("manifest", package.name + ".json: " + manifest.error().detail);
        } else if (manifest->id != package.name) {
            findings.fatal("manifest", "The manifest is that of " + manifest->id + ": the files must be called " +
                                           manifest->id + ".json and " + manifest->id + ".so.");
        } else if (coming.contains(manifest->id)) {
            findings.fatal("manifest", "It was named twice.");
        } else {
            one.version = manifest->version.text();
            coming.emplace(manifest->id, std::move(*manifest));
            understood.push_back(&package);
        }
        out.plugins.push_back(std::move(one));
    }
    const auto planFor = [&](const std::string& id) -> PlanOf& {
        return *std::find_if(out.plugins.begin(), out.plugins.end(), [&](const PlanOf& one) { return one.id == id; });
    };

    auto known = knownIds();
    for (const auto& [id, manifest] : coming)
        known.push_back(id);
    std::vector<border::Claim> claims;
    std::set<std::string> replaced;
    for (const auto* const package : understood) {
        const auto& id = package->name;
        const auto& manifest = coming.at(id);
        auto& one = planFor(id);
        Findings findings(one);
        const auto* const present = find(id);
        replaced.insert(id);

        // What is there under this name.
        const auto digest = base::sha256Hex(package->library);
        one.action = "install";
        if (present) {
            one.from = present->manifest ? present->manifest->version.text() : std::string();
            const auto order = present->manifest ? compare(manifest.version, present->manifest->version) : 1;
            one.action = order > 0 ? "upgrade" : order < 0 ? "downgrade" : digest == present->digest ? "nothing" : "reinstall";
            if (!isInstalled(*present))
                findings.fatal("id_taken", "The name is taken by " + present->library.string() +
                                               ", which comes first and is not for `netbit plugin install` to change.");
            if (order < 0 && !downgrade)
                findings.fatal("version", "Version " + one.from + " is there, which is newer; --downgrade installs it all the same.");
            if (present->runs() && !present->manifest->reloadable && one.action != "nothing")
                findings.fatal("reloadable", "The one that runs cannot be exchanged while the host runs: disable it first.");
            if (const auto why = tooManyMapped(id); present->runs() && !why.empty())
                findings.fatal("mapped", why);
            if (present->state == "disabled")
                findings.tell("disabled", "It is disabled, and stays so.");
        }

        checkLibrary(*package, manifest, findings);
        if (const auto refusal = refusalOf(manifest, _options.hostVersion); !refusal.empty())
            findings.fatal("host", refusal);
        tellPermissions(manifest, findings);

        // Others.
        for (const auto& [needed, range] : manifest.required) {
            const auto among = coming.find(needed);
            const auto* const other = find(needed);
            const auto* const version = among != coming.end() ? &among->second.version
                                        : other && other->runs() ? &other->manifest->version
                                                                 : nullptr;
            if (!version)
                findings.fatal("requires", "It requires " + needed + ' ' + range.text() + ", which " +
                                               (other ? "is " + other->state : std::string("is not installed")) + '.');
            else if (!range.contains(*version))
                findings.fatal("requires", "It requires " + needed + ' ' + range.text() + ", but that is " + version->text() + '.');
        }
        for (const auto& [wanted, range] : manifest.optional)
            if (const auto* const other = find(wanted); other && other->runs() && !range.contains(other->manifest->version))
                findings.tell("optional", "It works with " + wanted + ' ' + range.text() + "; what runs is " +
                                              other->manifest->version.text() + '.');
        for (const auto& other : _plugins) {
            if (!other->manifest || other->id == id || coming.contains(other->id))
                continue;
            const auto needs = other->manifest->required.find(id);
            if (needs != other->manifest->required.end() && other->runs() && !needs->second.contains(manifest.version))
                findings.fatal("required_by", other->id + " runs and requires " + id + ' ' + needs->second.text() + '.');
        }
        for (const auto& table : manifest.provides)
            if (const auto owner = _border.ownerOfTable(table); !owner.empty() && owner != id)
                findings.fatal("provides", table + " is provided by " + owner + " already.");
        if (present && present->manifest && present->runs())
            for (const auto& table : present->manifest->provides)
                if (std::find(manifest.provides.begin(), manifest.provides.end(), table) == manifest.provides.end())
                    for (const auto& user : dependantsOf(id))
                        findings.tell("provides", "It provides " + table + " no more, which " + user + " may use.");

        // Settings, as they are now.
        if (auto settings = checkSettings(manifest, _settings, known); !settings)
            findings.fatal("config", settings.error().detail);

        // Its tables.
        if (const auto clash = tablesClash(manifest, false); !clash.empty())
            findings.fatal("tables", clash);
        const bool sql = std::find(manifest.services.begin(), manifest.services.end(), border::sqlService) != manifest.services.end();
        if (const auto steps = storage::appliedMigrations(_border.services().database, id); !steps.empty()) {
            if (!sql)
                findings.tell("migrations", "It has tables in the database, and asks for netbit.sql/1 no more: they stay as they are.");
            else
                findings.tell("migrations", "The database has " + std::to_string(steps.size()) +
                                                (steps.size() == 1 ? " migration" : " migrations") + " of it, the last \"" +
                                                steps.back() + "\": it must know all of them, or it does not start.");
        }

        for (const auto& route : manifest.routes) {
            const auto space = route.find(' ');
            if (space == std::string::npos) // a path and what is below: which routes that will be is seen in start
                continue;
            claims.push_back({id, route.substr(0, space), route.substr(space + 1)});
        }
    }
    for (const auto& [claim, why] : _border.clashes(replaced, claims))
        Findings(planFor(claim.plugin)).fatal("route", why);
    return out;
}

} // namespace netbit::loader
