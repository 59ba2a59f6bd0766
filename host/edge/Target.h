#pragma once
// A request target taken apart (RFC 9112 section 3.2) and percent-decoded strictly.

#include "edge/HeadCheck.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netbit::edge {

struct Target {
    std::string_view path;  ///< starts with '/', or "*"
    std::string_view query; ///< behind '?'
};

/// Origin form, absolute form (http, https), and `*` for OPTIONS. Also checks every byte and every %xx.
Refusal splitTarget(std::string_view method, std::string_view text, Target& target) noexcept;

/// Appends the decoded text; nothing when a %xx is malformed, a NUL, or the result is not UTF-8.
/// The view is into out, which must have room for text.size() more bytes.
std::optional<std::string_view> decode(std::string_view text, bool plusIsSpace, std::string& out);

/// `a=1&b`: appends name and value pairs, decoded where that is needed. False: as for decode().
bool decodeQuery(std::string_view query, std::string& out,
                 std::vector<std::pair<std::string_view, std::string_view>>& pairs);

} // namespace netbit::edge
