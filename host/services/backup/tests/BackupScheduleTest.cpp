#include "services/backup/BackupSchedule.h"

#include "services/files/FileService.h"
#include "storage/Repositories.h"
#include "storage/Writer.h"
#include "storage/tests/Temporary.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace netbit::services::backup {
namespace {

namespace fs = std::filesystem;

class Schedule : public storage::test::HostDatabase {
protected:
    Schedule()
        : data(fs::path(path).parent_path()), writer(*database, {}),
          files(*database, writer, files::FileStore::open(data / "files").value(), {}, {}, {.program = "/nonexistent", .processes = 0}),
          service(data, files, "1.1.0"), schedule(service)
    {
        options.folder = data / "backups";
        options.every = std::chrono::hours(24);
        writer.start();
    }
    ~Schedule() override
    {
        files.stop();
        writer.stop();
    }

    std::vector<std::string> names() const
    {
        std::vector<std::string> out;
        for (const auto& entry : fs::directory_iterator(options.folder))
            out.push_back(entry.path().filename());
        std::sort(out.begin(), out.end());
        return out;
    }
    /// As if the newest had been written on that day of January 2020.
    void age(int day) const
    {
        const auto newest = names().back();
        const auto rest = newest.substr(newest.find("Z-"));
        fs::rename(options.folder / newest, options.folder / ("netbit-202001" + std::string(day < 10 ? "0" : "") + std::to_string(day) + "T000000" + rest));
    }

    fs::path data;
    storage::Writer writer;
    files::FileService files;
    BackupService service;
    BackupSchedule schedule;
    ScheduleOptions options;
};

TEST_F(Schedule, WritesNothingUntilItIsToldToAndOnlyWhenItIsTimeTo)
{
    options.every = std::chrono::hours(0);
    EXPECT_FALSE(schedule.tend(options));
    EXPECT_FALSE(fs::exists(options.folder));
    options.every = std::chrono::hours(24);
    EXPECT_TRUE(schedule.tend(options));
    EXPECT_FALSE(schedule.tend(options)) << "a day has not passed";
    ASSERT_EQ(names().size(), 1U);
    EXPECT_TRUE(names().front().ends_with("Z-whole.tar"));
    const auto manifest = base::readBackup(options.folder / names().front());
    ASSERT_TRUE(manifest.ok()) << manifest.error().detail;
    EXPECT_EQ(manifest->entries.front().path, "netbit.db");
    EXPECT_FALSE(fs::exists(data / "backup.db"));
}

TEST_F(Schedule, EachSoManiethIsWholeAndTheOldestAreLetGo)
{
    options.wholeEvery = 3;
    options.keep = 2;
    for (int day = 1; day <= 7; ++day) {
        EXPECT_TRUE(schedule.tend(options));
        age(day);
    }
    // Whole were the 1st, the 4th and the 7th; nothing of the 6th is in an earlier one, since there are no uploads.
    const std::vector<std::string> left{"netbit-20200106T000000Z-more.tar", "netbit-20200107T000000Z-whole.tar"};
    EXPECT_EQ(names(), left);
}

TEST_F(Schedule, WhatANewerOneNeedsStays)
{
    addUser(1, "ada");
    const std::string bytes = "what was uploaded";
    {
        auto store = files::FileStore::open(data / "files").value();
        auto incoming = store->begin();
        ASSERT_TRUE(incoming->write(bytes).ok() && incoming->seal().ok());
        ASSERT_TRUE(store->keep(*incoming).ok());
        ASSERT_TRUE(writer
                        .run([&](storage::Connection& connection) {
                            storage::FileRepository::insert(connection, {.ownerId = 1,
                                                                         .sha256 = incoming->sha256(),
                                                                         .size = static_cast<std::int64_t>(bytes.size()),
                                                                         .name = "a",
                                                                         .mediaType = "text/plain",
                                                                         .createdAt = 1});
                            return base::Result<void>();
                        })
                        .ok());
    }
    options.keep = 1;
    for (int day = 1; day <= 3; ++day) {
        EXPECT_TRUE(schedule.tend(options));
        age(day);
    }
    const std::vector<std::string> left{"netbit-20200101T000000Z-whole.tar", "netbit-20200103T000000Z-more.tar"};
    EXPECT_EQ(names(), left) << "the second has nothing that the third needs, the first has the upload";
}

TEST_F(Schedule, OneThatCannotBeWrittenLeavesNothingBehindAndIsNotTriedAtOnce)
{
    std::ofstream(options.folder) << "in the way";
    EXPECT_FALSE(schedule.tend(options));
    fs::remove(options.folder);
    fs::create_directory(options.folder);
    EXPECT_FALSE(schedule.tend(options)) << "the next try is in an hour";
    EXPECT_TRUE(names().empty());
    EXPECT_FALSE(fs::exists(data / "backup.db"));
}

} // namespace
} // namespace netbit::services::backup
