#pragma once
// Runs netbit-thumbnail: one process an image, some at a time, with an end to each.

#include "base/Result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

namespace netbit::services::files {

struct PictureSize {
    std::int64_t width = 0; ///< of the image, as it is looked at
    std::int64_t height = 0;
};

class Thumbnailer {
public:
    struct Options {
        std::filesystem::path program;
        unsigned processes = 2;                 ///< at once; 0: none are made
        std::uint64_t maxPixels = 50'000'000;
    };

    enum class Shape : std::uint8_t { fit, square };

    explicit Thumbnailer(Options options);
    ~Thumbnailer();

    bool enabled() const noexcept; ///< any pictures are made at all
    /// [any] Runs it on a thread of its own, where it may call make(). False: as many wait as may, or it is being stopped.
    bool submit(std::function<void()> task);
    /// [a thread of submit's] From one open file into another, which is empty. Error: invalid / unreadable_image.
    base::Result<PictureSize> make(int from, int to, Shape shape, int edge) const;
    void stop(); ///< ends what runs; what waits is destroyed

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::services::files
