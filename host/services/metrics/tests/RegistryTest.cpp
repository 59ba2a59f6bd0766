#include "services/metrics/Registry.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace netbit::services::metrics {
namespace {

TEST(MetricsText, IsThePrometheusFormat)
{
    Registry registry;
    registry.counter("netbit_http_requests_total", "Requests\\answered,\nall of them.")->add(3);
    registry.gauge("netbit_connections", "Open now.")->set(2.5);
    auto* const seconds = registry.histogram("netbit_commit_seconds", "", {0.001, 0.01, 1});
    seconds->observe(0.001); // bounds are inclusive
    seconds->observe(0.5);
    seconds->observe(7);
    registry.sampled(Kind::gauge, "netbit_workers_queued", "Waiting.", [] { return 4.0; });
    registry.sampled(Kind::gauge, "netbit_limit", "No limit.", [] { return std::numeric_limits<double>::infinity(); });

    EXPECT_EQ(registry.text(), R"(# TYPE netbit_commit_seconds histogram
netbit_commit_seconds_bucket{le="0.001"} 1
netbit_commit_seconds_bucket{le="0.01"} 1
netbit_commit_seconds_bucket{le="1"} 2
netbit_commit_seconds_bucket{le="+Inf"} 3
netbit_commit_seconds_sum 7.501
netbit_commit_seconds_count 3
# HELP netbit_connections Open now.
# TYPE netbit_connections gauge
netbit_connections 2.5
# HELP netbit_http_requests_total Requests\\answered,\nall of them.
# TYPE netbit_http_requests_total counter
netbit_http_requests_total 3
# HELP netbit_limit No limit.
# TYPE netbit_limit gauge
netbit_limit +Inf
# HELP netbit_workers_queued Waiting.
# TYPE netbit_workers_queued gauge
netbit_workers_queued 4
)");
}

TEST(Metrics, TheSameNameIsTheSameMetricAndAnotherKindIsRefused)
{
    Registry registry;
    auto* const one = registry.counter("a_total", "");
    EXPECT_NE(one, nullptr);
    EXPECT_EQ(registry.counter("a_total", "again"), one);
    EXPECT_EQ(registry.gauge("a_total", ""), nullptr);
    EXPECT_EQ(registry.histogram("a_total", "", {1}), nullptr);
    auto* const histogram = registry.histogram("h", "", {1, 2});
    EXPECT_EQ(registry.histogram("h", "", {1, 2, std::numeric_limits<double>::infinity()}), histogram);
    EXPECT_EQ(registry.histogram("h", "", {1, 3}), nullptr);
    EXPECT_EQ(registry.counter("h_count", ""), nullptr) << "its line is the histogram's";
}

TEST(Metrics, BadNamesAndBoundsAreRefused)
{
    Registry registry;
    for (const auto* const name : {"", "1a", "a-b", "a b", "ä", "a{b}", "a\nb"})
        EXPECT_EQ(registry.counter(name, ""), nullptr) << name;
    EXPECT_EQ(registry.histogram("h", "", {2, 1}), nullptr);
    EXPECT_EQ(registry.histogram("h", "", {1, 1}), nullptr);
    EXPECT_EQ(registry.histogram("h", "", {std::numeric_limits<double>::quiet_NaN()}), nullptr);
}

TEST(Metrics, ACounterOnlyGrows)
{
    Registry registry;
    auto* const counter = registry.counter("a_total", "");
    counter->add(2);
    counter->add(-1);
    counter->add(std::numeric_limits<double>::quiet_NaN());
    counter->set(0);
    counter->observe(9);
    EXPECT_NE(registry.text().find("\na_total 2\n"), std::string::npos);
}

TEST(Metrics, NothingIsLostWhenManyCount)
{
    Registry registry;
    auto* const counter = registry.counter("a_total", "");
    auto* const histogram = registry.histogram("h", "", {0.5});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 5'000; ++i) {
                counter->add(1);
                histogram->observe(1);
                if (i % 1'000 == 0)
                    (void)registry.text();
            }
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_NE(registry.text().find("\na_total 20000\n"), std::string::npos);
    EXPECT_NE(registry.text().find("\nh_sum 20000\nh_count 20000\n"), std::string::npos);
}

} // namespace
} // namespace netbit::services::metrics
