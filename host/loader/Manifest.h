#pragma once
// <id>.json beside <id>.so: what a plugin is and wants, known before any of its code runs.

#include "base/Result.h"
#include "border/Settings.h"
#include "loader/Version.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::loader {

enum class SettingType : std::uint8_t { text, integer, real, flag };

/// One property of the manifest's "config".
struct SettingRule {
    SettingType type = SettingType::text;
    border::SettingValue defaultValue;
    std::optional<double> minimum;             ///< integer, number
    std::optional<double> maximum;
    std::optional<std::int64_t> maxLength;     ///< string, in bytes
    std::vector<border::SettingValue> choices; ///< "enum"; empty: any
    std::string description;
    std::string unit;
};

struct Manifest {
    std::string id; ///< [a-z0-9] and, inside, [._-]; at most 64 bytes
    Version version;
    std::uint16_t abiMajor = 1;
    std::uint16_t abiMinor = 0;
    Version minHost;
    std::map<std::string, VersionRange> required;
    std::map<std::string, VersionRange> optional;
    std::vector<std::string> provides;
    std::vector<std::string> services;
    std::vector<std::string> permissions;
    std::vector<std::string> routes;
    bool mustRun = false; ///< "required"
    bool reloadable = true;
    std::map<std::string, SettingRule> config;
    std::string sha256; ///< of the library, 64 lower-case hex digits; empty: not given
};

/// Strict: id, version and abi must be there, unknown members are refused by name.
/// Error: malformed / bad_manifest or invalid / bad_manifest, one sentence, with the JSON pointer of the member.
base::Result<Manifest> parseManifest(std::string_view text);
base::Result<Manifest> readManifest(const std::filesystem::path& file); ///< at most 256 KiB

/// Those of its permissions that this host does not know: they have no effect, and are mostly misspelt.
std::vector<std::string> unknownPermissions(const Manifest& manifest);

std::string settingText(const border::SettingValue& value); ///< as it would stand in a file
/// Whether a value fits the rule; nothing: it does, else what is wrong ("must be at most 65535").
std::optional<std::string> violation(const SettingRule& rule, const border::SettingValue& value);

} // namespace netbit::loader
