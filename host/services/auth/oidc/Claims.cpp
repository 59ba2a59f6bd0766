#include "services/auth/oidc/Claims.h"

#include "services/auth/AccountRules.h"
#include "services/auth/oidc/Keys.h"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cctype>

namespace netbit::services::auth::oidc {

using base::Millis;
using base::Result;

namespace json = boost::json;

namespace {

constexpr std::size_t maxSubjectBytes = 255;

std::optional<std::string_view> textOf(const json::object& claims, std::string_view name)
{
    const auto* const value = claims.if_contains(name);
    const auto* const text = value ? value->if_string() : nullptr;
    return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

/// A NumericDate (RFC 7519 section 2), with or without decimals, in milliseconds. Nothing: it is none, or absurd.
std::optional<Millis> timeOf(const json::object& claims, std::string_view name)
{
    const auto* const value = claims.if_contains(name);
    if (!value || !value->is_number())
        return std::nullopt;
    const auto seconds = value->to_number<double>();
    if (!(seconds >= 0 && seconds < 1e11))
        return std::nullopt;
    return static_cast<Millis>(seconds * 1'000);
}

/// Whether a claim is this text, or a list that has it.
bool holds(const json::value* claim, std::string_view wanted)
{
    if (!claim)
        return false;
    if (const auto* const text = claim->if_string())
        return *text == wanted;
    const auto* const list = claim->if_array();
    return list && std::any_of(list->begin(), list->end(), [&](const json::value& each) {
               return each.is_string() && each.get_string() == wanted;
           });
}

Result<void> checkAudience(const json::object& claims, const std::string& clientId)
{
    const auto* const audience = claims.if_contains("aud");
    if (!holds(audience, clientId))
        return badIdToken("it is for another audience (aud).");
    const auto party = claims.if_contains("azp");
    const bool several = audience->is_array() && audience->get_array().size() > 1;
    if (several && !party)
        return badIdToken("it is for several audiences and does not say which of them asked (azp).");
    if (party && (!party->is_string() || party->get_string() != clientId))
        return badIdToken("another client has asked for it (azp).");
    return {};
}

Result<void> checkTimes(const json::object& claims, Millis now)
{
    const auto expires = timeOf(claims, "exp");
    if (!expires || *expires + clockSkewMs <= now)
        return badIdToken("it has expired, or does not say when it does (exp).");
    const auto issued = timeOf(claims, "iat");
    if (!issued || *issued > now + clockSkewMs || *issued + oldestTokenMs < now)
        return badIdToken("it was not issued just now (iat).");
    if (claims.contains("nbf")) {
        const auto from = timeOf(claims, "nbf");
        if (!from || *from > now + clockSkewMs)
            return badIdToken("it is not good yet (nbf).");
    }
    return {};
}

} // namespace

Result<Identity> readIdentity(const json::object& claims, const ProviderSettings& provider, std::string_view nonce, Millis now)
{
    if (textOf(claims, "iss") != provider.issuer)
        return badIdToken("it is of another issuer (iss).");
    if (auto checked = checkAudience(claims, provider.clientId); !checked)
        return checked.error();
    if (auto checked = checkTimes(claims, now); !checked)
        return checked.error();
    if (textOf(claims, "nonce") != nonce)
        return badIdToken("it belongs to another login (nonce).");
    const auto subject = textOf(claims, "sub").value_or(std::string_view());
    const bool printable = std::all_of(subject.begin(), subject.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    if (subject.empty() || subject.size() > maxSubjectBytes || !printable)
        return badIdToken("it does not say whose it is (sub).");

    Identity identity{.issuer = provider.issuer, .subject = std::string(subject)};
    identity.username = textOf(claims, provider.usernameClaim).value_or(std::string_view());
    const auto* const verified = claims.if_contains("email_verified");
    const auto email = textOf(claims, "email").value_or(std::string_view());
    if (verified && verified->is_bool() && verified->get_bool() && validEmail(email))
        identity.email = email;
    if (!provider.adminClaim.empty())
        identity.admin = holds(claims.if_contains(provider.adminClaim), provider.adminValue);
    return identity;
}

std::string usernameOf(const Identity& identity)
{
    constexpr std::size_t longest = 48; // leaves room for what tells two of the same name apart
    const auto claimed = std::string_view(identity.username);
    if (claimed.size() <= longest && validUsername(claimed))
        return std::string(claimed);
    std::string name;
    for (const char c : claimed.substr(0, claimed.find('@'))) {
        const bool fits = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
        if (fits || (!name.empty() && name.back() != '-'))
            name += fits ? c : '-';
    }
    name.erase(0, std::min(name.find_first_not_of("._-"), name.size()));
    name.resize(std::min(name.size(), longest));
    while (!name.empty() && name.back() == '-')
        name.pop_back();
    return validUsername(name) ? name : "user";
}

} // namespace netbit::services::auth::oidc
