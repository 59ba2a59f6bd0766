#include "services/metrics/Registry.h"

#include <atomic>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>
#include <set>

namespace netbit::services::metrics {

namespace {

class Counter final : public Metric {
public:
    // A counter only grows, or rates computed from it lie.
    void add(double value) noexcept override
    {
        if (value > 0 && std::isfinite(value))
            _value.fetch_add(value, std::memory_order_relaxed);
    }
    void set(double) noexcept override {}
    void observe(double) noexcept override {}
    Kind kind() const noexcept override { return Kind::counter; }
    double value() const noexcept { return _value.load(std::memory_order_relaxed); }

private:
    std::atomic<double> _value{0};
};

class Gauge final : public Metric {
public:
    void add(double value) noexcept override { _value.fetch_add(value, std::memory_order_relaxed); }
    void set(double value) noexcept override { _value.store(value, std::memory_order_relaxed); }
    void observe(double) noexcept override {}
    Kind kind() const noexcept override { return Kind::gauge; }
    double value() const noexcept { return _value.load(std::memory_order_relaxed); }

private:
    std::atomic<double> _value{0};
};

class Histogram final : public Metric {
public:
    explicit Histogram(std::vector<double> bounds) : _bounds(std::move(bounds)), _buckets(_bounds.size() + 1) {}

    void add(double) noexcept override {}
    void set(double) noexcept override {}
    void observe(double value) noexcept override
    {
        if (std::isnan(value)) // belongs to no bucket and would spoil the sum for ever
            return;
        const auto at = std::lower_bound(_bounds.begin(), _bounds.end(), value) - _bounds.begin();
        _buckets[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
        _sum.fetch_add(value, std::memory_order_relaxed);
    }
    Kind kind() const noexcept override { return Kind::histogram; }
    const std::vector<double>& bounds() const noexcept { return _bounds; }
    std::uint64_t bucket(std::size_t at) const noexcept { return _buckets[at].load(std::memory_order_relaxed); }
    double sum() const noexcept { return _sum.load(std::memory_order_relaxed); }

private:
    std::vector<double> _bounds;
    std::vector<std::atomic<std::uint64_t>> _buckets; // the last is +Inf; not cumulative
    std::atomic<double> _sum{0};
};

bool validName(std::string_view name) noexcept
{
    if (name.empty() || name.size() > 200 || (name[0] >= '0' && name[0] <= '9'))
        return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
    });
}

void appendNumber(std::string& out, double value)
{
    if (std::isnan(value)) {
        out += "NaN";
        return;
    }
    if (std::isinf(value)) {
        out += value > 0 ? "+Inf" : "-Inf";
        return;
    }
    char buffer[32];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    out.append(buffer, end);
}

void appendHelp(std::string& out, std::string_view help)
{
    for (const char c : help) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
}

void appendSample(std::string& out, std::string_view name, std::string_view suffix, double value)
{
    out += name;
    out += suffix;
    out += ' ';
    appendNumber(out, value);
    out += '\n';
}

void appendHistogram(std::string& out, std::string_view name, const Histogram& histogram)
{
    // The count is what the buckets add up to, so that the two agree however the reads fall among the writes.
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= histogram.bounds().size(); ++i) {
        count += histogram.bucket(i);
        out += name;
        out += "_bucket{le=\"";
        appendNumber(out, i < histogram.bounds().size() ? histogram.bounds()[i] : HUGE_VAL);
        out += "\"} ";
        out += std::to_string(count);
        out += '\n';
    }
    appendSample(out, name, "_sum", histogram.sum());
    out += name;
    out += "_count ";
    out += std::to_string(count);
    out += '\n';
}

void appendLabelled(std::string& out, std::string_view name, std::string_view label,
                    const std::vector<std::pair<std::string, double>>& samples)
{
    for (const auto& [value, number] : samples) {
        out += name;
        (out += '{') += label;
        out += "=\"";
        for (const char c : value) {
            if (c == '"' || c == '\\')
                out += '\\';
            if (c == '\n')
                out += "\\n";
            else
                out += c;
        }
        out += "\"} ";
        appendNumber(out, number);
        out += '\n';
    }
}

constexpr std::string_view typeName(Kind kind) noexcept
{
    return kind == Kind::counter ? "counter" : kind == Kind::gauge ? "gauge" : "histogram";
}

} // namespace

struct Registry::Impl {
    struct Entry {
        Kind kind = Kind::counter;
        std::string help;
        std::shared_ptr<Metric> metric; // shared with text(), which writes without the lock
        std::function<double()> sample; // instead of metric
        std::function<std::vector<std::pair<std::string, double>>()> samples; // or this, by label
        std::string label;
    };

    // With the mutex held. Whether another metric writes, or would write, a line under one of these names.
    bool taken(std::string_view name, Kind kind) const
    {
        const auto has = [this](const std::string& line) { return lines.contains(line); };
        const std::string base(name);
        if (kind != Kind::histogram)
            return has(base);
        return has(base + "_bucket") || has(base + "_sum") || has(base + "_count");
    }

    void take(std::string_view name, Kind kind)
    {
        const std::string base(name);
        if (kind != Kind::histogram)
            lines.insert(base);
        else
            lines.insert({base + "_bucket", base + "_sum", base + "_count"});
    }

    template <class Make>
    Metric* findOrMake(Kind kind, std::string_view name, std::string_view help, Make make)
    {
        if (!validName(name))
            return nullptr;
        const std::lock_guard lock(mutex); // entries, lines
        if (const auto found = entries.find(name); found != entries.end())
            return found->second.kind == kind ? found->second.metric.get() : nullptr;
        if (taken(name, kind))
            return nullptr;
        take(name, kind);
        auto& entry = entries[std::string(name)];
        entry = {kind, std::string(help), make(), {}, {}, {}};
        return entry.metric.get();
    }

    mutable std::mutex mutex; // guards entries and lines; never held while a number changes
    std::map<std::string, Entry, std::less<>> entries;
    std::set<std::string> lines; // names of the lines that are written
};

Registry::Registry() : _impl(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Metric* Registry::counter(std::string_view name, std::string_view help)
{
    return _impl->findOrMake(Kind::counter, name, help, [] { return std::make_shared<Counter>(); });
}

Metric* Registry::gauge(std::string_view name, std::string_view help)
{
    return _impl->findOrMake(Kind::gauge, name, help, [] { return std::make_shared<Gauge>(); });
}

Metric* Registry::histogram(std::string_view name, std::string_view help, const std::vector<double>& bounds)
{
    auto finite = bounds;
    if (!finite.empty() && finite.back() == std::numeric_limits<double>::infinity())
        finite.pop_back(); // it is always there
    for (std::size_t i = 0; i < finite.size(); ++i)
        if (!std::isfinite(finite[i]) || (i > 0 && finite[i] <= finite[i - 1]))
            return nullptr;
    auto* metric = _impl->findOrMake(Kind::histogram, name, help, [&] { return std::make_shared<Histogram>(finite); });
    return metric && static_cast<Histogram*>(metric)->bounds() == finite ? metric : nullptr;
}

void Registry::sampled(Kind kind, std::string_view name, std::string_view help, std::function<double()> sample)
{
    if (!validName(name) || kind == Kind::histogram || !sample)
        return;
    const std::lock_guard lock(_impl->mutex); // entries, lines
    if (const auto found = _impl->entries.find(name); found != _impl->entries.end()) {
        if (found->second.kind == kind && !found->second.metric)
            found->second.sample = std::move(sample); // a plugin that was loaded again
        return;
    }
    if (_impl->taken(name, kind))
        return;
    _impl->take(name, kind);
    _impl->entries[std::string(name)] = {kind, std::string(help), nullptr, std::move(sample), {}, {}};
}

void Registry::sampledBy(Kind kind, std::string_view name, std::string_view help, std::string_view label,
                         std::function<std::vector<std::pair<std::string, double>>()> samples)
{
    if (!validName(name) || !validName(label) || kind == Kind::histogram || !samples)
        return;
    const std::lock_guard lock(_impl->mutex); // entries, lines
    if (_impl->entries.contains(name) || _impl->taken(name, kind))
        return;
    _impl->take(name, kind);
    _impl->entries[std::string(name)] = {kind, std::string(help), nullptr, {}, std::move(samples), std::string(label)};
}

std::string Registry::text() const
{
    // A sample may ask for a lock of its own, or for this registry: none of ours is held while it runs.
    std::vector<std::pair<std::string, Impl::Entry>> all;
    {
        const std::lock_guard lock(_impl->mutex); // entries
        all.assign(_impl->entries.begin(), _impl->entries.end());
    }
    std::string out;
    for (const auto& [name, entry] : all) {
        if (!entry.help.empty()) {
            (out += "# HELP ") += name;
            out += ' ';
            appendHelp(out, entry.help);
            out += '\n';
        }
        (out += "# TYPE ") += name;
        (out += ' ') += typeName(entry.kind);
        out += '\n';
        if (entry.samples)
            appendLabelled(out, name, entry.label, entry.samples());
        else if (!entry.metric)
            appendSample(out, name, {}, entry.sample());
        else if (entry.kind == Kind::counter)
            appendSample(out, name, {}, static_cast<const Counter&>(*entry.metric).value());
        else if (entry.kind == Kind::gauge)
            appendSample(out, name, {}, static_cast<const Gauge&>(*entry.metric).value());
        else
            appendHistogram(out, name, static_cast<const Histogram&>(*entry.metric));
    }
    return out;
}

} // namespace netbit::services::metrics
