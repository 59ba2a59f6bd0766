#pragma once
// How far long work is: a bar on a terminal, or a plain line every few seconds where that was asked for.

#include <chrono>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>

namespace netbit::cli
{

enum class ProgressStyle { none, bar, lines };

class Progress
{
public:
    Progress(std::ostream& out, ProgressStyle style)
        : _out(out)
        , _style(style)
    {
    }
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void update(std::string_view what, std::size_t done, std::size_t total);
    /// Takes the bar away, so that other text can be written.
    void clear();

private:
    std::ostream& _out;
    ProgressStyle _style;
    bool _shown = false;
    std::chrono::steady_clock::time_point _last{};
};

} // namespace netbit::cli
