#include "loader/Manifest.h"

#include <gtest/gtest.h>

using namespace netbit;
using loader::parseManifest;
using loader::SettingType;

namespace {

/// A manifest with these members more.
base::Result<loader::Manifest> with(std::string_view more)
{
    return parseManifest(R"({"id":"tcp","version":"1.0.0","abi":"1.0")" + (more.empty() ? "" : "," + std::string(more)) +
                         "}");
}

void expectRefused(std::string_view more, std::string_view pointer)
{
    const auto parsed = with(more);
    ASSERT_FALSE(parsed) << more;
    EXPECT_EQ(pointer, parsed.error().pointer) << parsed.error().detail;
    EXPECT_EQ("bad_manifest", parsed.error().code);
}

} // namespace

TEST(Manifest, NeedsIdVersionAndAbiOnly)
{
    const auto parsed = with("");
    ASSERT_TRUE(parsed) << parsed.error().detail;
    EXPECT_EQ("tcp", parsed->id);
    EXPECT_EQ("1.0.0", parsed->version.text());
    EXPECT_FALSE(parsed->mustRun);
    EXPECT_TRUE(parsed->reloadable);
    for (const auto bad : {R"({"version":"1.0.0","abi":"1.0"})", R"({"id":"a","abi":"1.0"})", R"({"id":"a","version":"1.0.0"})"})
        EXPECT_FALSE(parseManifest(bad)) << bad;
}

TEST(Manifest, TellsEverythingItSays)
{
    const auto parsed = with(R"("min_host":"1.0.0","requires":{"chat":">=1.0 <2"},"optional":{"git":"*"},"provides":["a/1"],
        "services":["netbit.http/1"],"permissions":["events.all"],"routes":["GET /a"],"required":true,"reloadable":false,
        "config":{"type":"object","additionalProperties":false,"properties":{
          "port":{"type":"integer","default":8080,"minimum":0,"maximum":65535,"unit":"port","description":"where"},
          "mode":{"type":"string","default":"a","enum":["a","b"],"maxLength":10},
          "rate":{"type":"number","default":1},
          "on":{"type":"boolean","default":true}}})");
    ASSERT_TRUE(parsed) << parsed.error().detail;
    EXPECT_TRUE(parsed->mustRun);
    EXPECT_FALSE(parsed->reloadable);
    EXPECT_EQ(">=1.0 <2", parsed->required.at("chat").text());
    EXPECT_EQ(1u, parsed->optional.size());
    EXPECT_EQ(SettingType::integer, parsed->config.at("port").type);
    EXPECT_EQ(border::SettingValue(std::int64_t{8080}), parsed->config.at("port").defaultValue);
    EXPECT_EQ(border::SettingValue(1.0), parsed->config.at("rate").defaultValue);
    EXPECT_EQ(border::SettingValue(true), parsed->config.at("on").defaultValue);
    EXPECT_EQ(2u, parsed->config.at("mode").choices.size());
}

TEST(Manifest, RefusesUnknownMembersByName)
{
    expectRefused(R"("servces":[])", "/servces");
    expectRefused(R"("config":{"properties":{},"patternProperties":{}})", "/config/patternProperties");
    expectRefused(R"("config":{"properties":{"port":{"type":"integer","default":1,"min":0}}})",
                  "/config/properties/port/min");
}

TEST(Manifest, NamesTheMemberAtFault)
{
    expectRefused(R"("min_host":"1.0")", "/min_host");
    expectRefused(R"("requires":{"chat":"1.0"})", "/requires/chat");
    expectRefused(R"("requires":{"Chat!":"*"})", "/requires/Chat!");
    expectRefused(R"("requires":["chat"])", "/requires");
    expectRefused(R"("requires":{"tcp":"*"})", "/requires");
    expectRefused(R"("services":"netbit.http/1")", "/services");
    expectRefused(R"("services":["a","a"])", "/services");
    expectRefused(R"("required":"yes")", "/required");
    expectRefused(R"("sha256":"ABC")", "/sha256");
    expectRefused(R"("config":{"additionalProperties":true})", "/config/additionalProperties");
    expectRefused(R"("config":{"properties":{"a":{"type":"integer"}}})", "/config/properties/a/default");
    expectRefused(R"("config":{"properties":{"a":{"type":"list","default":1}}})", "/config/properties/a/type");
    expectRefused(R"("config":{"properties":{"a":{"type":"integer","default":"1"}}})", "/config/properties/a/default");
    expectRefused(R"("config":{"properties":{"a":{"type":"integer","default":0,"minimum":1}}})",
                  "/config/properties/a/default");
    expectRefused(R"("config":{"properties":{"a":{"type":"string","default":"","minimum":1}}})",
                  "/config/properties/a/minimum");
    expectRefused(R"("config":{"properties":{"a":{"type":"string","default":"c","enum":["a","b"]}}})",
                  "/config/properties/a/default");
}

TEST(Manifest, RefusesWhatIsNotJson)
{
    for (const auto bad : {"", "[]", "null", "{", R"({"id":"a",})", R"({"id":'a'})", "{} {}"})
        EXPECT_FALSE(parseManifest(bad)) << bad;
}

TEST(Manifest, RefusesIdsThatCannotBeAFileOrATable)
{
    for (const auto bad : {"", "../a", "A", "a/b", "a b", ".a", "a-", "ä"})
        EXPECT_FALSE(parseManifest(R"({"version":"1.0.0","abi":"1.0","id":")" + std::string(bad) + "\"}")) << bad;
    EXPECT_TRUE(parseManifest(R"({"version":"1.0.0","abi":"1.0","id":"org.example.hello-2"})"));
}

TEST(Manifest, RefusesAnAbiThatIsNotTwoNumbers)
{
    for (const auto bad : {"1", "1.", ".1", "1.0.0", "a.b", "99999.0"})
        EXPECT_FALSE(parseManifest(R"({"version":"1.0.0","id":"a","abi":")" + std::string(bad) + "\"}")) << bad;
}
