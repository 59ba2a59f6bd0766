#pragma once
// Numbers about the host and its plugins, written as Prometheus text (format 0.0.4).

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace netbit::services::metrics {

enum class Kind : std::uint8_t { counter, gauge, histogram };

/// [any] for all. What does not fit the kind, and a negative step of a counter, does nothing.
class Metric {
public:
    virtual ~Metric() = default;
    virtual void add(double value) noexcept = 0;
    virtual void set(double value) noexcept = 0;
    virtual void observe(double value) noexcept = 0;
    virtual Kind kind() const noexcept = 0;
};

class Registry {
public:
    Registry();
    ~Registry();
    /// [any] The same name gives the same metric; nullptr: bad name, or the name is of another kind. Lives as long as this.
    Metric* counter(std::string_view name, std::string_view help);
    Metric* gauge(std::string_view name, std::string_view help);
    /// `bounds`: finite, rising; +Inf is added. Other bounds under the same name: nullptr.
    Metric* histogram(std::string_view name, std::string_view help, const std::vector<double>& bounds);
    /// A value read when asked for, by the thread that calls text(); counter or gauge. The same name again replaces the
    /// function. Must not throw; what it uses must outlive this.
    void sampled(Kind kind, std::string_view name, std::string_view help, std::function<double()> sample);
    /// The same, one value for each value of a label: `name{label="chat"} 1`. Label values may be any UTF-8.
    void sampledBy(Kind kind, std::string_view name, std::string_view help, std::string_view label,
                   std::function<std::vector<std::pair<std::string, double>>()> samples);
    std::string text() const; ///< [any]

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::services::metrics
