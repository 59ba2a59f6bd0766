#include "net/Listener.h"
#include "net/Reactor.h"
#include "net/tests/Client.h"
#include "tests/support/Tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <random>

namespace netbit::net {
namespace {

namespace fs = std::filesystem;
using netbit::test::makeTlsPair;
using netbit::test::TlsPair;
using netbit::test::TlsPeer;
using netbit::test::TlsWishes;
using testing::HasSubstr;
using tests::Client;
using tests::eventually;
using namespace std::chrono_literals;

TlsWishes wishes(int least, int most)
{
    TlsWishes out;
    out.least = least;
    out.most = most;
    return out;
}

TlsWishes narrow(int receiveBuffer)
{
    TlsWishes out;
    out.receiveBuffer = receiveBuffer;
    return out;
}

TlsWishes offering(std::vector<std::string> protocols)
{
    TlsWishes out;
    out.protocols = std::move(protocols);
    return out;
}

TlsWishes resuming(int version, SSL_SESSION* session)
{
    auto out = wishes(0, version);
    out.session = session;
    return out;
}

class TlsTest : public testing::Test {
protected:
    void SetUp() override
    {
        std::string name = (fs::temp_directory_path() / "netbit-tls-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder = name;
        options.certificate = folder / "certificate.pem";
        options.key = folder / "key.pem";
    }
    void TearDown() override
    {
        listener.reset();
        fs::remove_all(folder);
    }

    void put(const TlsPair& files, fs::perms mode = fs::perms::owner_read | fs::perms::owner_write)
    {
        std::ofstream(options.certificate) << files.certificate;
        std::ofstream(options.key) << files.key;
        fs::permissions(options.key, mode);
    }
    std::string refusal(const TlsContext* before = nullptr)
    {
        const auto loaded = TlsContext::load(options, before);
        return loaded ? std::string() : loaded.error().detail;
    }

    class Handler final : public ConnectionHandler {
    public:
        explicit Handler(TlsTest& test) : _test(test) {}
        std::size_t onData(Connection& connection, std::string_view bytes) override
        {
            EXPECT_TRUE(connection.secure());
            return _test.onData ? _test.onData(connection, bytes) : (connection.send(base::Body(std::string(bytes))), bytes.size());
        }
        void onEnd(Connection& connection) override
        {
            ++_test.ended;
            connection.closeAfterWrite();
        }
        void onDrained(Connection& connection) override
        {
            if (_test.onDrained)
                _test.onDrained(connection);
        }
        void onTimeout(Connection&) override {}
        void onClose(Connection&, CloseReason reason) override
        {
            _test.reason = reason;
            ++_test.closed;
        }

    private:
        TlsTest& _test;
    };

    void serve(std::string protocol = {}, std::string plainAnswer = {}, StreamOptions stream = {})
    {
        pair = makeTlsPair();
        put(pair);
        auto loaded = TlsContext::load(options);
        ASSERT_TRUE(loaded.ok()) << loaded.error().detail;
        cell->store(*loaded);
        stream.tls = {cell, std::move(protocol), std::move(plainAnswer)};
        reactors.start();
        auto bound = StreamListener::bind(reactors, std::move(stream));
        ASSERT_TRUE(bound.ok()) << bound.error().detail;
        listener = std::move(bound).value();
        listener->start([this](Connection&) {
            ++opened;
            return std::make_shared<Handler>(*this);
        });
    }

    fs::path folder;
    TlsOptions options;
    TlsPair pair;
    std::function<std::size_t(Connection&, std::string_view)> onData;
    std::function<void(Connection&)> onDrained;
    std::atomic<int> opened{0};
    std::atomic<int> ended{0};
    std::atomic<int> closed{0};
    std::atomic<CloseReason> reason{CloseReason::error};
    std::shared_ptr<TlsCell> cell = std::make_shared<TlsCell>();
    ReactorPool reactors{2};
    std::unique_ptr<StreamListener> listener;
};

TEST_F(TlsTest, EchoesInBothVersionsAndSaysGoodbye)
{
    serve();
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsPeer peer(listener->port(), pair.certificate, wishes(version, version));
        ASSERT_TRUE(peer.shaken());
        ASSERT_TRUE(peer.send("hello"));
        EXPECT_EQ(peer.read(5), "hello");
        peer.endSending();
        EXPECT_EQ(peer.readAll(), "");
        EXPECT_TRUE(peer.endedWell());
    }
    EXPECT_TRUE(eventually([&] { return closed == 2 && listener->counts().open == 0; }));
    EXPECT_EQ(ended, 2);
}

TEST_F(TlsTest, OlderVersionsAreRefusedAndOnlyTheNewestWhenAskedFor)
{
    serve();
    EXPECT_FALSE(TlsPeer(listener->port(), {}, wishes(TLS1_VERSION, TLS1_1_VERSION)).shaken());
    options.onlyTls13 = true;
    cell->store(*TlsContext::load(options));
    EXPECT_FALSE(TlsPeer(listener->port(), {}, wishes(0, TLS1_2_VERSION)).shaken());
    EXPECT_TRUE(TlsPeer(listener->port(), pair.certificate).shaken());
    EXPECT_TRUE(eventually([&] { return listener->counts().open == 0; }));
}

TEST_F(TlsTest, ManyMegabytesGoBothWaysPastEveryBuffer)
{
    // The client is slow to read, so that writes are partial.
    std::atomic<bool> wasFull{false};
    onData = [&](Connection& connection, std::string_view bytes) {
        base::Body body(std::string(bytes.substr(0, bytes.size() / 2)));
        body.text(std::string(bytes.substr(bytes.size() / 2)));
        wasFull = connection.send("", std::move(body)) == SendState::full || wasFull;
        return bytes.size();
    };
    std::atomic<int> drained{0};
    onDrained = [&](Connection&) { ++drained; };
    serve();
    TlsPeer peer(listener->port(), pair.certificate, narrow(8 * 1024));
    ASSERT_TRUE(peer.shaken());
    std::string sent;
    std::string got;
    std::minstd_rand random(7);
    for (int i = 0; i < 400; ++i) {
        std::string piece(1 + random() % 50'000, '\0');
        for (auto& each : piece)
            each = static_cast<char>(random());
        ASSERT_TRUE(peer.send(piece));
        sent += piece;
        got += peer.read(piece.size() / 8); // it falls behind more and more
    }
    got += peer.read(sent.size() - got.size());
    peer.endSending();
    EXPECT_EQ(peer.readAll(), "");
    EXPECT_EQ(got.size(), sent.size());
    EXPECT_TRUE(got == sent);
    EXPECT_TRUE(peer.endedWell());
    EXPECT_TRUE(wasFull);
    EXPECT_GT(drained, 0);
}

TEST_F(TlsTest, SingleBytesAndAThousandRecordsAtOnce)
{
    serve();
    TlsPeer peer(listener->port(), pair.certificate);
    ASSERT_TRUE(peer.shaken());
    std::string expected;
    for (int i = 0; i < 1'000; ++i) {
        const auto text = std::to_string(i) + "|";
        ASSERT_TRUE(peer.send(text)); // a record each
        expected += text;
    }
    EXPECT_EQ(peer.read(expected.size()), expected);
}

TEST_F(TlsTest, WhatWasPausedComesWhenItIsResumedThoughTheSocketIsSilent)
{
    std::atomic<int> calls{0};
    Connection* open = nullptr;
    onData = [&](Connection& connection, std::string_view bytes) -> std::size_t {
        open = &connection;
        if (++calls == 1)
            connection.pauseReading();
        connection.send(base::Body(std::string(bytes)));
        return bytes.size();
    };
    serve();
    TlsPeer peer(listener->port(), pair.certificate);
    const std::string text(500'000, 'x'); // more than one read takes
    ASSERT_TRUE(peer.send(text));
    ASSERT_TRUE(eventually([&] { return calls == 1; }));
    peer.endSending();
    listener->forEach([&](Connection& connection, ConnectionHandler&) { connection.resumeReading(); });
    EXPECT_EQ(peer.readAll().size(), text.size());
}

TEST_F(TlsTest, AnEndWithoutCloseNotifyIsACut)
{
    serve();
    {
        TlsPeer peer(listener->port(), pair.certificate);
        ASSERT_TRUE(peer.send("x"));
        ASSERT_EQ(peer.read(1), "x");
    }
    EXPECT_TRUE(eventually([&] { return closed == 1; }));
    EXPECT_EQ(ended, 0);
    EXPECT_EQ(reason, CloseReason::peer);
}

TEST_F(TlsTest, ANewPairIsForNewConnectionsAndOpenOnesStay)
{
    serve();
    TlsPeer before(listener->port(), pair.certificate);
    ASSERT_TRUE(before.shaken());
    const auto next = makeTlsPair("next");
    put(next);
    cell->store(*TlsContext::load(options, cell->load().get()));
    TlsPeer after(listener->port(), next.certificate);
    ASSERT_TRUE(after.shaken());
    EXPECT_EQ(after.subject(), "next");
    EXPECT_FALSE(TlsPeer(listener->port(), pair.certificate).shaken());
    ASSERT_TRUE(before.send("still here"));
    EXPECT_EQ(before.read(10), "still here");
    EXPECT_EQ(before.subject(), "localhost");
}

TEST_F(TlsTest, BadPairsAreRefusedByNameAndNeverQuoted)
{
    pair = makeTlsPair();
    EXPECT_THAT(refusal(), HasSubstr("certificate.pem is no file"));
    put(pair);
    EXPECT_EQ(refusal(), "");
    put(pair, fs::perms(0644));
    EXPECT_THAT(refusal(), HasSubstr("key.pem holds a key and may be read or written by others"));
    put(pair, fs::perms(0640));
    EXPECT_EQ(refusal(), "");
    put({pair.certificate, makeTlsPair().key});
    EXPECT_THAT(refusal(), HasSubstr("key.pem is not the key of the certificate in"));
    put({pair.key, pair.key});
    EXPECT_THAT(refusal(), HasSubstr("certificate.pem holds no certificate in PEM"));
    put({pair.certificate, pair.certificate});
    EXPECT_THAT(refusal(), HasSubstr("key.pem holds no private key in PEM"));
    put({pair.certificate + pair.certificate.substr(0, 200), pair.key});
    EXPECT_THAT(refusal(), HasSubstr("certificate is damaged"));
    put(makeTlsPair("locked", 30, -1, "secret"));
    EXPECT_THAT(refusal(), HasSubstr("holds a key with a passphrase"));
    put({pair.certificate, std::string(2'000'000, 'x')});
    EXPECT_THAT(refusal(), HasSubstr("larger than"));
    fs::remove(options.key);
    EXPECT_THAT(refusal(), HasSubstr("key.pem is no file"));
}

TEST_F(TlsTest, APairThatHasRunOutIsTakenAtAStartAndRefusedInPlaceOfAnother)
{
    put(makeTlsPair("old", -1, -30));
    const auto old = TlsContext::load(options);
    ASSERT_TRUE(old.ok()) << old.error().detail;
    EXPECT_EQ(refusal(old->get()), "") << "it is in force already";
    put(makeTlsPair());
    const auto good = TlsContext::load(options);
    put(makeTlsPair("old", -1, -30));
    EXPECT_THAT(refusal(good->get()), HasSubstr("ran out on"));
    put(makeTlsPair("early", 30, 2));
    EXPECT_THAT(refusal(good->get()), HasSubstr("begins on"));
}

TEST_F(TlsTest, AlpnIsWhatTheDoorSpeaks)
{
    serve("http/1.1");
    TlsPeer both(listener->port(), pair.certificate, offering({"h2", "http/1.1"}));
    ASSERT_TRUE(both.shaken());
    EXPECT_EQ(both.protocol(), "http/1.1");
    EXPECT_FALSE(TlsPeer(listener->port(), {}, offering({"h2"})).shaken());
    TlsPeer none(listener->port(), pair.certificate);
    EXPECT_TRUE(none.shaken());
    EXPECT_EQ(none.protocol(), "");
}

TEST_F(TlsTest, SessionsAreResumedAndRenegotiationIsNot)
{
    serve();
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsPeer first(listener->port(), pair.certificate, wishes(0, version));
        ASSERT_TRUE(first.send("x"));
        ASSERT_EQ(first.read(1), "x");
        ASSERT_NE(first.session(), nullptr);
        TlsPeer second(listener->port(), pair.certificate, resuming(version, first.session()));
        ASSERT_TRUE(second.shaken());
        EXPECT_TRUE(second.resumed());
    }
    TlsPeer again(listener->port(), pair.certificate, wishes(0, TLS1_2_VERSION));
    SSL_renegotiate(again.ssl());
    EXPECT_NE(SSL_do_handshake(again.ssl()), 1);
}

TEST_F(TlsTest, ARenewedContextIsTheSameButForItsTickets)
{
    serve();
    put({pair.certificate + makeTlsPair("between").certificate, pair.key}); // with a chain
    cell->store(*TlsContext::load(options));
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsPeer first(listener->port(), pair.certificate, wishes(0, version));
        ASSERT_TRUE(first.send("x"));
        ASSERT_EQ(first.read(1), "x");
        const auto renewed = cell->load()->renewed();
        ASSERT_NE(renewed, nullptr);
        EXPECT_EQ(renewed->fingerprint(), cell->load()->fingerprint());
        EXPECT_EQ(renewed->notAfter(), cell->load()->notAfter());
        cell->store(renewed);
        TlsPeer second(listener->port(), pair.certificate, resuming(version, first.session()));
        ASSERT_TRUE(second.shaken());
        EXPECT_FALSE(second.resumed());
        EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(second.ssl())), 2);
    }
}

TEST_F(TlsTest, AKeyUpdateIsFollowed)
{
    serve();
    TlsPeer peer(listener->port(), pair.certificate);
    for (int i = 0; i < 50; ++i) {
        ASSERT_EQ(SSL_key_update(peer.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
        ASSERT_TRUE(peer.send("x"));
        ASSERT_EQ(peer.read(1), "x");
    }
}

TEST_F(TlsTest, PlainTextGetsTheAnswerThatTheDoorHasForIt)
{
    serve("http/1.1", "speak TLS\n");
    for (const auto* const request : {"GET / HTTP/1.1\r\n\r\n", "DELETE /x HTTP/1.1\r\nHost: a\r\n\r\n"}) {
        Client client(listener->port());
        client.send(request);
        EXPECT_EQ(client.readAll(), "speak TLS\n");
    }
    EXPECT_EQ(opened, 0);
    EXPECT_TRUE(eventually([&] { return listener->counts().open == 0; }));
}

TEST_F(TlsTest, AHandshakeThatDoesNotEndIsClosedInTime)
{
    options.handshakeTimeout = 200ms;
    serve();
    Client silent(listener->port());
    Client slow(listener->port());
    slow.send(std::string("\x16\x03\x01\x02\x00\x01", 6));
    EXPECT_EQ(silent.readAll(), "");
    EXPECT_EQ(slow.readAll(), "");
    EXPECT_EQ(opened, 0);
    EXPECT_TRUE(eventually([&] { return listener->counts().open == 0; }));
}

TEST_F(TlsTest, RandomBytesCostTheirOwnConnectionOnly)
{
    serve();
    std::minstd_rand random(11);
    for (int i = 0; i < 300; ++i) {
        Client client(listener->port());
        std::string bytes(1 + random() % 600, '\0');
        for (auto& each : bytes)
            each = static_cast<char>(random());
        if (i % 2 == 0) // a record's head, so that what is behind it is looked at
            bytes.replace(0, std::min<std::size_t>(bytes.size(), 5), std::string("\x16\x03\x01\x00\x80", 5).substr(0, bytes.size()));
        client.send(bytes);
        client.endSending();
        client.readAll();
        ASSERT_FALSE(client.timedOut) << i;
    }
    // And damaged in the middle of a good connection.
    for (int i = 0; i < 100; ++i) {
        TlsPeer peer(listener->port(), pair.certificate);
        ASSERT_TRUE(peer.shaken());
        std::string bytes(1 + random() % 200, '\0');
        for (auto& each : bytes)
            each = static_cast<char>(random());
        bytes[0] = static_cast<char>(20 + random() % 5);
        ASSERT_GT(::send(peer.socket(), bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
        ::shutdown(peer.socket(), SHUT_WR);
        peer.readAll();
    }
    EXPECT_TRUE(eventually([&] { return listener->counts().open == 0; }));
    TlsPeer good(listener->port(), pair.certificate);
    ASSERT_TRUE(good.send("well"));
    EXPECT_EQ(good.read(4), "well");
}

TEST_F(TlsTest, ClosingAllEndsHandshakesToo)
{
    serve();
    Client waiting(listener->port());
    TlsPeer open(listener->port(), pair.certificate);
    ASSERT_TRUE(eventually([&] { return listener->counts().open == 2; }));
    listener->stopAccepting();
    listener->closeAll();
    EXPECT_EQ(waiting.readAll(), "");
    EXPECT_EQ(reason, CloseReason::shutdown);
}

} // namespace
} // namespace netbit::net
