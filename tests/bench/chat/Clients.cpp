// The clients of bench-sqlite-limit, so that both are measured alike.

#include "Bench.h"

#include "base/Time.h"

#include <algorithm>
#include <thread>

namespace bench
{

namespace
{

double quantile(const std::vector<float>& sorted, double q)
{
    const auto last = static_cast<double>(sorted.size()) - 1;
    return sorted.empty() ? 0 : static_cast<double>(sorted[static_cast<std::size_t>(q * last)]);
}

} // namespace

Figures runClients(const Settings& settings, const std::function<void(unsigned, Message&&)>& send,
                   const std::atomic<std::uint64_t>& commits)
{
    std::atomic<bool> measuring{false};
    std::atomic<bool> stop{false};
    std::vector<std::vector<float>> times(settings.clients);
    std::vector<std::thread> threads;
    for (unsigned client = 0; client < settings.clients; ++client)
        threads.emplace_back([&, client] {
            while (!stop.load(std::memory_order_relaxed)) {
                const auto begin = Clock::now();
                send(client, Message{client % chats + 1, client + 1, netbit::base::now(), std::string(200, 'x')});
                if (measuring.load(std::memory_order_relaxed))
                    times[client].push_back(
                        std::chrono::duration<float, std::micro>(Clock::now() - begin).count());
            }
        });
    std::this_thread::sleep_for(settings.warmUp);
    const auto commitsBefore = commits.load();
    const auto begin = Clock::now();
    measuring = true;
    std::this_thread::sleep_for(settings.measured);
    measuring = false;
    const std::chrono::duration<double> took = Clock::now() - begin;
    const auto commitsDone = commits.load() - commitsBefore;
    stop = true;
    for (auto& thread : threads)
        thread.join();

    std::vector<float> all;
    for (const auto& mine : times)
        all.insert(all.end(), mine.begin(), mine.end());
    std::sort(all.begin(), all.end());
    const auto count = static_cast<double>(all.size());
    return {.rate = count / took.count(),
            .p50Us = quantile(all, 0.5),
            .p99Us = quantile(all, 0.99),
            .perCommit = count / static_cast<double>(std::max<std::uint64_t>(commitsDone, 1))};
}

} // namespace bench
