#include "journey/OverKills.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace netbit::test {

Acknowledged writeOverKills(Daemon& daemon, const OverKills& how)
{
    Acknowledged written;
    const auto write = [&](HttpClient& http, const std::string& text) {
        written.sent.insert(text);
        how.write(http, text);
        written.promised.insert(text);
    };
    for (std::size_t round = 0; round < how.kills; ++round) {
        std::thread writer([&, http = daemon.client(how.token)]() mutable {
            try {
                for (std::size_t n = 0; n < how.each; ++n)
                    write(http, "note " + std::to_string(round) + "." + std::to_string(n));
            } catch (const std::exception&) { // the kill came first
            }
        });
        how.untilKill(round, writer);
        daemon.kill();
        if (writer.joinable())
            writer.join();
        if (how.afterKill)
            how.afterKill();
        daemon.start();
    }
    auto http = daemon.client(how.token);
    for (std::size_t n = 0; written.promised.size() < how.kills * how.each; ++n)
        write(http, "note more." + std::to_string(n));
    return written;
}

bool allArrived(const Acknowledged& written, const Arrivals& arrivals)
{
    return std::all_of(written.promised.begin(), written.promised.end(), [&](const auto& text) { return arrivals.contains(text); });
}

std::size_t expectEachUnderOneId(const Acknowledged& written, const Arrivals& arrivals)
{
    for (const auto& text : written.promised)
        EXPECT_TRUE(arrivals.contains(text)) << text << " never arrived";
    std::set<std::string> all;
    std::size_t again = 0;
    for (const auto& [text, ids] : arrivals) {
        EXPECT_TRUE(written.sent.contains(text)) << text << " was never sent";
        EXPECT_EQ(ids.count(*ids.begin()), ids.size()) << text << " came as two";
        EXPECT_TRUE(all.insert(*ids.begin()).second) << "one id for two: " << *ids.begin();
        again += ids.size() - 1;
    }
    return again;
}

} // namespace netbit::test
