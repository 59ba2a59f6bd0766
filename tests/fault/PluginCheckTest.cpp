// netbit-plugin-check names each fault by its right name, and finds none in what is good.

#include "support/Json.h"
#include "support/Process.h"
#include "support/Daemon.h"

#include <algorithm>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netbit::test {
namespace {

namespace fs = std::filesystem;
using testing::ContainsRegex;
using testing::HasSubstr;

Finished check(const fs::path& library, std::vector<std::string> options = {})
{
    options.insert(options.begin(), PLUGIN_CHECK);
    options.push_back(library.string());
    return runProgram(options);
}

fs::path faulty(const std::string& id) { return fs::path(FAULT_PLUGINS) / (id + ".so"); }

/// The one finding that is a fault, as "check: text"; several: with a line each.
std::string faultsOf(const fs::path& library, std::vector<std::string> options = {})
{
    options.insert(options.begin(), "--json");
    const auto done = check(library, options);
    const auto told = parseJson(done.out);
    std::string out;
    for (const auto& each : listAt(told, "/checks"))
        if (!truthAt(each, "/ok"))
            out += (out.empty() ? "" : "\n") + textAt(each, "/check") + ": " + textAt(each, "/text");
    EXPECT_EQ(done.exitCode, out.empty() ? 0 : 1) << done.err;
    EXPECT_EQ(truthAt(told, "/ok"), out.empty());
    return out;
}

TEST(PluginCheck, FindsNothingInTheHostsOwnPlugins)
{
    std::size_t seen = 0;
    for (const auto& each : fs::directory_iterator(OWN_PLUGINS))
        if (each.path().extension() == ".so") {
            ++seen;
            EXPECT_EQ(faultsOf(each.path(), {"--cycles", "40"}), "") << each.path();
        }
    EXPECT_GE(seen, 4U);
}

TEST(PluginCheck, SaysOneLineForEachCheck)
{
    const auto done = check(faulty("good"), {"--cycles", "20"});
    EXPECT_EQ(done.exitCode, 0) << done.err;
    for (const auto* const line : {"ok     symbols       It exports netbit_plugin_entry and nothing else.\n",
                                   "ok     manifest      good 1.0.0 is understood.\n", "ok     requires ", "ok     sha256 ",
                                   "ok     entry         good 1.0.0, ABI 1.1, built with SDK 1.1.0 by test.\n",
                                   "ok     start         It was started and stopped 20 times: 4 routes, 0 listeners, 0 timers, "
                                   "0 subscriptions each time.\n",
                                   "ok     threads ", "ok     descriptors ", "ok     memory        It does not grow.\n",
                                   "ok     unload        Nothing of it stays in memory when it is closed.\n"})
        EXPECT_THAT(done.out, HasSubstr(line));
}

TEST(PluginCheck, NamesWhatIsLeftBehind)
{
    EXPECT_THAT(faultsOf(faulty("leaks_timer"), {"-c", "20"}),
                HasSubstr("timers: One timer was not cancelled when it was destroyed."));
    EXPECT_THAT(faultsOf(faulty("streams"), {"-c", "5"}), HasSubstr("subscriptions: One subscription was not cancelled"));
    const auto thread = faultsOf(faulty("leaks_thread"));
    // A sanitizer's own thread may come as late as the plugin's.
    EXPECT_THAT(thread, ContainsRegex("^threads: (1 thread|2 threads) that it started still ran when it was destroyed, in round 1\\."));
    EXPECT_EQ(thread.find('\n'), std::string::npos) << "a crash that follows from it is no fault of its own";
    EXPECT_THAT(faultsOf(faulty("leaks_descriptor"), {"-c", "10"}),
                HasSubstr("descriptors: 11 descriptors more than after the first round are open: /etc/passwd"))
        << "nine starts and two reloads";
}

TEST(PluginCheck, NamesMemoryThatGrows)
{
    EXPECT_THAT(faultsOf(faulty("leaks_memory")), ContainsRegex("memory: Each start and stop keeps about (4[89]|5[0-9]|6[0-9]) bytes")) << "48 bytes, 1.2 times";
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_THAT(faultsOf(faulty("leaks_mapping")), HasSubstr("KiB of memory that is not the allocator's"));
#endif
}

TEST(PluginCheck, CodeThatStaysOnPurposeIsSaidAndIsNoFault)
{
    const auto done = check(faulty("thread_data"));
    EXPECT_EQ(done.exitCode, 0) << done.out;
    EXPECT_THAT(done.out, HasSubstr("ok     unload        It makes keys of thread-specific data"));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_THAT(done.out, HasSubstr("KiB, since the library cannot be unloaded (see unload)"));
#endif
}

TEST(PluginCheck, NamesWhatIsWrongWithTheFiles)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    EXPECT_THAT(faultsOf(faulty("exports_more"), {"-c", "2"}),
                testing::StartsWith("symbols: It exports more than netbit_plugin_entry: exports_more_helper."));
#endif
    EXPECT_THAT(faultsOf(faulty("wrong_abi")), testing::StartsWith("entry: The library has ABI 9.1, this host has ABI 1.1."));
    EXPECT_THAT(faultsOf(faulty("bad_magic")), testing::StartsWith("entry: The library's magic number is 0x12345678"));
    EXPECT_THAT(faultsOf(faulty("null_table")), testing::StartsWith("entry: The library's entry has no table of calls."));

    const TemporaryFolder folder;
    const fs::path library = folder.path() + "/good.so";
    fs::copy_file(faulty("good"), library);
    auto manifest = readFile(faulty("good").replace_extension(".json").string());
    const auto write = [&](std::string_view from, std::string_view to) {
        auto text = manifest;
        const auto at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        writeFile(folder.path() + "/good.json", text.replace(at, from.size(), to));
    };
    const auto sum = manifest.find("\"sha256\"");
    ASSERT_NE(sum, std::string::npos);
    const auto digit = manifest.find('"', manifest.find(':', sum)) + 1;
    const std::string digits = manifest.substr(digit, 64);
    write(digits, std::string(64, '0'));
    EXPECT_THAT(faultsOf(library), testing::StartsWith("sha256: The library's is " + digits + ", but the manifest says 000"));
    write("netbit.http/1", "netbit.http/7");
    EXPECT_THAT(faultsOf(library, {"-c", "1"}),
                HasSubstr("services: The manifest asks for what no host of this SDK has: netbit.http/7."));
    write("\"services\"", "\"permissions\": [\"chat.admin\"], \"services\"");
    EXPECT_THAT(faultsOf(library, {"-c", "1"}), testing::StartsWith("permissions: No host of this SDK knows chat.admin."));
    fs::remove(folder.path() + "/good.json");
    EXPECT_THAT(faultsOf(library), HasSubstr("There is no such file. The manifest lies beside the library"));
    write("\"services\"", "\"servces\"");
    EXPECT_THAT(faultsOf(library), HasSubstr("manifest: "));
    EXPECT_THAT(faultsOf(library), HasSubstr("servces"));
    write("\"services\"", "\"requires\": {\"other\": \">=2.0\"}, \"services\"");
    EXPECT_EQ(faultsOf(library, {"-c", "1"}), "") << "the other one need not be there";
    fs::copy_file(folder.path() + "/good.json", folder.path() + "/other.json");
    auto other = readFile(folder.path() + "/other.json");
    other.replace(other.find("\"good\""), 6, "\"other\"");
    other.replace(other.find("\"other\": \">=2.0\""), 16, "");
    writeFile(folder.path() + "/other.json", other);
    EXPECT_THAT(faultsOf(library, {"-c", "1"}), testing::StartsWith("requires: It wants other >=2.0, and beside it lies other 1.0.0."));
    writeFile(folder.path() + "/good.so", "no library");
    EXPECT_THAT(faultsOf(library), testing::StartsWith("symbols: "));
}

TEST(PluginCheck, ACrashIsToldWithSignalAndCallAndIsNotItsOwn)
{
    EXPECT_THAT(faultsOf(faulty("crashes"), {"--set", "number=2"}),
                testing::StartsWith("crash: It was killed by signal 11 (Segmentation fault) in start, in round 1."));
    EXPECT_THAT(faultsOf(faulty("crashes"), {"--set", "number=4"}), HasSubstr("in stop, in round 1."));
}

TEST(PluginCheck, ACallThatDoesNotComeBackIsTold)
{
    EXPECT_THAT(faultsOf(faulty("crashes"), {"--set", "number=3", "--patience", "1"}),
                testing::StartsWith("hang: It does not come back from a call within 1 s: in start, in round 1."));
}

TEST(PluginCheck, AStartThatFailsIsToldWithItsWords)
{
    EXPECT_THAT(faultsOf(faulty("fails_in_start")),
                testing::StartsWith("start: It fails in round 1: The disk that it wants is not there. (no_disk)."));
    const auto thrown = faultsOf(faulty("throws_in_start"));
    EXPECT_THAT(thrown, HasSubstr("calls: start let an exception out"));
    EXPECT_THAT(thrown, HasSubstr("start threw an exception: start went wrong."));
    EXPECT_THAT(thrown, testing::Not(HasSubstr("--set"))) << "no setting helps against an exception";
    EXPECT_EQ(faultsOf(faulty("throws_in_cpp"), {"--set", "number=1"}),
              "start: It fails in round 1: start threw an exception: start went wrong (plugin_threw).");
    EXPECT_THAT(faultsOf(faulty("good"), {"--set", "number=13"}), HasSubstr("start: It fails in round 1: 13 is not accepted."));
    EXPECT_THAT(faultsOf(faulty("good"), {"--set", "number=101"}), HasSubstr("at most 100"));
}

TEST(PluginCheck, WhatItCannotLookAtIsNoFaultOfThePlugin)
{
    EXPECT_EQ(check("/no/such/file.so").exitCode, 2);
    EXPECT_EQ(check(faulty("good"), {"--cycles", "0"}).exitCode, 2);
    EXPECT_EQ(runProgram({PLUGIN_CHECK}).exitCode, 2);
    const auto help = runProgram({PLUGIN_CHECK, "--help"});
    EXPECT_EQ(help.exitCode, 0);
    EXPECT_THAT(help.out, HasSubstr("--cycles N"));
}

} // namespace
} // namespace netbit::test
