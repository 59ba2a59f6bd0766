#include "Made.h"

#include "browse/Contents.h"
#include "browse/Languages.h"
#include "browse/RefLists.h"
#include "browse/Search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fcntl.h>
#include <set>
#include <unistd.h>

namespace netbit::git::test {

namespace json = boost::json;

namespace {

std::string text(const json::value& value, std::string_view member) { return std::string(value.at(member).as_string()); }

class Contents : public testing::Test {
protected:
    json::object at(std::string_view path, std::string_view revision = "main")
    {
        const auto repository = made.open();
        return contents(repository, repository.commit(revision).get(), path, 0, 100, limits).body;
    }
    Made made;
    Limits limits;
};

} // namespace

TEST_F(Contents, AFolderTellsItsEntriesInGitsOrder)
{
    made.commit("main", {{"b.txt", "bee"}, {"a/deep/file", "x"}, {"run", "#!", GIT_FILEMODE_BLOB_EXECUTABLE},
                         {"link", "/etc/passwd", GIT_FILEMODE_LINK},
                         {"lib", "1234567890123456789012345678901234567890", GIT_FILEMODE_COMMIT}});
    const auto root = at("");
    const auto& entries = root.at("entries").as_array();
    ASSERT_EQ(entries.size(), 5u);
    EXPECT_EQ(text(entries[0], "name"), "a");
    EXPECT_EQ(text(entries[0], "type"), "tree");
    EXPECT_TRUE(entries[0].at("size").is_null());
    EXPECT_EQ(text(entries[1], "path"), "b.txt");
    EXPECT_EQ(entries[1].at("size").to_number<int>(), 3);
    EXPECT_EQ(text(entries[2], "type"), "submodule");
    EXPECT_EQ(text(entries[3], "type"), "symlink");
    EXPECT_EQ(text(entries[4], "mode"), "100755");
    EXPECT_EQ(text(at("a/deep").at("entries").as_array()[0], "path"), "a/deep/file");
}

TEST_F(Contents, AFileIsTextOrBase64)
{
    made.commit("main", {{"text", "grün\n"}, {"latin", "gr\xFCn"}, {"binary", std::string("a\0b", 3)}});
    EXPECT_EQ(text(at("text"), "content"), "grün\n");
    EXPECT_EQ(text(at("text"), "encoding"), "utf-8");
    EXPECT_EQ(text(at("latin"), "encoding"), "base64");
    EXPECT_EQ(text(at("latin"), "content"), "Z3L8bg==");
    EXPECT_FALSE(at("latin").at("binary").as_bool());
    EXPECT_TRUE(at("binary").at("binary").as_bool());
}

TEST_F(Contents, ALargeFileIsNamedAndNotShown)
{
    limits.blobBytes = 10;
    limits.rawBytes = 20;
    made.commit("main", {{"middle", std::string(15, 'x')}, {"large", std::string(25, 'x')}});
    EXPECT_TRUE(at("large").at("content").is_null());
    EXPECT_EQ(at("large").at("size").to_number<int>(), 25);
    const auto repository = made.open();
    const auto head = repository.commit("main");
    EXPECT_EQ(bytesOf(rawFile(repository, head.get(), "middle", limits).blob.get()).size(), 15u);
    EXPECT_EQ(codeOf([&] { rawFile(repository, head.get(), "large", limits); }), "file_too_large");
}

TEST_F(Contents, LinksAndSubmodulesAreToldAndNotFollowed)
{
    made.commit("main", {{"out", "../../../etc", GIT_FILEMODE_LINK}, {"in", "dir", GIT_FILEMODE_LINK}, {"dir/file", "x"},
                         {"lib", "1234567890123456789012345678901234567890", GIT_FILEMODE_COMMIT},
                         {".gitmodules", "[submodule \"lib\"]\n\tpath = lib\n\turl = https://example.org/lib.git\n"}});
    EXPECT_EQ(text(at("out"), "target"), "../../../etc");
    EXPECT_EQ(text(at("lib"), "url"), "https://example.org/lib.git");
    EXPECT_EQ(codeOf([&] { at("in/file"); }), "path_not_found");
    EXPECT_EQ(codeOf([&] { at("out/passwd"); }), "path_not_found");
    EXPECT_EQ(codeOf([&] { at("lib/file"); }), "path_not_found");
    const auto repository = made.open();
    const auto head = repository.commit("main");
    EXPECT_EQ(bytesOf(rawFile(repository, head.get(), "out", limits).blob.get()), "../../../etc");
    EXPECT_EQ(codeOf([&] { rawFile(repository, head.get(), "lib", limits); }), "not_a_file");
    EXPECT_EQ(codeOf([&] { rawFile(repository, head.get(), "dir", limits); }), "not_a_file");
}

TEST_F(Contents, PathsThatLeadElsewhereAreNotThere)
{
    made.commit("main", {{"a/b", "x"}});
    for (const std::string_view path : {"..", "../x", "a/../a/b", "/etc/passwd", "a//b", "./a", "a/.", "a/b/", ".git/config", "HEAD"})
        EXPECT_EQ(codeOf([&] { at(path); }), "path_not_found") << path;
    EXPECT_EQ(codeOf([&] { at(std::string_view("a\0/b", 4)); }), "path_not_found");
    EXPECT_EQ(codeOf([&] { at(std::string(5'000, 'a')); }), "path_not_found");
}

TEST_F(Contents, ARevisionIsANameOrAnIdAndNothingElse)
{
    const auto first = made.commit("main", {{"a", "1"}});
    const auto second = made.commit("main", {{"a", "2"}});
    const auto tagged = made.tag("v1", first, "one");
    made.ref("refs/heads/v1", second); // a branch goes before a tag of the same name
    const auto id = [&](const std::string& revision) { return hexOf(git_commit_id(made.open().commit(revision).get())); };
    EXPECT_EQ(id("main"), hexOf(second));
    EXPECT_EQ(id(hexOf(first)), hexOf(first));
    EXPECT_EQ(id(hexOf(first).substr(0, 10)), hexOf(first));
    EXPECT_EQ(id("refs/tags/v1"), hexOf(first));
    EXPECT_EQ(id(hexOf(tagged)), hexOf(first));
    EXPECT_EQ(id("v1"), hexOf(second));
    made.ref("refs/heads/" + hexOf(first), second); // nor is an id taken for a branch that is called like it
    EXPECT_EQ(id(hexOf(first)), hexOf(first));
    for (const std::string revision : {"", "HEAD", "main~1", "main^", "main@{0}", "@{-1}", ":/a", "main:a", "..", "../config", "refs/heads",
                                       "refs/heads/../../config", "--help", "main..main", "abcdef0", "0000000000000000000000000000000000000000"})
        EXPECT_EQ(codeOf([&] { made.open().commit(revision); }), "revision_not_found") << revision;
}

TEST_F(Contents, PagesOfALargeFolderGiveEveryEntryOnce)
{
    std::vector<Change> changes;
    for (int i = 0; i < 250; ++i)
        changes.push_back({"file" + std::to_string(i), "x"});
    made.commit("main", changes);
    const auto repository = made.open();
    const auto head = repository.commit("main");
    std::set<std::string> seen;
    std::size_t count = 0;
    for (std::uint64_t from = 0;;) {
        const auto page = contents(repository, head.get(), "", from, 60, limits);
        for (const auto& entry : page.body.at("entries").as_array()) {
            seen.insert(text(entry, "name"));
            ++count;
        }
        if (page.next.empty())
            break;
        const auto cursor = Cursor::read(page.next);
        ASSERT_TRUE(cursor);
        from = cursor->at;
    }
    EXPECT_EQ(count, 250u);
    EXPECT_EQ(seen.size(), 250u);
    EXPECT_TRUE(contents(repository, head.get(), "", 1'000'000, 60, limits).body.at("entries").as_array().empty());
}

TEST_F(Contents, ASealedFileHoldsTheBytesAndNobodyChangesThem)
{
    const int file = sealedFile("some bytes");
    ASSERT_GE(file, 0);
    char read[32];
    EXPECT_EQ(pread(file, read, sizeof read, 0), 10);
    EXPECT_EQ(std::string(read, 10), "some bytes");
    EXPECT_LT(pwrite(file, "x", 1, 0), 0);
    close(file);
}

TEST_F(Contents, BranchesAndTagsArePagedByName)
{
    const auto id = made.commit("main", {{"a", "1"}});
    for (int i = 0; i < 25; ++i)
        made.ref("refs/heads/topic/" + std::to_string(100 + i), id);
    const auto repository = made.open();
    std::vector<std::string> names;
    for (std::string after;;) {
        const auto page = branches(repository, "main", {after, "", 7});
        for (const auto& branch : page.body.at("data").as_array()) {
            names.push_back(text(branch, "name"));
            EXPECT_EQ(branch.at("is_default").as_bool(), names.back() == "main");
            EXPECT_EQ(text(branch.at("commit"), "id"), hexOf(id));
        }
        if (page.next.empty())
            break;
        after = page.next;
    }
    EXPECT_EQ(names.size(), 26u);
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
    EXPECT_EQ(branches(repository, "main", {"", "11", 50}).body.at("data").as_array().size(), 10u);

    made.tag("v1", id, "the first\n\nof many\n");
    made.ref("refs/tags/light", id);
    made.ref("refs/tags/blob", made.blob("no commit"));
    const auto list = tags(made.open(), {"", "", 50}).body.at("data").as_array();
    ASSERT_EQ(list.size(), 3u);
    EXPECT_TRUE(list[0].at("commit").is_null()) << "a tag of a blob";
    EXPECT_TRUE(list[1].at("annotation").is_null());
    EXPECT_EQ(text(list[2].at("annotation"), "message"), "the first\n\nof many\n");
    EXPECT_EQ(text(list[2].at("annotation").at("tagger"), "email"), "tagger@example.org");
    EXPECT_EQ(text(list[2].at("commit"), "id"), hexOf(id));
}

TEST_F(Contents, LanguagesAreCountedByName)
{
    made.commit("main", {{"a.cpp", std::string(100, 'x')}, {"b/c.CPP", std::string(50, 'x')}, {"Makefile", "all:"}, {"x.unknown", "1"},
                         {".bashrc", "no ending"}, {"l.py", "/etc/passwd", GIT_FILEMODE_LINK}});
    const auto repository = made.open();
    const auto out = languages(repository, repository.commit("main").get(), limits).body;
    const auto& list = out.at("languages").as_array();
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(text(list[0], "name"), "C++");
    EXPECT_EQ(list[0].at("bytes").to_number<int>(), 150);
    EXPECT_EQ(text(list[1], "name"), "Makefile");
    EXPECT_TRUE(out.at("complete").as_bool());
    limits.walkedEntries = 2;
    EXPECT_FALSE(languages(repository, repository.commit("main").get(), limits).body.at("complete").as_bool());
}

TEST_F(Contents, CodeIsFoundLineByLine)
{
    made.commit("main", {{"a.txt", "first Needle needle\nsecond\nthird NEEDLE"}, {"sub/b.txt", "a needle"}, {"c.bin", std::string("needle\0", 7)}});
    const auto repository = made.open();
    const auto head = repository.commit("main");
    auto hits = searchCode(repository, head.get(), {"needle", false, ""}, 0, 50, limits).body.at("data").as_array();
    ASSERT_EQ(hits.size(), 3u);
    EXPECT_EQ(text(hits[0], "text"), "first Needle needle");
    EXPECT_EQ(hits[0].at("line").to_number<int>(), 1);
    EXPECT_EQ(hits[0].at("column").to_number<int>(), 7);
    EXPECT_EQ(hits[1].at("line").to_number<int>(), 3);
    EXPECT_EQ(text(hits[2], "path"), "sub/b.txt");
    EXPECT_EQ(searchCode(repository, head.get(), {"NEEDLE", true, ""}, 0, 50, limits).body.at("data").as_array().size(), 1u);
    EXPECT_EQ(searchCode(repository, head.get(), {"needle", false, "sub"}, 0, 50, limits).body.at("data").as_array().size(), 1u);
    EXPECT_EQ(codeOf([&] { searchCode(repository, head.get(), {"needle", false, "nowhere"}, 0, 50, limits); }), "path_not_found");

    // One file at a time: the pages together are the whole.
    limits.time = std::chrono::milliseconds(0);
    std::size_t found = 0;
    for (std::uint64_t from = 0;;) {
        const auto page = searchCode(repository, head.get(), {"needle", false, ""}, from, 50, limits);
        found += page.body.at("data").as_array().size();
        if (page.next.empty())
            break;
        from = Cursor::read(page.next)->at;
    }
    EXPECT_EQ(found, 3u);
}

} // namespace netbit::git::test
