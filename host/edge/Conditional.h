#pragma once
// Conditional requests (RFC 9110 section 13): what a client has already is not sent again.

#include "edge/Exchange.h"

#include <string_view>

namespace netbit::edge {

/// Whether a list of entity tags, or "*", names this one; compared weakly. A list that is malformed names nothing.
bool matchesEtag(std::string_view ifNoneMatch, std::string_view etag) noexcept;

/// The whole 200 answer to a GET or HEAD gets an ETag of its content, unless the handler gave one or said no-store;
/// where If-None-Match names it, the answer becomes a 304 without its body.
void makeConditional(Reply& reply, std::string_view ifNoneMatch);

} // namespace netbit::edge
