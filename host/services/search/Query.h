#pragma once
// What somebody searches for, as they typed it: words, "a phrase", from:name, in:chat, before:day, after:day, has:link.

#include "base/Result.h"
#include "base/Time.h"

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::services::search {

/// One thing that must be in the message: any of these, folded. None is empty.
struct Term {
    std::vector<std::u32string> anyOf;
    bool shown = true; ///< its places are told
};

struct Query {
    static constexpr std::size_t maxBytes = 512;
    static constexpr std::size_t maxTerms = 16;

    std::vector<Term> terms; ///< all of them
    std::optional<std::string> from;
    std::optional<std::string> in;
    base::Millis since = 0;
    base::Millis until = std::numeric_limits<base::Millis>::max(); ///< exclusive
    bool image = false; ///< by has:, as is the next: an image among its files, or a message of that type
    bool file = false;
};

/// `text` is valid UTF-8. What looks like a filter and is none of ours ("http://x", "a:b") is a word; control characters are
/// blanks; a quote that is not closed ends at the end. Nothing in it means anything but this.
/// Errors: invalid / empty_query, query_too_long, too_many_terms, bad_filter (names it), each at /q.
base::Result<Query> parseQuery(std::string_view text);

} // namespace netbit::services::search
