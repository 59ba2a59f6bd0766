#include "edge/Server.h"

#include "edge/HttpConnection.h"
#include "edge/ServerState.h"
#include "net/Listener.h"

namespace netbit::edge {

namespace {

/// To who asks in plain text where TLS is spoken.
std::string plainAnswer()
{
    const std::string body = "This port speaks TLS only: ask it by https.\n";
    return "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}

} // namespace

struct Server::Impl {
    struct Door {
        std::unique_ptr<net::StreamListener> listener;
        bool local;
    };

    net::ReactorPool& reactors;
    std::shared_ptr<ServerState> state;
    std::vector<Door> doors;
    mutable ServerCounts sum;

    base::Result<std::uint16_t> listen(net::StreamOptions options, bool local)
    {
        const auto limits = state->limits.load();
        options.maxConnections = limits->maxConnections;
        options.maxPerAddress = limits->maxPerAddress;
        options.writeTimeout = limits->writeTimeout;
        options.highMark = ReplyStreamImpl::roomBytes;
        // One answer may be of any size; while one waits, no other is made, and a stream's writer is told to stop.
        options.hardMark = 64 * 1024 * 1024;
        auto bound = net::StreamListener::bind(reactors, std::move(options));
        if (!bound)
            return bound.error();
        doors.push_back({std::move(bound).value(), local});
        return doors.back().listener->port();
    }
};

Server::Server(net::ReactorPool& reactors, Router& router, Gate& gate, Offload offload, Limits limits)
    : _impl(std::make_unique<Impl>(reactors, std::make_shared<ServerState>(reactors, router, gate, std::move(offload),
                                                                           limits)))
{
}

Server::~Server()
{
    for (auto& door : _impl->doors)
        door.listener->stopAccepting();
    for (auto& door : _impl->doors)
        door.listener->closeAll();
}

void Server::setSlowRequest(SlowRequest told) { _impl->state->slow = std::move(told); }

void Server::setRecorder(trace::Recorder& recorder) { _impl->state->recorder = &recorder; }

void Server::setComplaint(Complaint complaint) { _impl->state->complain = std::move(complaint); }

base::Result<std::uint16_t> Server::listenTcp(const std::string& address, std::uint16_t port)
{
    net::StreamOptions options;
    options.address = address;
    options.port = port;
    return _impl->listen(std::move(options), false);
}

base::Result<std::uint16_t> Server::listenTls(const std::string& address, std::uint16_t port,
                                              std::shared_ptr<const net::TlsCell> context)
{
    net::StreamOptions options;
    options.address = address;
    options.port = port;
    options.tls = {std::move(context), "http/1.1", plainAnswer()};
    return _impl->listen(std::move(options), false);
}

base::Result<void> Server::listenUnix(const std::string& path)
{
    net::StreamOptions options;
    options.unixPath = path;
    const auto bound = _impl->listen(std::move(options), true);
    return bound ? base::Result<void>() : base::Result<void>(bound.error());
}

void Server::start()
{
    for (auto& door : _impl->doors)
        door.listener->start([state = _impl->state, local = door.local](net::Connection& connection) {
            return std::make_shared<HttpConnection>(state, connection, local);
        });
}

void Server::setLimits(Limits limits)
{
    _impl->state->limits.store(std::make_shared<const Limits>(limits));
    for (auto& door : _impl->doors)
        door.listener->setCaps(limits.maxConnections, limits.maxPerAddress, limits.writeTimeout);
}

void Server::drain(std::chrono::milliseconds patience)
{
    for (auto& door : _impl->doors)
        door.listener->stopAccepting();
    _impl->state->draining = true;
    for (auto& shard : _impl->state->shards)
        shard->reactor.call([&] { shard->closeIdle(); });
    _impl->state->waitForNone(patience);
    for (auto& door : _impl->doors)
        door.listener->closeAll();
}

const ServerCounts& Server::counts() const noexcept
{
    std::uint64_t requests = 0;
    std::uint64_t byClass[6] = {};
    for (const auto& shard : _impl->state->shards) {
        requests += shard->requests.load(std::memory_order_relaxed);
        for (int i = 0; i < 6; ++i)
            byClass[i] += shard->byClass[i].load(std::memory_order_relaxed);
    }
    _impl->sum.requests = requests;
    for (int i = 0; i < 6; ++i)
        _impl->sum.byClass[i] = byClass[i];
    return _impl->sum;
}

std::int64_t Server::openConnections() const noexcept
{
    std::int64_t open = 0;
    for (const auto& door : _impl->doors)
        open += door.listener->counts().open.load(std::memory_order_relaxed);
    return open;
}

} // namespace netbit::edge
