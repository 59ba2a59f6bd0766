// netbit-thumbnail fit|square EDGE MAXPIXELS: see README.md. Ends with 0 when the picture is made, 1 when the image is none that
// can be read, 2 when it was not called as it should.

#include "thumbnail/ImageHeader.h"
#include "thumbnail/Sandbox.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <gd.h>
#include <memory>
#include <optional>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace netbit::thumbnail {

namespace {

constexpr off_t mostBytes = off_t{256} << 20;
constexpr int quality = 80;
constexpr int unreadable = 1;
constexpr int badCall = 2;

struct DestroyImage {
    void operator()(gdImagePtr image) const noexcept { gdImageDestroy(image); }
};
using Image = std::unique_ptr<gdImage, DestroyImage>;

std::string_view mapped(int descriptor) noexcept
{
    struct stat facts{};
    if (::fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size <= 0 || facts.st_size > mostBytes)
        return {};
    const auto size = static_cast<std::size_t>(facts.st_size);
    const void* const bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    return bytes == MAP_FAILED ? std::string_view() : std::string_view(static_cast<const char*>(bytes), size);
}

Image decode(std::string_view bytes, Format format)
{
    auto* const start = const_cast<char*>(bytes.data()); // libgd reads it only
    const int size = static_cast<int>(bytes.size());
    switch (format) {
    case Format::jpeg: return Image(gdImageCreateFromJpegPtrEx(size, start, 1));
    case Format::png: return Image(gdImageCreateFromPngPtr(size, start));
    case Format::gif: return Image(gdImageCreateFromGifPtr(size, start));
    case Format::webp: return Image(gdImageCreateFromWebpPtr(size, start));
    }
    return nullptr;
}

Image blank(int width, int height)
{
    Image out(gdImageCreateTrueColor(width, height));
    if (out) {
        gdImageAlphaBlending(out.get(), 0);
        gdImageSaveAlpha(out.get(), 1);
        gdImageFilledRectangle(out.get(), 0, 0, width - 1, height - 1, gdTrueColorAlpha(0, 0, 0, gdAlphaTransparent));
    }
    return out;
}

/// A part of the image, as wide and high as wanted.
Image scaled(gdImagePtr image, int x, int y, int width, int height, int toWidth, int toHeight)
{
    if (!gdImageTrueColor(image) && gdImagePaletteToTrueColor(image) == 0)
        return nullptr;
    auto out = blank(toWidth, toHeight);
    if (out)
        gdImageCopyResampled(out.get(), image, 0, 0, x, y, toWidth, toHeight, width, height);
    return out;
}

/// As the photographer held it: EXIF's eight ways.
Image upright(Image image, unsigned orientation)
{
    if (orientation == 2 || orientation == 5 || orientation == 7)
        gdImageFlipHorizontal(image.get());
    else if (orientation == 4)
        gdImageFlipVertical(image.get());
    const int turn = orientation == 3          ? 180
        : orientation == 6 || orientation == 7 ? 270
        : orientation == 8 || orientation == 5 ? 90
                                               : 0;
    if (turn == 0)
        return image;
    Image out(gdImageRotateInterpolated(image.get(), static_cast<float>(turn), 0)); // against the clock; exact for these
    if (out)
        gdImageSaveAlpha(out.get(), 1);
    return out;
}

Image reduced(const Image& image, bool square, int edge)
{
    const int width = gdImageSX(image.get());
    const int height = gdImageSY(image.get());
    if (square) {
        const int side = std::min(width, height);
        const int to = std::min(side, edge);
        return scaled(image.get(), (width - side) / 2, (height - side) / 2, side, side, to, to);
    }
    const int longer = std::max(width, height);
    const auto part = [&](int side) {
        return longer <= edge ? side : std::max(1, static_cast<int>(std::int64_t{side} * edge / longer));
    };
    return scaled(image.get(), 0, 0, width, height, part(width), part(height));
}

bool writeAll(int descriptor, const void* bytes, std::size_t size) noexcept
{
    for (const auto* at = static_cast<const char*>(bytes); size > 0;) {
        const auto written = ::write(descriptor, at, size);
        if (written <= 0)
            return false;
        at += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

template <class T>
bool number(std::string_view text, T& out) noexcept
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

int run(std::string_view mode, int edge, std::uint64_t maxPixels)
{
    const auto bytes = mapped(0);
    if (!lockDown())
        return badCall;
    const auto header = readHeader(bytes);
    if (!header || std::uint64_t{header->width} * header->height > maxPixels)
        return unreadable;
    const auto image = decode(bytes, header->format);
    if (!image)
        return unreadable;
    auto small = reduced(image, mode == "square", edge);
    if (small)
        small = upright(std::move(small), header->orientation);
    if (!small)
        return unreadable;
    int size = 0;
    const std::unique_ptr<void, decltype(&gdFree)> picture(gdImageWebpPtrEx(small.get(), &size, quality), &gdFree);
    if (!picture || size <= 0 || !writeAll(1, picture.get(), static_cast<std::size_t>(size)))
        return unreadable;
    const bool turned = header->orientation >= 5;
    char text[64];
    const int length = std::snprintf(text, sizeof text, "%d %d\n", turned ? gdImageSY(image.get()) : gdImageSX(image.get()),
                                     turned ? gdImageSX(image.get()) : gdImageSY(image.get()));
    return writeAll(3, text, static_cast<std::size_t>(length)) ? 0 : unreadable;
}

} // namespace

} // namespace netbit::thumbnail

int main(int count, char** words)
{
    using namespace netbit::thumbnail;
    int edge = 0;
    std::uint64_t maxPixels = 0;
    if (count != 4 || !number(words[2], edge) || !number(words[3], maxPixels) || edge < 1 || edge > 4'096 || !limitResources())
        return badCall;
    return run(words[1], edge, maxPixels);
}
