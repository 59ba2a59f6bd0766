#include "loader/SettingsCheck.h"

#include "base/Json.h"

#include <charconv>
#include <cmath>

namespace netbit::loader {

namespace {

std::optional<border::SettingValue> parse(SettingType type, const std::string& text)
{
    const char* const first = text.data();
    const char* const last = first + text.size();
    switch (type) {
    case SettingType::text:
        if (base::validUtf8(text))
            return text;
        break;
    case SettingType::integer: {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(first, last, value);
        if (error == std::errc() && end == last && !text.empty())
            return value;
        break;
    }
    case SettingType::real: {
        double value = 0;
        const auto [end, error] = std::from_chars(first, last, value);
        if (error == std::errc() && end == last && std::isfinite(value))
            return value;
        break;
    }
    case SettingType::flag:
        if (text == "true")
            return true;
        if (text == "false")
            return false;
        break;
    }
    return std::nullopt;
}

std::string_view wanted(SettingType type) noexcept
{
    switch (type) {
    case SettingType::text: return "must be UTF-8 text";
    case SettingType::integer: return "must be a whole number";
    case SettingType::real: return "must be a number";
    case SettingType::flag: break;
    }
    return "must be true or false";
}

} // namespace

std::string placeOf(const std::string& key, const SettingSource& source)
{
    if (source.line <= 0)
        return source.file + ' ' + key + ": ";
    return source.file + ':' + std::to_string(source.line) + ": " + key + ": ";
}

std::string ownerOf(const std::string& key, const std::vector<std::string>& knownPlugins)
{
    std::string owner;
    for (const auto& id : knownPlugins)
        if (id.size() > owner.size() && key.size() > id.size() && key.starts_with(id) && key[id.size()] == '.')
            owner = id;
    return owner;
}

base::Result<void> checkKeys(const SettingSources& sources, const std::vector<std::string>& knownPlugins)
{
    for (const auto& [key, source] : sources)
        if (ownerOf(key, knownPlugins).empty())
            return base::fault(base::Status::invalid, "bad_setting",
                               placeOf(key, source) + "There is no such setting, and no plugin of this name is or was installed.");
    return {};
}

base::Result<border::SettingsPtr> checkSettings(const Manifest& manifest, const SettingSources& sources,
                                                const std::vector<std::string>& knownPlugins)
{
    auto settings = std::make_shared<border::Settings>();
    for (const auto& [key, rule] : manifest.config)
        settings->emplace(key, rule.defaultValue);
    for (const auto& [key, source] : sources) {
        if (ownerOf(key, knownPlugins) != manifest.id)
            continue;
        const auto refused = [&](std::string_view why) {
            return base::fault(base::Status::invalid, "bad_setting", placeOf(key, source) + std::string(why) + '.');
        };
        const auto name = key.substr(manifest.id.size() + 1);
        const auto rule = manifest.config.find(name);
        if (rule == manifest.config.end())
            return refused("the plugin " + manifest.id + " has no such setting");
        auto value = parse(rule->second.type, source.value);
        if (!value)
            return refused(std::string(wanted(rule->second.type)) + ", not \"" + source.value + '"');
        if (const auto wrong = violation(rule->second, *value))
            return refused(*wrong);
        settings->insert_or_assign(name, std::move(*value));
    }
    return border::SettingsPtr(std::move(settings));
}

} // namespace netbit::loader
