// An archive that could do harm is refused, and it is said which entry and why.

#include "tests/support/exports/Archive.h"
#include "cli/tests/TempDir.h"
#include "cli/transfer/Zip.h"

#include <gtest/gtest.h>
#include <iterator>
#include <random>

namespace netbit::cli::transfer
{

namespace
{

using netbit::test::Files;
using test::TempDir;
using netbit::test::writeZip;

class Archives : public testing::Test
{
protected:
    std::string path() const { return dir.path("a.zip"); }
    std::string refusal(const ZipLimits& limits = {}) const
    {
        const auto zip = Zip::open(path(), limits);
        return zip ? "" : zip.error().code;
    }
    std::string bytes() const
    {
        std::ifstream in(path(), std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void replace(const std::string& from, const std::string& to) const
    {
        auto all = bytes();
        std::size_t count = 0;
        for (auto at = all.find(from); at != std::string::npos; at = all.find(from, at + to.size()), ++count)
            all.replace(at, from.size(), to);
        ASSERT_GT(count, 0u);
        dir.write("a.zip", all);
    }

    TempDir dir;
};

TEST_F(Archives, AGoodOneIsReadWholeAndByPieces)
{
    std::string large;
    std::mt19937 random(1);
    for (int i = 0; i < 300'000; ++i)
        large += static_cast<char>(random());
    writeZip(path(), {{"users.json", "[]"}, {"general/", ""}, {"general/2020-01-01.json", large}});
    const auto zip = Zip::open(path());
    ASSERT_TRUE(zip.ok()) << zip.error().detail;
    EXPECT_EQ((*zip)->entries().size(), 2u) << "a directory is no file";
    EXPECT_EQ(*(*zip)->read(*(*zip)->find("users.json")), "[]");
    EXPECT_EQ(*(*zip)->read(*(*zip)->find("general/2020-01-01.json")), large);
    auto stream = (*zip)->stream(*(*zip)->find("general/2020-01-01.json"));
    std::string got;
    for (char piece[777];;) {
        const auto count = (*stream)->read(piece, sizeof piece);
        ASSERT_TRUE(count.ok());
        if (*count == 0)
            break;
        got.append(piece, *count);
    }
    EXPECT_EQ(got, large);
    EXPECT_EQ((*zip)->find("nothing"), nullptr);
}

TEST_F(Archives, NamesThatLeadAnywhereAreRefused)
{
    for (const auto* const name : {"../evil", "a/../../evil", "/etc/passwd", "a/..", "C:/x", ".."}) {
        writeZip(path(), {{name, "x"}});
        EXPECT_EQ(refusal(), "zip_bad_name") << name;
    }
    writeZip(path(), {{"aXb.json", "x"}});
    replace("aXb.json", "a\\b.json");
    EXPECT_EQ(refusal(), "zip_bad_name");
    writeZip(path(), {{"aXb.json", "x"}});
    replace("aXb.json", "a\nb.json");
    EXPECT_EQ(refusal(), "zip_bad_name");
    writeZip(path(), {{"...", "x"}, {"a/..b", "y"}});
    EXPECT_EQ(refusal(), "") << "dots alone do no harm";
}

TEST_F(Archives, TwoEntriesOfOneNameAreRefused)
{
    writeZip(path(), {{"aaaa.json", "1"}, {"bbbb.json", "2"}});
    replace("bbbb.json", "aaaa.json");
    EXPECT_EQ(refusal(), "zip_duplicate");
}

TEST_F(Archives, BombsAreRefusedBeforeTheyAreUnpacked)
{
    writeZip(path(), {{"bomb.json", std::string(std::size_t{64} << 20, '0')}});
    const auto bomb = Zip::open(path());
    ASSERT_FALSE(bomb.ok());
    EXPECT_EQ(bomb.error().code, "zip_bomb");
    EXPECT_NE(bomb.error().detail.find("bomb.json"), std::string::npos);
    writeZip(path(), {{"a", "1234567890"}, {"b", "1234567890"}, {"c", "1"}});
    EXPECT_EQ(refusal({.entries = 2}), "zip_too_many_entries");
    EXPECT_EQ(refusal({.totalBytes = 20}), "zip_too_large");
    EXPECT_EQ(refusal({.totalBytes = 21}), "");
    const auto zip = Zip::open(path(), {.wholeBytes = 9});
    EXPECT_EQ((*zip)->read(*(*zip)->find("a")).error().code, "zip_too_large");
    EXPECT_TRUE((*zip)->read(*(*zip)->find("c")).ok());
}

TEST_F(Archives, WhatIsDamagedIsNotTakenForGood)
{
    const auto store = [](zip_t* zip, zip_uint64_t index) { zip_set_file_compression(zip, index, ZIP_CM_STORE, 0); };
    writeZip(path(), {{"a.json", "the first text"}}, store);
    replace("the first text", "the other text");
    const auto zip = Zip::open(path());
    ASSERT_TRUE(zip.ok());
    const auto read = (*zip)->read(*(*zip)->find("a.json"));
    ASSERT_FALSE(read.ok()) << "its checksum is another";
    EXPECT_EQ(read.error().code, "zip_damaged");
    EXPECT_NE(read.error().detail.find("a.json"), std::string::npos);
    dir.write("a.zip", bytes().substr(0, bytes().size() - 10));
    EXPECT_EQ(refusal(), "not_a_zip");
    dir.write("a.zip", "PK but nothing else");
    EXPECT_EQ(refusal(), "not_a_zip");
    EXPECT_EQ(Zip::open(dir.path("none.zip")).error().code, "unreadable");
}

TEST_F(Archives, LinksAndSecretsAreRefused)
{
    writeZip(path(), {{"link", "/etc/passwd"}}, [](zip_t* zip, zip_uint64_t index) {
        zip_file_set_external_attributes(zip, index, 0, ZIP_OPSYS_UNIX, zip_uint32_t{0120777} << 16);
    });
    EXPECT_EQ(refusal(), "zip_link");
    writeZip(path(), {{"secret", "x"}}, [](zip_t* zip, zip_uint64_t index) {
        zip_file_set_encryption(zip, index, ZIP_EM_AES_256, "word");
    });
    EXPECT_EQ(refusal(), "zip_encrypted");
}

TEST_F(Archives, MutatedBytesAreReadOrRefused)
{
    writeZip(path(), {{"users.json", std::string(500, 'u')}, {"c/2020-01-01.json", "[1,2,3]"}, {"d/x", std::string(3'000, 'z')}});
    const auto good = bytes();
    std::mt19937 random(5);
    const auto pick = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(random); };
    std::size_t opened = 0;
    for (int round = 0; round < 2'000; ++round) {
        auto bad = good;
        for (auto changes = 1 + pick(4); changes > 0; --changes)
            bad[pick(bad.size() - 1)] = static_cast<char>(pick(255));
        dir.write("a.zip", bad);
        const auto zip = Zip::open(path());
        if (!zip)
            continue;
        ++opened;
        for (const auto& [name, entry] : (*zip)->entries())
            if (const auto read = (*zip)->read(entry)) {
                EXPECT_EQ(read->size(), entry.bytes);
            }
    }
    EXPECT_GT(opened, 50u);
}

} // namespace

} // namespace netbit::cli::transfer
