#include "app/config/OidcKeys.h"

#include "app/config/ConfigLoader.h"
#include "base/CommaSeparated.h"
#include "base/WholeFile.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace netbit::app {

using base::Result;
using base::Status;
using services::auth::oidc::ProviderSettings;

namespace {

constexpr std::string_view section = "oidc.";
constexpr std::size_t maxSecretBytes = 4'096;

base::Error refused(const Setting& setting, const std::string& key, std::string_view why)
{
    return base::fault(Status::invalid, "bad_setting", settingPlace(setting, key) + std::string(why));
}

bool validName(std::string_view name) noexcept
{
    return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

struct TextKey {
    std::string_view name;
    std::string ProviderSettings::*member;
};
constexpr std::array textKeys{
    TextKey{"title", &ProviderSettings::title},
    TextKey{"issuer", &ProviderSettings::issuer},
    TextKey{"client_id", &ProviderSettings::clientId},
    TextKey{"scopes", &ProviderSettings::scopes},
    TextKey{"ca_file", &ProviderSettings::caFile},
    TextKey{"username_claim", &ProviderSettings::usernameClaim},
    TextKey{"admin_claim", &ProviderSettings::adminClaim},
    TextKey{"admin_value", &ProviderSettings::adminValue},
};

/// The first line of the file: a secret that is written into a configuration is read by too many.
Result<std::string> secretIn(const Setting& setting, const std::string& key)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(setting.value, error) ||
        std::filesystem::file_size(setting.value, error) > maxSecretBytes)
        return refused(setting, key, "There is no file " + setting.value + " of at most 4096 bytes.");
    auto text = base::readWhole(setting.value);
    if (!text)
        return refused(setting, key, text.error().detail);
    auto secret = text->substr(0, text->find_first_of("\r\n"));
    if (secret.empty())
        return refused(setting, key, "The first line of " + setting.value + " is empty.");
    return secret;
}

} // namespace

bool isOidcProviderKey(std::string_view key) noexcept
{
    return key.starts_with(section) && key.find('.', section.size()) != key.npos;
}

Result<void> takeOidcProviderKey(const std::string& key, const Setting& setting, OidcProviderMap& into)
{
    const auto dot = key.find('.', section.size());
    const auto name = key.substr(section.size(), dot - section.size());
    if (!validName(name))
        return refused(setting, key, "A provider's name has 1 to 32 of a-z, 0-9 and hyphens.");
    const auto what = std::string_view(key).substr(dot + 1);
    auto& provider = into[name];
    provider.place = settingPlace(setting, "oidc." + name);
    auto& settings = provider.settings;
    settings.name = name;
    const auto* const text =
        std::find_if(textKeys.begin(), textKeys.end(), [&](const TextKey& each) { return each.name == what; });
    if (text != textKeys.end()) {
        if (setting.value.size() > 2'048)
            return refused(setting, key, "This is longer than 2048 bytes.");
        settings.*(text->member) = setting.value;
        return {};
    }
    if (what == "register" || what == "allow_http") {
        if (setting.value != "true" && setting.value != "false")
            return refused(setting, key, "\"" + setting.value + "\" is none of true|false.");
        (what == "register" ? settings.registers : settings.allowHttp) = setting.value == "true";
        return {};
    }
    if (what == "client_secret_file") {
        auto secret = secretIn(setting, key);
        if (!secret)
            return secret.error();
        settings.clientSecret = std::move(*secret);
        return {};
    }
    if (what == "algorithms") {
        settings.algorithms = base::commaSeparated(setting.value);
        for (const auto& algorithm : settings.algorithms)
            if (algorithm != "RS256" && algorithm != "ES256" && algorithm != "EdDSA")
                return refused(setting, key, "\"" + algorithm + "\" is none of RS256, ES256, EdDSA.");
        if (settings.algorithms.empty())
            return refused(setting, key, "Name at least one of RS256, ES256, EdDSA.");
        return {};
    }
    return refused(setting, key, "There is no such setting.");
}

Result<void> checkOidc(const OidcProviderMap& providers, const Setting& publicUrl)
{
    using services::auth::oidc::trustworthyUrl;
    const bool origin = trustworthyUrl(publicUrl.value, true) && !publicUrl.value.ends_with('/') &&
                        publicUrl.value.find_first_of("/?", publicUrl.value.find("//") + 2) == std::string::npos;
    if ((!publicUrl.value.empty() || !providers.empty()) && !origin)
        return refused(
            publicUrl, "oidc.public_url",
            "Write https://HOST or https://HOST:PORT, by which browsers reach this server (http for a loopback address).");
    for (const auto& [name, provider] : providers) {
        const auto& settings = provider.settings;
        const auto wrong = [&](std::string_view why) {
            return base::fault(Status::invalid, "bad_setting", provider.place + std::string(why));
        };
        if (settings.issuer.empty() || settings.clientId.empty())
            return wrong("issuer and client_id are both needed.");
        if (!trustworthyUrl(settings.issuer, settings.allowHttp) || settings.issuer.find('?') != std::string::npos)
            return wrong("The issuer is no https URL; allow_http = true takes http to a loopback address.");
        if (settings.adminClaim.empty() != settings.adminValue.empty())
            return wrong("admin_claim and admin_value go together.");
        if ((" " + settings.scopes + " ").find(" openid ") == std::string::npos)
            return wrong("The scopes lack openid.");
    }
    return {};
}

} // namespace netbit::app
