#include "thumbnail/ImageHeader.h"

namespace netbit::thumbnail {

namespace {

/// A number of the text, 0 where the text ends.
class Numbers {
public:
    Numbers(std::string_view bytes, bool bigEndian) noexcept : _bytes(bytes), _big(bigEndian) {}

    std::uint32_t at(std::size_t place, unsigned size) const noexcept
    {
        if (place > _bytes.size() || _bytes.size() - place < size)
            return 0;
        std::uint32_t out = 0;
        for (unsigned i = 0; i < size; ++i) {
            const std::uint32_t byte = static_cast<unsigned char>(_bytes[place + i]);
            out |= byte << 8 * (_big ? size - 1 - i : i);
        }
        return out;
    }

private:
    std::string_view _bytes;
    bool _big;
};

/// The orientation in an EXIF segment: "Exif\0\0", then a TIFF header and its first directory.
unsigned orientationIn(std::string_view segment) noexcept
{
    constexpr std::string_view mark("Exif\0\0", 6);
    if (!segment.starts_with(mark))
        return 1;
    const auto tiff = segment.substr(mark.size());
    const bool big = tiff.starts_with("MM");
    if (!big && !tiff.starts_with("II"))
        return 1;
    const Numbers numbers(tiff, big);
    const std::size_t directory = numbers.at(4, 4);
    const auto entries = numbers.at(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const auto entry = directory + 2 + 12 * i;
        if (numbers.at(entry, 2) != 0x0112)
            continue;
        const auto value = numbers.at(entry + 8, 2);
        return value >= 1 && value <= 8 ? value : 1;
    }
    return 1;
}

std::optional<ImageHeader> readJpeg(std::string_view bytes) noexcept
{
    ImageHeader out{Format::jpeg};
    const Numbers numbers(bytes, true);
    for (std::size_t at = 2; at + 4 <= bytes.size();) {
        if (static_cast<unsigned char>(bytes[at]) != 0xFF)
            return std::nullopt;
        const auto marker = static_cast<unsigned char>(bytes[at + 1]);
        if (marker == 0xFF) { // fill bytes
            ++at;
            continue;
        }
        if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) { // without a length
            at += 2;
            continue;
        }
        if (marker == 0xD9 || marker == 0xDA) // the end, or the picture before its frame
            return std::nullopt;
        const auto length = numbers.at(at + 2, 2);
        if (length < 2)
            return std::nullopt;
        if (marker == 0xE1)
            out.orientation = orientationIn(bytes.substr(at + 4, length - 2));
        const bool frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (frame) {
            out.height = numbers.at(at + 5, 2);
            out.width = numbers.at(at + 7, 2);
            return out;
        }
        at += 2 + length;
    }
    return std::nullopt;
}

std::optional<ImageHeader> readWebp(std::string_view bytes) noexcept
{
    const Numbers numbers(bytes, false);
    const auto kind = bytes.substr(12, 4);
    if (kind == "VP8 ")
        return ImageHeader{Format::webp, numbers.at(26, 2) & 0x3FFF, numbers.at(28, 2) & 0x3FFF, 1};
    if (kind == "VP8L") {
        const auto bits = numbers.at(21, 4);
        return ImageHeader{Format::webp, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, 1};
    }
    if (kind == "VP8X")
        return ImageHeader{Format::webp, numbers.at(24, 3) + 1, numbers.at(27, 3) + 1, 1};
    return std::nullopt;
}

} // namespace

std::optional<ImageHeader> readHeader(std::string_view bytes) noexcept
{
    std::optional<ImageHeader> out;
    if (bytes.size() < 10)
        return out;
    if (bytes.starts_with("\xFF\xD8\xFF"))
        out = readJpeg(bytes);
    else if (bytes.size() >= 24 && bytes.starts_with("\x89PNG\r\n\x1A\n") && bytes.substr(12, 4) == "IHDR")
        out = ImageHeader{Format::png, Numbers(bytes, true).at(16, 4), Numbers(bytes, true).at(20, 4), 1};
    else if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a"))
        out = ImageHeader{Format::gif, Numbers(bytes, false).at(6, 2), Numbers(bytes, false).at(8, 2), 1};
    else if (bytes.size() > 30 && bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP")
        out = readWebp(bytes);
    if (!out || out->width == 0 || out->height == 0)
        return std::nullopt;
    return out;
}

} // namespace netbit::thumbnail
