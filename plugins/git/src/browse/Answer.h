#pragma once
// What a browse function gives, and the small things that several of them show.

#include "browse/Repository.h"
#include "browse/Text.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::git {

struct Answer {
    boost::json::object body;
    std::string next; ///< the cursor of the page behind this one; empty: this is the last
};

/// Where a page begins: what is paged is fixed by an object's id, so a page never skips or repeats, whatever is pushed meanwhile.
struct Cursor {
    git_oid of{};
    std::uint64_t at = 0;

    /// "ID.NUMBER"
    static std::optional<Cursor> read(std::string_view text);
    std::string text() const;
};

/// {"limit","next_cursor"}
boost::json::object pagination(std::size_t limit, const std::string& next);

/// {"name","email","date","offset_minutes"}
boost::json::object personJson(const git_signature* person);
/// {"id","tree","parents","author","committer","subject","message"}; a longer message is cut at a character's edge, and says so.
boost::json::object commitJson(const git_commit* commit, std::size_t messageBytes);
/// {"id","subject","author","date"}
boost::json::object shortCommitJson(const git_commit* commit);
std::string modeText(std::uint32_t mode); ///< "100644"
/// tree, blob, symlink, submodule
std::string_view kindOf(std::uint32_t mode);

} // namespace netbit::git
