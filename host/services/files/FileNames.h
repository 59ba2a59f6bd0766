#pragma once
// What a client calls a file, made fit to be shown to other people.

#include <string>
#include <string_view>

namespace netbit::services::files {

inline constexpr std::size_t maxNameBytes = 255;

/// UTF-8 in one line, 1 to 255 bytes: only what stands behind the last / or \; without control characters and what turns the
/// direction of writing (it hides an ending); what is no UTF-8 becomes U+FFFD; over-long is cut before the ending; "file" when
/// nothing is left. It is a name for people: no path is ever made of it.
std::string displayName(std::string_view given);

} // namespace netbit::services::files
