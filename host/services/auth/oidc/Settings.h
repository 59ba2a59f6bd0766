#pragma once
// What the configuration says of OpenID providers: the keys oidc.* of netbit.properties.

#include <chrono>
#include <string>
#include <vector>

namespace netbit::services::auth::oidc {

struct ProviderSettings {
    std::string name{};   ///< in our paths: 1…32 of [a-z0-9-]
    std::string title{};  ///< for people
    std::string issuer{}; ///< exactly as the provider's documents and tokens say it
    std::string clientId{};
    std::string clientSecret{}; ///< empty: a public client
    std::string scopes = "openid profile email";
    std::vector<std::string> algorithms{"RS256", "ES256", "EdDSA"}; ///< of ID tokens that are taken; some of these three
    std::string caFile{};                                           ///< PEM; empty: the system's authorities
    std::string usernameClaim = "preferred_username";
    bool registers = false; ///< who is not known yet becomes a user
    bool allowHttp = false; ///< http to a loopback address
    std::string adminClaim{}; ///< a text or a list of texts; empty: the provider says nothing about roles
    std::string adminValue{}; ///< in it: an admin here
    bool operator==(const ProviderSettings&) const = default;
};

struct Settings {
    std::string publicUrl{}; ///< where browsers find this server: "https://chat.example.org"
    std::chrono::milliseconds timeout{5'000}; ///< of one request to a provider
    std::vector<ProviderSettings> providers{};

    bool secure() const { return publicUrl.starts_with("https://"); }
    bool operator==(const Settings&) const = default;
};

/// Whether it is an https URL with a host and without user or fragment; `allowHttp`: or an http URL of a loopback
/// address (127.0.0.1, [::1], localhost).
bool trustworthyUrl(const std::string& url, bool allowHttp);

} // namespace netbit::services::auth::oidc
