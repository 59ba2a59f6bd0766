// What a plugin's ledger costs each call into it: against no ledger, and against the one shared counter it replaced.
#include "border/Ledger.h"
#include "border/UnderWay.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

namespace {

using netbit::border::Ledger;
using Clock = std::chrono::steady_clock;

constexpr int calls = 2'000'000;
constexpr int rounds = 7;

std::atomic<std::uint64_t> sharedCounter{0};

void nothing() { asm volatile("" ::: "memory"); }

/// Nanoseconds a call, the median of the rounds, with so many threads in it.
template <class Call>
double measure(unsigned threads, Call call)
{
    std::vector<double> found;
    for (int round = 0; round < rounds; ++round) {
        const auto begun = Clock::now();
        std::vector<std::thread> running;
        for (unsigned i = 0; i < threads; ++i)
            running.emplace_back([&] {
                for (int n = 0; n < calls; ++n)
                    call();
            });
        for (auto& thread : running)
            thread.join();
        found.push_back(std::chrono::duration<double, std::nano>(Clock::now() - begun).count() / calls);
    }
    std::sort(found.begin(), found.end());
    return found[rounds / 2];
}

} // namespace

int main()
{
    std::printf("ns a call (median of %d rounds)\n%-10s %10s %16s %10s %14s\n", rounds, "threads", "nothing", "shared counter",
                "ledger", "ledger, slot");
    for (const unsigned threads : {1u, 2u}) {
        Ledger ledger;
        const auto none = measure(threads, nothing);
        const auto shared = measure(threads, [] {
            sharedCounter.fetch_add(1, std::memory_order_relaxed);
            nothing();
        });
        const auto counted = measure(threads, [&] {
            const Ledger::Call call(ledger, "handler", true);
            nothing();
        });
        const auto named = measure(threads, [&] {
            auto& slot = netbit::border::callSlot();
            const auto before = slot.get();
            slot.begin();
            slot.set({"plugin", "handler", nullptr});
            {
                const Ledger::Call call(ledger, "handler", true);
                nothing();
            }
            slot.set(before);
        });
        std::printf("%-10u %10.1f %16.1f %10.1f %14.1f\n", threads, none, shared, counted, named);
    }
    return 0;
}
