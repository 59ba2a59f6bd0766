#include "services/auth/oidc/Logins.h"

#include "base/Base64.h"
#include "base/Json.h"
#include "services/auth/AuthService.h"
#include "services/auth/Core.h"
#include "services/auth/Proof.h"
#include "services/auth/SecondFactor.h"
#include "services/auth/Secrets.h"
#include "services/auth/Sessions.h"
#include "services/auth/oidc/Accounts.h"
#include "services/auth/oidc/Form.h"
#include "services/auth/oidc/ReturnTo.h"
#include "services/log/Log.h"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace netbit::services::auth::oidc {

using base::fault;
using base::Result;
using base::Status;
using storage::Connection;
using storage::Id;
using storage::UserRepository;

namespace json = boost::json;

namespace {

constexpr std::size_t challengeBytes = 43; // of a SHA-256 in base64url

base::Error badState()
{
    return fault(Status::unauthenticated, "oidc_bad_state",
                 "This login was not begun in this browser, has ended already, or took too long: begin anew.");
}

/// RFC 9207: two providers' answers mixed up, by mistake or by one of them.
base::Error wrongIssuer()
{
    return fault(Status::unauthenticated, "oidc_wrong_issuer", "This answer is of another provider than the one that was asked.");
}

base::Error busy()
{
    return fault(Status::unavailable, "overloaded", "Too many logins wait for their providers: try again in a moment.");
}

std::string callbackOf(const Settings& settings, const std::string& provider)
{
    return settings.publicUrl + "/api/auth/oidc/" + provider + "/callback";
}

/// What goes back to the page or the program that began the login.
std::string landing(const std::string& returnTo, std::string_view name, std::string_view value)
{
    Form form;
    form.add(name, value);
    return returnTo + (onLoopback(returnTo) ? '?' : '#') + form.text();
}

std::string locationJson(std::string location) { return json::serialize(json::object{{"location", std::move(location)}}); }

} // namespace

void Logins::set(Settings settings)
{
    const auto before = _state.load();
    auto next = std::make_shared<State>();
    for (const auto& provider : settings.providers) {
        const auto same = std::ranges::find_if(before->parties, [&](const auto& party) {
            return party->settings() == provider && party->timeout() == settings.timeout;
        });
        next->parties.push_back(same != before->parties.end()
                                    ? *same
                                    : std::make_shared<RelyingParty>(provider, settings.timeout, _fetch, _core.clock));
    }
    next->settings = std::move(settings);
    _state.store(std::move(next));
}

Result<Logins::Party> Logins::find(const Call& call) const
{
    auto state = _state.load();
    const auto name = *call.arguments.text("provider");
    const auto found = std::ranges::find_if(state->parties, [&](const auto& party) { return party->settings().name == name; });
    if (found == state->parties.end())
        return fault(Status::notFound, "oidc_provider_not_found", "There is no such provider of logins here.");
    return Party{state, *found};
}

Result<void> Logins::list(const Call&, const Done& done) const
{
    json::array data;
    const auto state = _state.load();
    for (const auto& party : state->parties)
        data.push_back(
            json::object{{"name", party->settings().name},
                         {"title", party->settings().title},
                         {"start", state->settings.publicUrl + "/api/auth/oidc/" + party->settings().name + "/start"}});
    return answered(done, listJson(std::move(data)));
}

// ---- to the provider --------------------------------------------------------------------------------------------------

Result<void> Logins::start(const Call& call, Done done)
{
    const auto with = find(call);
    if (!with)
        return with.error();
    Flows::Flow flow{.provider = with->party->settings().name,
                     .returnTo = std::string(call.arguments.textOr("return_to", {})),
                     .challenge = std::string(call.arguments.textOr("code_challenge", {}))};
    if (!flow.returnTo.empty() && !validReturnTo(flow.returnTo))
        return fault(Status::invalid, "bad_return_to",
                     "This is neither a plain path on this server nor http://127.0.0.1:PORT/… of a program.", "/return_to");
    if (flow.returnTo.empty() != flow.challenge.empty())
        return fault(Status::invalid, "bad_code_challenge", "return_to and code_challenge go together.", "/code_challenge");
    if (!flow.challenge.empty() && (flow.challenge.size() != challengeBytes || !base::fromBase64Url(flow.challenge)))
        return fault(Status::invalid, "bad_code_challenge", "This is no SHA-256 in base64url.", "/code_challenge");
    return begin(*with, std::move(flow), std::move(done));
}

Result<void> Logins::startLink(const Call& call, Done done)
{
    const auto with = find(call);
    if (!with)
        return with.error();
    Flows::Flow flow{.provider = with->party->settings().name,
                     .returnTo = std::string(call.arguments.textOr("return_to", {})),
                     .linkFor = call.principal->userId()};
    if (!flow.returnTo.empty() && (!validReturnTo(flow.returnTo) || onLoopback(flow.returnTo)))
        return fault(Status::invalid, "bad_return_to", "This is no plain path on this server.", "/return_to");
    // Another way in is as good as a password: a stolen token must not add one.
    const auto proved = proveOwner(_core, flow.linkFor, *call.arguments.text("password"), call.peer);
    if (!proved)
        return proved.error();
    return begin(*with, std::move(flow), std::move(done));
}

Result<void> Logins::begin(const Party& with, Flows::Flow flow, Done done)
{
    if (const auto known = with.party->known())
        return answered(done, startJson(with, *known, std::move(flow)));
    const bool runs = _run([this, with, flow = std::move(flow), done = std::move(done)]() mutable {
        const auto metadata = with.party->metadata();
        if (!metadata)
            return done(metadata.error());
        done(Completed{0, startJson(with, **metadata, std::move(flow))});
    });
    if (!runs)
        return busy();
    return {};
}

std::string Logins::startJson(const Party& with, const Metadata& metadata, Flows::Flow flow)
{
    const auto& provider = with.party->settings();
    const auto browser = randomToken(browserPrefix);
    flow.browserHash = hashToken(browser);
    flow.nonce = randomToken({});
    flow.verifier = randomToken({});
    Form query;
    query.add("response_type", "code");
    query.add("client_id", provider.clientId);
    query.add("redirect_uri", callbackOf(with.state->settings, provider.name));
    query.add("scope", provider.scopes);
    query.add("nonce", flow.nonce);
    query.add("code_challenge", base::challengeOf(flow.verifier));
    query.add("code_challenge_method", "S256");
    query.add("state", _flows.begin(std::move(flow), _core.now()));
    const auto& endpoint = metadata.authorizationEndpoint;
    const char join = endpoint.find('?') == endpoint.npos ? '?' : '&';
    return json::serialize(json::object{{"authorization_url", endpoint + join + query.text()},
                                        {"browser", browser},
                                        {"secure", with.state->settings.secure()},
                                        {"expires_in", Flows::flowLifeMs / 1000}});
}

// ---- and back ---------------------------------------------------------------------------------------------------------

bool Logins::allowed(const std::string& peer)
{
    return _core.throttle.allows({}, peer, _core.options.load()->loginFailuresPerMinute, _core.now());
}

void Logins::count(const std::string& peer, const base::Error& error)
{
    log::info("oidc", "A login was refused", {{"code", error.code}, {"reason", error.detail}, {"peer", peer}});
    if (error.status == Status::unauthenticated) // the others say nothing about who is asking
        (void)_core.throttle.settle({}, peer, false, _core.options.load()->loginFailuresPerMinute, _core.now());
}

Result<void> Logins::finish(const Call& call, Done done)
{
    const auto with = find(call);
    if (!with)
        return with.error();
    if (!allowed(call.peer))
        return tooManyFailed();
    const auto refuse = [&](base::Error error) {
        count(call.peer, error);
        return error;
    };
    const auto& arguments = call.arguments;
    const auto browser = arguments.textOr(with->state->settings.secure() ? "secure_browser" : "plain_browser", {});
    auto flow = _flows.take(arguments.textOr("state", {}), with->party->settings().name, browser, _core.now());
    if (!flow)
        return refuse(badState());
    // From here on it is the browser that began, so its page can be told how it ended.
    auto ended = [this, peer = call.peer, returnTo = flow->returnTo, done = std::move(done)](const Result<Completed>& result) {
        if (!result)
            count(peer, result.error());
        if (!result && !returnTo.empty())
            return done(Completed{0, locationJson(landing(returnTo, "error", result.error().code))});
        done(result);
    };
    RelyingParty::Grant grant{.code = std::string(arguments.textOr("code", {})),
                              .verifier = flow->verifier,
                              .redirectUri = callbackOf(with->state->settings, flow->provider),
                              .nonce = flow->nonce};
    const auto issuer = arguments.text("iss");
    std::optional<base::Error> wrong;
    if (issuer && *issuer != with->party->settings().issuer)
        wrong = wrongIssuer();
    else if (arguments.has("error"))
        wrong = fault(Status::forbidden, "oidc_denied", "The provider " + with->title() + " did not let this login through.");
    else if (grant.code.empty())
        wrong = fault(Status::malformed, "oidc_no_code", "The provider's answer has neither a code nor an error.");
    if (wrong) {
        ended(*wrong);
        return {};
    }
    const bool runs = _run([this, with = *with, flow = *flow, grant = std::move(grant), peer = call.peer, client = call.client,
                            named = issuer.has_value(), ended] {
        const auto metadata = with.party->metadata();
        if (!metadata)
            return ended(metadata.error());
        if ((*metadata)->namesIssuer && !named)
            return ended(wrongIssuer());
        const auto identity = with.party->redeem(grant);
        if (!identity)
            return ended(identity.error());
        if (auto begun = conclude(with, flow, *identity, peer, client, ended); !begun)
            ended(begun.error());
    });
    if (!runs)
        return busy();
    return {};
}

Result<void> Logins::conclude(const Party& with, const Flows::Flow& flow, const Identity& identity, const std::string& peer,
                              const std::string& client, Done done)
{
    const auto& provider = with.party->settings();
    if (flow.linkFor != 0) {
        const auto linked = link(_core, provider, identity.subject, flow.linkFor, {flow.linkFor, peer});
        if (!linked)
            return linked.error();
        return answered(done, flow.returnTo.empty() ? identityJson(*linked)
                                                    : locationJson(landing(flow.returnTo, "linked", provider.name)));
    }
    const auto userId = accountOf(_core, provider, identity, peer);
    if (!userId)
        return userId.error();
    if (flow.returnTo.empty())
        return enter(*userId, peer, client, std::move(done));
    const auto code = _flows.finish({*userId, flow.challenge}, _core.now());
    return answered(done, locationJson(landing(flow.returnTo, "code", code)));
}

Result<void> Logins::token(const Call& call, Done done)
{
    if (!allowed(call.peer))
        return tooManyFailed();
    const auto finished = _flows.redeem(*call.arguments.text("code"), *call.arguments.text("code_verifier"), _core.now());
    if (!finished) {
        const auto error =
            fault(Status::unauthenticated, "oidc_bad_code", "The code is unknown, spent, expired, or not of this verifier.");
        count(call.peer, error);
        return error;
    }
    return enter(finished->userId, call.peer, call.client, std::move(done));
}

Result<void> Logins::enter(Id userId, const std::string& peer, const std::string& client, Done done)
{
    std::optional<storage::UserRecord> user;
    bool secondFactor = false;
    auto read = _core.read([&](Connection& connection) {
        user = UserRepository::byId(connection, userId);
        const auto factor = storage::SecondFactorRepository::of(connection, userId);
        secondFactor = factor && factor->confirmedAt != 0;
    });
    if (!read)
        return read;
    if (!user || user->state != "active")
        return fault(Status::forbidden, "user_not_active", "The account of this login is deactivated.");
    // The provider stands for the password. Who has a second factor here is asked for it here.
    if (secondFactor)
        return askForCode(_core, *user, {user->username, {}, peer, client}, done);
    return startSession(_core, userId, user->password, client, peer, std::move(done));
}

} // namespace netbit::services::auth::oidc
