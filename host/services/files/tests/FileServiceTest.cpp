#include "services/files/FileOperations.h"
#include "services/files/FileService.h"
#include "storage/Repositories.h"
#include "storage/Writer.h"
#include "storage/tests/Temporary.h"

#include <boost/json/parse.hpp>
#include <filesystem>
#include <future>
#include <set>

namespace netbit::services::files {
namespace {

namespace fs = std::filesystem;

auth::PrincipalPtr principal(Id userId)
{
    return std::make_shared<const auth::Principal>(auth::Principal::Kind::session, userId,
                                                   "user" + std::to_string(userId), false, 1, 0);
}

class FilesOfUsers : public storage::test::HostDatabase {
protected:
    FilesOfUsers()
    {
        for (Id id = 1; id <= 3; ++id)
            storage::UserRepository::insert(connection(), {.id = id, .username = "user" + std::to_string(id), .createdAt = 1});
        auto name = (fs::temp_directory_path() / "netbit-files-XXXXXX").string();
        root = mkdtemp(name.data());
        writer = std::make_unique<storage::Writer>(*database, storage::Writer::Options{});
        FileRules rules;
        rules.mayReadChat = [this](const auth::Principal& who, Id chat) -> base::Result<void> {
            if (members.contains({who.userId(), chat}))
                return {};
            return base::fault(base::Status::notFound, "chat_not_found", "");
        };
        rules.maySeeUser = [](const auth::Principal&, Id) { return base::Result<void>(); };
        files = std::make_unique<FileService>(
            *database, *writer, FileStore::open(root / "files").value(), std::move(rules),
            FileOptions{.maxBytes = 1'000, .quotaBytes = 3'000, .keepFreeBytes = 0, .grace = std::chrono::seconds(0)},
            Thumbnailer::Options{.program = "/nonexistent", .processes = 0});
        writer->start();
    }
    ~FilesOfUsers() override
    {
        writer->stop();
        fs::remove_all(root);
    }

    base::Result<Completed> put(Id who, std::string_view bytes, std::string key = {})
    {
        NewUpload wanted;
        wanted.name = "a/b.txt";
        wanted.key = std::move(key);
        auto upload = files->begin(principal(who), std::move(wanted));
        if (!upload)
            return upload.error();
        if (auto written = (*upload)->write(bytes); !written)
            return written.error();
        std::promise<base::Result<Completed>> told;
        auto taken = files->finish(std::move(*upload),
                                   [&told](const base::Result<Completed>& result) { told.set_value(result); });
        if (!taken)
            return taken.error();
        return told.get_future().get();
    }
    bool reads(Id who, Id file)
    {
        bool out = false;
        const auto taken = files->open(principal(who), file, Part::original,
                                       [&out](const base::Result<OpenedFile>& result) { out = result.ok(); });
        return taken && out;
    }
    void run(const std::function<void(storage::Connection&)>& work)
    {
        ASSERT_TRUE(writer->run([&](storage::Connection& writing) {
            work(writing);
            return base::Result<void>();
        }).ok());
    }
    void attach(Id file, Id message, Id chat)
    {
        run([&](storage::Connection& writing) {
            if (!storage::ChatRepository::byId(writing, chat))
                storage::ChatRepository::insert(writing, {.id = chat, .name = "c", .chatType = "group", .creatorId = 1});
            storage::MessageRepository::insert(
                writing, {.id = message, .chatId = chat, .senderId = 1, .attachments = "[]", .attachmentKinds = 2});
            storage::FileRepository::attach(writing, message, chat, file);
        });
    }
    std::ptrdiff_t count() const
    {
        return std::count_if(fs::recursive_directory_iterator(root), fs::recursive_directory_iterator(),
                             [](const auto& entry) { return entry.is_regular_file(); });
    }

    fs::path root;
    std::set<std::pair<Id, Id>> members;
    std::unique_ptr<storage::Writer> writer;
    std::unique_ptr<FileService> files;
};

std::string codeOf(const auto& result) { return result ? "" : result.error().code; }

TEST_F(FilesOfUsers, TheOwnerAndReadersOfItsMessagesReadAFile)
{
    const auto file = put(1, "text");
    ASSERT_TRUE(file.ok()) << codeOf(file);
    EXPECT_TRUE(reads(1, file->id));
    EXPECT_FALSE(reads(2, file->id));
    members = {{2, 10}};
    EXPECT_FALSE(reads(2, file->id));
    attach(file->id, 100, 10);
    EXPECT_TRUE(reads(2, file->id));
    EXPECT_FALSE(reads(3, file->id));
    members.clear();
    EXPECT_FALSE(reads(2, file->id)) << "has left";
}

TEST_F(FilesOfUsers, AFileGoesWithItsLastMessageHoweverThatGoes)
{
    const auto file = put(1, "text")->id;
    attach(file, 100, 10);
    attach(file, 101, 10);
    run([](auto& writing) { storage::MessageRepository::removeBefore(writing, 10, 1, 1); }); // retention takes one
    EXPECT_TRUE(reads(1, file));
    run([](auto& writing) {
        auto message = *storage::MessageRepository::byId(writing, 101);
        message.attachments.clear();
        message.attachmentKinds = 0;
        storage::MessageRepository::update(writing, message);
    });
    EXPECT_FALSE(reads(1, file));
    EXPECT_EQ(count(), 1) << "its bytes wait for the collector";
    EXPECT_EQ(files->collect(), 1u);
}

TEST_F(FilesOfUsers, TheLastWordOnAQuotaIsInTheTransaction)
{
    EXPECT_TRUE(put(1, std::string(1'000, 'a')).ok());
    NewUpload wanted;
    std::vector<std::unique_ptr<Upload>> open;
    for (int i = 0; i < 3; ++i)
        open.push_back(std::move(files->begin(principal(1), wanted).value()));
    EXPECT_TRUE(open[0]->write(std::string(1'000, 'b')).ok());
    EXPECT_TRUE(open[1]->write(std::string(1'000, 'c')).ok());
    EXPECT_EQ(codeOf(open[2]->write("d")), "quota_exceeded") << "what is under way counts";
    open.pop_back();
    EXPECT_EQ(codeOf(open[0]->write("x")), "file_too_large");
    files->setOptions({.maxBytes = 1'000, .quotaBytes = 1'500, .keepFreeBytes = 0});
    std::promise<std::string> told;
    const auto taken = files->finish(std::move(open[0]),
                                     [&](const base::Result<Completed>& result) { told.set_value(codeOf(result)); });
    ASSERT_TRUE(taken.ok());
    EXPECT_EQ(told.get_future().get(), "quota_exceeded");
}

TEST_F(FilesOfUsers, CollectingLeavesWhatSomebodyHas)
{
    const auto one = put(1, "same")->id;
    const auto two = put(2, "same")->id;
    const auto other = put(1, "other")->id;
    run([&](auto& writing) {
        storage::FileRepository::remove(writing, one);
        storage::FileRepository::remove(writing, other);
    });
    EXPECT_EQ(files->collect(), 1u);
    EXPECT_TRUE(reads(2, two));
    EXPECT_EQ(files->collect(), 0u);
    files->setOptions({.maxBytes = 1'000, .quotaBytes = 0, .keepFreeBytes = 0, .grace = std::chrono::seconds(3'600)});
    run([&](auto& writing) { storage::FileRepository::remove(writing, two); });
    EXPECT_EQ(files->collect(), 0u) << "not before its time";
}

TEST_F(FilesOfUsers, AnImportBringsFilesOfTheirOwnTime)
{
    auto upload = files->beginImport(3, "old/log.txt", 12'345);
    ASSERT_TRUE(upload.ok());
    ASSERT_TRUE((*upload)->write(std::string(5'000, 'x')).ok()) << "whatever a user may have";
    const auto file = files->finishImport(std::move(*upload));
    ASSERT_TRUE(file.ok());
    EXPECT_EQ(file->createdAt, 12'345);
    EXPECT_EQ(file->name, "log.txt");
    EXPECT_EQ(file->mediaType, "text/plain");
    const auto again = files->openForExport(file->id);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->first.ownerId, 3);
    EXPECT_FALSE(files->openForExport(999));
}

} // namespace
} // namespace netbit::services::files
