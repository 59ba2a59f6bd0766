#include "services/issues/Ranks.h"

namespace netbit::services::issues {

namespace {

constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::size_t digitAt(std::string_view text, std::size_t at, std::size_t otherwise)
{
    return at < text.size() ? digits.find(text[at]) : otherwise;
}

} // namespace

std::string rankBetween(std::string_view after, std::string_view before)
{
    std::string out;
    bool open = before.empty(); // nothing bounds it from above any more
    for (std::size_t at = 0;; ++at) {
        const auto low = digitAt(after, at, 0);
        const auto high = open ? digits.size() : digitAt(before, at, digits.size());
        if (high > low + 1) {
            // At the end of a column one digit more is enough: a list that is appended to keeps short ranks.
            const auto step = before.empty() && at < after.size() ? low + 1 : low + (high - low) / 2;
            return out + digits[step];
        }
        out += digits[low];
        open = open || high > low; // it is below `before` from here on, whatever follows
    }
}

} // namespace netbit::services::issues
