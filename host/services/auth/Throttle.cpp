#include "services/auth/Throttle.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace netbit::services::auth {

namespace {

constexpr base::Millis minuteMs = 60'000;

std::string accountKey(std::string_view account)
{
    std::string key(account.substr(0, 64));
    for (auto& c : key)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return key;
}

/// Over, or from a future that a clock set back has taken away.
bool over(base::Millis since, base::Millis now) { return now >= since + minuteMs || now < since; }

} // namespace

std::string addressKey(std::string_view peer)
{
    const std::string text(peer.substr(0, 64));
    std::array<unsigned char, 16> address{};
    if (text.find(':') == std::string::npos || ::inet_pton(AF_INET6, text.c_str(), address.data()) != 1)
        return text;
    constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    const bool isMapped = std::equal(mapped.begin(), mapped.end(), address.begin());
    const auto bytes = isMapped ? address.size() : address.size() / 2; // ::ffff:1.2.3.4 is one address
    return {address.begin(), address.begin() + static_cast<std::ptrdiff_t>(bytes)};
}

bool Throttle::allows(std::string_view account, std::string_view address, unsigned limit, base::Millis now)
{
    const auto name = accountKey(account);
    const auto place = addressKey(address);
    const std::lock_guard lock(_mutex);
    return !spent(_accounts, name, limit, now) && !spent(_addresses, place, limit, now);
}

bool Throttle::settle(std::string_view account, std::string_view address, bool good, unsigned limit, base::Millis now)
{
    const auto name = accountKey(account);
    const auto place = addressKey(address);
    const std::lock_guard lock(_mutex);
    const bool late = spent(_accounts, name, limit, now) || spent(_addresses, place, limit, now);
    if (!good) {
        count(_accounts, name, now);
        count(_addresses, place, now);
    }
    return !late;
}

bool Throttle::spent(const Minutes& minutes, const std::string& key, unsigned limit, base::Millis now)
{
    if (key.empty())
        return false;
    const auto found = minutes.find(key);
    return found != minutes.end() && !over(found->second.since, now) && found->second.failures >= limit;
}

void Throttle::count(Minutes& minutes, const std::string& key, base::Millis now)
{
    if (key.empty())
        return;
    if (minutes.size() >= _maxKeys && !minutes.contains(key)) {
        dropOver(minutes, now);
        // Still full: someone fails from very many places. One goes, whichever it is, rather
        // than memory without end or a lock-out of everyone.
        if (minutes.size() >= _maxKeys)
            minutes.erase(minutes.begin());
    }
    auto& minute = minutes[key];
    if (minute.failures == 0 || over(minute.since, now))
        minute = {now, 0};
    ++minute.failures;
}

void Throttle::dropOver(Minutes& minutes, base::Millis now)
{
    std::erase_if(minutes, [now](const auto& entry) { return over(entry.second.since, now); });
}

void Throttle::prune(base::Millis now)
{
    const std::lock_guard lock(_mutex);
    dropOver(_accounts, now);
    dropOver(_addresses, now);
}

std::size_t Throttle::size() const
{
    const std::lock_guard lock(_mutex);
    return _accounts.size() + _addresses.size();
}

} // namespace netbit::services::auth
