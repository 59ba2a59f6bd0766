#include "Session.h"

#include "support/JsonDocument.h"

#include <boost/json/serialize.hpp>

namespace netbit::web {

bool isOwnPages(std::string_view fetchSite, std::string_view origin, std::string_view host) noexcept
{
    if (!fetchSite.empty())
        return fetchSite == "same-origin"; // behind a proxy the Host may be another; the browser knows
    if (origin.empty())
        return true;
    const auto scheme = origin.find("://");
    return scheme != origin.npos && origin.substr(scheme + 3) == host;
}

std::string setCookie(std::string_view value, bool secure, long long seconds)
{
    std::string out(cookieName);
    out += '=';
    out += value;
    out += "; Path=/web/session; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(seconds);
    if (secure)
        out += "; Secure";
    return out;
}

std::optional<Parted> part(std::string_view sessionJson)
{
    support::JsonDocument document;
    if (document.parse(sessionJson, 16) || !document.root().is_object())
        return std::nullopt;
    boost::json::object session = document.root().get_object();
    const auto* const token = session.if_contains("refresh_token");
    if (!token || !token->is_string())
        return std::nullopt;
    Parted out;
    out.refreshToken = std::string(token->get_string());
    session.erase("refresh_token");
    out.json = boost::json::serialize(session);
    return out;
}

void Exchanges::answer(Asking& asking, const Parted& parted, long long seconds)
{
    const auto cookie = setCookie(parted.refreshToken, asking.secure, seconds);
    asking.request.reply(Reply(200).bytes(parted.json).header("Set-Cookie", cookie).header("Cache-Control", "no-store"));
}

void Exchanges::forgetOld(Clock::time_point now)
{
    const auto old = [&](const auto& one) { return one.second.parted && one.second.made + kept < now; };
    std::erase_if(_entries, old);
}

Exchanges::Turn Exchanges::take(const std::string& token, Asking asking, Clock::time_point now, long long seconds)
{
    Parted known;
    {
        const std::lock_guard lock(_mutex); // _entries
        forgetOld(now);
        auto found = _entries.find(token);
        if (found == _entries.end()) {
            if (_entries.size() >= mostKept) {
                asking.request.problem(Error(Status::unavailable, "busy", "Too many sessions are renewed at once."));
                return Turn::answered;
            }
            _entries[token].waiting.push_back(std::move(asking));
            return Turn::first;
        }
        if (!found->second.parted) {
            found->second.waiting.push_back(std::move(asking));
            return Turn::waits;
        }
        known = *found->second.parted;
    }
    answer(asking, known, seconds);
    return Turn::answered;
}

void Exchanges::settle(const std::string& token, Result<Parted> outcome, Clock::time_point now, long long seconds)
{
    std::vector<Asking> waiting;
    {
        const std::lock_guard lock(_mutex); // _entries
        const auto found = _entries.find(token);
        if (found == _entries.end())
            return;
        waiting = std::move(found->second.waiting);
        if (outcome) {
            found->second.made = now;
            found->second.parted = *outcome;
        } else {
            _entries.erase(found);
        }
    }
    for (auto& asking : waiting) {
        if (outcome)
            answer(asking, *outcome, seconds);
        else
            asking.request.problem(outcome.error());
    }
}

} // namespace netbit::web
