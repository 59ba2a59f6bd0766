#include "loader/Manifest.h"

#include "base/Json.h"
#include "loader/ManifestReader.h"

#include <iterator>
#include <array>
#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

namespace netbit::loader {

namespace {

using base::Status;

constexpr std::size_t largest = 256 * 1024;

constexpr std::string_view idChars = "abcdefghijklmnopqrstuvwxyz0123456789";

bool goodId(std::string_view id) noexcept
{
    const auto ends = [](char c) { return idChars.find(c) != std::string_view::npos; };
    if (id.empty() || id.size() > 64 || !ends(id.front()) || !ends(id.back()))
        return false;
    return std::all_of(id.begin(), id.end(), [&](char c) { return ends(c) || c == '.' || c == '_' || c == '-'; });
}

std::string idOf(const ObjectReader& reader, const std::string& key)
{
    auto id = reader.text(key);
    if (!goodId(id))
        reader.refuse(key, "must be 1 to 64 of [a-z0-9._-], beginning and ending with a letter or digit");
    return id;
}

Version versionOf(const ObjectReader& reader, const std::string& key)
{
    const auto text = reader.text(key);
    auto version = Version::parse(text);
    if (!version)
        reader.refuse(key, "must be a semantic version like \"1.0.0\", not \"" + text + "\"");
    return *version;
}

void readAbi(const ObjectReader& reader, Manifest& out)
{
    const auto text = reader.text("abi");
    const auto dot = text.find('.');
    const auto number = [](std::string_view digits, std::uint16_t& into) {
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), into);
        return !digits.empty() && error == std::errc() && end == digits.data() + digits.size();
    };
    if (dot == std::string::npos || !number(std::string_view(text).substr(0, dot), out.abiMajor) ||
        !number(std::string_view(text).substr(dot + 1), out.abiMinor))
        reader.refuse("abi", "must be two numbers like \"1.0\", not \"" + text + "\"");
}

std::map<std::string, VersionRange> rangesOf(const ObjectReader& parent, const std::string& key)
{
    std::map<std::string, VersionRange> out;
    if (!parent.has(key))
        return out;
    const auto reader = parent.object(key);
    for (const auto& id : reader.keys()) {
        if (!goodId(id))
            reader.refuse(id, "is not the id of a plugin");
        const auto text = reader.text(id);
        const auto range = VersionRange::parse(text);
        if (!range)
            reader.refuse(id, "must be a range like \">=1.0 <2\" or \"*\", not \"" + text + "\"");
        out.emplace(id, *range);
    }
    return out;
}

SettingType typeOf(const ObjectReader& reader)
{
    const auto name = reader.text("type");
    if (name == "string")
        return SettingType::text;
    if (name == "integer")
        return SettingType::integer;
    if (name == "number")
        return SettingType::real;
    if (name == "boolean")
        return SettingType::flag;
    reader.refuse("type", "must be \"string\", \"integer\", \"number\" or \"boolean\", not \"" + name + "\"");
}

SettingRule ruleOf(const ObjectReader& reader)
{
    reader.only({"type", "default", "minimum", "maximum", "enum", "maxLength", "description", "unit"});
    SettingRule rule;
    rule.type = typeOf(reader);
    const bool isNumber = rule.type == SettingType::integer || rule.type == SettingType::real;
    for (const auto& bound : {"minimum", "maximum"})
        if (reader.has(bound) && !isNumber)
            reader.refuse(bound, "is for numbers only");
    if (reader.has("minimum"))
        rule.minimum = reader.number("minimum");
    if (reader.has("maximum"))
        rule.maximum = reader.number("maximum");
    if (reader.has("maxLength")) {
        if (rule.type != SettingType::text)
            reader.refuse("maxLength", "is for strings only");
        rule.maxLength = reader.integer("maxLength");
    }
    if (reader.has("enum"))
        rule.choices = reader.values("enum", rule.type);
    if (reader.has("description"))
        rule.description = reader.text("description");
    if (reader.has("unit"))
        rule.unit = reader.text("unit");
    rule.defaultValue = reader.value("default", rule.type); // so that a plugin always finds a value
    if (const auto wrong = violation(rule, rule.defaultValue))
        reader.refuse("default", *wrong);
    return rule;
}

std::map<std::string, SettingRule> configOf(const ObjectReader& parent)
{
    std::map<std::string, SettingRule> out;
    if (!parent.has("config"))
        return out;
    const auto reader = parent.object("config");
    reader.only({"type", "properties", "additionalProperties"});
    if (reader.has("type") && reader.text("type") != "object")
        reader.refuse("type", "must be \"object\"");
    if (reader.has("additionalProperties") && reader.flag("additionalProperties"))
        reader.refuse("additionalProperties", "must be false: every setting is listed");
    if (!reader.has("properties"))
        return out;
    const auto properties = reader.object("properties");
    for (const auto& key : properties.keys()) {
        if (key.empty() ||
            key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") != std::string::npos)
            properties.refuse(key, "must be of [a-z0-9_.]");
        out.emplace(key, ruleOf(properties.object(key)));
    }
    return out;
}

Manifest manifestOf(const ObjectReader& reader)
{
    reader.only({"$schema", "id", "version", "abi", "min_host", "requires", "optional", "provides", "services",
                 "permissions", "routes", "required", "reloadable", "config", "sha256", "name", "description"});
    Manifest out;
    out.id = idOf(reader, "id");
    out.version = versionOf(reader, "version");
    readAbi(reader, out);
    if (reader.has("min_host"))
        out.minHost = versionOf(reader, "min_host");
    out.required = rangesOf(reader, "requires");
    out.optional = rangesOf(reader, "optional");
    for (const auto& [id, range] : out.required)
        if (id == out.id || out.optional.contains(id))
            reader.refuse("requires", "names " + id + (id == out.id ? ", which is this plugin" : ", which is optional too"));
    out.provides = reader.texts("provides");
    out.services = reader.texts("services");
    out.permissions = reader.texts("permissions");
    out.routes = reader.texts("routes");
    if (reader.has("required"))
        out.mustRun = reader.flag("required");
    if (reader.has("reloadable"))
        out.reloadable = reader.flag("reloadable");
    out.config = configOf(reader);
    if (reader.has("sha256")) {
        out.sha256 = reader.text("sha256");
        if (out.sha256.size() != 64 || out.sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
            reader.refuse("sha256", "must be 64 lower-case hex digits");
    }
    return out;
}

} // namespace

base::Result<Manifest> parseManifest(std::string_view text)
{
    const auto parsed = base::parseJson(text);
    if (!parsed)
        return base::fault(Status::malformed, "bad_manifest", "The manifest is not JSON: " + parsed.error().detail);
    const auto* const root = parsed->if_object();
    if (!root)
        return base::fault(Status::malformed, "bad_manifest", "The manifest is not a JSON object.");
    try {
        return manifestOf(ObjectReader(*root, ""));
    } catch (const ManifestFault& refused) {
        return refused.error;
    }
}

std::vector<std::string> unknownPermissions(const Manifest& manifest)
{
    constexpr std::array<std::string_view, 6> known{"auth.impersonate", "auth.provide", "events.all", "folder", "process.run",
                                                    "repositories.keep"};
    std::vector<std::string> out;
    std::copy_if(manifest.permissions.begin(), manifest.permissions.end(), std::back_inserter(out),
                 [&](const auto& each) { return std::find(known.begin(), known.end(), each) == known.end(); });
    return out;
}

base::Result<Manifest> readManifest(const std::filesystem::path& file)
{
    const auto refused = [&](std::string_view why) {
        return base::fault(Status::malformed, "bad_manifest", file.string() + ": " + std::string(why));
    };
    std::error_code failure;
    const auto size = std::filesystem::file_size(file, failure);
    if (failure == std::errc::no_such_file_or_directory)
        return refused("There is no such file. The manifest lies beside the library, under the same name (CMake's "
                       "netbit_add_plugin writes it there).");
    if (failure)
        return refused(failure.message());
    if (size > largest)
        return refused("The manifest is larger than 256 KiB.");
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream || !text)
        return refused("The manifest cannot be read.");
    auto parsed = parseManifest(text.str());
    if (!parsed)
        return base::fault(parsed.status(), parsed.error().code, file.string() + ": " + parsed.error().detail,
                           parsed.error().pointer);
    return parsed;
}

std::optional<std::string> violation(const SettingRule& rule, const border::SettingValue& value)
{
    std::optional<double> number;
    if (const auto* const integer = std::get_if<std::int64_t>(&value))
        number = static_cast<double>(*integer);
    else if (const auto* const real = std::get_if<double>(&value))
        number = *real;
    const auto written = [](double bound) {
        char text[32];
        const auto end = std::to_chars(text, text + sizeof text, bound).ptr;
        return std::string(text, end);
    };
    if (number && rule.minimum && *number < *rule.minimum)
        return "must be at least " + written(*rule.minimum);
    if (number && rule.maximum && *number > *rule.maximum)
        return "must be at most " + written(*rule.maximum);
    if (const auto* const text = std::get_if<std::string>(&value);
        text && rule.maxLength && text->size() > static_cast<std::size_t>(*rule.maxLength))
        return "must have at most " + std::to_string(*rule.maxLength) + " bytes";
    if (!rule.choices.empty() && std::find(rule.choices.begin(), rule.choices.end(), value) == rule.choices.end()) {
        std::string allowed;
        for (const auto& choice : rule.choices)
            allowed += (allowed.empty() ? "" : ", ") + settingText(choice);
        return "must be one of " + allowed;
    }
    return std::nullopt;
}

std::string settingText(const border::SettingValue& value)
{
    if (const auto* const text = std::get_if<std::string>(&value))
        return *text;
    if (const auto* const integer = std::get_if<std::int64_t>(&value))
        return std::to_string(*integer);
    if (const auto* const flag = std::get_if<bool>(&value))
        return *flag ? "true" : "false";
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, std::get<double>(value)).ptr;
    return std::string(text, end);
}

} // namespace netbit::loader
