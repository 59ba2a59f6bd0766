#include "base/Backup.h"

#include "base/Digest.h"

#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace netbit::base {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Backup : public testing::Test {
protected:
    void SetUp() override
    {
        std::string name = (fs::temp_directory_path() / "netbit-backup-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        _folder = name;
    }
    void TearDown() override { fs::remove_all(_folder); }

    struct File {
        std::string path;
        std::string content;
        std::string in = {};
    };
    static std::string packed(std::string_view name, std::string_view content)
    {
        auto out = tarHead(name, content.size(), 0600, 0);
        out += content;
        return out.append(tarPadding(content.size()), '\0');
    }
    fs::path write(const std::string& name, const std::vector<File>& files) const
    {
        std::string out;
        BackupManifest manifest{"2026-01-01T00:00:00.000Z", "1.1.0", {}};
        for (const auto& file : files) {
            if (file.in.empty())
                out += packed(file.path, file.content);
            manifest.entries.push_back({file.path, file.content.size(), sha256Hex(file.content), file.in});
        }
        out += packed(backupManifest, backupManifestText(manifest)) + tarEnd();
        std::ofstream(_folder / name, std::ios::binary) << out;
        return _folder / name;
    }
    static std::string fault(const fs::path& archive)
    {
        const auto manifest = readBackup(archive);
        if (!manifest)
            return manifest.error().detail;
        const auto walked = walkBackup(archive, *manifest, [](const auto&, std::string_view) { return Result<void>(); });
        return walked ? std::string() : walked.error().detail;
    }

    fs::path _folder;
};

TEST_F(Backup, IsReadAsItWasWrittenWithWhatEarlierOnesHave)
{
    write("one.tar", {{"netbit.db", "old"}, {"files/aa/bb/aabb", "upload"}});
    const auto two = write("two.tar", {{"netbit.db", "new"}, {"files/aa/bb/aabb", "upload", "one.tar"}, {"files/cc/dd/ccdd", "second"}});
    const auto manifest = readBackup(two);
    ASSERT_TRUE(manifest.ok()) << manifest.error().detail;
    EXPECT_EQ(manifest->madeAt, "2026-01-01T00:00:00.000Z");
    std::string seen;
    const auto walked = walkBackup(two, *manifest, [&](const BackupEntry& entry, std::string_view piece) {
        seen += piece.empty() ? "<" + entry.path + ">" : std::string(piece);
        return Result<void>();
    });
    ASSERT_TRUE(walked.ok()) << walked.error().detail;
    EXPECT_EQ(seen, "new<netbit.db>upload<files/aa/bb/aabb>second<files/cc/dd/ccdd>");
    fs::remove(_folder / "one.tar");
    EXPECT_THAT(fault(two), HasSubstr("one.tar is missing"));
}

TEST_F(Backup, AFlippedBitAnywhereIsFound)
{
    const auto path = write("one.tar", {{"netbit.db", std::string(600, 'd')}, {"files/aa/bb/aabb", "upload"}});
    EXPECT_EQ(fault(path), "");
    std::string bytes;
    {
        std::ifstream in(path, std::ios::binary);
        bytes.assign(std::istreambuf_iterator<char>(in), {});
    }
    int unseen = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        auto damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        std::ofstream(path, std::ios::binary | std::ios::trunc) << damaged;
        if (fault(path).empty()) {
            ++unseen;
            EXPECT_EQ(bytes[at], '\0') << "at " << at << ": only what fills a block up may change unseen";
        }
    }
    EXPECT_LT(unseen, static_cast<int>(bytes.size()) / 3);
}

TEST_F(Backup, APathThatLeavesTheDirectoryIsRefused)
{
    for (const auto* const path : {"../netbit.db", "/etc/passwd", "files//x", "files/./x", "files/..", ""})
        EXPECT_FALSE(readBackupEntry(backupEntryLine({path, 1, std::string(64, 'a'), {}})).ok()) << path;
    EXPECT_FALSE(readBackupEntry(backupEntryLine({"files/x", 1, std::string(64, 'a'), "../other.tar"})).ok());
    EXPECT_TRUE(readBackupEntry(backupEntryLine({"files/x", 1, std::string(64, 'a'), "other.tar"})).ok());
}

TEST_F(Backup, FilesThatNobodyListsAndListsOfWhatIsNotThereAreRefused)
{
    BackupManifest manifest{"2026-01-01T00:00:00.000Z", "1.1.0", {}};
    std::ofstream(_folder / "a.tar", std::ios::binary)
        << packed("extra", "x") << packed(backupManifest, backupManifestText(manifest)) << tarEnd();
    EXPECT_THAT(fault(_folder / "a.tar"), HasSubstr("does not list"));
    manifest.entries.push_back({"netbit.db", 3, sha256Hex("abc"), {}});
    std::ofstream(_folder / "b.tar", std::ios::binary) << packed(backupManifest, backupManifestText(manifest)) << tarEnd();
    EXPECT_THAT(fault(_folder / "b.tar"), HasSubstr("netbit.db is not in it"));
    std::ofstream(_folder / "c.tar", std::ios::binary) << packed("netbit.db", "abc") << tarEnd();
    EXPECT_THAT(fault(_folder / "c.tar"), HasSubstr("there is no MANIFEST"));
}

TEST_F(Backup, OnlyWhatIsNamedByItsContentIsTakenFromEarlierOnes)
{
    EXPECT_TRUE(backupImmutable("files/aa/bb/aabb"));
    EXPECT_TRUE(backupImmutable("repositories/0a/1.git/objects/pack/pack-1.pack"));
    EXPECT_TRUE(backupImmutable("repositories/0a/1.git/objects/ab/cdef"));
    for (const auto* const path : {"netbit.db", "secrets/key", "repositories/0a/1.git/HEAD", "repositories/0a/1.git/refs/heads/main",
                                   "repositories/0a/1.git/objects/info/packs", "repositories/0a/1.git/objects/pack/multi-pack-index"})
        EXPECT_FALSE(backupImmutable(path)) << path;
}

} // namespace
} // namespace netbit::base
