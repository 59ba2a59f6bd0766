#include "cli/Progress.h"

#include <algorithm>

namespace netbit::cli
{

void Progress::update(std::string_view what, std::size_t done, std::size_t total)
{
    if (_style == ProgressStyle::none || total == 0)
        return;
    const auto now = std::chrono::steady_clock::now();
    const auto pause = _style == ProgressStyle::bar ? std::chrono::milliseconds(100) : std::chrono::milliseconds(5'000);
    if (_last == std::chrono::steady_clock::time_point())
        _last = _style == ProgressStyle::bar ? now - pause : now;
    if (now - _last < pause)
        return;
    _last = now;
    if (_style == ProgressStyle::lines) {
        _out << what << ": " << done << " of " << total << std::endl;
        return;
    }
    constexpr std::size_t width = 30;
    const auto filled = std::min(width, done * width / total);
    _out << '\r' << '[' << std::string(filled, '#') << std::string(width - filled, ' ') << "] " << done << '/' << total
         << ' ' << what << "\x1b[K" << std::flush;
    _shown = true;
}

void Progress::clear()
{
    if (_shown)
        _out << "\r\x1b[K" << std::flush;
    _shown = false;
}

} // namespace netbit::cli
