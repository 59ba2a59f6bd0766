#include "cli/top/Figures.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <random>
#include <sstream>

namespace netbit::cli::top
{

namespace
{

using namespace std::chrono_literals;
const std::chrono::steady_clock::time_point start{};

constexpr std::string_view first = R"(# HELP x y
netbit_ready 1
netbit_writer_healthy 1
netbit_build_info{version="1.2"} 1
netbit_http_requests_total 100
netbit_commit_seconds_sum 1
netbit_commit_seconds_count 1000
netbit_plugin_live{plugin="chat"} 1
netbit_plugin_live{plugin="git"} 0
netbit_plugin_cpu_seconds_total{plugin="chat"} 1
netbit_plugin_calls_total{plugin="chat"} 50
)";
constexpr std::string_view second = R"(netbit_ready 1
netbit_writer_healthy 0
netbit_build_info{version="1.2"} 1
netbit_http_requests_total 300
netbit_commit_seconds_sum 1.5
netbit_commit_seconds_count 1100
netbit_plugin_live{plugin="chat"} 1
netbit_plugin_live{plugin="git"} 0
netbit_plugin_cpu_seconds_total{plugin="chat"} 1.5
netbit_plugin_cpu_seconds_total{plugin="git"} 2
netbit_plugin_calls_total{plugin="chat"} 10
)";

TEST(Top, RatesAreOfTheTimeBetween)
{
    const auto picture = between(Figures::parse(first, start), Figures::parse(second, start + 2s));
    EXPECT_EQ(picture.at("http_per_s"), 100.0);
    EXPECT_EQ(picture.at("version"), "1.2");
    EXPECT_EQ(picture.at("writes"), false);
    EXPECT_EQ(picture.at("commit_s"), 0.005);
    const auto& plugins = picture.at("plugins").as_array();
    ASSERT_EQ(plugins.size(), 2u);
    EXPECT_EQ(plugins[0].at("id"), "git") << "the busiest first";
    EXPECT_EQ(plugins[0].at("live"), false);
    EXPECT_EQ(plugins[1].at("cpu"), 0.25);
    EXPECT_EQ(plugins[1].at("calls_per_s"), 5.0) << "a counter that has gone down began again";
}

TEST(Top, ThePictureIsNarrowAndSaysWhatIsWrong)
{
    std::ostringstream out;
    print(out, between(Figures::parse(first, start), Figures::parse(second, start + 2s)));
    const auto text = out.str();
    EXPECT_NE(text.find("CANNOT WRITE"), std::string::npos) << text;
    EXPECT_NE(text.find("100 requests/s"), std::string::npos) << text;
    EXPECT_NE(text.find("commits of 5.0 ms"), std::string::npos) << text;
    EXPECT_NE(text.find("git (off)"), std::string::npos) << text;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        EXPECT_LE(line.size(), 100u) << line;
}

TEST(Top, WhatIsNoMetricIsLeftOut)
{
    std::mt19937 random(7);
    std::string text;
    for (int i = 0; i < 20'000; ++i)
        text += static_cast<char>("\n \"{}=#a1.e-+"[random() % 13]);
    const auto figures = Figures::parse(text + "\nnetbit_ready 1\nnetbit_ready\nnetbit_ready x\n", start);
    EXPECT_EQ(figures.value("netbit_ready"), 1);
    (void)between(figures, figures);
    (void)figures.labels("a");
}

} // namespace

} // namespace netbit::cli::top
