#include "edge/Conditional.h"

#include "edge/Chars.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace netbit::edge {

namespace {

const std::string* find(const Reply& reply, std::string_view name) noexcept
{
    for (const auto& [key, value] : reply.headers)
        if (sameText(key, name))
            return &value;
    return nullptr;
}

std::uint64_t hashOf(const base::Body& body) noexcept
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

std::string etagOf(const base::Body& body)
{
    constexpr char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
    auto hash = hashOf(body);
    std::string etag(13, '"'); // 11 digits of 6 bits; short enough to need no memory
    for (std::size_t i = 1; i < 12; ++i, hash >>= 6)
        etag[i] = digits[hash & 63];
    return etag;
}

} // namespace

bool matchesEtag(std::string_view ifNoneMatch, std::string_view etag) noexcept
{
    const auto opaque = [](std::string_view tag) { return tag.substr(0, 2) == "W/" ? tag.substr(2) : tag; };
    const auto wanted = opaque(etag);
    auto rest = ifNoneMatch;
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

void makeConditional(Reply& reply, std::string_view ifNoneMatch)
{
    if (reply.status != 200)
        return;
    const auto* etag = find(reply, "ETag");
    if (!etag) {
        if (const auto* const caching = find(reply, "Cache-Control"); caching && *caching == "no-store")
            return;
        etag = &reply.headers.emplace_back("ETag", etagOf(reply.body)).second;
    }
    if (ifNoneMatch.empty() || !matchesEtag(ifNoneMatch, *etag))
        return;
    reply.status = 304;
    reply.body = base::Body();
}

} // namespace netbit::edge
