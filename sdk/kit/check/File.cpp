#include "File.h"

#include "base/Digest.h"
#include "border/Entry.h"
#include "../src/Tables.h"

#include <boost/dll/library_info.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace netbit::check {

namespace fs = std::filesystem;

namespace {

std::string listed(const std::vector<std::string>& names, std::size_t most)
{
    std::string out;
    for (std::size_t i = 0; i < std::min(names.size(), most); ++i)
        out += (i > 0 ? ", " : "") + names[i];
    return names.size() > most ? out + " and " + std::to_string(names.size() - most) + " more" : out;
}

/// True: there is an entry that may be called.
bool lookAtSymbols(const fs::path& library, Findings& findings)
{
    std::vector<std::string> names;
    try {
        names = boost::dll::library_info(library).symbols();
    } catch (const std::exception& error) {
        findings.fault("symbols", library.string() + " is no shared library: " + error.what() +
                                      ". Build it with netbit_add_plugin.");
        return false;
    }
    // What sanitizers and profilers put into every library is not the author's.
    names.erase(std::remove_if(names.begin(), names.end(),
                               [](const std::string& name) { return name.rfind("__", 0) == 0; }),
                names.end());
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    const auto entry = std::find(names.begin(), names.end(), border::entrySymbol);
    if (entry == names.end()) {
        findings.fault("symbols", "It does not export netbit_plugin_entry. Write NETBIT_PLUGIN(Class, \"id\", \"version\") in "
                                  "one source, or the function in C.");
        return false;
    }
    names.erase(entry);
    if (names.empty())
        findings.good("symbols", "It exports netbit_plugin_entry and nothing else.");
    else
        findings.fault("symbols", "It exports more than netbit_plugin_entry: " + listed(names, 5) +
                                      ". Build it with netbit_add_plugin, or link it with the flags that pkg-config calls "
                                      "plugin_ldflags.");
    return true;
}

void lookAtServices(const loader::Manifest& manifest, Findings& findings)
{
    std::vector<std::string> unknown;
    for (const auto& service : manifest.services)
        if (!fake::findTable(service))
            unknown.push_back(service);
    if (!unknown.empty())
        findings.fault("services", "The manifest asks for what no host of this SDK has: " + listed(unknown, 5) +
                                       ". Correct \"services\"; the guide has a chapter for each that there is.");
    else
        findings.good("services", manifest.services.empty() ? "It asks for none but body, log and config."
                                                            : "It asks for " + listed(manifest.services, 20) + '.');
}

void lookAtPermissions(const loader::Manifest& manifest, Findings& findings)
{
    if (const auto unknown = loader::unknownPermissions(manifest); !unknown.empty())
        findings.fault("permissions", "No host of this SDK knows " + listed(unknown, 5) +
                                          ". Correct \"permissions\"; the guide has a table of them.");
}

/// Others are looked for in the same folder, where an administrator would have them.
void lookAtRequired(const fs::path& folder, const loader::Manifest& manifest, Findings& findings)
{
    std::vector<std::string> there;
    for (const auto* const ranges : {&manifest.required, &manifest.optional})
        for (const auto& [id, range] : *ranges) {
            std::error_code failure;
            const auto file = folder / (id + ".json");
            const auto wanted = id + ' ' + range.text();
            if (!fs::exists(file, failure)) {
                there.push_back(wanted + (ranges == &manifest.required ? " (is to be installed, too)" : " (optional)"));
                continue;
            }
            const auto other = loader::readManifest(file);
            if (!other) {
                findings.fault("requires", "The manifest of " + id + " beside it is not understood: " + other.error().detail);
                return;
            }
            if (!range.contains(other->version)) {
                findings.fault("requires", "It wants " + wanted + ", and beside it lies " + id + ' ' +
                                               other->version.text() + ". Widen the range, or get the version that it needs.");
                return;
            }
            there.push_back(wanted);
        }
    findings.good("requires", there.empty() ? "It needs no other plugin." : "It wants " + listed(there, 20) + '.');
}

bool lookAtDigest(const fs::path& library, const loader::Manifest& manifest, Findings& findings)
{
    if (manifest.sha256.empty()) {
        findings.good("sha256", "The manifest has none, so nothing is compared.");
        return true;
    }
    std::ifstream in(library, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto sum = base::sha256Hex(bytes);
    if (sum == manifest.sha256) {
        findings.good("sha256", "The manifest has the library's.");
        return true;
    }
    findings.fault("sha256", "The library's is " + sum + ", but the manifest says " + manifest.sha256 +
                                 ". Take both from one build: netbit_add_plugin writes the manifest with the library.");
    return false;
}

} // namespace

std::optional<loader::Manifest> lookAtFiles(const fs::path& library, const fs::path& manifestFile, Findings& findings)
{
    const bool hasEntry = lookAtSymbols(library, findings);
    auto manifest = loader::readManifest(manifestFile);
    if (!manifest) {
        findings.fault("manifest", manifest.error().detail + " The guide has a table of its members.");
        return std::nullopt;
    }
    bool fits = true;
    if (manifest->id != library.stem().string()) {
        findings.fault("manifest", "Its id is " + manifest->id + ", so the files must be called " + manifest->id +
                                       ".so and " + manifest->id + ".json.");
        fits = false;
    } else if (!border::abiFits(manifest->abiMajor, manifest->abiMinor)) {
        findings.fault("manifest", "It says ABI " + std::to_string(manifest->abiMajor) + '.' +
                                       std::to_string(manifest->abiMinor) + ", this SDK has ABI " + border::hostAbi() +
                                       ". Write \"abi\": \"" + border::hostAbi() + "\" and build it with this SDK.");
        fits = false;
    } else if (loader::compare(*loader::Version::parse(NB_SDK_VERSION), manifest->minHost) < 0) {
        findings.fault("manifest", "It asks for NetBit " + manifest->minHost.text() + ", this SDK is of " NB_SDK_VERSION
                                   ". Lower \"min_host\", or check it with the SDK of that version.");
        fits = false;
    } else {
        findings.good("manifest", manifest->id + ' ' + manifest->version.text() + " is understood.");
    }
    lookAtServices(*manifest, findings);
    lookAtPermissions(*manifest, findings);
    lookAtRequired(manifestFile.parent_path(), *manifest, findings);
    fits = lookAtDigest(library, *manifest, findings) && fits;
    if (!fits || !hasEntry)
        return std::nullopt;
    return std::move(*manifest);
}

} // namespace netbit::check
