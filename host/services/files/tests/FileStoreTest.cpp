#include "services/files/FileStore.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace netbit::services::files {
namespace {

namespace fs = std::filesystem;

class Store : public testing::Test {
protected:
    Store()
    {
        auto name = (fs::temp_directory_path() / "netbit-files-XXXXXX").string();
        root = mkdtemp(name.data());
        store = FileStore::open(root / "files").value();
    }
    ~Store() override { fs::remove_all(root); }

    std::string put(std::string_view bytes)
    {
        auto incoming = store->begin().value();
        EXPECT_TRUE(incoming.write(bytes.substr(0, bytes.size() / 2)).ok());
        EXPECT_TRUE(incoming.write(bytes.substr(bytes.size() / 2)).ok());
        EXPECT_TRUE(incoming.seal().ok());
        EXPECT_TRUE(store->keep(incoming).ok());
        return incoming.sha256();
    }
    std::ptrdiff_t count() const
    {
        return std::count_if(fs::recursive_directory_iterator(root), fs::recursive_directory_iterator(),
                             [](const auto& entry) { return entry.is_regular_file(); });
    }

    fs::path root;
    std::unique_ptr<FileStore> store;
};

TEST_F(Store, BytesLieUnderTheirDigest)
{
    const auto digest = put("hello");
    EXPECT_EQ(digest, base::sha256("hello"));
    const auto file = store->file(digest);
    ASSERT_TRUE(file);
    char bytes[8];
    EXPECT_EQ(::pread(file.get(), bytes, sizeof bytes, 0), 5);
    const auto name = base::sha256Hex("hello");
    EXPECT_TRUE(fs::exists(root / "files" / name.substr(0, 2) / name.substr(2, 2) / name));
    EXPECT_FALSE(store->file(base::sha256("other")));
    put("hello");
    EXPECT_EQ(count(), 1);
}

TEST_F(Store, WhatWasOnItsWayIsGoneAtTheStart)
{
    {
        auto kept = store->begin().value();
        EXPECT_TRUE(kept.write("half").ok());
    }
    EXPECT_EQ(count(), 0) << "dropped";
    std::ofstream(root / "files" / "incoming" / "abandoned") << "half";
    store = FileStore::open(root / "files").value();
    EXPECT_EQ(count(), 0);
}

TEST_F(Store, TheDigestOfWhatOthersWroteIsTakenFromTheFile)
{
    auto incoming = store->begin().value();
    ASSERT_EQ(::write(incoming.descriptor(), "by others", 9), 9);
    ASSERT_TRUE(incoming.seal(true).ok());
    EXPECT_EQ(incoming.size(), 9u);
    EXPECT_EQ(incoming.sha256(), base::sha256("by others"));
}

TEST_F(Store, WhatIsPinnedOrInUseIsNotRemoved)
{
    const auto digest = put("bytes");
    {
        const auto pin = store->pin(digest);
        const auto twice = store->pin(digest);
        EXPECT_FALSE(store->remove(digest, [] { return true; }));
    }
    EXPECT_FALSE(store->remove(digest, [] { return false; }));
    EXPECT_TRUE(store->file(digest));
    EXPECT_TRUE(store->remove(digest, [] { return true; }));
    EXPECT_FALSE(store->file(digest));
    EXPECT_TRUE(store->remove(digest, [] { return true; })) << "gone is gone";
}

} // namespace
} // namespace netbit::services::files
