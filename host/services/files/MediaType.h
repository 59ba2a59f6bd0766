#pragma once
// What the bytes of a file say they are.

#include <string>
#include <string_view>

namespace netbit::services::files {

/// Of the beginning of the file that is open here: "image/png", "text/html"; application/octet-stream when nobody knows.
/// [any] Looks at no more than 64 KiB, one file after the other.
std::string mediaTypeOf(int descriptor);

/// Whether netbit-thumbnail reads it.
bool isImage(std::string_view mediaType) noexcept;

} // namespace netbit::services::files
