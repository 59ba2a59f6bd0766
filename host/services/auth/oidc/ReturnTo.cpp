#include "services/auth/oidc/ReturnTo.h"

#include <algorithm>
#include <cstddef>

namespace netbit::services::auth::oidc {

namespace {

constexpr std::string_view loopbacks[] = {"http://127.0.0.1:", "http://[::1]:"};

std::string_view behindLoopback(std::string_view target) noexcept
{
    for (const auto prefix : loopbacks)
        if (target.starts_with(prefix))
            return target.substr(prefix.size());
    return {};
}

bool plainPath(std::string_view path) noexcept
{
    const bool plain = std::all_of(path.begin(), path.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
               c == '~' || c == '/';
    });
    return plain && path.starts_with('/') && !path.starts_with("//"); // "//host" is another host
}

} // namespace

bool onLoopback(std::string_view target) noexcept { return !behindLoopback(target).empty(); }

bool validReturnTo(std::string_view target) noexcept
{
    if (target.size() > 512)
        return false;
    if (!onLoopback(target))
        return plainPath(target);
    const auto rest = behindLoopback(target);
    const auto slash = std::min(rest.find('/'), rest.size());
    unsigned port = 0;
    for (const char c : rest.substr(0, slash)) {
        if (c < '0' || c > '9' || port > 65'535)
            return false;
        port = port * 10 + static_cast<unsigned>(c - '0');
    }
    return slash > 0 && port > 0 && port <= 65'535 && plainPath(rest.substr(slash));
}

} // namespace netbit::services::auth::oidc
