#include "base/Tar.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <random>

namespace netbit::base {
namespace {

namespace fs = std::filesystem;

class Tar : public testing::Test {
protected:
    void SetUp() override
    {
        std::string name = (fs::temp_directory_path() / "netbit-tar-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        _folder = name;
    }
    void TearDown() override { fs::remove_all(_folder); }

    static std::string file(std::string_view name, std::string_view content)
    {
        auto out = tarHead(name, content.size(), 0640, 1'700'000'000);
        out += content;
        return out.append(tarPadding(content.size()), '\0');
    }
    fs::path archive(const std::string& bytes) const
    {
        std::ofstream(_folder / "a.tar", std::ios::binary) << bytes;
        return _folder / "a.tar";
    }
    /// "name=content;" for each, or the error's code.
    static std::string read(const fs::path& path)
    {
        auto reader = TarReader::open(path);
        std::string out;
        while (reader) {
            const auto entry = reader->next();
            if (!entry)
                return std::string(entry.error().code);
            if (!*entry)
                return out;
            out += (*entry)->name + "=";
            if (const auto done = reader->bytes(**entry, [&](std::string_view piece) { return out += piece, true; }); !done)
                return std::string(done.error().code);
            out += ';';
        }
        return std::string(reader.error().code);
    }

    fs::path _folder;
};

TEST_F(Tar, WhatIsWrittenIsReadBackAlsoLongNamesAndEmptyFiles)
{
    const std::string longName = "repositories/" + std::string(200, 'x') + "/HEAD";
    EXPECT_EQ(read(archive(file("a", "one") + file("b", "") + file(longName, std::string(512, 'z')) + tarEnd())),
              "a=one;b=;" + longName + "=" + std::string(512, 'z') + ";");
}

TEST_F(Tar, TarReadsIt)
{
    const std::string longName(150, 'n');
    archive(file("dir/a", "one") + file(longName, "two") + tarEnd());
    ASSERT_EQ(std::system(("cd " + _folder.string() + " && tar -xf a.tar && test \"$(cat dir/a)\" = one && test \"$(cat " + longName +
                           ")\" = two && test \"$(stat -c %a dir/a)\" = 640")
                              .c_str()),
              0);
}

TEST_F(Tar, ASizeOfMoreThanEightGiBIsKept)
{
    const std::uint64_t size = (1ULL << 33) + 5;
    archive(tarHead("big", size, 0600, 0));
    auto reader = TarReader::open(_folder / "a.tar");
    const auto entry = reader->next();
    ASSERT_TRUE(entry.ok() && *entry);
    EXPECT_EQ((*entry)->size, size);
}

TEST_F(Tar, EveryCutIsSeen)
{
    const auto whole = file("a", "some content") + file("b", "more") + tarEnd();
    for (std::size_t size = 0; size < whole.size(); size += 37)
        EXPECT_EQ(read(archive(whole.substr(0, size))), "bad_archive") << size;
}

TEST_F(Tar, RandomBytesAreRefusedAndHarmNothing)
{
    std::mt19937 random(7);
    const auto whole = file("a", std::string(700, 'x')) + file(std::string(300, 'n'), "more") + tarEnd();
    for (int round = 0; round < 2'000; ++round) {
        auto bytes = whole;
        for (int i = 0; i < 3; ++i)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        read(archive(bytes)); // anything but a crash; digests are the manifest's work
    }
    for (int round = 0; round < 500; ++round) {
        std::string bytes(1024, '\0');
        for (auto& byte : bytes)
            byte = static_cast<char>(random());
        EXPECT_EQ(read(archive(bytes)), "bad_archive");
    }
}

} // namespace
} // namespace netbit::base
