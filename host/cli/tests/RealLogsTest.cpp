// With NETBIT_IRC_DATA set to the corpus, every message in it must be found.

#include "cli/irc/Importer.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <sstream>

namespace netbit::cli::irc
{

namespace
{

TEST(RealLogs, EveryMessageIsKept)
{
    const char* data = std::getenv("NETBIT_IRC_DATA");
    if (!data || !*data)
        GTEST_SKIP() << "NETBIT_IRC_DATA is not set";
    for (const auto& [folder, messages] : {std::pair<const char*, std::size_t>{"small", 25'473}, {"large", 196'146}}) {
        const auto paths = findLogs({std::string(data) + "/" + folder});
        ASSERT_TRUE(paths.ok()) << folder;
        std::ostringstream nowhere;
        Progress progress(nowhere, ProgressStyle::none);
        const auto report = Importer::dryRun(*paths, progress);
        ASSERT_TRUE(report.ok());
        EXPECT_EQ(report->messages, messages) << folder;
        EXPECT_EQ(report->lines, report->messages + report->actions + report->system() + report->linesLeftOut())
            << folder;
        EXPECT_TRUE(report->refused.empty());
    }
}

} // namespace

} // namespace netbit::cli::irc
