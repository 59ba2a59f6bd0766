#include "base/Redact.h"

#include "base/Json.h"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace netbit::base {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 10> words{"password", "passwd",    "passphrase", "token",  "secret",
                                                 "authoriz", "cookie",    "signature",  "credential", "apikey"};

/// True: something was replaced.
bool redact(json::value& value)
{
    bool changed = false;
    if (auto* const object = value.if_object()) {
        for (auto& [name, member] : *object)
            if (namesSecret(name) && !member.is_null()) {
                member = leftOut;
                changed = true;
            } else {
                changed = redact(member) || changed;
            }
    } else if (auto* const array = value.if_array()) {
        for (auto& each : *array)
            changed = redact(each) || changed;
    }
    return changed;
}

/// name=value&name=value
std::string pairsWithoutSecrets(std::string_view pairs)
{
    std::string out;
    for (bool more = true; more;) {
        const auto end = pairs.find('&');
        const auto pair = pairs.substr(0, end);
        const auto equals = pair.find('=');
        out += equals != std::string_view::npos && namesSecret(pair.substr(0, equals))
                   ? std::string(pair.substr(0, equals + 1)) + "left-out"
                   : std::string(pair);
        more = end != std::string_view::npos;
        if (more) {
            out += '&';
            pairs.remove_prefix(end + 1);
        }
    }
    return out;
}

} // namespace

bool namesSecret(std::string_view name) noexcept
{
    std::string plain;
    for (const char c : name)
        if (c != '_' && c != '-' && c != '.')
            plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return plain.find(word) != std::string::npos; });
}

std::string withoutSecrets(std::string_view body)
{
    const auto first = body.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && (body[first] == '{' || body[first] == '[')) {
        auto document = parseJson(body);
        return document && redact(*document) ? json::serialize(*document) : std::string(body);
    }
    const bool form = body.find('=') != std::string_view::npos && body.find_first_of(" \r\n") == std::string_view::npos;
    return form ? pairsWithoutSecrets(body) : std::string(body);
}

std::string targetWithoutSecrets(std::string_view target)
{
    const auto query = target.find('?');
    return query == std::string_view::npos
               ? std::string(target)
               : std::string(target.substr(0, query + 1)) + pairsWithoutSecrets(target.substr(query + 1));
}

} // namespace netbit::base
