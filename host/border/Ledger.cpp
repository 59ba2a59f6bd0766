#include "border/Ledger.h"

#include <algorithm>
#include <bit>
#include <string_view>
#include <time.h>

namespace netbit::border {

namespace {

std::int64_t read(clockid_t clock) noexcept
{
    timespec now{};
    clock_gettime(clock, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

/// What a client waits for, as against timers, tasks and the plugin's life.
bool isHandler(std::string_view name) noexcept { return name == "handler" || name == "data" || name == "datagram"; }

} // namespace

std::size_t Ledger::shardIndex() noexcept
{
    static std::atomic<std::size_t> given{0};
    static thread_local const std::size_t mine = given.fetch_add(1, std::memory_order_relaxed) % shardCount;
    return mine;
}

std::size_t Ledger::bucketOf(std::uint64_t ns) noexcept
{
    if (ns < perOctave)
        return static_cast<std::size_t>(ns);
    const auto octave = static_cast<unsigned>(std::bit_width(ns)) - 3; // 8…15 is octave 1
    const auto part = (ns >> (octave - 1)) - perOctave;
    return std::min<std::size_t>(octave * perOctave + part, perOctave * octaves - 1);
}

/// The middle of the bucket.
std::uint64_t Ledger::valueOf(std::size_t bucket) noexcept
{
    const auto octave = bucket / perOctave;
    const auto part = bucket % perOctave;
    if (octave == 0)
        return part;
    const auto width = std::uint64_t{1} << (octave - 1);
    return (perOctave + part) * width + width / 2;
}

void Ledger::Call::begin() noexcept
{
    _timed = true;
    if (_cpuWeight != 0)
        _cpuNs = read(CLOCK_THREAD_CPUTIME_ID);
    _wallNs = read(CLOCK_MONOTONIC);
}

void Ledger::Call::end() noexcept
{
    const auto wall = static_cast<std::uint64_t>(std::max<std::int64_t>(0, read(CLOCK_MONOTONIC) - _wallNs));
    if (isHandler(_name))
        _ledger._latency[bucketOf(wall)].fetch_add(1, std::memory_order_relaxed);
    if (_cpuWeight == 0)
        return;
    const auto cpu = static_cast<std::uint64_t>(std::max<std::int64_t>(0, read(CLOCK_THREAD_CPUTIME_ID) - _cpuNs));
    _ledger._shards[shardIndex()].cpuNs.fetch_add(cpu * _cpuWeight, std::memory_order_relaxed);
}

Ledger::Sums Ledger::sums() const noexcept
{
    Sums out;
    for (const auto& shard : _shards) {
        out.calls += shard.calls.load(std::memory_order_relaxed) + shard.inner.load(std::memory_order_relaxed);
        out.cpu += std::chrono::nanoseconds(shard.cpuNs.load(std::memory_order_relaxed));
    }
    out.errors = _errors.load(std::memory_order_relaxed);
    out.statements = _statements.load(std::memory_order_relaxed);
    out.sql = std::chrono::nanoseconds(_sqlNs.load(std::memory_order_relaxed));
    return out;
}

Ledger::Latency Ledger::latency() const noexcept
{
    std::array<std::uint64_t, perOctave * octaves> counts{};
    Latency out;
    for (std::size_t i = 0; i < counts.size(); ++i)
        out.samples += counts[i] = _latency[i].load(std::memory_order_relaxed);
    const auto at = [&](std::uint64_t hundredths) {
        const auto wanted = (out.samples * hundredths + 99) / 100; // the sample of this rank, from 1
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < counts.size(); ++i)
            if ((sum += counts[i]) >= wanted)
                return std::chrono::nanoseconds(valueOf(i));
        return std::chrono::nanoseconds(0);
    };
    if (out.samples > 0) {
        out.p50 = at(50);
        out.p99 = at(99);
    }
    return out;
}

} // namespace netbit::border
