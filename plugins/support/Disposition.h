#pragma once
// Content-Disposition (RFC 6266): what a client calls the file it sends, and what ours is called when it is saved.

#include <optional>
#include <string>
#include <string_view>

namespace netbit::support {

/// The file's name in a field that a client sent: filename* (UTF-8) before filename. Nothing: none, or no such field. What it
/// says is cleaned by the host.
std::optional<std::string> nameIn(std::string_view disposition);

/// `kind`: attachment or inline. `name`: UTF-8 without controls.
std::string dispositionOf(std::string_view kind, std::string_view name);

} // namespace netbit::support
