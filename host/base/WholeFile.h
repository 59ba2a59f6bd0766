#pragma once
// A file as one piece of bytes.

#include "base/Result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace netbit::base {

/// Error: unavailable / read_failed, with the system's words.
Result<std::string> readWhole(const std::filesystem::path& file);

/// Bytes into a file of mode 0600 (or `mode`) that is there whole or not at all, and on disk when this returns.
/// Error: unavailable / write_failed, with the system's words.
Result<void> writeWhole(const std::filesystem::path& file, std::string_view bytes, unsigned mode = 0600);

} // namespace netbit::base
