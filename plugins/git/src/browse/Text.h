#pragma once
// Bytes of git as JSON: refs, paths and messages need not be UTF-8, JSON must be.

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::git {

/// Whether it is UTF-8 (RFC 3629): no overlong forms, no surrogates.
bool isUtf8(std::string_view bytes) noexcept;
/// With U+FFFD in place of what is not UTF-8.
std::string lossyUtf8(std::string_view bytes);

/// Base64 of RFC 4648 section 4, with padding; and a reader that takes section 5 (URL-safe) as well, padding optional.
std::string base64(std::string_view bytes);
std::optional<std::string> fromBase64Url(std::string_view text);

/// As in a URL (RFC 3986 section 2.3): of a path or a query's value, in which a slash may stand; or of one segment of a path.
std::string percentEncoded(std::string_view text);
std::string percentEncodedSegment(std::string_view text);

/// "name": the text. Where the bytes are not UTF-8, they are in "name_base64" as they are, and "name" is for people only.
void putBytes(boost::json::object& to, std::string_view name, std::string_view bytes);

/// Seconds since 1970 as RFC 3339 in UTC; in the years that it can say (0000 to 9999).
std::string rfc3339(std::int64_t seconds);
/// RFC 3339, or a date alone (its first second), as seconds since 1970.
std::optional<std::int64_t> secondsOf(std::string_view text);

/// Without regard to case of ASCII letters.
bool containsFolded(std::string_view text, std::string_view foldedPart);
std::string folded(std::string_view text);

} // namespace netbit::git
