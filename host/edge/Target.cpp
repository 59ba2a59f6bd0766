#include "edge/Target.h"

#include "base/Json.h"
#include "edge/Chars.h"

#include <algorithm>

namespace netbit::edge {

namespace {

Refusal badTarget() noexcept { return {400, "invalid_target", "The request target is malformed."}; }

unsigned hexValue(char c) noexcept
{
    c = lower(c);
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
}

bool escapeAt(std::string_view text, std::size_t at) noexcept
{
    return at + 2 < text.size() && is(hexDigit, text[at + 1]) && is(hexDigit, text[at + 2]);
}

bool wellFormed(CharClass wanted, std::string_view text) noexcept
{
    for (std::size_t i = 0; i < text.size(); ++i)
        if (!is(wanted, text[i]) && (text[i] != '%' || !escapeAt(text, i)))
            return false;
    return true;
}

} // namespace

Refusal splitTarget(std::string_view method, std::string_view text, Target& target) noexcept
{
    if (text == "*") {
        if (method != "OPTIONS")
            return badTarget();
        target = {text, {}};
        return {};
    }
    if (!text.starts_with('/')) {
        const auto scheme = text.substr(0, text.find("://"));
        if (scheme.size() == text.size() || (!sameText(scheme, "http") && !sameText(scheme, "https")))
            return badTarget();
        text.remove_prefix(scheme.size() + 3);
        const auto end = std::min(text.find_first_of("/?"), text.size());
        if (!validAuthority(text.substr(0, end)))
            return badTarget();
        text.remove_prefix(end);
    }
    const auto question = text.find('?');
    target.path = text.substr(0, question);
    target.query = question == std::string_view::npos ? std::string_view() : text.substr(question + 1);
    if (target.path.empty())
        target.path = "/"; // absolute form with an empty path
    if (!wellFormed(pathChar, target.path) || !wellFormed(queryChar, target.query))
        return badTarget();
    return {};
}

std::optional<std::string_view> decode(std::string_view text, bool plusIsSpace, std::string& out)
{
    const auto begin = out.size();
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (!escapeAt(text, i))
                return std::nullopt;
            c = static_cast<char>(hexValue(text[i + 1]) * 16 + hexValue(text[i + 2]));
            if (c == '\0')
                return std::nullopt;
            i += 2;
        } else if (c == '+' && plusIsSpace) {
            c = ' ';
        }
        out += c;
    }
    const auto decoded = std::string_view(out).substr(begin);
    if (!base::validUtf8(decoded))
        return std::nullopt;
    return decoded;
}

bool decodeQuery(std::string_view query, std::string& out,
                 std::vector<std::pair<std::string_view, std::string_view>>& pairs)
{
    const auto plain = [&](std::string_view text) -> std::optional<std::string_view> {
        return text.find_first_of("%+") == std::string_view::npos ? text : decode(text, true, out);
    };
    for (std::size_t at = 0; at < query.size();) {
        const auto end = std::min(query.find('&', at), query.size());
        const auto pair = query.substr(at, end - at);
        at = end + 1;
        if (pair.empty())
            continue;
        const auto equals = std::min(pair.find('='), pair.size());
        const auto name = plain(pair.substr(0, equals));
        const auto value = plain(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || !value)
            return false;
        pairs.emplace_back(*name, *value);
    }
    return true;
}

} // namespace netbit::edge
