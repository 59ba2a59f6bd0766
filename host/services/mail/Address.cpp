#include "services/mail/Address.h"

#include <algorithm>

namespace netbit::services::mail {

namespace {

bool alphanumeric(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// Parts of the text between dots, all good to `part`; an empty one is not asked.
template <class Part>
bool dotted(std::string_view text, Part part) noexcept
{
    while (true) {
        const auto dot = std::min(text.find('.'), text.size());
        if (dot == 0 || !part(text.substr(0, dot)))
            return false;
        if (dot == text.size())
            return true;
        text.remove_prefix(dot + 1);
    }
}

bool atom(std::string_view part) noexcept
{
    constexpr std::string_view others = "!#$%&'*+/=?^_`{|}~-";
    return std::all_of(part.begin(), part.end(), [&](char c) { return alphanumeric(c) || others.find(c) != others.npos; });
}

bool label(std::string_view part) noexcept
{
    return part.size() <= 63 && part.front() != '-' && part.back() != '-' &&
           std::all_of(part.begin(), part.end(), [](char c) { return alphanumeric(c) || c == '-'; });
}

} // namespace

bool mailable(std::string_view address) noexcept
{
    const auto at = address.find('@');
    return at != address.npos && at <= 64 && address.size() <= 254 && dotted(address.substr(0, at), atom) &&
           dotted(address.substr(at + 1), label);
}

std::string_view domainOf(std::string_view address) noexcept { return address.substr(address.find('@') + 1); }

} // namespace netbit::services::mail
