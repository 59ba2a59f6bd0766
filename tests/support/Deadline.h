#pragma once
// How long a test waits for what must happen. Waiting ends as soon as it happens; only a failure takes so long.

#include <algorithm>
#include <chrono>

namespace netbit::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// For anything that must happen.
inline constexpr std::chrono::milliseconds patience{sanitized ? 60'000 : 20'000};
/// For what must not happen: long enough that it would be seen on an idle machine.
inline constexpr std::chrono::milliseconds shortly{sanitized ? 1'500 : 400};

class Deadline {
public:
    explicit Deadline(std::chrono::milliseconds wait = patience) : _end(std::chrono::steady_clock::now() + wait) {}

    bool over() const { return std::chrono::steady_clock::now() >= _end; }
    /// For poll(2): never negative.
    int leftMs() const
    {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(_end - std::chrono::steady_clock::now());
        return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
    }

private:
    std::chrono::steady_clock::time_point _end;
};

} // namespace netbit::test
