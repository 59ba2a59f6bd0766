#include "People.h"

#include "base/Json.h"
#include "base/Time.h"
#include "services/auth/AccountRules.h"
#include "services/auth/Secrets.h"

#include <algorithm>
#include <strings.h>

namespace netbit::fake {

namespace {

using base::fault;
using base::Status;
namespace auth = services::auth;

constexpr std::size_t minPasswordBytes = 8; // the real host's, unless it is configured
constexpr std::int64_t accessSeconds = 900;

base::Error badRefreshToken()
{
    return fault(Status::unauthenticated, "bad_refresh_token", "The refresh token is not good any more: sign in again.");
}

base::Error userNotFound() { return fault(Status::notFound, "user_not_found", "There is no such user."); }

} // namespace

base::Result<void> People::check(std::string_view username, std::string_view email, std::string_view password) const
{
    for (auto&& checked : {auth::checkUsername(username), auth::checkEmail(email),
                           auth::checkPassword(password, minPasswordBytes)})
        if (!checked)
            return checked;
    if (byName(username))
        return fault(Status::conflict, "username_taken", "This username is taken.", "/username");
    return {};
}

base::Result<std::int64_t> People::add(std::string_view username, std::string_view email,
                                       std::optional<std::string_view> password, bool admin, std::int64_t now)
{
    if (auto good = auth::checkUsername(username); !good)
        return good.error();
    if (byName(username))
        return fault(Status::conflict, "username_taken", "This username is taken.", "/username");
    Person person{static_cast<std::int64_t>(_all.size()) + 1, std::string(username), std::string(email), {}, admin, now, {}};
    if (password)
        person.password = *password;
    _all.push_back(std::move(person));
    return _all.back().id;
}

std::int64_t People::addProvided(std::string_view username, std::string_view email, std::string_view provider,
                                 std::int64_t now)
{
    _all.push_back({static_cast<std::int64_t>(_all.size()) + 1, std::string(username), std::string(email), {}, false, now,
                    std::string(provider)});
    return _all.back().id;
}

void People::addRecorded(std::int64_t id, std::string_view username, bool admin)
{
    if (byId(id))
        return;
    Person made;
    made.id = id;
    made.username = username;
    made.admin = admin;
    _all.push_back(std::move(made));
}

const Person* People::byId(std::int64_t id) const
{
    const auto found = std::find_if(_all.begin(), _all.end(), [&](const Person& person) { return person.id == id; });
    return found == _all.end() ? nullptr : &*found;
}

const Person* People::byName(std::string_view name) const
{
    const std::string wanted(name);
    const auto found = std::find_if(_all.begin(), _all.end(), [&](const Person& person) {
        return strcasecmp(person.username.c_str(), wanted.c_str()) == 0;
    });
    return found == _all.end() ? nullptr : &*found;
}

std::int64_t People::open(std::int64_t userId)
{
    const auto& person = *byId(userId);
    const auto id = ++_lastSession;
    _sessions[id] = {userId, std::make_shared<const auth::Principal>(auth::Principal::Kind::session, userId,
                                                                     person.username, person.admin, id, 0)};
    return id;
}

void People::close(std::int64_t session)
{
    const auto found = _sessions.find(session);
    if (found == _sessions.end())
        return;
    found->second.principal->revoke();
    std::erase_if(_tokens, [&](const auto& entry) { return entry.second == session; });
    std::erase_if(_own, [&](const auto& entry) { return entry.second == session; });
    _sessions.erase(found);
}

PrincipalPtr People::principal(std::int64_t userId)
{
    if (!byId(userId))
        return nullptr;
    auto own = _own.find(userId);
    if (own == _own.end())
        own = _own.emplace(userId, open(userId)).first;
    return _sessions.at(own->second).principal;
}

PrincipalPtr People::impersonate(std::int64_t userId)
{
    const auto* const person = byId(userId);
    if (!person)
        return nullptr;
    auto& known = _impersonated[userId];
    if (!known || known->revoked())
        known = std::make_shared<const auth::Principal>(auth::Principal::Kind::impersonated, userId, person->username,
                                                        person->admin, 0, 0);
    return known;
}

std::string People::accessToken(std::int64_t session)
{
    auto token = auth::randomToken(auth::accessTokenPrefix);
    _tokens.emplace(token, session);
    return token;
}

base::Result<std::string> People::token(std::int64_t userId)
{
    if (!principal(userId))
        return userNotFound();
    return accessToken(_own.at(userId));
}

base::Result<PrincipalPtr> People::verify(std::string_view token) const
{
    const auto found = _tokens.find(token);
    if (found == _tokens.end())
        return fault(Status::unauthenticated, "invalid_token", "The token is not valid: it is unknown, expired or revoked.");
    return _sessions.at(found->second).principal;
}

void People::revoke(std::int64_t userId)
{
    std::vector<std::int64_t> ended;
    for (const auto& [id, session] : _sessions)
        if (session.userId == userId)
            ended.push_back(id);
    for (const auto id : ended)
        close(id);
    if (const auto found = _impersonated.find(userId); found != _impersonated.end() && found->second)
        found->second->revoke();
}

std::string People::sessionJson(std::int64_t session)
{
    std::string out = "{\"access_token\":";
    base::appendJsonString(out, accessToken(session));
    auto refreshToken = auth::randomToken(auth::refreshTokenPrefix);
    out += ",\"refresh_token\":";
    base::appendJsonString(out, refreshToken);
    _refresh.emplace(std::move(refreshToken), Refresh{session, false});
    out += ",\"token_type\":\"Bearer\",\"expires_in\":";
    base::appendJsonInt(out, accessSeconds);
    out += ",\"user\":";
    out += json(*byId(_sessions.at(session).userId), true);
    return out + '}';
}

std::pair<std::int64_t, std::string> People::begin(std::int64_t userId)
{
    const auto session = open(userId);
    return {session, sessionJson(session)};
}

base::Result<std::pair<std::int64_t, std::string>> People::refresh(std::string_view token)
{
    const auto found = _refresh.find(token);
    if (found == _refresh.end() || !_sessions.contains(found->second.session))
        return badRefreshToken();
    const auto session = found->second.session;
    if (std::exchange(found->second.replaced, true)) {
        close(session);
        return badRefreshToken();
    }
    return std::pair(session, sessionJson(session));
}

void People::end(std::string_view refreshToken)
{
    if (const auto found = _refresh.find(refreshToken); found != _refresh.end())
        close(found->second.session);
}

std::string People::json(const Person& person, bool withEmail) const
{
    std::string out = "{\"id\":";
    base::appendJsonInt(out, person.id);
    out += ",\"username\":";
    base::appendJsonString(out, person.username);
    if (withEmail) {
        out += ",\"email\":";
        base::appendJsonString(out, person.email);
    }
    out += person.admin ? ",\"role\":\"admin\"" : ",\"role\":\"member\"";
    out += ",\"created_at\":\"";
    base::appendRfc3339(out, person.createdAt);
    return out + "\"}";
}

} // namespace netbit::fake
