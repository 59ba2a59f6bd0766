#include "loader/SettingsCheck.h"

#include <gtest/gtest.h>

using namespace netbit;
using namespace netbit::loader;

namespace {

const std::vector<std::string> plugins{"tcp", "tcp.more", "udp"};

Manifest manifest()
{
    auto parsed = parseManifest(R"({"id":"tcp","version":"1.0.0","abi":"1.0","config":{"properties":{
        "port":{"type":"integer","default":4000,"minimum":1,"maximum":65535},
        "mode":{"type":"string","default":"fast","enum":["fast","safe"]},
        "name":{"type":"string","default":"x","maxLength":4},
        "rate":{"type":"number","default":0.5,"minimum":0},
        "on":{"type":"boolean","default":false}}}})");
    EXPECT_TRUE(parsed) << parsed.error().detail;
    return std::move(*parsed);
}

base::Result<border::SettingsPtr> check(const std::string& key, const std::string& value)
{
    return checkSettings(manifest(), {{key, {value, "conf/tcp.properties", 3}}}, plugins);
}

void expectRefused(const std::string& key, const std::string& value, const std::string& why)
{
    const auto result = check(key, value);
    ASSERT_FALSE(result) << key << " = " << value;
    EXPECT_EQ("conf/tcp.properties:3: " + key + ": " + why, result.error().detail);
}

} // namespace

TEST(Settings, FillInDefaults)
{
    const auto settings = checkSettings(manifest(), {}, plugins);
    ASSERT_TRUE(settings);
    EXPECT_EQ(border::SettingValue(std::int64_t{4000}), (*settings)->at("port"));
    EXPECT_EQ(border::SettingValue(std::string("fast")), (*settings)->at("mode"));
    EXPECT_EQ(border::SettingValue(0.5), (*settings)->at("rate"));
    EXPECT_EQ(border::SettingValue(false), (*settings)->at("on"));
}

TEST(Settings, AreTypedAsTheManifestSays)
{
    EXPECT_EQ(border::SettingValue(std::int64_t{1}), (*check("tcp.port", "1"))->at("port"));
    EXPECT_EQ(border::SettingValue(std::string("safe")), (*check("tcp.mode", "safe"))->at("mode"));
    EXPECT_EQ(border::SettingValue(2.25), (*check("tcp.rate", "2.25"))->at("rate"));
    EXPECT_EQ(border::SettingValue(true), (*check("tcp.on", "true"))->at("on"));
}

TEST(Settings, NameFileLineAndKeyOfAFault)
{
    expectRefused("tcp.port", "0", "must be at least 1.");
    expectRefused("tcp.port", "65536", "must be at most 65535.");
    expectRefused("tcp.port", "80x", "must be a whole number, not \"80x\".");
    expectRefused("tcp.port", "", "must be a whole number, not \"\".");
    expectRefused("tcp.mode", "slow", "must be one of fast, safe.");
    expectRefused("tcp.name", "toolong", "must have at most 4 bytes.");
    expectRefused("tcp.rate", "nan", "must be a number, not \"nan\".");
    expectRefused("tcp.rate", "-1", "must be at least 0.");
    expectRefused("tcp.on", "yes", "must be true or false, not \"yes\".");
    expectRefused("tcp.prot", "1", "the plugin tcp has no such setting.");
    const auto fromCommandLine = checkSettings(manifest(), {{"tcp.port", {"x", "--set", 0}}}, plugins);
    EXPECT_EQ("--set tcp.port: must be a whole number, not \"x\".", fromCommandLine.error().detail);
}

TEST(Settings, LeaveThoseOfOtherPluginsAlone)
{
    EXPECT_TRUE(check("udp.port", "x"));
    EXPECT_TRUE(check("tcp.more.port", "x")); // the longest id has it
    EXPECT_TRUE(check("nobody.port", "x"));
    EXPECT_EQ("tcp.more", ownerOf("tcp.more.port", plugins));
    EXPECT_EQ("", ownerOf("tcpport", plugins));
}
