#include "browse/Repository.h"
#include "disk/Refs.h"
#include "disk/Store.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>
#include <unistd.h>

namespace netbit::git {
namespace {

namespace fs = std::filesystem;

class StoreTest : public testing::Test {
protected:
    StoreTest() { fs::create_directories(_folder / ".netbit" / "tmp"); }
    ~StoreTest() override { fs::remove_all(_folder); }

    static std::string lineOf(const fs::path& file)
    {
        std::ifstream in(file);
        std::string line;
        std::getline(in, line);
        return line;
    }

    const Library _library;
    const fs::path _folder = fs::path(testing::TempDir()) / ("store-" + std::to_string(::getpid()));
    Store _store{_folder};
};

TEST_F(StoreTest, ARepositoryIsMadeWhenItIsNeededAndByItsIdAlone)
{
    EXPECT_FALSE(_store.exists(300));
    const auto path = _store.ensure(300, "trunk");
    ASSERT_TRUE(path);
    EXPECT_EQ(*path, _folder / "2c" / "300.git");
    EXPECT_EQ(lineOf(*path / "HEAD"), "ref: refs/heads/trunk");
    EXPECT_TRUE(_store.ensure(300, "other"));
    EXPECT_EQ(lineOf(*path / "HEAD"), "ref: refs/heads/other") << "HEAD follows the default branch";
    _store.remove(300);
    EXPECT_FALSE(_store.exists(300));
}

TEST_F(StoreTest, ManyAtOnceMakeOne)
{
    std::vector<std::thread> threads;
    std::atomic<int> good{0};
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] { good += _store.ensure(5, "main") ? 1 : 0; });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(good, 8);
    EXPECT_TRUE(fs::is_empty(_folder / ".netbit" / "tmp")) << "what lost the race is cleared away";
}

TEST_F(StoreTest, AfterAKillTheRefsSayWhatHasTakenPlace)
{
    const auto path = *_store.ensure(1, "main");
    const auto repository = take(&git_repository_open_bare, path.c_str());
    const auto tree = [&] {
        const auto builder = take(&git_treebuilder_new, repository.get(), nullptr);
        git_oid id;
        check(git_treebuilder_write(&id, builder.get()));
        return take(&git_tree_lookup, repository.get(), &id);
    }();
    const auto commit = [&](const git_commit* parent, const char* message) {
        git_signature* raw = nullptr;
        check(git_signature_new(&raw, "Ada", "ada@example.org", 1'700'000'000, 0));
        const Owned<git_signature> who(raw);
        git_oid id;
        check(git_commit_create(&id, repository.get(), nullptr, who.get(), who.get(), nullptr, message, tree.get(), parent ? 1 : 0, &parent));
        return id;
    };
    const auto first = commit(nullptr, "first");
    const auto firstCommit = take(&git_commit_lookup, repository.get(), &first);
    const auto second = commit(firstCommit.get(), "second \xFF");
    take(&git_reference_create, repository.get(), "refs/heads/main", &second, 0, nullptr);
    take(&git_reference_create, repository.get(), "refs/heads/old", &first, 0, nullptr);

    const std::string none(noObject);
    const std::vector<Command> asked{{"refs/heads/main", none, hexOf(first)},          // and then another push came
                                     {"refs/heads/old", hexOf(first), hexOf(second)},  // not yet
                                     {"refs/heads/gone", hexOf(first), none},          // deleted
                                     {"refs/heads/never", none, hexOf(first)}};
    const auto found = done(path, asked);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].ref, "refs/heads/main");
    EXPECT_EQ(found[1].ref, "refs/heads/gone");

    const auto told = updatedJson(path, {{"refs/heads/main", hexOf(first), hexOf(second)}, {"refs/heads/old", hexOf(second), hexOf(first)}});
    EXPECT_NE(told.find(R"("kind":"update")"), std::string::npos) << told;
    EXPECT_NE(told.find(R"("kind":"force")"), std::string::npos) << told;
    EXPECT_NE(told.find("second \xEF\xBF\xBD"), std::string::npos) << "JSON has well-formed UTF-8";

    std::ofstream(path / "refs" / "heads" / "main.lock") << "x";
    fs::create_directories(path / "objects" / "tmp_objdir-incoming-abc");
    clearAfterKill(path, asked);
    EXPECT_FALSE(fs::exists(path / "refs" / "heads" / "main.lock"));
    EXPECT_FALSE(fs::exists(path / "objects" / "tmp_objdir-incoming-abc"));
    EXPECT_TRUE(fs::exists(path / "refs" / "heads" / "main"));
}

} // namespace
} // namespace netbit::git
