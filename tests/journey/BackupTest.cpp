// netbit backup, restore and verify: what was acknowledged before is there after, and what is damaged is found.

#include "journey/Uploading.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

namespace netbit::test {
namespace {

namespace fs = std::filesystem;

Finished netbit(std::vector<std::string> words)
{
    words.insert(words.begin(), netbitPath());
    return runProgram(words, {}, {}, Deadline(std::chrono::seconds(120)));
}

void expectGood(const Finished& ran) { EXPECT_EQ(ran.exitCode, 0) << ran.out << ran.err; }
void expectFault(const Finished& ran, std::string_view part)
{
    EXPECT_EQ(ran.exitCode, 1) << ran.out << ran.err;
    EXPECT_NE((ran.out + ran.err).find(part), std::string::npos) << "\"" << part << "\" is not in: " << ran.out << ran.err;
}

void flip(const std::string& path, std::uint64_t at)
{
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const auto byte = static_cast<char>(file.get() ^ 1);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte);
    ASSERT_TRUE(file.good()) << path;
}

/// Writers that go on until it is destroyed, and what they were promised.
class Writers {
public:
    Writers(Stage& stage, std::int64_t chat)
    {
        for (int writer = 0; writer < 4; ++writer)
            _threads.emplace_back([&stage, chat, writer, this] {
                auto client = stage.daemon.client(writer % 2 ? stage.ada.token : stage.bob.token);
                for (int i = 0; !_over; ++i) {
                    const auto content = std::to_string(writer) + "-" + std::to_string(i);
                    const auto reply = client.post("/api/chats/" + std::to_string(chat) + "/messages", R"({"content":")" + content + "\"}");
                    if (reply.status != 201)
                        continue;
                    const auto id = integerAt(reply.document(), "/id");
                    const std::lock_guard lock(_mutex); // _kept
                    _kept.emplace(id, content);
                }
            });
    }
    ~Writers() { end(); }
    void end()
    {
        _over = true;
        for (auto& thread : _threads)
            thread.join();
        _threads.clear();
    }
    std::map<std::int64_t, std::string> acknowledged() const
    {
        const std::lock_guard lock(_mutex); // _kept
        return _kept;
    }

private:
    std::atomic<bool> _over{false};
    mutable std::mutex _mutex; // guards _kept
    std::map<std::int64_t, std::string> _kept;
    std::vector<std::thread> _threads;
};

std::map<std::int64_t, std::string> walk(const Daemon& daemon, const User& reader, std::int64_t chat)
{
    std::map<std::int64_t, std::string> out;
    auto client = daemon.client(reader.token);
    for (std::string cursor;;) {
        const auto page = client.expect(200, "GET", messagesOf(chat, "limit=200" + cursor));
        const auto& rows = listAt(page, "/data");
        if (rows.empty())
            return out;
        for (const auto& row : rows)
            out.emplace(integerAt(row, "/id"), textAt(row, "/content"));
        cursor = "&before=" + std::to_string(integerAt(rows.front(), "/id"));
    }
}

class Backups : public testing::Test {
protected:
    std::string place(const std::string& name) const { return _folder.path() + "/" + name; }
    Finished backup(const std::string& name, std::vector<std::string> more = {}) const
    {
        std::vector<std::string> words{"backup", place(name), "--data", _stage.daemon.data()};
        words.insert(words.end(), more.begin(), more.end());
        return netbit(words);
    }

    TemporaryFolder _folder;
    Stage _stage;
    std::int64_t _chat = makeChat(_stage.daemon, _stage.ada, "group", {_stage.bob});
};

TEST_F(Backups, UnderFullLoadEverythingAcknowledgedBeforeIsInIt)
{
    const auto file = upload(_stage.daemon, _stage.ada, std::string(200'000, 'u'));
    sendFiles(_stage.daemon, _stage.ada, _chat, {file.id});
    Writers writers(_stage, _chat);
    eventually([&] { return writers.acknowledged().size() > 500; }, "500 messages are written");
    const auto before = writers.acknowledged();
    expectGood(backup("one.tar"));
    EXPECT_GT(writers.acknowledged().size(), before.size()) << "nobody could write meanwhile";
    expectGood(netbit({"verify", "--data", _stage.daemon.data()}));
    writers.end();

    Daemon other;
    other.stop();
    fs::remove_all(other.data());
    expectGood(netbit({"restore", place("one.tar"), "--data", other.data()}));
    expectGood(netbit({"verify", "--data", other.data()}));
    other.start();
    const auto there = walk(other, _stage.ada, _chat); // whose token is good there, too: the secrets came along
    for (const auto& [id, content] : before)
        ASSERT_TRUE(there.contains(id) && there.at(id) == content) << "message " << id << " is not in it";
    EXPECT_EQ(other.client(_stage.bob.token).get(filePath(file.id)).body, std::string(200'000, 'u'));
}

TEST_F(Backups, AFlippedByteIsFoundInTheDataAndInTheBackup)
{
    const std::string bytes(50'000, 'f');
    sendFiles(_stage.daemon, _stage.ada, _chat, {upload(_stage.daemon, _stage.ada, bytes).id});
    expectGood(backup("one.tar"));
    expectGood(netbit({"verify", place("one.tar")}));
    std::string uploaded;
    for (const auto& path : filesBelow(_stage.daemon.data() + "/files"))
        if (fs::file_size(path) == bytes.size())
            uploaded = path;
    ASSERT_FALSE(uploaded.empty());
    expectGood(netbit({"verify", "--data", _stage.daemon.data()}));
    flip(uploaded, 30'000);
    expectFault(netbit({"verify", "--data", _stage.daemon.data()}), uploaded + " is damaged");
    fs::remove(uploaded);
    expectFault(netbit({"verify", "--data", _stage.daemon.data()}), uploaded + " is missing");
    expectFault(backup("two.tar"), "is missing");
    EXPECT_FALSE(fs::exists(place("two.tar")) || fs::exists(place("two.tar.part")));

    const auto whole = readFile(place("one.tar"));
    flip(place("one.tar"), whole.find("ffffffffff") + 5'000);
    expectFault(netbit({"verify", place("one.tar")}), "is damaged");
    expectFault(netbit({"restore", place("one.tar"), "--data", place("new")}), "is damaged");
    EXPECT_FALSE(fs::exists(place("new"))) << "half of it was restored";
}

TEST_F(Backups, AnIncrementalOneHasWhatIsNewAndNeedsTheOther)
{
    const auto first = upload(_stage.daemon, _stage.ada, std::string(3'000'000, '1'));
    sendFiles(_stage.daemon, _stage.ada, _chat, {first.id});
    expectGood(backup("one.tar"));
    const auto second = upload(_stage.daemon, _stage.ada, std::string(10'000, '2'));
    sendFiles(_stage.daemon, _stage.ada, _chat, {second.id});
    expectGood(backup("two.tar", {"--since", place("one.tar")}));
    EXPECT_LT(fs::file_size(place("two.tar")) + 2'000'000, fs::file_size(place("one.tar")));
    expectGood(backup("three.tar", {"--since", place("two.tar")}));

    Daemon other;
    other.stop();
    fs::remove_all(other.data());
    expectGood(netbit({"restore", place("three.tar"), "--data", other.data()}));
    other.start();
    EXPECT_EQ(other.client(_stage.bob.token).get(filePath(first.id)).body.size(), 3'000'000U);
    EXPECT_EQ(other.client(_stage.bob.token).get(filePath(second.id)).body.size(), 10'000U);

    fs::remove(place("one.tar"));
    expectFault(netbit({"verify", place("three.tar")}), "one.tar is missing");
    expectFault(backup("four.tar", {"--since", place("three.tar")}), "one.tar is missing");
}

TEST_F(Backups, ARestoreTouchesNoDirectoryThatIsInUse)
{
    expectGood(backup("one.tar"));
    expectFault(netbit({"restore", place("one.tar"), "--data", _stage.daemon.data()}), "is not an empty directory");
    EXPECT_EQ(netbit({"restore", place("one.tar")}).exitCode, 2);
    EXPECT_EQ(_stage.daemon.client(_stage.ada.token).get("/api/chats").status, 200);
}

TEST_F(Backups, RepositoriesComeAlongWhileTheyAreWrittenAndRepacked)
{
    if (std::system("git --version >/dev/null 2>&1") != 0)
        GTEST_SKIP() << "there is no git";
    const auto repository = _stage.daemon.data() + "/repositories/0a/1.git";
    const auto clone = place("clone");
    const std::string who = "git -c user.name=a -c user.email=a@example.org ";
    ASSERT_EQ(std::system(("git init -q --bare " + repository + " && git clone -q " + repository + " " + clone + " 2>/dev/null && cd " + clone +
                           " && echo 0 >f && git add f && " + who + "commit -qm 0 && git push -q origin HEAD:main")
                              .c_str()),
              0);
    std::atomic<bool> over{false};
    std::atomic<int> pushed{0};
    std::thread pushing([&] {
        for (int i = 1; !over; ++i) {
            const auto command = "cd " + clone + " && echo " + std::to_string(i) + " >f && " + who + "commit -qam " + std::to_string(i) +
                " && git push -q origin HEAD:main 2>/dev/null" + (i % 5 == 0 ? " && git --git-dir=" + repository + " gc -q --prune=now" : "");
            pushed += std::system(command.c_str()) == 0 ? 1 : 0;
        }
    });
    eventually([&] { return pushed >= 3; }, "pushes go in");
    for (int i = 0; i < 3; ++i)
        expectGood(backup(std::to_string(i) + ".tar", i > 0 ? std::vector<std::string>{"--since", place(std::to_string(i - 1) + ".tar")}
                                                            : std::vector<std::string>{}));
    over = true;
    pushing.join();
    for (int i = 0; i < 3; ++i) {
        const auto data = place("data" + std::to_string(i));
        expectGood(netbit({"restore", place(std::to_string(i) + ".tar"), "--data", data}));
        const auto verified = netbit({"verify", "--data", data});
        expectGood(verified);
        EXPECT_NE(verified.out.find("1 repositories"), std::string::npos) << verified.out;
    }
    // Damaged objects are found: all of them, since what gc has left behind is looked at by nobody.
    const auto data = place("data2");
    for (const auto& path : filesBelow(data + "/repositories"))
        if (path.find("/objects/") != std::string::npos)
            flip(path, fs::file_size(path) / 2);
    expectFault(netbit({"verify", "--data", data}), "1.git is damaged");
}

} // namespace
} // namespace netbit::test
