// The same with Poco::Net::SocketReactor in place of ours: the same checks, the same parser, one write per request.
#include "Answer.h"

#include "edge/HeadCheck.h"
#include "edge/Parser.h"

#include <Poco/NObserver.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketNotification.h>
#include <Poco/Net/SocketReactor.h>
#include <Poco/Net/StreamSocket.h>

#include <array>
#include <cstdio>
#include <memory>
#include <thread>

namespace netbit::bench {

namespace {

using Poco::Net::ReadableNotification;
using Poco::Net::SocketReactor;

class PocoConnection {
public:
    PocoConnection(Poco::Net::StreamSocket socket, SocketReactor& reactor) : _socket(std::move(socket)), _reactor(reactor)
    {
        _socket.setBlocking(false);
        _socket.setNoDelay(true);
        _reactor.addEventHandler(_socket,
                                 Poco::NObserver<PocoConnection, ReadableNotification>(*this, &PocoConnection::onReadable));
    }
    ~PocoConnection()
    {
        _reactor.removeEventHandler(
            _socket, Poco::NObserver<PocoConnection, ReadableNotification>(*this, &PocoConnection::onReadable));
    }
    PocoConnection(const PocoConnection&) = delete;
    PocoConnection& operator=(const PocoConnection&) = delete;

    void onReadable(const Poco::AutoPtr<ReadableNotification>&)
    {
        thread_local std::array<char, 64 * 1024> buffer;
        int got = 0;
        try {
            got = _socket.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
        } catch (const Poco::Exception&) {
            got = 0;
        }
        if (got <= 0) {
            std::unique_ptr<PocoConnection> end(this);
            return;
        }
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
        const auto scan = edge::findHeadEnd(bytes, 0);
        edge::HeadFacts facts;
        thread_local edge::Fields fields;
        if (scan.found == edge::HeadScan::Found::end && !edge::checkHead(bytes, {}, facts) &&
            edge::parseHead(bytes, facts, fields))
            _socket.sendBytes(_answer.data(), static_cast<int>(_answer.size()));
    }

private:
    static inline const std::string _answer = wholeAnswer();
    Poco::Net::StreamSocket _socket;
    SocketReactor& _reactor;
};

class PocoAcceptor {
public:
    PocoAcceptor(Poco::Net::ServerSocket socket, SocketReactor& reactor) : _socket(std::move(socket)), _reactor(reactor)
    {
        _reactor.addEventHandler(_socket,
                                 Poco::NObserver<PocoAcceptor, ReadableNotification>(*this, &PocoAcceptor::onReadable));
    }
    void onReadable(const Poco::AutoPtr<ReadableNotification>&)
    {
        // It ends itself when its peer does, as Poco's own service handlers do.
        std::make_unique<PocoConnection>(_socket.acceptConnection(), _reactor).release();
    }

private:
    Poco::Net::ServerSocket _socket;
    SocketReactor& _reactor;
};

} // namespace

int servePoco(std::uint16_t port, const sigset_t& stop)
{
    Poco::Net::ServerSocket socket(Poco::Net::SocketAddress("127.0.0.1", port), 4096);
    std::printf("%u\n", static_cast<unsigned>(socket.address().port()));
    std::fflush(stdout);
    SocketReactor reactor;
    PocoAcceptor acceptor(socket, reactor);
    std::thread loop([&] { reactor.run(); });
    int signal = 0;
    sigwait(&stop, &signal);
    reactor.stop();
    loop.join();
    return 0;
}

} // namespace netbit::bench
