// Refs and paths of any bytes that git allows come back as they are; any other bytes find nothing and break nothing.

#include "Made.h"

#include "browse/Archive.h"
#include "browse/Contents.h"
#include "browse/RefLists.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace netbit::git::test {

namespace json = boost::json;

namespace {

std::string randomBytes(std::mt19937& random, std::size_t most)
{
    std::string out;
    const auto size = 1 + random() % most;
    const std::string_view awkward = "./\\~^:?*[@{ \x7f-\xc3\xbc\xff\x80%+&=";
    for (std::size_t i = 0; i < size; ++i)
        out += random() % 3 == 0 ? awkward[random() % awkward.size()] : static_cast<char>(1 + random() % 255);
    return out;
}

/// The bytes of a member, from its twin where there is one.
std::string bytesIn(const json::value& value, std::string_view member)
{
    const auto* const twin = value.as_object().if_contains(std::string(member) + "_base64");
    if (!twin)
        return std::string(value.at(member).as_string());
    auto text = std::string(twin->as_string());
    for (auto& c : text)
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    return fromBase64Url(text).value_or("no base64");
}

} // namespace

TEST(RandomNames, PathsComeBackAsTheyAre)
{
    std::mt19937 random(17);
    Made made;
    std::map<std::string, std::string> files;
    std::vector<Made::RawEntry> entries;
    while (files.size() < 300) {
        auto name = randomBytes(random, 20);
        if (!isPlainName(name) || files.contains(name))
            continue;
        const auto content = "content of " + std::to_string(files.size());
        files[name] = content;
    }
    for (const auto& [name, content] : files) // sorted by bytes, as git wants
        entries.push_back({"100644", name, made.blob(content)});
    const auto commit = made.commitOf(made.rawTree(entries), "main");
    const auto repository = made.open();
    const auto head = repository.commit(hexOf(commit));
    const Limits limits;
    const auto root = contents(repository, head.get(), "", 0, 1'000, limits).body;
    const auto& listed = root.at("entries").as_array();
    ASSERT_EQ(listed.size(), files.size());
    for (const auto& entry : listed) {
        const auto path = bytesIn(entry, "path");
        ASSERT_TRUE(files.contains(path));
        const auto shown = contents(repository, head.get(), path, 0, 1, limits).body;
        EXPECT_EQ(shown.at("content").as_string(), files[path]);
        EXPECT_TRUE(isUtf8(json::serialize(shown)));
    }
}

TEST(RandomNames, RefsComeBackAsTheyAre)
{
    std::mt19937 random(19);
    Made made;
    const auto id = made.commit("main", {{"a", "1"}});
    std::set<std::string> names{"main"};
    for (int tries = 0; tries < 4'000 && names.size() < 100; ++tries) {
        const auto name = randomBytes(random, 12);
        const auto full = "refs/heads/" + name;
        int valid = 0;
        if (git_reference_name_is_valid(&valid, full.c_str()) < 0 || valid == 0)
            continue;
        try {
            made.ref(full, id);
        } catch (const Failure&) {
            continue; // a/b beside a
        }
        names.insert(name);
    }
    ASSERT_GE(names.size(), 20u);
    const auto repository = made.open();
    std::set<std::string> listed;
    const auto page = branches(repository, "main", {"", "", 200});
    for (const auto& branch : page.body.at("data").as_array())
        listed.insert(bytesIn(branch, "name"));
    EXPECT_EQ(listed, names);
    for (const auto& name : names)
        EXPECT_TRUE(same(*git_commit_id(repository.commit(name).get()), id));
}

TEST(RandomNames, AnyBytesAsPathOrRevisionAreHarmless)
{
    std::mt19937 random(23);
    Made made;
    made.commit("main", {{"a/b/c", "1"}, {"d", "2"}});
    const auto repository = made.open();
    const auto head = repository.commit("main");
    const Limits limits;
    const std::vector<std::string> pieces{"..", ".", "/", "a", "b", "d", ".git", "config", "HEAD", "refs", "heads", "main", "objects", "@{", "^", "~", ":", "\\", "-", "--", "%2e"};
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        if (i % 2 == 0)
            text = randomBytes(random, 40);
        else
            for (auto n = 1 + random() % 6; n > 0; --n)
                text += pieces[random() % pieces.size()] + (random() % 2 ? "/" : "");
        std::set<std::string> allowed{"path_not_found", "revision_not_found", "nothing was refused"};
        EXPECT_TRUE(allowed.contains(codeOf([&] { contents(repository, head.get(), text, 0, 10, limits); }))) << text;
        EXPECT_TRUE(allowed.contains(codeOf([&] { repository.commit(text); }))) << text;
    }
}

TEST(RandomNames, AnyBytesAreJsonInTheEnd)
{
    std::mt19937 random(29);
    for (int i = 0; i < 5'000; ++i) {
        const auto bytes = randomBytes(random, 30);
        json::object object;
        putBytes(object, "name", bytes);
        EXPECT_TRUE(isUtf8(json::serialize(object)));
        EXPECT_EQ(bytesIn(object, "name"), bytes);
    }
}

} // namespace netbit::git::test
