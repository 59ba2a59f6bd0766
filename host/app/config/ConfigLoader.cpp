#include "app/config/ConfigLoader.h"

#include "app/config/HostKeys.h"
#include "app/config/Layers.h"
#include "app/config/MailKeys.h"
#include "edge/ClientAddress.h"

#include <Poco/AutoPtr.h>
#include <Poco/Exception.h>
#include <Poco/Util/PropertyFileConfiguration.h>
#include <algorithm>
#include <charconv>
#include <fstream>

namespace netbit::app {

using base::Result;
using base::Status;

namespace {

namespace fs = std::filesystem;

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blank = " \t\r";
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

base::Error bad(const Setting& setting, std::string_view key, std::string_view what)
{
    return base::fault(Status::invalid, "bad_setting", settingPlace(setting, key) + std::string(what));
}

/// Poco reads the file; only the places of the keys are found here, since Poco does not keep them.
std::map<std::string, int> linesOfKeys(const fs::path& file)
{
    std::map<std::string, int> lines;
    std::ifstream input(file);
    std::string line;
    for (int number = 1; std::getline(input, line); ++number) {
        const auto content = trimmed(line);
        if (content.empty() || content.front() == '#' || content.front() == '!')
            continue;
        const auto end = content.find_first_of("=:");
        lines[std::string(trimmed(content.substr(0, end)))] = number;
    }
    return lines;
}

void collect(const Poco::Util::AbstractConfiguration& configuration, const std::string& prefix,
             std::vector<std::string>& keys)
{
    Poco::Util::AbstractConfiguration::Keys children;
    configuration.keys(prefix, children);
    if (children.empty() && !prefix.empty())
        keys.push_back(prefix);
    for (const auto& child : children)
        collect(configuration, prefix.empty() ? child : prefix + "." + child, keys);
    if (!children.empty() && !prefix.empty() && configuration.hasProperty(prefix))
        keys.push_back(prefix);
}

Result<void> readFile(const fs::path& file, SettingMap& settings)
{
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        return base::fault(Status::invalid, "bad_setting", "There is no configuration file " + file.string() + ".");
    const auto lines = linesOfKeys(file);
    try {
        const Poco::AutoPtr<Poco::Util::PropertyFileConfiguration> read(
            new Poco::Util::PropertyFileConfiguration(file.string()));
        std::vector<std::string> keys;
        collect(*read, {}, keys);
        for (const auto& key : keys) {
            const auto line = lines.find(key);
            settings[key] = Setting{read->getRawString(key), file.string(), line == lines.end() ? 0 : line->second};
        }
        // A line without a value is no property to Poco; to us it is a mistake that must not pass unseen.
        for (const auto& [key, line] : lines)
            if (std::find(keys.begin(), keys.end(), key) == keys.end())
                return bad(Setting{{}, file.string(), line}, key, "is not of the form key = value.");
    } catch (const Poco::Exception& failure) {
        return base::fault(Status::invalid, "bad_setting", file.string() + ": " + failure.displayText());
    }
    return {};
}

Result<void> check(const HostKey& key, const Setting& setting)
{
    if (key.type == KeyType::integer) {
        std::int64_t value = 0;
        const char* const end = setting.value.data() + setting.value.size();
        const auto [stop, fault] = std::from_chars(setting.value.data(), end, value);
        if (fault != std::errc() || stop != end)
            return bad(setting, key.name, "\"" + setting.value + "\" is not a whole number.");
        if (value < key.least || value > key.most)
            return bad(setting, key.name,
                       setting.value + " is out of range (" + std::to_string(key.least) + " to " +
                           std::to_string(key.most) + ").");
    }
    if (key.type == KeyType::choice || key.type == KeyType::flag) {
        const auto choices = "|" + std::string(key.type == KeyType::flag ? "true|false" : key.choices) + "|";
        if (setting.value.find('|') != std::string::npos || choices.find("|" + setting.value + "|") == std::string::npos)
            return bad(setting, key.name,
                       "\"" + setting.value + "\" is none of " + choices.substr(1, choices.size() - 2) + ".");
    }
    return {};
}

/// The host's sections. What lies outside of them belongs to a plugin.
/// As push services take it (RFC 8292 section 2.1), in printable ASCII.
bool isContact(std::string_view text)
{
    const auto at = text.find('@');
    const bool mail = text.starts_with("mailto:") && at != text.npos && at > 7 && at + 1 < text.size();
    const bool page = text.starts_with("https://") && text.size() > 8 && text[8] != '/';
    return (mail || page) && text.size() <= 500 && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool hostSection(std::string_view key)
{
    const auto section = key.substr(0, key.find('.') + 1);
    return std::any_of(hostKeys().begin(), hostKeys().end(),
                       [&](const HostKey& known) { return !section.empty() && known.name.substr(0, section.size()) == section; });
}

} // namespace

std::string settingPlace(const Setting& setting, std::string_view key)
{
    if (setting.line == 0)
        return setting.file + " " + std::string(key) + ": ";
    return setting.file + ":" + std::to_string(setting.line) + ": " + std::string(key) + ": ";
}

const Setting& HostSettings::at(std::string_view key) const { return _values.at(std::string(key)); }

const std::string& HostSettings::text(std::string_view key) const { return at(key).value; }

std::int64_t HostSettings::integer(std::string_view key) const { return std::stoll(at(key).value); }

bool HostSettings::operator==(const HostSettings& other) const { return changed(other).empty(); }

std::vector<std::string> HostSettings::changed(const HostSettings& next) const
{
    std::vector<std::string> keys;
    for (const auto& [key, setting] : _values)
        if (next.text(key) != setting.value)
            keys.push_back(key);
    return keys;
}

Result<Config> loadConfig(const ConfigSources& sources)
{
    SettingMap given;
    if (!sources.file.empty()) {
        if (auto read = readFile(sources.file, given); !read)
            return read.error();
        std::vector<fs::path> files;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(sources.file.parent_path() / "plugins", error))
            if (entry.path().extension() == ".properties")
                files.push_back(entry.path());
        std::sort(files.begin(), files.end());
        for (const auto& file : files)
            if (auto read = readFile(file, given); !read)
                return read.error();
    }
    for (const auto& variable : sources.environment) {
        const auto equals = variable.find('=');
        const auto name = variable.substr(0, equals);
        const auto key = keyOfVariable(name);
        if (!key || equals == std::string::npos)
            return base::fault(Status::invalid, "bad_setting", name + " is no variable of a setting.");
        given[*key] = Setting{std::string(trimmed(variable.substr(equals + 1))), name, 0};
    }
    for (const auto& text : sources.overrides) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0)
            return base::fault(Status::invalid, "bad_setting", "--set " + text + ": write key=value.");
        const std::string key(trimmed(text.substr(0, equals)));
        Setting setting{std::string(trimmed(text.substr(equals + 1))), "--set", 0};
        if (isSecretKey(key) && !isReference(setting.value))
            return bad(setting, key, "Everybody on this machine can read a command line: write file:PATH or credential:NAME.");
        given[key] = std::move(setting);
    }
    const auto written = given;
    for (auto& [key, setting] : given) {
        auto meant = meantBy(key, setting.value);
        if (!meant)
            return bad(setting, key, meant.error().detail);
        setting.value = std::move(*meant);
    }

    SettingMap host;
    SettingMap plugins;
    PluginOptionMap options;
    OidcProviderMap oidc;
    for (const auto& key : hostKeys())
        host[std::string(key.name)] = Setting{std::string(key.defaultValue), "default", 0};
    for (auto& [key, setting] : given) {
        if (isPluginOption(key)) {
            if (auto taken = takePluginOption(key, setting, options); !taken)
                return taken.error();
            continue;
        }
        if (isOidcProviderKey(key)) {
            if (auto taken = takeOidcProviderKey(key, setting, oidc); !taken)
                return taken.error();
            continue;
        }
        if (!hostSection(key)) {
            plugins[key] = std::move(setting);
            continue;
        }
        const auto* const known = findHostKey(key);
        if (!known)
            return bad(setting, key, "There is no such setting.");
        if (auto checked = check(*known, setting); !checked)
            return checked.error();
        host[key] = std::move(setting);
    }
    for (auto& [name, provider] : oidc)
        if (provider.settings.title.empty())
            provider.settings.title = name;
    HostSettings settings(std::move(host));
    if (auto checked = checkOidc(oidc, settings.at("oidc.public_url")); !checked)
        return checked.error();
    const auto& contact = settings.at("push.contact");
    if (!contact.value.empty() && !isContact(contact.value))
        return bad(contact, "push.contact", "Write mailto:SOMEBODY@HOST or https://HOST/PAGE.");
    if (auto checked = checkMail(settings); !checked)
        return checked.error();
    const auto& proxies = settings.at("http.trusted_proxies");
    if (const auto parsed = edge::TrustedProxies::parse(proxies.value); !parsed)
        return bad(proxies, "http.trusted_proxies", parsed.error().detail);
    return Config{std::move(settings), std::move(plugins), std::move(options), std::move(oidc), written};
}

} // namespace netbit::app
