#include "loader/Scan.h"

#include "base/Digest.h"
#include "base/WholeFile.h"
#include "border/Entry.h"
#include "border/Tables.h"
#include "services/log/Log.h"

#include <algorithm>

namespace netbit::loader {

namespace fs = std::filesystem;
namespace log = services::log;

std::string refusalOf(const Manifest& manifest, const std::string& hostVersion)
{
    const auto host = Version::parse(hostVersion);
    if (!border::abiFits(manifest.abiMajor, manifest.abiMinor))
        return "The manifest says ABI " + std::to_string(manifest.abiMajor) + '.' + std::to_string(manifest.abiMinor) +
               ", this host has ABI " + border::hostAbi() + '.';
    if (!host || compare(*host, manifest.minHost) < 0)
        return "It needs NetBit " + manifest.minHost.text() + " or newer, this is " + hostVersion + '.';
    const auto known = border::knownServices();
    for (const auto& service : manifest.services)
        if (std::find(known.begin(), known.end(), service) == known.end())
            return "It wants the service " + service + ", which this host has not.";
    return {};
}

Found examine(const fs::path& manifestFile, const std::string& hostVersion)
{
    Found out;
    out.id = manifestFile.stem().string();
    out.manifestFile = manifestFile;
    out.library = manifestFile;
    out.library.replace_extension(".so");
    auto manifest = readManifest(manifestFile);
    if (!manifest) {
        out.refused = manifest.error().detail;
        return out;
    }
    out.manifest = std::move(*manifest);
    std::error_code failure;
    if (out.manifest->id != out.id)
        out.refused = manifestFile.string() + ": the manifest of " + out.manifest->id + " must be called " +
                      out.manifest->id + ".json.";
    else if (auto why = refusalOf(*out.manifest, hostVersion); !why.empty())
        out.refused = std::move(why);
    else if (!fs::exists(out.library, failure))
        out.refused = "There is no library " + out.library.string() + '.';
    return out;
}

std::vector<Found> scan(const std::vector<fs::path>& directories, const std::string& hostVersion,
                        std::vector<fs::path>* hidden)
{
    std::vector<Found> out;
    for (const auto& directory : directories) {
        std::error_code failure;
        std::vector<fs::path> manifests;
        for (const auto& entry : fs::directory_iterator(directory, failure))
            if (entry.path().extension() == ".json")
                manifests.push_back(entry.path());
        if (failure && failure != std::errc::no_such_file_or_directory)
            log::warn("loader", "A folder of plugins cannot be read.",
                      {{"folder", directory.string()}, {"why", failure.message()}});
        std::sort(manifests.begin(), manifests.end());
        for (const auto& manifest : manifests) {
            const auto id = manifest.stem().string();
            if (std::none_of(out.begin(), out.end(), [&](const Found& other) { return other.id == id; }))
                out.push_back(examine(manifest, hostVersion));
            else if (hidden)
                hidden->push_back(manifest);
        }
    }
    return out;
}

base::Result<std::string> digestOf(const fs::path& file)
{
    auto bytes = base::readWhole(file);
    if (!bytes)
        return bytes.error();
    return base::sha256Hex(*bytes);
}

base::Result<std::string> digestOf(const Found& found)
{
    if (found.manifest && !found.manifest->sha256.empty())
        return found.manifest->sha256;
    return digestOf(found.library);
}

} // namespace netbit::loader
