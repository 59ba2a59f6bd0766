#include "Made.h"

#include "browse/Archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <map>

namespace netbit::git::test {

namespace {

struct Read {
    std::string content;
    std::string link;
    bool folder = false;
    unsigned mode = 0;
};

class Archives : public testing::Test {
protected:
    std::string bytesOfArchive(ArchiveKind kind, const git_oid& commit)
    {
        Archive archive(made.open(), commit, kind, "repo-main", limits);
        std::string out;
        while (archive.next(out))
            largest = std::max(largest, out.size());
        return out;
    }
    static std::map<std::string, Read> filesOf(const std::string& bytes)
    {
        struct Close {
            void operator()(struct archive* it) const { archive_read_free(it); }
        };
        const std::unique_ptr<struct archive, Close> reader(archive_read_new());
        archive_read_support_format_all(reader.get());
        archive_read_support_filter_all(reader.get());
        EXPECT_EQ(archive_read_open_memory(reader.get(), bytes.data(), bytes.size()), ARCHIVE_OK);
        std::map<std::string, Read> out;
        archive_entry* entry = nullptr;
        int status = ARCHIVE_OK;
        while ((status = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK) {
            Read file;
            file.link = archive_entry_symlink(entry) ? archive_entry_symlink(entry) : "";
            file.folder = archive_entry_filetype(entry) == AE_IFDIR;
            file.mode = archive_entry_perm(entry);
            char piece[4096];
            for (la_ssize_t got = 0; (got = archive_read_data(reader.get(), piece, sizeof piece)) > 0;)
                file.content.append(piece, static_cast<std::size_t>(got));
            EXPECT_TRUE(out.emplace(archive_entry_pathname(entry), file).second) << archive_entry_pathname(entry) << " is there twice";
        }
        EXPECT_EQ(status, ARCHIVE_EOF) << archive_error_string(reader.get());
        return out;
    }
    Made made;
    Limits limits;
    std::size_t largest = 0;
};

} // namespace

TEST_F(Archives, BothKindsHoldTheFilesOfTheCommit)
{
    const auto commit = made.commit("main", {{"a.txt", "hello"}, {"dir/run", "#!/bin/sh\n", GIT_FILEMODE_BLOB_EXECUTABLE}, {"empty", ""},
                                             {"dir/link", "../a.txt", GIT_FILEMODE_LINK}, {"out", "/etc/passwd", GIT_FILEMODE_LINK},
                                             {"lib", "1234567890123456789012345678901234567890", GIT_FILEMODE_COMMIT},
                                             {"big", std::string(300'000, 'b')}});
    for (const auto kind : {ArchiveKind::zip, ArchiveKind::tarGz}) {
        const auto bytes = bytesOfArchive(kind, commit);
        const auto files = filesOf(bytes);
        ASSERT_EQ(files.size(), 7u);
        EXPECT_EQ(files.at("repo-main/a.txt").content, "hello");
        EXPECT_EQ(files.at("repo-main/empty").content, "");
        EXPECT_EQ(files.at("repo-main/big").content, std::string(300'000, 'b'));
        EXPECT_EQ(files.at("repo-main/dir/link").link, "../a.txt");
        EXPECT_EQ(files.at("repo-main/out").link, "") << "what leads out of the archive is no link";
        EXPECT_EQ(files.at("repo-main/out").content, "/etc/passwd");
        EXPECT_TRUE(files.at("repo-main/lib/").folder);
        EXPECT_EQ(files.at("repo-main/dir/run").mode & 0100u, 0100u);
        EXPECT_EQ(bytesOfArchive(kind, commit), bytes) << "the same commit is the same bytes";
    }
}

TEST_F(Archives, NamesThatLeadElsewhereAreLeftOut)
{
    const auto blob = made.blob("evil");
    const auto inner = made.rawTree({{"100644", "file", blob}});
    const auto tree = made.rawTree({{"40000", "..", inner}, {"100644", ".git", blob}, {"40000", ".GIT", inner}, {"100644", "a", blob}, {"40000", "a", inner},
                                    {"100644", "b\\..\\..\\c", blob}, {"100644", "good", blob}, {"100644", "x/../../y", blob}});
    const auto commit = made.commitOf(tree, "evil");
    for (const auto kind : {ArchiveKind::zip, ArchiveKind::tarGz}) {
        for (const auto& [name, file] : filesOf(bytesOfArchive(kind, commit))) {
            EXPECT_TRUE(name.starts_with("repo-main/")) << name;
            const auto below = name.substr(10);
            EXPECT_TRUE(isPlainName(below)) << name;
            if (kind == ArchiveKind::zip) {
                EXPECT_EQ(below.find('\\'), std::string::npos) << name;
            }
        }
    }
}

TEST_F(Archives, ItComesInPieces)
{
    std::vector<Change> changes;
    std::string noise;
    unsigned state = 1;
    for (int i = 0; i < 100'000; ++i)
        noise += static_cast<char>((state = state * 1'103'515'245u + 12'345u) >> 16);
    for (int i = 0; i < 30; ++i)
        changes.push_back({"f" + std::to_string(i), noise + std::to_string(i)});
    const auto commit = made.commit("main", changes);
    Archive archive(made.open(), commit, ArchiveKind::zip, "r", limits);
    std::size_t pieces = 0;
    std::size_t all = 0;
    for (bool more = true; more; ++pieces) {
        std::string piece;
        more = archive.next(piece);
        EXPECT_LT(piece.size(), 400'000u);
        all += piece.size();
    }
    EXPECT_GT(all, 3'000'000u);
    EXPECT_GT(pieces, 20u);
}

TEST_F(Archives, DeepTreesAndLargeFilesAreRefused)
{
    auto tree = made.rawTree({{"100644", "f", made.blob("x")}});
    for (int i = 0; i < 1'000; ++i)
        tree = made.rawTree({{"40000", "d", tree}});
    const auto deep = made.commitOf(tree, "deep");
    EXPECT_EQ(codeOf([&] { bytesOfArchive(ArchiveKind::zip, deep); }), "tree_too_deep");
    limits.rawBytes = 10;
    const auto large = made.commit("main", {{"large", "more than ten bytes"}});
    EXPECT_EQ(codeOf([&] { bytesOfArchive(ArchiveKind::tarGz, large); }), "file_too_large");
}

TEST(Links, StayInsideOrNot)
{
    EXPECT_TRUE(staysInside("a/b", "c"));
    EXPECT_TRUE(staysInside("a/b", "../c"));
    EXPECT_TRUE(staysInside("a/b", "./x/../../c"));
    for (const std::string_view target : {"", "/c", "../../c", "x/../../../c", "..\\c"})
        EXPECT_FALSE(staysInside("a/b", target)) << target;
    EXPECT_FALSE(staysInside("a", "../a"));
}

} // namespace netbit::git::test
