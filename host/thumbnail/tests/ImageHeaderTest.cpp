#include "thumbnail/ImageHeader.h"

#include <gtest/gtest.h>
#include <random>
#include <string>

namespace netbit::thumbnail {
namespace {

std::string text(std::initializer_list<int> bytes)
{
    std::string out;
    for (const int byte : bytes)
        out += static_cast<char>(byte);
    return out;
}

std::string jpeg(const std::string& segments)
{
    return text({0xFF, 0xD8}) + segments + text({0xFF, 0xC0, 0, 17, 8, 0x01, 0x40, 0x02, 0x80, 3});
}

/// An APP1 with one directory entry: the orientation, in either byte order.
std::string exif(bool big, int orientation)
{
    const auto tiff = big
        ? text({'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0})
        : text({'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0});
    const auto segment = std::string("Exif\0\0", 6) + tiff;
    return text({0xFF, 0xE1, 0, static_cast<int>(segment.size()) + 2}) + segment;
}

} // namespace

TEST(ImageHeader, EachFormatTellsItsSize)
{
    const auto png = readHeader(std::string("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\x02\x80\0\0\x01\x40", 24));
    ASSERT_TRUE(png);
    EXPECT_EQ(png->width, 640u);
    EXPECT_EQ(png->height, 320u);
    const auto gif = readHeader(std::string("GIF89a\x80\x02\x40\x01", 10));
    ASSERT_TRUE(gif);
    EXPECT_EQ(gif->width, 640u);
    const auto photo = readHeader(jpeg(""));
    ASSERT_TRUE(photo);
    EXPECT_EQ(photo->width, 640u);
    EXPECT_EQ(photo->height, 320u);
    EXPECT_EQ(photo->orientation, 1u);
    auto webp = std::string("RIFF\0\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0\x7F\x02\0\x3F\x01\0", 30) + '\0';
    const auto extended = readHeader(webp);
    ASSERT_TRUE(extended);
    EXPECT_EQ(extended->width, 640u);
    EXPECT_EQ(extended->height, 320u);
}

TEST(ImageHeader, AJpegTellsWhichWayItWasHeld)
{
    for (const bool big : {false, true})
        for (int orientation = 1; orientation <= 8; ++orientation)
            EXPECT_EQ(readHeader(jpeg(exif(big, orientation)))->orientation, static_cast<unsigned>(orientation));
    EXPECT_EQ(readHeader(jpeg(exif(true, 9)))->orientation, 1u);
}

TEST(ImageHeader, NothingIsNoImage)
{
    for (const std::string& bytes : {std::string(), std::string("\xFF\xD8"), std::string("GIF89a"), std::string(100, '\0'),
                                     std::string("\xFF\xD8\xFF\xD9"), jpeg("").substr(0, 8), std::string("RIFF....WEBPVP8L")})
        EXPECT_FALSE(readHeader(bytes));
}

TEST(ImageHeader, RandomBytesAreReadWithinTheirBounds)
{
    std::mt19937 random(5);
    const std::string starts[] = {jpeg(exif(true, 3)),
                                  jpeg(exif(false, 6)),
                                  std::string("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR", 16),
                                  "GIF87a",
                                  std::string("RIFF\0\0\0\0WEBPVP8 ", 16),
                                  std::string("RIFF\0\0\0\0WEBPVP8L", 16)};
    for (int round = 0; round < 200'000; ++round) {
        std::string bytes = starts[static_cast<std::size_t>(round) % std::size(starts)];
        for (auto more = random() % 40; more > 0; --more)
            bytes += static_cast<char>(random());
        for (auto changes = random() % 6; changes > 0; --changes)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        bytes.resize(random() % (bytes.size() + 1));
        bytes.shrink_to_fit(); // so that a sanitizer sees one byte too far
        if (const auto header = readHeader(bytes)) {
            ASSERT_GT(header->width, 0u);
            ASSERT_TRUE(header->orientation >= 1 && header->orientation <= 8);
        }
    }
}

} // namespace netbit::thumbnail
