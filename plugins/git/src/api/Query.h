#pragma once
// What the query of a browse route says, read strictly. All throw a Failure: invalid, with the parameter as pointer.

#include "browse/Answer.h"

#include <netbit/http.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace netbit::git {

/// The bytes of a ref or a path: "path=", or "path_base64=" (URL-safe) where they are not UTF-8; not both.
std::optional<std::string> bytesParameter(const Exchange& request, std::string_view name);
std::uint64_t numberParameter(const Exchange& request, std::string_view name, std::uint64_t least, std::uint64_t most, std::uint64_t otherwise);
bool flagParameter(const Exchange& request, std::string_view name);
std::string textParameter(const Exchange& request, std::string_view name, std::size_t most);
std::optional<std::int64_t> timeParameter(const Exchange& request, std::string_view name);
std::size_t limitParameter(const Exchange& request); ///< 1 to 200, 50 unless said
std::optional<Cursor> cursorParameter(const Exchange& request);

/// The answer, with its tag and a Link to the next page where there is one. `parameter`: by which a client goes on.
void give(Later& request, const Answer& answer, std::string_view tag = {}, std::string_view parameter = "cursor");
/// A strong tag of what an answer is made of: ids of objects, and the request's own words.
std::string tagOf(const Exchange& request, std::initializer_list<const git_oid*> ids);
/// Answers with 304 where the client has that already.
bool unchanged(Later& request, std::string_view tag);

} // namespace netbit::git
