#include "services/auth/oidc/RelyingParty.h"

#include "base/Json.h"
#include "services/auth/oidc/Form.h"
#include "services/log/Log.h"

#include <boost/json/array.hpp>

#include <algorithm>

namespace netbit::services::auth::oidc {

using base::fault;
using base::FetchReply;
using base::FetchRequest;
using base::Millis;
using base::Result;
using base::Status;

namespace json = boost::json;

namespace {

constexpr Millis freshMs = 3'600'000; ///< what was fetched is believed so long
constexpr Millis downMs = 2'000;      ///< after a failure nobody asks for so long: those who wait behind it would fail alike

std::string textOf(const json::object& object, std::string_view name)
{
    const auto* const value = object.if_contains(name);
    const auto* const text = value ? value->if_string() : nullptr;
    return text ? std::string(*text) : std::string();
}

bool lists(const json::object& object, std::string_view name, std::string_view wanted)
{
    const auto* const value = object.if_contains(name);
    const auto* const list = value ? value->if_array() : nullptr;
    return list && std::any_of(list->begin(), list->end(), [&](const json::value& each) {
               return each.is_string() && each.get_string() == wanted;
           });
}

bool isTrue(const json::object& object, std::string_view name)
{
    const auto* const value = object.if_contains(name);
    return value && value->is_bool() && value->get_bool();
}

} // namespace

base::Error RelyingParty::unavailable(std::string_view why) const
{
    log::warn("oidc", "A provider cannot be used", {{"provider", _settings.name}, {"reason", why}});
    return fault(Status::unavailable, "oidc_provider_unavailable",
                 "The provider " + _settings.title + " cannot be used at the moment: try again later, or tell an admin.");
}

std::shared_ptr<const Metadata> RelyingParty::known() const
{
    const std::lock_guard lock(_mutex);
    return _metadata && _clock() < _metadataAt + freshMs ? _metadata : nullptr;
}

Result<FetchReply> RelyingParty::ask(FetchRequest request)
{
    {
        const std::lock_guard lock(_mutex);
        if (_clock() < _downUntil)
            return fault(Status::unavailable, "oidc_provider_unavailable",
                         "The provider " + _settings.title + " did not answer just now: try again in a moment.");
    }
    request.caFile = _settings.caFile;
    request.timeout = _timeout;
    auto reply = _fetch(request);
    if (!reply || reply->status >= 500) {
        const std::lock_guard lock(_mutex);
        _downUntil = _clock() + downMs;
    }
    if (!reply)
        return unavailable(request.url + ": " + reply.error().detail);
    if (reply->status >= 500 || (reply->status >= 300 && reply->status < 400))
        return unavailable(request.url + " answers with status " + std::to_string(reply->status) + ".");
    return reply;
}

Result<Metadata> RelyingParty::discover()
{
    auto base = _settings.issuer;
    if (base.ends_with('/'))
        base.pop_back();
    const FetchRequest request{.url = base + "/.well-known/openid-configuration"};
    const auto reply = ask(request);
    if (!reply)
        return reply.error();
    const auto document = reply->status == 200 ? base::parseJson(reply->body) : Result<json::value>(base::Error{});
    const auto* const object = document ? document->if_object() : nullptr;
    if (!object)
        return unavailable(request.url + " is no discovery document.");
    if (textOf(*object, "issuer") != _settings.issuer)
        return unavailable(request.url + " is of the issuer \"" + textOf(*object, "issuer").substr(0, 200) + "\".");
    Metadata metadata{.authorizationEndpoint = textOf(*object, "authorization_endpoint"),
                      .tokenEndpoint = textOf(*object, "token_endpoint"),
                      .keysUrl = textOf(*object, "jwks_uri"),
                      .namesIssuer = isTrue(*object, "authorization_response_iss_parameter_supported")};
    for (const auto& url : {metadata.authorizationEndpoint, metadata.tokenEndpoint, metadata.keysUrl})
        if (!trustworthyUrl(url, _settings.allowHttp))
            return unavailable(request.url + " names an endpoint that is missing or no https URL.");
    constexpr std::string_view methods = "token_endpoint_auth_methods_supported";
    metadata.secretInForm = lists(*object, methods, "client_secret_post") && !lists(*object, methods, "client_secret_basic");
    return metadata;
}

Result<std::shared_ptr<const Metadata>> RelyingParty::metadata()
{
    if (auto there = known())
        return there;
    const std::lock_guard fetching(_fetching);
    if (auto there = known())
        return there;
    auto found = discover();
    if (!found)
        return found.error();
    auto metadata = std::make_shared<const Metadata>(std::move(*found));
    const std::lock_guard lock(_mutex);
    _metadata = metadata;
    _metadataAt = _clock();
    return metadata;
}

Result<RelyingParty::Keys> RelyingParty::keys(const Metadata& metadata, const Keys& notThese)
{
    const auto cached = [&]() -> Keys {
        const std::lock_guard lock(_mutex);
        return _keys && _keys != notThese && _clock() < _keysAt + freshMs ? _keys : nullptr;
    };
    if (auto there = cached())
        return there;
    const std::lock_guard fetching(_fetching);
    if (auto there = cached())
        return there;
    if (notThese) {
        // Whoever shows tokens of unknown keys must not make us ask the provider each time.
        const auto now = _clock();
        const std::lock_guard lock(_mutex);
        const auto passed = static_cast<double>(std::max<Millis>(now - _refetchesAt, 0)) / refetchEveryMs;
        _refetches = std::min(_refetches + passed, refetchBurst);
        _refetchesAt = now;
        if (_refetches < 1)
            return notThese;
        _refetches -= 1;
    }
    const auto reply = ask({.url = metadata.keysUrl});
    if (!reply)
        return reply.error();
    auto read = reply->status == 200 ? readKeys(reply->body) : Result<std::vector<Key>>(unavailable("It shows no keys."));
    if (!read)
        return unavailable(read.error().detail);
    auto keys = std::make_shared<const std::vector<Key>>(std::move(*read));
    const std::lock_guard lock(_mutex);
    _keys = keys;
    _keysAt = _clock();
    return keys;
}

Result<std::string> RelyingParty::idToken(const Metadata& metadata, const Grant& grant)
{
    FetchRequest request{.url = metadata.tokenEndpoint};
    Form form;
    form.add("grant_type", "authorization_code");
    form.add("code", grant.code);
    form.add("redirect_uri", grant.redirectUri);
    form.add("code_verifier", grant.verifier);
    if (_settings.clientSecret.empty() || metadata.secretInForm) {
        form.add("client_id", _settings.clientId);
        if (!_settings.clientSecret.empty())
            form.add("client_secret", _settings.clientSecret);
    } else { // RFC 6749 section 2.3.1: as in a form, and then as Basic has it
        request.user = formEncoded(_settings.clientId);
        request.password = formEncoded(_settings.clientSecret);
    }
    request.form = form.text();
    const auto reply = ask(std::move(request));
    if (!reply)
        return reply.error();
    const auto document = base::parseJson(reply->body);
    const auto* const object = document ? document->if_object() : nullptr;
    if (reply->status != 200) {
        const auto error = object ? textOf(*object, "error") : std::string();
        if (reply->status == 401 || error == "invalid_client" || error == "unauthorized_client")
            return unavailable("It does not know this server as a client: " + error.substr(0, 100));
        return fault(Status::unauthenticated, "oidc_code_refused",
                     "The provider does not take this code: it is spent, expired or another's.");
    }
    auto token = object ? textOf(*object, "id_token") : std::string();
    if (token.empty())
        return badIdToken("there is none.");
    return token;
}

Result<Identity> RelyingParty::redeem(const Grant& grant)
{
    const auto found = metadata();
    if (!found)
        return found.error();
    const auto text = idToken(**found, grant);
    if (!text)
        return text.error();
    const auto token = readToken(*text, _settings.algorithms);
    if (!token)
        return token.error();
    Keys none;
    auto published = keys(**found, none);
    if (!published)
        return published.error();
    const auto* key = keyFor(*token, **published);
    if (!key) {
        const auto before = *published;
        published = keys(**found, before); // it may have changed its keys
        if (!published)
            return published.error();
        key = keyFor(*token, **published);
    }
    if (!key)
        return badIdToken("it names no key that the provider publishes (kid).");
    if (!signedBy(*token, *key))
        return badIdToken("its signature does not hold.");
    return readIdentity(token->claims, _settings, grant.nonce, _clock());
}

} // namespace netbit::services::auth::oidc
