#include "support/CookieHeader.h"

#include <algorithm>

namespace netbit::support {

std::string_view cookieOf(std::string_view header, std::string_view name) noexcept
{
    std::string_view found;
    while (!header.empty()) {
        const auto end = std::min(header.find(';'), header.size());
        auto pair = header.substr(0, end);
        header.remove_prefix(std::min(end + 1, header.size()));
        pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
        if (pair.size() <= name.size() || !pair.starts_with(name) || pair[name.size()] != '=')
            continue;
        if (!found.empty())
            return {};
        found = pair.substr(name.size() + 1);
    }
    return found;
}

} // namespace netbit::support
