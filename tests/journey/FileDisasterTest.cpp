// Files when something goes wrong: sizes, quotas, clients that go, kill -9, a disk that is full.

#include "journey/Uploading.h"

#include <cstdlib>
#include <map>
#include <sys/mount.h>
#include <unistd.h>

namespace netbit::test {

namespace {

constexpr std::uint64_t MiB = 1024 * 1024;

std::vector<std::string> incoming(const Daemon& daemon) { return filesBelow(daemon.data() + "/files/incoming"); }

/// Bytes of files in the store, but for those on their way.
std::vector<std::string> stored(const Daemon& daemon)
{
    auto all = filesBelow(daemon.data() + "/files");
    std::erase_if(all, [](const std::string& path) { return path.find("/incoming/") != std::string::npos; });
    return all;
}

} // namespace

TEST(FileDisasters, TwoHundredMegabytesLeaveTheMemoryAsItWas)
{
    Daemon daemon({"files.max_bytes=300000000", "files.quota_bytes=0"});
    const auto ada = makeUser(daemon, "ada");
    upload(daemon, ada, "the first one loads what tells types");
    resetPeak(daemon.pid());
    const auto before = residentBytes(daemon.pid());
    SlowUpload large(daemon, ada, 200 * MiB);
    large.sendRest();
    const auto reply = large.reply();
    ASSERT_EQ(reply.status, 201) << reply.body;
    const auto id = integerAt(reply.document(), "/id");

    RawHttp http(Socket::tcp(daemon.http()));
    http.send("GET " + filePath(id) + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + ada.token +
              "\r\nConnection: close\r\n\r\n");
    ASSERT_EQ(http.readHead().status, 200);
    std::uint64_t got = 0;
    for (;;) {
        const auto piece = http.socket().receive();
        if (piece.empty())
            break;
        got += piece.size();
    }
    EXPECT_GT(got, 200 * MiB - 64 * 1024) << "the rest came with the head";
    const auto grown = highestResidentBytes(daemon.pid()) - before;
    RecordProperty("grown_bytes", std::to_string(grown));
    EXPECT_TRUE(sanitized || grown < static_cast<std::int64_t>(24 * MiB)) << "a body was held in memory: " << grown;
}

TEST(FileDisasters, AReaderThatWaitsHoldsNoMemoryAndNobodyUp)
{
    Daemon daemon({"files.max_bytes=300000000", "files.quota_bytes=0"});
    const auto ada = makeUser(daemon, "ada");
    SlowUpload large(daemon, ada, 64 * MiB);
    large.sendRest();
    const auto id = integerAt(large.reply().document(), "/id");
    const auto before = residentBytes(daemon.pid());
    std::vector<RawHttp> lazy;
    for (int i = 0; i < 8; ++i) {
        lazy.emplace_back(Socket::tcp(daemon.http(), {}, 4096));
        lazy.back().send("GET " + filePath(id) + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + ada.token + "\r\n\r\n");
    }
    for (auto& each : lazy)
        EXPECT_EQ(each.readHead().status, 200);
    EXPECT_EQ(daemon.client(ada.token).get(filePath(id, "/info")).status, 200);
    const auto grown = residentBytes(daemon.pid()) - before;
    EXPECT_TRUE(sanitized || grown < static_cast<std::int64_t>(24 * MiB)) << grown;
}

TEST(FileDisasters, SizesAndQuotasHoldWhateverTheClientSays)
{
    Daemon daemon({"files.max_bytes=100000", "files.quota_bytes=250000", "files.uploads_per_user=2"});
    const auto ada = makeUser(daemon, "ada");
    expectProblem(tryUpload(daemon, ada, std::string(100'001, 'x')), 413, "file_too_large");
    RawHttp chunked(Socket::tcp(daemon.http()));
    chunked.send("POST /api/files HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer " + ada.token +
                 "\r\n\r\n186A1\r\n" + std::string(100'001, 'x') + "\r\n0\r\n\r\n");
    EXPECT_EQ(chunked.read().status, 413);
    upload(daemon, ada, std::string(100'000, 'a'));
    upload(daemon, ada, std::string(100'000, 'b'));
    expectProblem(tryUpload(daemon, ada, std::string(60'000, 'c')), 507, "quota_exceeded");
    EXPECT_EQ(upload(daemon, ada, std::string(50'000, 'd')).info.at("size").as_int64(), 50'000);
    expectProblem(tryUpload(daemon, ada, "x"), 507, "quota_exceeded");
    const auto bob = makeUser(daemon, "bob");
    EXPECT_GT(upload(daemon, bob, std::string(100'000, 'a')).id, 0) << "others have a quota of their own";

    SlowUpload one(daemon, bob, 1'000);
    SlowUpload two(daemon, bob, 1'000);
    one.send(1);
    two.send(1);
    eventually([&] { return incoming(daemon).size() == 2; }, "both uploads began");
    expectProblem(tryUpload(daemon, bob, "x"), 429, "too_many_uploads");
    one.sendRest();
    EXPECT_EQ(one.reply().status, 201);
    EXPECT_GT(upload(daemon, bob, "y").id, 0);
}

TEST(FileDisasters, AClientThatGoesLeavesNothing)
{
    Daemon daemon;
    const auto ada = makeUser(daemon, "ada");
    {
        SlowUpload half(daemon, ada, 1 * MiB);
        half.send(512 * 1024);
        eventually([&] { return incoming(daemon).size() == 1; }, "the upload began");
    }
    eventually([&] { return incoming(daemon).empty(); }, "the half of a file went with its client");
    EXPECT_TRUE(stored(daemon).empty());
    EXPECT_EQ(listAt(daemon.client(ada.token).expect(200, "GET", "/api/files"), "/data").size(), 0u);
}

TEST(FileDisasters, ABodyThatDoesNotComeIsGivenUp)
{
    Daemon daemon({"http.body_timeout_ms=300"});
    const auto ada = makeUser(daemon, "ada");
    SlowUpload stuck(daemon, ada, 1 * MiB);
    stuck.send(10);
    EXPECT_EQ(stuck.reply().status, 408);
    EXPECT_TRUE(stuck.http().endsHere());
    eventually([&] { return incoming(daemon).empty(); }, "nothing is left");
}

TEST(FileDisasters, AKilledServerHasEveryFileThatItAcknowledgedAndNoOther)
{
    Daemon daemon({"files.quota_bytes=0", "files.grace_s=0", "files.collect_s=1"});
    const auto ada = makeUser(daemon, "ada");
    std::map<std::int64_t, std::string> acknowledged;
    for (int round = 0; round < 5; ++round) {
        for (int i = 0; i < 3; ++i) {
            const auto bytes = "round " + std::to_string(round) + " file " + std::to_string(i) + std::string(5'000, 'z');
            acknowledged[upload(daemon, ada, bytes).id] = bytes;
        }
        SlowUpload half(daemon, ada, 2 * MiB, "half");
        half.send(1 * MiB + static_cast<std::uint64_t>(round) * 1'000);
        SlowUpload almost(daemon, ada, 256 * 1024 + static_cast<std::uint64_t>(round), "almost");
        almost.sendRest(); // acknowledged or not: nobody knows
        eventually([&] { return !incoming(daemon).empty(); }, "an upload was under way");
        daemon.kill();
        daemon.start();
        EXPECT_TRUE(incoming(daemon).empty()) << "round " << round;
    }
    for (const auto& [id, bytes] : acknowledged)
        EXPECT_TRUE(daemon.client(ada.token).get(filePath(id)).body == bytes) << id;
    const auto known = listAt(daemon.client(ada.token).expect(200, "GET", "/api/files?limit=200"), "/data").size();
    EXPECT_GE(known, acknowledged.size());
    eventually([&] { return stored(daemon).size() == known; }, "what no file has was collected");
    const auto mine = daemon.client(ada.token).expect(200, "GET", "/api/files?limit=200");
    for (const auto& file : listAt(mine, "/data"))
        EXPECT_EQ(daemon.client(ada.token).get(filePath(integerAt(file, "/id"))).body.size(),
                  static_cast<std::size_t>(integerAt(file, "/size")));
}

TEST(FileDisasters, WhatNoFileHasIsCollectedAndNothingElse)
{
    Daemon daemon({"files.grace_s=0", "files.collect_s=1"});
    const auto ada = makeUser(daemon, "ada");
    const auto chat = makeChat(daemon, ada, "group", {});
    const auto kept = upload(daemon, ada, "kept");
    const auto shared = upload(daemon, ada, "shared bytes");
    const auto twin = upload(daemon, ada, "shared bytes");
    const auto sent = upload(daemon, ada, "sent");
    const auto message = sendFiles(daemon, ada, chat, {sent.id});
    ASSERT_EQ(stored(daemon).size(), 3u);
    auto client = daemon.client(ada.token);
    client.expect(204, "DELETE", filePath(shared.id));
    client.expect(204, "DELETE", messagesOf(chat) + "/" + std::to_string(integerAt(message, "/id")));
    eventually([&] { return stored(daemon).size() == 2; }, "the bytes of the deleted message were collected");
    EXPECT_EQ(client.get(filePath(kept.id)).body, "kept");
    EXPECT_EQ(client.get(filePath(twin.id)).body, "shared bytes");
    const auto again = upload(daemon, ada, "sent");
    EXPECT_EQ(client.get(filePath(again.id)).body, "sent") << "the same bytes may come again";
}

TEST(FileDisasters, APluginThatIsStoppedEndsItsUploadsAndStartsAgain)
{
    Daemon daemon({"plugins.patience_ms=200"});
    const auto ada = makeUser(daemon, "ada");
    SlowUpload half(daemon, ada, 1 * MiB);
    half.send(512 * 1024);
    eventually([&] { return incoming(daemon).size() == 1; }, "the upload began");
    const auto plugin = [&](const std::string& verb) {
        return runProgram({netbitPath(), "plugin", verb, "files", "--data", daemon.data()}).out;
    };
    EXPECT_NE(plugin("disable").find("files 1.0.0 is disabled."), std::string::npos);
    EXPECT_EQ(half.reply().status, 503);
    eventually([&] { return incoming(daemon).empty(); }, "the half of a file is gone");
    EXPECT_EQ(daemon.client(ada.token).get("/api/files").status, 404);
    EXPECT_NE(plugin("enable").find("files 1.0.0 is live."), std::string::npos);
    EXPECT_GT(upload(daemon, ada, "again").id, 0);
    for (const auto* const word : {"abandoned", "caught at the border", "without an answer"})
        EXPECT_EQ(daemon.log().find(word), std::string::npos) << word;
    EXPECT_EQ(daemon.stop(), 0);
}

TEST(FileDisasters, AFullDiskIsSaidAndLeavesNothing)
{
    if (::geteuid() != 0)
        GTEST_SKIP() << "needs root, to mount a small tmpfs";
    TemporaryFolder folder;
    if (::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=8m") != 0)
        GTEST_SKIP() << "no tmpfs can be mounted here";
    struct Unmount {
        ~Unmount() { ::umount2(path.c_str(), MNT_DETACH); }
        std::string path;
    } unmount{folder.path()};
    Daemon daemon({"files.keep_free_bytes=0"});
    const auto ada = makeUser(daemon, "ada");
    upload(daemon, ada, "before");
    daemon.stop();
    ASSERT_EQ(::mount(folder.path().c_str(), (daemon.data() + "/files/incoming").c_str(), nullptr, MS_BIND, nullptr), 0);
    const Unmount bound{daemon.data() + "/files/incoming"};
    daemon.start();
    SlowUpload large(daemon, ada, 12 * MiB);
    try {
        large.sendRest(); // it may be answered in the middle
    } catch (const ConnectionLost&) {
    }
    const auto reply = large.reply();
    expectProblem(reply, 507, "storage_full");
    eventually([&] { return incoming(daemon).empty(); }, "nothing is left of it");
    EXPECT_EQ(listAt(daemon.client(ada.token).expect(200, "GET", "/api/files"), "/data").size(), 1u);
    EXPECT_EQ(daemon.client(ada.token).get("/readyz").status, 200) << "the database has room";
}

TEST(FileDisasters, UploadsLeaveTheDatabaseItsRoom)
{
    Daemon daemon({"files.keep_free_bytes=1099511627776"});
    const auto ada = makeUser(daemon, "ada");
    expectProblem(tryUpload(daemon, ada, "x"), 507, "storage_full");
    EXPECT_TRUE(incoming(daemon).empty());
}

} // namespace netbit::test
