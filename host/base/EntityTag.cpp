#include "base/EntityTag.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace netbit::base {

namespace {

std::uint64_t hashOf(const Body& body) noexcept
{
    const auto& segments = body.segments();
    if (segments.size() == 1)
        return XXH3_64bits(segments.front().data(), segments.front().size());
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (const auto segment : segments)
        XXH3_64bits_update(&state, segment.data(), segment.size());
    return XXH3_64bits_digest(&state);
}

} // namespace

std::string entityTag(const Body& body)
{
    constexpr char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
    auto hash = hashOf(body);
    std::string tag(13, '"'); // 11 digits of 6 bits; short enough to need no memory
    for (std::size_t i = 1; i < 12; ++i, hash >>= 6)
        tag[i] = digits[hash & 63];
    return tag;
}

bool matchesEntityTag(std::string_view list, std::string_view tag) noexcept
{
    const auto opaque = [](std::string_view one) { return one.substr(0, 2) == "W/" ? one.substr(2) : one; };
    const auto wanted = opaque(tag);
    auto rest = list;
    // A comma may stand inside the quotes of a tag, so the tags are walked, not split.
    for (;;) {
        const auto start = rest.find_first_not_of(" \t,");
        if (start == std::string_view::npos)
            return false;
        rest.remove_prefix(start);
        if (rest.front() == '*')
            return true;
        rest = opaque(rest);
        if (rest.empty() || rest.front() != '"')
            return false;
        const auto end = rest.find('"', 1);
        if (end == std::string_view::npos)
            return false;
        if (rest.substr(0, end + 1) == wanted)
            return true;
        rest.remove_prefix(end + 1);
    }
}

} // namespace netbit::base
