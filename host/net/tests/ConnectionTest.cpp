#include "net/Listener.h"
#include "net/Reactor.h"
#include "net/tests/Client.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>

#include <sys/resource.h>
#include <sys/stat.h>

namespace netbit::net {
namespace {

using tests::Client;
using tests::eventually;
using namespace std::chrono_literals;

/// A handler put together from functions; what is not given does the plain thing.
struct Script {
    std::function<std::size_t(Connection&, std::string_view)> data;
    std::function<void(Connection&)> end;
    std::function<void(Connection&)> drained;
    std::function<void(Connection&)> timeout;
    std::function<void(Connection&)> opened;
};

struct Log {
    std::mutex mutex; // guards reasons
    std::vector<CloseReason> reasons;
    std::atomic<int> opened{0};
    std::atomic<int> closed{0};
    std::atomic<int> alive{0};

    CloseReason lastReason()
    {
        const std::lock_guard lock(mutex);
        return reasons.back();
    }
};

class Scripted final : public ConnectionHandler {
public:
    Scripted(const Script& script, Log& log) : _script(script), _log(log) { ++_log.alive; }
    ~Scripted() override { --_log.alive; }
    std::size_t onData(Connection& connection, std::string_view bytes) override
    {
        return _script.data ? _script.data(connection, bytes) : bytes.size();
    }
    void onEnd(Connection& connection) override
    {
        if (_script.end)
            _script.end(connection);
        else
            connection.closeAfterWrite();
    }
    void onDrained(Connection& connection) override
    {
        if (_script.drained)
            _script.drained(connection);
    }
    void onTimeout(Connection& connection) override
    {
        if (_script.timeout)
            _script.timeout(connection);
    }
    void onClose(Connection&, CloseReason reason) override
    {
        {
            const std::lock_guard lock(_log.mutex); // reasons
            _log.reasons.push_back(reason);
        }
        ++_log.closed;
    }

private:
    const Script& _script;
    Log& _log;
};

class StreamTest : public testing::Test {
protected:
    void serve(StreamOptions options = {})
    {
        reactors.start();
        auto bound = StreamListener::bind(reactors, std::move(options));
        ASSERT_TRUE(bound.ok()) << bound.error().detail;
        listener = std::move(bound).value();
        listener->start([this](Connection& connection) {
            ++log.opened;
            if (script.opened)
                script.opened(connection);
            return std::make_shared<Scripted>(script, log);
        });
    }
    void TearDown() override { listener.reset(); }

    Script script;
    Log log;
    ReactorPool reactors{2};
    std::unique_ptr<StreamListener> listener;
};

std::size_t echo(Connection& connection, std::string_view bytes)
{
    connection.send(base::Body(std::string(bytes)));
    return bytes.size();
}

TEST_F(StreamTest, EchoesWhatItReads)
{
    script.data = echo;
    serve();
    Client client(listener->port());
    ASSERT_TRUE(client.send("hello"));
    EXPECT_EQ(client.read(5), "hello");
}

TEST_F(StreamTest, EachOpenConnectionIsVisitedOnItsReactorAndMayBeClosed)
{
    script.data = echo;
    serve();
    Client one(listener->port());
    Client two(listener->port());
    Client three(listener->port());
    for (auto* const client : {&one, &two, &three}) {
        ASSERT_TRUE(client->send("x"));
        ASSERT_EQ(client->read(1), "x");
    }
    std::atomic<int> visits{0};
    listener->forEach([&](Connection& connection, ConnectionHandler&) {
        EXPECT_TRUE(connection.reactor().here());
        EXPECT_FALSE(connection.peerEnded());
        if (++visits == 2)
            connection.closeNow(CloseReason::local);
    });
    EXPECT_EQ(visits, 3);
    EXPECT_EQ(log.closed, 1);
    visits = 0;
    listener->forEach([&](Connection&, ConnectionHandler&) { ++visits; });
    EXPECT_EQ(visits, 2);
}

TEST_F(StreamTest, OffersUnconsumedBytesAgainWithMoreBehind)
{
    script.data = [](Connection& connection, std::string_view bytes) -> std::size_t {
        std::size_t used = 0;
        for (auto line = bytes.find('\n'); line != std::string_view::npos; line = bytes.find('\n', used)) {
            connection.send(base::Body("<" + std::string(bytes.substr(used, line - used)) + ">"));
            used = line + 1;
        }
        return used;
    };
    serve();
    Client client(listener->port());
    for (const char c : std::string("one\ntwo\n"))
        ASSERT_TRUE(client.send({&c, 1}));
    EXPECT_EQ(client.read(10), "<one><two>");
}

TEST_F(StreamTest, TakesPipelinedPiecesInOneCallAndKeepsTheirOrder)
{
    script.data = [](Connection& connection, std::string_view bytes) -> std::size_t {
        std::size_t used = 0;
        for (; bytes.size() - used >= 4; used += 4)
            connection.send(bytes.substr(used, 4), base::Body("|"));
        return used;
    };
    serve();
    Client client(listener->port());
    std::string input;
    std::string expected;
    for (int i = 1000; i < 6000; ++i) {
        input += std::to_string(i);
        expected += std::to_string(i) + '|';
    }
    ASSERT_TRUE(client.send(input));
    EXPECT_EQ(client.read(expected.size()), expected);
}

TEST_F(StreamTest, BodiesOfEveryShapeArriveWhole)
{
    // Short segments are copied, long ones written from where they lie; both kinds, mixed, past a socket's buffer.
    std::string expected;
    std::vector<base::Body> bodies;
    unsigned seed = 7;
    for (int i = 0; i < 200; ++i) {
        base::Body body;
        const int segments = 1 + static_cast<int>(seed % 60);
        for (int s = 0; s < segments; ++s) {
            seed = seed * 1103515245u + 12345u;
            std::string text((seed >> 8) % (i % 3 == 0 ? 9000u : 300u), static_cast<char>('a' + (i + s) % 26));
            expected += text;
            body.text(std::move(text));
        }
        bodies.push_back(std::move(body));
    }
    script.data = [&](Connection& connection, std::string_view bytes) {
        for (auto& body : bodies)
            connection.send(std::move(body));
        return bytes.size();
    };
    serve();
    Client client(listener->port());
    ASSERT_TRUE(client.send("x"));
    EXPECT_EQ(client.read(expected.size()), expected);
}

TEST_F(StreamTest, SaysFullOverTheHighMarkAndDrainedBelowIt)
{
    std::atomic<bool> full{false};
    std::atomic<int> drained{0};
    std::atomic<std::size_t> sent{0};
    script.data = [&](Connection& connection, std::string_view bytes) {
        while (connection.send(base::Body(std::string(64 * 1024, 'x'))) == SendState::ok)
            sent += 64 * 1024;
        sent += 64 * 1024;
        full = true;
        return bytes.size();
    };
    script.drained = [&](Connection&) { ++drained; };
    serve();
    Client client(listener->port(), 4096);
    ASSERT_TRUE(client.send("x"));
    ASSERT_TRUE(eventually([&] { return full.load(); }));
    EXPECT_EQ(drained, 0) << "nobody has read anything yet";
    EXPECT_EQ(client.read(sent).size(), sent);
    EXPECT_TRUE(eventually([&] { return drained == 1; }));
}

TEST_F(StreamTest, ClosesAPeerThatIsPastTheHardMark)
{
    std::atomic<bool> closed{false};
    script.data = [&](Connection& connection, std::string_view bytes) {
        for (int i = 0; i < 1000 && !closed; ++i)
            closed = connection.send(base::Body(std::string(64 * 1024, 'x'))) == SendState::closed;
        return bytes.size();
    };
    StreamOptions options;
    options.hardMark = 1024 * 1024;
    serve(options);
    Client client(listener->port(), 4096);
    ASSERT_TRUE(client.send("x"));
    ASSERT_TRUE(eventually([&] { return log.closed == 1; }));
    EXPECT_TRUE(closed);
    EXPECT_EQ(log.lastReason(), CloseReason::overflow);
}

TEST_F(StreamTest, ClosesAPeerThatReadsNothingForTheWriteTimeout)
{
    script.data = [](Connection& connection, std::string_view bytes) {
        connection.send(base::Body(std::string(8 * 1024 * 1024, 'x')));
        return bytes.size();
    };
    StreamOptions options;
    options.writeTimeout = 50ms;
    serve(options);
    Client client(listener->port(), 4096);
    ASSERT_TRUE(client.send("x"));
    ASSERT_TRUE(eventually([&] { return log.closed == 1; }));
    EXPECT_EQ(log.lastReason(), CloseReason::timeout);
}

TEST_F(StreamTest, AnswersAfterThePeerHasEndedItsSide)
{
    std::string got;
    script.data = [&](Connection&, std::string_view bytes) {
        got += bytes;
        return bytes.size();
    };
    script.end = [&](Connection& connection) {
        connection.send(base::Body("got " + got));
        connection.closeAfterWrite();
    };
    serve();
    Client client(listener->port());
    ASSERT_TRUE(client.send("all"));
    client.endSending();
    EXPECT_EQ(client.readAll(), "got all");
    EXPECT_TRUE(eventually([&] { return listener->counts().open == 0; }));
}

TEST_F(StreamTest, APeerThatIsStillSendingReadsTheLastAnswer)
{
    script.data = [](Connection& connection, std::string_view) -> std::size_t {
        connection.send(base::Body("no"));
        connection.closeAfterWrite();
        return 0;
    };
    serve();
    for (int round = 0; round < 20; ++round) {
        Client client(listener->port());
        const std::string piece(64 * 1024, 'x');
        for (int i = 0; i < 16 && client.send(piece); ++i) { } // 1 MiB nobody wants
        EXPECT_EQ(client.readAll(), "no") << "round " << round;
    }
}

TEST_F(StreamTest, HandlerIsLetGoAfterCloseWhileThePeerLingers)
{
    script.data = [](Connection& connection, std::string_view bytes) {
        connection.send(base::Body("bye"));
        connection.closeAfterWrite();
        return bytes.size();
    };
    serve();
    Client client(listener->port());
    ASSERT_TRUE(client.send("x"));
    EXPECT_EQ(client.readAll(), "bye");
    EXPECT_TRUE(eventually([&] { return log.alive == 0; }));
    EXPECT_EQ(log.lastReason(), CloseReason::local);
}

TEST_F(StreamTest, PausedReadingHoldsBytesUntilResumed)
{
    std::weak_ptr<Connection> paused;
    std::atomic<bool> isPaused{false};
    std::string seen; // reactor's thread
    script.data = [&](Connection& connection, std::string_view bytes) -> std::size_t {
        if (!isPaused) {
            paused = connection.weak_from_this();
            connection.pauseReading();
            isPaused = true;
            return 0;
        }
        return echo(connection, bytes);
    };
    serve();
    Client client(listener->port());
    ASSERT_TRUE(client.send("held"));
    ASSERT_TRUE(eventually([&] { return isPaused.load(); }));
    ASSERT_TRUE(client.send(" and later"));
    auto connection = paused.lock();
    ASSERT_TRUE(connection);
    connection->reactor().post([connection] { connection->resumeReading(); });
    EXPECT_EQ(client.read(14), "held and later");
}

TEST_F(StreamTest, DeadlineComesOnceAndCanBeMoved)
{
    std::atomic<int> timeouts{0};
    script.opened = [](Connection& connection) {
        connection.setDeadline(10ms);
        connection.setDeadline(60ms);
    };
    script.timeout = [&](Connection& connection) {
        ++timeouts;
        connection.closeNow(CloseReason::timeout);
    };
    serve();
    const auto start = std::chrono::steady_clock::now();
    Client client(listener->port());
    EXPECT_TRUE(client.closedByServer());
    EXPECT_GE(std::chrono::steady_clock::now() - start, 60ms);
    EXPECT_EQ(timeouts, 1);
}

TEST_F(StreamTest, ClearedDeadlineDoesNotCome)
{
    std::atomic<int> timeouts{0};
    script.data = [](Connection& connection, std::string_view bytes) {
        connection.setDeadline(1ms);
        connection.clearDeadline();
        connection.setDeadline(200ms);
        return bytes.size();
    };
    script.timeout = [&](Connection& connection) {
        ++timeouts;
        connection.closeNow(CloseReason::timeout);
    };
    serve();
    Client client(listener->port());
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(client.send("x"));
    EXPECT_TRUE(client.closedByServer());
    EXPECT_GE(std::chrono::steady_clock::now() - start, 200ms);
    EXPECT_EQ(timeouts, 1);
}

TEST_F(StreamTest, AHandlerThatThrowsLosesItsConnectionOnly)
{
    script.data = [](Connection& connection, std::string_view bytes) -> std::size_t {
        if (bytes.starts_with("throw"))
            throw std::runtime_error("on purpose");
        return echo(connection, bytes);
    };
    serve();
    Client bad(listener->port());
    Client good(listener->port());
    ASSERT_TRUE(bad.send("throw"));
    EXPECT_TRUE(bad.closedByServer());
    ASSERT_TRUE(good.send("ok"));
    EXPECT_EQ(good.read(2), "ok");
    EXPECT_TRUE(eventually([&] { return log.closed == 1; }));
}

TEST_F(StreamTest, ManyConnectionsOpenedAndClosedLeaveNothingBehind)
{
    script.data = echo;
    serve();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i) {
                Client client(listener->port());
                if (i % 3 != 0) { // the others leave at once
                    client.send("ping");
                    EXPECT_EQ(client.read(4), "ping");
                }
            }
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_TRUE(eventually([&] { return listener->counts().open == 0 && log.alive == 0; }));
    EXPECT_EQ(listener->counts().accepted, 800u);
    EXPECT_EQ(log.opened, 800);
    EXPECT_EQ(log.closed, 800);
}

TEST_F(StreamTest, CloseAllReturnsWhenEveryHandlerIsGone)
{
    serve();
    std::vector<Client> clients;
    for (int i = 0; i < 50; ++i)
        clients.emplace_back(listener->port());
    ASSERT_TRUE(eventually([&] { return log.alive == 50; }));
    listener->stopAccepting();
    listener->closeAll();
    EXPECT_EQ(log.alive, 0);
    EXPECT_EQ(log.closed, 50);
    EXPECT_EQ(log.lastReason(), CloseReason::shutdown);
    EXPECT_EQ(listener->counts().open, 0);
    EXPECT_FALSE(Client(listener->port()).connected);
}

TEST_F(StreamTest, ConnectionOverTheCapIsClosedAtOnceAndCounted)
{
    script.data = echo;
    StreamOptions options;
    options.maxConnections = 2;
    serve(options);
    Client one(listener->port());
    Client two(listener->port());
    Client three(listener->port());
    EXPECT_TRUE(three.closedByServer());
    ASSERT_TRUE(one.send("still here"));
    EXPECT_EQ(one.read(10), "still here");
    EXPECT_EQ(listener->counts().refused, 1u);
}

TEST_F(StreamTest, AnAddressInUseIsAnErrorNotASharedPort)
{
    serve();
    StreamOptions same;
    same.port = listener->port();
    const auto second = StreamListener::bind(reactors, same);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, "address_in_use");
}

TEST_F(StreamTest, ANameIsNoAddress)
{
    StreamOptions options;
    options.address = "localhost";
    const auto bound = StreamListener::bind(reactors, options);
    ASSERT_FALSE(bound.ok());
    EXPECT_EQ(bound.error().code, "bad_address");
}

TEST_F(StreamTest, OutOfDescriptorsPeersAreShedAndServiceGoesOn)
{
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "UBSan looks at an object's type through a pipe, and takes it for wrong when there is no descriptor for one";
#endif
    script.data = echo;
    serve();
    Client before(listener->port());
    ASSERT_TRUE(before.send("a"));
    ASSERT_EQ(before.read(1), "a");
    // The peer connects first, since it needs a descriptor of the same process; then no more are to be had.
    rlimit old{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
    std::atomic<bool> shed{false};
    {
        const int next = ::dup(0);
        ASSERT_GE(next, 0);
        ::close(next);
        rlimit tight = old;
        tight.rlim_cur = static_cast<rlim_t>(next) + 1; // room for the client's socket, none for the server's
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
        Client during(listener->port());
        shed = during.connected && during.closedByServer();
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &old), 0);
    }
    EXPECT_TRUE(shed);
    EXPECT_GE(listener->counts().refused, 1u);
    ASSERT_TRUE(before.send("b"));
    EXPECT_EQ(before.read(1), "b");
    Client after(listener->port());
    ASSERT_TRUE(after.send("c"));
    EXPECT_EQ(after.read(1), "c");
}

class UnixTest : public StreamTest {
protected:
    void SetUp() override
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "netbit-net-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        directory = pattern;
        path = (directory / "door.sock").string();
    }
    void TearDown() override
    {
        StreamTest::TearDown();
        std::filesystem::remove_all(directory);
    }
    StreamOptions options() const
    {
        StreamOptions made;
        made.unixPath = path;
        return made;
    }
    std::filesystem::path directory;
    std::string path;
};

TEST_F(UnixTest, SocketIsForItsOwnerOnlyAndItsPeerIsLoopback)
{
    std::atomic<bool> loopback{false};
    script.opened = [&](Connection& connection) { loopback = connection.loopback() && connection.peer() == "unix"; };
    script.data = echo;
    serve(options());
    struct stat info{};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    Client client(path);
    ASSERT_TRUE(client.send("hi"));
    EXPECT_EQ(client.read(2), "hi");
    EXPECT_TRUE(loopback);
}

TEST_F(UnixTest, StaleSocketFileIsReplacedAndALiveOneIsNot)
{
    const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(left, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(left); // the file stays behind, as after a crash
    serve(options());
    const auto second = StreamListener::bind(reactors, options());
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, "address_in_use");
    EXPECT_TRUE(Client(path).connected);
}

TEST_F(UnixTest, AFileThatIsNoSocketIsLeftAlone)
{
    std::ofstream(path) << "precious";
    const auto bound = StreamListener::bind(reactors, options());
    ASSERT_FALSE(bound.ok());
    EXPECT_TRUE(std::filesystem::exists(path));
}

} // namespace
} // namespace netbit::net
