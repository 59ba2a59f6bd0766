#include "edge/Conditional.h"

#include "base/EntityTag.h"
#include "edge/Chars.h"

namespace netbit::edge {

namespace {

const std::string* find(const Reply& reply, std::string_view name) noexcept
{
    for (const auto& [key, value] : reply.headers)
        if (sameText(key, name))
            return &value;
    return nullptr;
}

} // namespace

bool matchesEtag(std::string_view ifNoneMatch, std::string_view etag) noexcept
{
    return base::matchesEntityTag(ifNoneMatch, etag);
}

void makeConditional(Reply& reply, std::string_view ifNoneMatch)
{
    if (reply.status != 200)
        return;
    const auto* etag = find(reply, "ETag");
    if (!etag) {
        if (const auto* const caching = find(reply, "Cache-Control"); caching && *caching == "no-store")
            return;
        etag = &reply.headers.emplace_back("ETag", base::entityTag(reply.body)).second;
    }
    if (ifNoneMatch.empty() || !matchesEtag(ifNoneMatch, *etag))
        return;
    reply.status = 304;
    reply.body = base::Body();
}

} // namespace netbit::edge
