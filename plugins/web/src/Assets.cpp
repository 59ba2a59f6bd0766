#include "Assets.h"

#include <algorithm>

namespace netbit::web {

namespace {

std::string_view trimmed(std::string_view text) noexcept
{
    const auto first = std::min(text.find_first_not_of(" \t"), text.size());
    const auto last = text.find_last_not_of(" \t");
    return last == std::string_view::npos ? std::string_view() : text.substr(first, last - first + 1);
}

bool isName(std::string_view text, std::string_view lower) noexcept
{
    return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
}

/// "q=0", "q=0.000": not acceptable.
bool refused(std::string_view parameter) noexcept
{
    const auto equals = parameter.find('=');
    if (equals == std::string_view::npos || !isName(trimmed(parameter.substr(0, equals)), "q"))
        return false;
    const auto value = trimmed(parameter.substr(equals + 1));
    return !value.empty() && value.find_first_not_of("0.") == std::string_view::npos;
}

} // namespace

const Asset* assetOf(std::string_view name) noexcept
{
    const auto all = assets();
    const auto found = std::lower_bound(all.begin(), all.end(), name,
                                        [](const Asset& asset, std::string_view wanted) { return asset.name < wanted; });
    return found != all.end() && found->name == name ? &*found : nullptr;
}

bool takesGzip(std::string_view acceptEncoding) noexcept
{
    while (!acceptEncoding.empty()) {
        const auto end = std::min(acceptEncoding.find(','), acceptEncoding.size());
        const auto part = acceptEncoding.substr(0, end);
        acceptEncoding.remove_prefix(std::min(end + 1, acceptEncoding.size()));
        const auto semicolon = std::min(part.find(';'), part.size());
        if (isName(trimmed(part.substr(0, semicolon)), "gzip"))
            return !refused(part.substr(std::min(semicolon + 1, part.size())));
    }
    return false;
}

} // namespace netbit::web
