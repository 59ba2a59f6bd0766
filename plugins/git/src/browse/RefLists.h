#pragma once
// Branches and tags, by name.

#include "browse/Answer.h"

namespace netbit::git {

/// Those behind `after` (a name without refs/heads/; "": from the first); only those that have `part` in them.
struct RefPage {
    std::string after;
    std::string part;
    std::size_t limit = 50;
};

/// {"data":[{"name","commit","is_default"}],"pagination":{"limit","next_after"}}
Answer branches(const Repository& repository, std::string_view defaultBranch, const RefPage& page);
/// {"data":[{"name","id","commit","annotation"}],…}: annotation is null, or {"tagger","message"}; commit is null where the tag is
/// of something else.
Answer tags(const Repository& repository, const RefPage& page);

} // namespace netbit::git
