#pragma once
// Decides which traces are recorded, and holds the spans that have ended until somebody takes them.

#include "trace/Span.h"

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>

namespace netbit::trace {

struct RecorderOptions {
    std::int64_t perMille = 0;  ///< of the traces that begin here; 0: nothing is recorded
    bool followParent = false;  ///< what a caller's traceparent says to be sampled is recorded, whatever the share
};

/// What a traceparent says (https://www.w3.org/TR/trace-context, version 00; of later versions what they share with it).
struct Parent {
    TraceId trace{};
    SpanId span{};
    bool sampled = false;
};
std::optional<Parent> parseTraceparent(std::string_view header);

SpanId newSpanId(); ///< [any]

/// It outlives every span that it has begun.
class Recorder {
public:
    static constexpr std::size_t mostHeld = 8'192; ///< spans; what comes beyond is dropped, and counted

    void setOptions(const RecorderOptions& options) noexcept; ///< [any]

    bool on() const noexcept { return _perMille.load(std::memory_order_relaxed) != 0; } ///< [any]

    /// [any] The first span of this server in a trace: of the caller's, where it says so, else of a new one. Null: not recorded.
    SpanPtr begin(std::string_view name, Kind kind, std::string_view traceparent = {});

    std::vector<Span> take(std::size_t most); ///< [any] those that ended first

    std::uint64_t recorded() const noexcept { return _recorded.load(std::memory_order_relaxed); }
    std::uint64_t dropped() const noexcept { return _dropped.load(std::memory_order_relaxed); }

private:
    friend class OpenSpan;
    void add(Span&& ended);
    bool wanted(const Span& root, const std::optional<Parent>& parent) const noexcept;

    std::atomic<std::int64_t> _perMille{0};
    std::atomic<bool> _followParent{false};
    std::atomic<std::uint64_t> _recorded{0};
    std::atomic<std::uint64_t> _dropped{0};
    std::mutex _mutex; // guards _ended
    std::vector<Span> _ended;
};

} // namespace netbit::trace
