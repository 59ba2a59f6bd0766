#pragma once
// How large an image is, and which way up, from its first bytes: before a decoder sees it.

#include <cstdint>
#include <optional>
#include <string_view>

namespace netbit::thumbnail {

enum class Format : std::uint8_t { jpeg, png, gif, webp };

struct ImageHeader {
    Format format = Format::png;
    std::uint32_t width = 0;  ///< as it is stored
    std::uint32_t height = 0;
    unsigned orientation = 1; ///< 1 to 8, as EXIF counts
};

/// Nothing: it is none of the four, or its header is broken.
std::optional<ImageHeader> readHeader(std::string_view bytes) noexcept;

} // namespace netbit::thumbnail
