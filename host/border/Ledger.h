#pragma once
// What one generation of a plugin costs: calls, errors, time. Made for a reactor that serves 100,000 requests a second: a
// call adds one to a counter of its own thread's, and one in some reads a clock.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace netbit::border {

class Ledger {
public:
    struct Sums {
        std::uint64_t calls = 0;  ///< into the plugin, of whatever kind
        std::uint64_t errors = 0; ///< of these: threw, or returned NB_INTERNAL
        std::chrono::nanoseconds cpu{0}; ///< of the threads inside of its calls, what it asked of the host there included
        std::uint64_t statements = 0; ///< SQL: queries and executed transactions
        std::chrono::nanoseconds sql{0};

        Sums& operator+=(const Sums& other) noexcept
        {
            calls += other.calls;
            errors += other.errors;
            cpu += other.cpu;
            statements += other.statements;
            sql += other.sql;
            return *this;
        }
    };
    /// Of its handlers: requests, data and datagrams. 0 each before the first.
    struct Latency {
        std::chrono::nanoseconds p50{0};
        std::chrono::nanoseconds p99{0};
        std::uint64_t samples = 0;
    };

    // All [any].
    Sums sums() const noexcept;
    Latency latency() const noexcept;
    void countError() noexcept { _errors.fetch_add(1, std::memory_order_relaxed); }
    void countSql(std::chrono::nanoseconds took) noexcept
    {
        _statements.fetch_add(1, std::memory_order_relaxed);
        _sqlNs.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
    }
    std::atomic<std::int64_t> posted{0}; ///< tasks that have not run yet
    std::atomic<std::size_t> routes{0};

    /// One call into the plugin. `outermost`: not from inside another call of this thread; others are counted only.
    class Call {
    public:
        Call(Ledger& ledger, const char* name, bool outermost) noexcept
            : _ledger(ledger), _name(name)
        {
            auto& shard = ledger._shards[shardIndex()];
            if (!outermost) {
                shard.inner.fetch_add(1, std::memory_order_relaxed);
                return;
            }
            // The first ones all, so that a plugin that is seldom asked has figures too.
            const auto before = shard.calls.fetch_add(1, std::memory_order_relaxed);
            if ((before % clockEvery) != 0 && before >= firstOnes)
                return;
            _cpuWeight = before < firstOnes ? 1 : before % cpuEvery == 0 ? cpuEvery : 0;
            begin();
        }
        ~Call()
        {
            if (_timed)
                end();
        }
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;

    private:
        void begin() noexcept;
        void end() noexcept;

        Ledger& _ledger;
        const char* const _name;
        bool _timed = false;
        std::uint32_t _cpuWeight = 0; // how many calls this one stands for
        std::int64_t _wallNs = 0;
        std::int64_t _cpuNs = 0;
    };

    static constexpr std::uint32_t firstOnes = 64; ///< of each thread: all are timed
    static constexpr std::uint32_t clockEvery = 16;
    static constexpr std::uint32_t cpuEvery = 256; ///< reading a thread's CPU time is a system call

private:
    // Buckets of the latency: eight to a power of two, so that a percentile is right to an eighth.
    static constexpr unsigned perOctave = 8;
    static constexpr unsigned octaves = 40; // up to an hour; the last takes the rest
    static constexpr std::size_t shardCount = 16;

    static std::size_t shardIndex() noexcept;
    static std::size_t bucketOf(std::uint64_t ns) noexcept;
    static std::uint64_t valueOf(std::size_t bucket) noexcept;

    struct alignas(64) Shard {
        std::atomic<std::uint64_t> calls{0}; // outermost
        std::atomic<std::uint64_t> inner{0};
        std::atomic<std::uint64_t> cpuNs{0};
    };
    std::array<Shard, shardCount> _shards;
    std::atomic<std::uint64_t> _errors{0};
    std::atomic<std::uint64_t> _statements{0};
    std::atomic<std::uint64_t> _sqlNs{0};
    std::array<std::atomic<std::uint64_t>, perOctave * octaves> _latency{};
};

} // namespace netbit::border
