#pragma once
// Writing JSON where a document would be built only to be printed.

#include <cstdint>
#include <string>
#include <string_view>

namespace netbit::support {

/// Appends `"…"` with the escapes of RFC 8259. The text must be valid UTF-8.
void appendString(std::string& out, std::string_view text);
void appendInt(std::string& out, std::int64_t number);
/// Appends one reference token of a JSON pointer (RFC 6901), with ~ and / escaped.
void appendPointerToken(std::string& out, std::string_view name);

} // namespace netbit::support
