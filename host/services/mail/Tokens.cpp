#include "services/mail/Tokens.h"

#include "base/Base64.h"
#include "base/Digest.h"
#include "services/auth/Secrets.h"

#include <sodium.h>

#include <charconv>

namespace netbit::services::mail {

namespace {

bool same(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && ::sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// A positive number in front of a hyphen, both of which go; 0: there is none, or it is not written as one writes it.
std::int64_t takeNumber(std::string_view& text)
{
    const auto end = std::min(text.find('-'), text.size());
    std::int64_t value = 0;
    const auto [stop, fault] = std::from_chars(text.data(), text.data() + end, value);
    if (fault != std::errc() || stop != text.data() + end || value <= 0 || text.front() == '0')
        return 0;
    text.remove_prefix(std::min(end + 1, text.size()));
    return value;
}

} // namespace

std::string unsubscribeToken(std::string_view key, storage::Id userId)
{
    const auto said = "u-" + std::to_string(userId) + '-';
    return said + base::toBase64Url(base::hmacSha256(key, {said}));
}

std::optional<storage::Id> unsubscribing(std::string_view key, std::string_view token)
{
    auto rest = token;
    if (!rest.starts_with("u-"))
        return std::nullopt;
    rest.remove_prefix(2);
    const auto userId = takeNumber(rest);
    if (userId == 0 || !same(token, unsubscribeToken(key, userId)))
        return std::nullopt;
    return userId;
}

std::string confirmToken(std::string_view key, storage::Id userId, std::string_view address, base::Millis until)
{
    const auto said = "c-" + std::to_string(userId) + '-' + std::to_string(until / 1'000) + '-';
    return said + base::toBase64Url(base::hmacSha256(key, {said, address}));
}

std::optional<Confirming> confirming(std::string_view token)
{
    auto rest = token;
    if (!rest.starts_with("c-"))
        return std::nullopt;
    rest.remove_prefix(2);
    const auto userId = takeNumber(rest);
    const auto until = userId == 0 ? 0 : takeNumber(rest);
    if (until == 0 || until > 1'000'000'000'000)
        return std::nullopt;
    return Confirming{userId, until * 1'000, std::string(token)};
}

bool provesAddress(std::string_view key, const Confirming& said, std::string_view address, base::Millis now)
{
    return now < said.until && same(said.token, confirmToken(key, said.userId, address, said.until));
}

std::string threadMark(std::string_view key, std::string_view text)
{
    return auth::toHex(base::hmacSha256(key, {"t-", text}).substr(0, 8));
}

} // namespace netbit::services::mail
