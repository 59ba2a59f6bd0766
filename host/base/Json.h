#pragma once
// Writing JSON by hand where a document would be built only to be printed; parsing is Boost.JSON's.

#include "base/Result.h"

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace netbit::base {

/// Appends `"…"` with the escapes of RFC 8259. Text must be valid UTF-8 (whoever let it in checked that).
void appendJsonString(std::string& out, std::string_view text);
void appendJsonInt(std::string& out, std::int64_t value);

/// Parses one whole document, strictly (RFC 8259, valid UTF-8, at most 32 levels deep, nothing after it).
/// Error: malformed / invalid_json, with the byte offset in its detail.
Result<boost::json::value> parseJson(std::string_view text);

/// Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool validUtf8(std::string_view text) noexcept;

} // namespace netbit::base
