#include "loader/Order.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace netbit::loader;

namespace {

struct Plugins {
    std::map<std::string, Manifest> manifests;
    std::set<std::string> refused;

    Plugins& add(const std::string& id, std::vector<std::pair<std::string, std::string>> required = {},
                 std::vector<std::pair<std::string, std::string>> optional = {}, std::string_view version = "1.0.0")
    {
        Manifest manifest;
        manifest.id = id;
        manifest.version = Version::parse(version).value();
        for (const auto& [other, range] : required)
            manifest.required.emplace(other, VersionRange::parse(range).value());
        for (const auto& [other, range] : optional)
            manifest.optional.emplace(other, VersionRange::parse(range).value());
        manifests.emplace(id, std::move(manifest));
        return *this;
    }
    Order order() const { return orderOf(manifests, refused); }
};

using Ids = std::vector<std::string>;

} // namespace

TEST(Order, PutsWhatIsRequiredFirst)
{
    const auto order = Plugins().add("a", {{"c", "*"}}).add("b").add("c", {{"d", "*"}}).add("d").order();
    EXPECT_EQ((Ids{"d", "c", "a", "b"}), order.ids);
    EXPECT_TRUE(order.blocked.empty());
}

TEST(Order, BlocksWhoRequiresWhatIsNotThereAndNamesTheChain)
{
    const auto order = Plugins().add("a", {{"b", "*"}}).add("b", {{"x", ">=1.0"}}).add("c").order();
    EXPECT_EQ(Ids{"c"}, order.ids);
    EXPECT_EQ("a → b: b requires x >=1.0, which is not installed.", order.blocked.at("a"));
    EXPECT_EQ("b: b requires x >=1.0, which is not installed.", order.blocked.at("b"));
}

TEST(Order, BlocksACircleAndWhoLeadsIntoIt)
{
    const auto order =
        Plugins().add("a", {{"b", "*"}}).add("b", {{"a", "*"}}).add("c", {{"a", "*"}}).add("d").order();
    EXPECT_EQ(Ids{"d"}, order.ids);
    EXPECT_EQ("a → b → a: they require each other in a circle.", order.blocked.at("a"));
    EXPECT_EQ("b → a → b: they require each other in a circle.", order.blocked.at("b"));
    EXPECT_EQ("c → a → b → a: they require each other in a circle.", order.blocked.at("c"));
}

TEST(Order, BlocksAWrongVersionAndPrintsBoth)
{
    const auto order = Plugins().add("a", {{"b", ">=2"}}).add("b", {}, {}, "1.9.0").order();
    EXPECT_EQ("a: a requires b >=2, but 1.9.0 is installed.", order.blocked.at("a"));
    EXPECT_EQ(Ids{"b"}, order.ids);
}

TEST(Order, BlocksWhoRequiresARefusedOne)
{
    auto plugins = Plugins().add("a", {{"b", "*"}});
    plugins.refused.insert("b");
    EXPECT_EQ("a: a requires b *, which may not run.", plugins.order().blocked.at("a"));
}

TEST(Order, PutsAnOptionalOneFirstWhereItIsThere)
{
    EXPECT_EQ((Ids{"z", "a"}), Plugins().add("a", {}, {{"z", "*"}}).add("z").order().ids);
    EXPECT_EQ(Ids{"a"}, Plugins().add("a", {}, {{"z", "*"}}).order().ids);
}

TEST(Order, ARequirementBeatsAnOptionalOne)
{
    const auto order = Plugins().add("a", {}, {{"b", "*"}}).add("b", {{"c", "*"}}).add("c", {{"a", "*"}}).order();
    EXPECT_EQ((Ids{"a", "c", "b"}), order.ids);
}

TEST(Order, CutsAnOptionalCircle)
{
    const auto order = Plugins().add("a", {}, {{"b", "*"}}).add("b", {}, {{"a", "*"}}).order();
    EXPECT_EQ(2u, order.ids.size());
    EXPECT_TRUE(order.blocked.empty());
}
