// bench-sqlite-limit: how fast can messages become durable, by SQLite alone and by our Writer. See README.md.

#include "Bench.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>
#include <unistd.h>

namespace bench
{

namespace
{

double microseconds(Clock::duration duration) { return std::chrono::duration<double, std::micro>(duration).count(); }

double quantile(std::vector<float>& sorted, double q)
{
    return sorted.empty()
        ? 0
        : static_cast<double>(sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))]);
}

std::int64_t nowMs()
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace

Figures runClients(const Settings& settings, const std::function<void(unsigned, Message&&)>& send,
                   const std::atomic<std::uint64_t>& commits)
{
    std::atomic<bool> measuring{false}, stop{false};
    std::vector<std::vector<float>> times(settings.clients);
    std::vector<std::thread> threads;
    for (unsigned client = 0; client < settings.clients; ++client)
        threads.emplace_back([&, client] {
            auto& mine = times[client];
            mine.reserve(1 << 16);
            while (!stop.load(std::memory_order_relaxed)) {
                const auto begin = Clock::now();
                send(client, Message{client % chats + 1, client + 1, nowMs(), std::string(200, 'x')});
                if (measuring.load(std::memory_order_relaxed))
                    mine.push_back(static_cast<float>(microseconds(Clock::now() - begin)));
            }
        });

    std::this_thread::sleep_for(settings.warmUp);
    const auto commitsBefore = commits.load();
    const auto begin = Clock::now();
    measuring = true;
    std::this_thread::sleep_for(settings.measured);
    measuring = false;
    const auto seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const auto commitsDone = commits.load() - commitsBefore;
    stop = true;
    for (auto& thread : threads)
        thread.join();

    std::vector<float> all;
    for (auto& mine : times)
        all.insert(all.end(), mine.begin(), mine.end());
    std::sort(all.begin(), all.end());
    const auto count = static_cast<double>(all.size());
    return {.rate = count / seconds,
            .p50Us = quantile(all, 0.5),
            .p99Us = quantile(all, 0.99),
            .perCommit = count / static_cast<double>(std::max<std::uint64_t>(commitsDone, 1))};
}

} // namespace bench

namespace
{

using bench::Figures;

struct Options {
    std::vector<unsigned> clients{1, 32, 256};
    double seconds = 5;
    unsigned rounds = 1;
    std::string data = ".";
    bool writer = false;
    bool json = false;
};

[[noreturn]] void usage()
{
    std::fputs(
        "usage: bench-sqlite-limit [--writer] [--clients 1,32,256] [--seconds S] [--rounds N] [--data DIR] [--json]\n",
        stderr);
    std::exit(2);
}

Options parse(int argc, char** argv)
{
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string name = argv[i];
        const auto value = [&]() -> std::string {
            if (++i == argc)
                usage();
            return argv[i];
        };
        if (name == "--writer")
            options.writer = true;
        else if (name == "--json")
            options.json = true;
        else if (name == "--seconds")
            options.seconds = std::atof(value().c_str());
        else if (name == "--rounds")
            options.rounds = static_cast<unsigned>(std::max(1, std::atoi(value().c_str())));
        else if (name == "--data")
            options.data = value();
        else if (name == "--clients") {
            options.clients.clear();
            std::string list = value();
            for (char* one = std::strtok(list.data(), ","); one; one = std::strtok(nullptr, ","))
                options.clients.push_back(static_cast<unsigned>(std::max(1, std::atoi(one))));
        } else
            usage();
    }
    if (options.seconds <= 0 || options.clients.empty())
        usage();
    return options;
}

// The round with the median rate, and the rates around it.
struct Summary {
    Figures median;
    double lowest = 0, highest = 0;
};

Summary summarize(std::vector<Figures> rounds)
{
    std::sort(rounds.begin(), rounds.end(), [](const Figures& a, const Figures& b) { return a.rate < b.rate; });
    return {rounds[rounds.size() / 2], rounds.front().rate, rounds.back().rate};
}

Figures measure(const Options& options, unsigned clients, Figures (*run)(const bench::Settings&))
{
    namespace fs = std::filesystem;
    const fs::path directory = fs::path(options.data) / ("bench-sqlite-limit." + std::to_string(::getpid()));
    fs::create_directory(directory);
    bench::Settings settings;
    settings.database = directory / "bench.db";
    settings.clients = clients;
    settings.measured = std::chrono::milliseconds(static_cast<long>(options.seconds * 1000));
    const auto figures = run(settings);
    fs::remove_all(directory);
    return figures;
}

void print(const Options& options, bool& first, const char* what, unsigned clients, const Summary& summary,
           double ratio)
{
    const auto& f = summary.median;
    if (options.json) {
        std::printf("%s\n  {\"what\": \"%s\", \"clients\": %u, \"rate\": %.0f, \"rate_min\": %.0f, \"rate_max\": %.0f,"
                    " \"p50_us\": %.0f, \"p99_us\": %.0f, \"per_commit\": %.1f, \"ratio\": %.3f}",
                    first ? "" : ",", what, clients, f.rate, summary.lowest, summary.highest, f.p50Us, f.p99Us,
                    f.perCommit, ratio);
    } else {
        if (first)
            std::printf("%-8s %7s %9s %19s %9s %9s %9s %6s\n", "what", "clients", "msg/s", "(min-max)", "p50 us",
                        "p99 us", "a commit", "ratio");
        std::printf("%-8s %7u %9.0f %9.0f-%-9.0f %9.0f %9.0f %9.1f %6.2f\n", what, clients, f.rate, summary.lowest,
                    summary.highest, f.p50Us, f.p99Us, f.perCommit, ratio);
    }
    std::fflush(stdout);
    first = false;
}

} // namespace

int main(int argc, char** argv)
{
    const auto options = parse(argc, argv);
    bool first = true;
    if (options.json)
        std::printf("[");
    struct Contender {
        const char* name;
        Figures (*run)(const bench::Settings&);
    };
    std::vector<Contender> contenders{{"limit", &bench::runLimit}};
    if (options.writer) {
        contenders.push_back({"handed", &bench::runHandedOver});
        contenders.push_back({"writer", &bench::runWriter});
    }
    for (const unsigned clients : options.clients) {
        std::vector<std::vector<Figures>> figures(contenders.size());
        std::vector<std::vector<double>> ratios(contenders.size());
        for (unsigned round = 0; round < options.rounds; ++round) // in turn, so that all meet the same disk
            for (std::size_t i = 0; i < contenders.size(); ++i) {
                figures[i].push_back(measure(options, clients, contenders[i].run));
                ratios[i].push_back(figures[i].back().rate / figures[0].back().rate);
            }
        for (std::size_t i = 0; i < contenders.size(); ++i) {
            std::sort(ratios[i].begin(), ratios[i].end());
            print(options, first, contenders[i].name, clients, summarize(figures[i]), ratios[i][ratios[i].size() / 2]);
        }
    }
    if (options.json)
        std::printf("\n]\n");
}
