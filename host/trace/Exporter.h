#pragma once
// Brings what is recorded to a collector, by OTLP over HTTP (https://opentelemetry.io/docs/specs/otlp/#otlphttp).

#include "base/Fetch.h"
#include "trace/Recorder.h"

#include <functional>

namespace netbit::trace {

struct ExporterOptions {
    std::string endpoint{}; ///< "http://127.0.0.1:4318/v1/traces"; empty: what is recorded is thrown away
    std::string token{};    ///< of Authorization: Bearer; empty: none
};

class Exporter {
public:
    static constexpr std::size_t batch = 512; ///< spans of one request

    using Clock = std::function<std::chrono::steady_clock::time_point()>;
    /// Told when the collector begins to fail, with the reason, and when it takes spans again, with nothing. [any that may wait]
    using Told = std::function<void(std::string_view reason)>;

    Exporter(Recorder& recorder, base::Fetch fetch, std::string version, Told told,
             Clock clock = &std::chrono::steady_clock::now);

    void setOptions(const ExporterOptions& options); ///< [any]

    /// [any that may wait] Sends what there is. Call it every second: a collector that is not there, or says that it is busy, gets
    /// the same spans again after a while that doubles up to a minute; what else it refuses is dropped.
    void tend();

    std::uint64_t exported() const noexcept { return _exported.load(std::memory_order_relaxed); }
    std::uint64_t refused() const noexcept { return _refused.load(std::memory_order_relaxed); }

private:
    enum class Outcome { taken, later, refused };
    Outcome send(const ExporterOptions& to, std::string& reason) const;
    void tell(const std::string& reason);

    Recorder& _recorder;
    const base::Fetch _fetch;
    const std::string _version;
    const Told _told;
    const Clock _clock;
    std::atomic<std::uint64_t> _exported{0};
    std::atomic<std::uint64_t> _refused{0};
    std::mutex _mutex; // guards _options
    ExporterOptions _options;
    std::mutex _sending; // guards what follows
    std::vector<Span> _batch;
    std::chrono::seconds _wait{0};
    std::chrono::steady_clock::time_point _next{};
    bool _failing = false;
};

} // namespace netbit::trace
