// What a C++ plugin hands from one generation to the next, as the host sees it.

#include "Cardboard.h"

#include <gtest/gtest.h>

namespace {

using netbit::Done;
using netbit::Error;
using netbit::Request;
using netbit::Result;
using netbit::Status;
using namespace netbit::faces_test;

struct Kept {
    std::vector<netbit::Frozen> pieces;
    static std::int32_t keep(void* keeper, const nb_frozen* piece)
    {
        static_cast<Kept*>(keeper)->pieces.push_back(netbit::detail::toFrozen(*piece));
        return NB_OK;
    }
};

class Movable final : public netbit::TcpSession {
public:
    std::size_t data(std::string_view bytes) override { return bytes.size(); }
    void ended() override {}
    void timedOut() override {}
    Result<netbit::Frozen> freeze() override
    {
        if (answer == Status::ok)
            return netbit::Frozen{7, "state", nullptr};
        return Error(answer, "not_now", "");
    }
    Status answer = Status::ok;
};

class Fixed final : public netbit::TcpSession {
public:
    std::size_t data(std::string_view bytes) override { return bytes.size(); }
    void ended() override {}
    void timedOut() override {}
};

class Sessions final : public netbit::TcpHandler {
public:
    std::shared_ptr<netbit::TcpSession> accepted(netbit::Conn) override { return next; }
    std::shared_ptr<netbit::TcpSession> thaw(netbit::Conn, const netbit::Frozen& piece) override
    {
        if (piece.bytes == "throw")
            throw std::runtime_error("thaw went wrong");
        return piece.form == 7 ? next : nullptr;
    }
    std::shared_ptr<netbit::TcpSession> next;
};

class Plain final : public netbit::TcpHandler {
    std::shared_ptr<netbit::TcpSession> accepted(netbit::Conn) override { return nullptr; }
};

class Packets final : public netbit::DatagramHandler {
public:
    void datagram(const netbit::Listener&, const nb_address&, std::string_view) override {}
    std::vector<netbit::Frozen> freeze() override { return {{1, "a", nullptr}, {2, "b", nullptr}}; }
    Result<void> thaw(const netbit::Listener&, const netbit::Frozen& piece) override
    {
        thawed += piece.bytes;
        if (piece.form > 2)
            return Error(Status::unsupported, "unknown_form", "");
        return {};
    }
    std::string thawed;
};

TEST(Handover, OfAConnectionIsOptionalAndCarriesOnePiece)
{
    Cardboard host;
    Sessions sessions;
    static_cast<void>(netbit::Transport(host.face()).listenTcp({}, sessions));
    const auto& calls = host.tcp;
    auto* const conn = reinterpret_cast<nb_conn*>(&host);
    void* session = nullptr;

    sessions.next = std::make_shared<Fixed>();
    ASSERT_EQ(calls.accepted(&sessions, conn, &session), NB_OK);
    Kept kept;
    EXPECT_EQ(calls.freeze(session, conn, &Kept::keep, &kept), NB_UNSUPPORTED);
    calls.closed(session, conn, NB_CLOSE_PEER);

    const auto movable = std::make_shared<Movable>();
    sessions.next = movable;
    ASSERT_EQ(calls.accepted(&sessions, conn, &session), NB_OK);
    movable->answer = Status::wouldBlock;
    EXPECT_EQ(calls.freeze(session, conn, &Kept::keep, &kept), NB_WOULD_BLOCK);
    EXPECT_TRUE(kept.pieces.empty());
    movable->answer = Status::ok;
    EXPECT_EQ(calls.freeze(session, conn, &Kept::keep, &kept), NB_OK);
    ASSERT_EQ(kept.pieces.size(), 1u);
    EXPECT_EQ(kept.pieces[0].form, 7u);
    EXPECT_EQ(kept.pieces[0].bytes, "state");
    calls.closed(session, conn, NB_CLOSE_MOVED);

    nb_frozen piece{sizeof piece, 7, netbit::toStr("state"), nullptr};
    ASSERT_EQ(calls.thaw(&sessions, conn, &piece, &session), NB_OK);
    EXPECT_EQ(movable.use_count(), 3) << "the test's, the handler's and the host's";
    calls.closed(session, conn, NB_CLOSE_PEER);
    EXPECT_EQ(movable.use_count(), 2);
    piece.form = 8;
    EXPECT_NE(calls.thaw(&sessions, conn, &piece, &session), NB_OK);
    piece.bytes = netbit::toStr("throw");
    EXPECT_EQ(calls.thaw(&sessions, conn, &piece, &session), NB_INTERNAL);
    Plain plain;
    netbit::TcpHandler& handler = plain;
    EXPECT_NE(calls.thaw(&handler, conn, &piece, &session), NB_OK);
}

TEST(Handover, OfDatagramsHasAnyNumberOfPieces)
{
    Cardboard host;
    Packets packets;
    static_cast<void>(netbit::Transport(host.face()).listenUdp({}, packets));
    netbit::DatagramHandler& handler = packets;
    Kept kept;
    EXPECT_EQ(host.udp.freeze(&handler, nullptr, &Kept::keep, &kept), NB_OK);
    ASSERT_EQ(kept.pieces.size(), 2u);
    for (const auto& each : kept.pieces) {
        const nb_frozen piece{sizeof piece, each.form, netbit::toStr(each.bytes), nullptr};
        EXPECT_EQ(host.udp.thaw(&handler, nullptr, &piece), NB_OK);
    }
    EXPECT_EQ(packets.thawed, "ab");
    const nb_frozen unknown{sizeof unknown, 3, netbit::toStr("c"), nullptr};
    EXPECT_EQ(host.udp.thaw(&handler, nullptr, &unknown), NB_UNSUPPORTED);
}

class Follower final : public netbit::StreamListener {
public:
    Result<netbit::Frozen> freeze() override { return netbit::Frozen{3, "at 9", nullptr}; }
    netbit::Stream stream;
};

class Streaming final : public netbit::Plugin {
public:
    explicit Streaming(netbit::Host host) : Plugin(host) {}
    static inline std::weak_ptr<Follower> last;

private:
    void start() override
    {
        get("/s", netbit::anyone, [](Request& request) { request.noContent(); },
            netbit::fast().thaw([](netbit::Stream stream, const netbit::Frozen& piece)
                                    -> Result<std::shared_ptr<netbit::StreamListener>> {
                if (piece.form != 3)
                    return Error(Status::unsupported, "unknown_form", "");
                const auto made = std::make_shared<Follower>();
                made->stream = std::move(stream);
                last = made;
                return std::shared_ptr<netbit::StreamListener>(made);
            }));
        get("/plain", netbit::anyone, [](Request& request) { request.noContent(); });
    }
};

TEST(Handover, OfAStreamGoesThroughItsRoute)
{
    Cardboard host;
    using Calls = netbit::detail::PluginCalls<Streaming>;
    nb_plugin* plugin = nullptr;
    netbit::ErrorBuffer error;
    ASSERT_EQ(Calls::table.create(&host.host, &plugin, error.get()), NB_OK);
    ASSERT_EQ(Calls::table.start(plugin, error.get()), NB_OK);
    EXPECT_EQ(host.routes["GET /plain"].thaw, nullptr);
    const auto& route = host.routes["GET /s"];
    ASSERT_NE(route.thaw, nullptr);

    int ended = 0;
    auto* const stream = reinterpret_cast<nb_stream*>(&ended);
    nb_frozen piece{sizeof piece, 3, netbit::toStr("at 9"), nullptr};
    nb_stream_calls calls{};
    calls.size = sizeof calls;
    void* user = nullptr;
    ASSERT_EQ(route.thaw(route.user, stream, &piece, &calls, &user), NB_OK);
    EXPECT_EQ(calls.size, sizeof calls);
    EXPECT_EQ(ended, 0);
    Kept kept;
    EXPECT_EQ(calls.freeze(user, stream, &Kept::keep, &kept), NB_OK);
    ASSERT_EQ(kept.pieces.size(), 1u);
    EXPECT_EQ(kept.pieces[0].bytes, "at 9");
    EXPECT_FALSE(Streaming::last.expired());
    calls.ended(user);
    EXPECT_TRUE(Streaming::last.expired());
    EXPECT_EQ(ended, 1) << "its handle is given back with it";

    piece.form = 4;
    EXPECT_EQ(route.thaw(route.user, stream, &piece, &calls, &user), NB_UNSUPPORTED);
    EXPECT_EQ(ended, 2);
    Calls::table.destroy(plugin);
}

} // namespace
