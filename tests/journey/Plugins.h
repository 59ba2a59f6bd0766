#pragma once
// `netbit plugin …` against a daemon, and the plugins that are built for it.

#include "support/Daemon.h"
#include "support/Eventually.h"

#include <filesystem>
#include <gtest/gtest.h>

namespace netbit::test {

/// The library of a plugin built in tests/journey/plugins.
inline std::string built(const std::string& folder, const std::string& id)
{
    return std::string(JOURNEY_PLUGINS) + '/' + folder + '/' + id + ".so";
}
inline std::string traveller(const std::string& folder) { return built(folder, "traveller"); }

class WithPlugins : public testing::Test {
protected:
    static Finished plugin(const Daemon& daemon, std::vector<std::string> words)
    {
        words.insert(words.begin(), {netbitPath(), "plugin"});
        words.insert(words.end(), {"--data", daemon.data()});
        return runProgram(words);
    }
    static void expectGood(const Finished& ran, std::string_view part = {})
    {
        EXPECT_EQ(ran.exitCode, 0) << ran.out << ran.err;
        EXPECT_NE(ran.out.find(part), std::string::npos) << "\"" << part << "\" is not in: " << ran.out;
    }
    static void expectRefusal(const Finished& ran, std::string_view part)
    {
        EXPECT_EQ(ran.exitCode, 1) << ran.out << ran.err;
        EXPECT_NE((ran.out + ran.err).find(part), std::string::npos) << "\"" << part << "\" is not in: " << ran.out << ran.err;
    }
    static json::value infoOf(const Daemon& daemon, const std::string& id)
    {
        const auto ran = plugin(daemon, {"info", id, "--json"});
        return ran.exitCode == 0 ? parseJson(ran.out) : json::value(json::object{{"state", "unknown"}});
    }
    static std::string stateOf(const Daemon& daemon, const std::string& id) { return textAt(infoOf(daemon, id), "/state"); }
    static std::string version(const Daemon& daemon)
    {
        const auto reply = daemon.client().get("/traveller/version");
        return reply.status == 200 ? reply.body : "status " + std::to_string(reply.status);
    }
    static void copyInto(const Daemon& daemon, const std::string& library)
    {
        const std::filesystem::path from = library;
        const auto to = std::filesystem::path(daemon.data()) / "plugins";
        for (const auto* suffix : {".so", ".json"})
            std::filesystem::copy_file(std::filesystem::path(from).replace_extension(suffix),
                                       to / (from.stem().string() + suffix),
                                       std::filesystem::copy_options::overwrite_existing);
    }
};

} // namespace netbit::test
