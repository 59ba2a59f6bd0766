#include "net/Acceptor.h"

#include "net/PeerText.h"
#include "net/StreamConnection.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace netbit::net {

namespace {

constexpr int acceptsPerWake = 64; // then the connections that are there get their turn
constexpr std::chrono::milliseconds restTime{100};

int openReserve() noexcept { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

} // namespace

Acceptor::Acceptor(ReactorPool& reactors, StreamOptions options, Poco::Net::ServerSocket socket)
    : _reactor(reactors.next()), _socket(std::move(socket)), _unixPath(options.unixPath),
      _state(std::make_shared<ListenerState>(reactors, options)), _reserve(openReserve())
{
    if (_unixPath.empty())
        _port = _socket.address().port();
}

Acceptor::~Acceptor()
{
    stopAccepting();
    closeAll();
    if (_reserve >= 0)
        ::close(_reserve);
}

void Acceptor::start(Factory factory)
{
    _state->factory = std::move(factory);
    _reactor.call([this] {
        _watching = _reactor.watch(descriptor(), EPOLLIN, this);
        if (!_watching)
            rest();
    });
}

void Acceptor::stopAccepting()
{
    bool first = false;
    _reactor.call([&] {
        _reactor.disarm(*this);
        if (std::exchange(_watching, false))
            _reactor.forget(descriptor(), this);
        first = _socket.impl()->initialized();
        _socket.close();
    });
    if (first && !_unixPath.empty())
        ::unlink(_unixPath.c_str());
    for (auto& shard : _state->shards)
        shard->reactor.call([] {}); // what was dealt out before has been adopted by now
}

void Acceptor::closeAll()
{
    for (auto& shard : _state->shards) {
        shard->reactor.call([&] { shard->shutAll(); });
        shard->reactor.call([] {}); // and their handlers have been let go
    }
}

void Acceptor::forEach(const Visit& visit)
{
    for (auto& shard : _state->shards)
        shard->reactor.call([&] { shard->forEach(visit); });
}

void Acceptor::setMarks(std::size_t highMark, std::size_t hardMark) noexcept
{
    _state->highMark = highMark;
    _state->hardMark = hardMark;
}

void Acceptor::setCaps(std::size_t maxConnections, std::size_t maxPerAddress,
                       std::chrono::milliseconds writeTimeout) noexcept
{
    _state->maxConnections = maxConnections;
    _state->maxPerAddress = maxPerAddress;
    _state->writeTimeoutMs = writeTimeout.count();
}

void Acceptor::onReady(std::uint32_t)
{
    for (int i = 0; i < acceptsPerWake && acceptOne(); ++i) { }
}

/// Whether it makes sense to try again at once.
bool Acceptor::acceptOne()
{
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    auto* const address = reinterpret_cast<sockaddr*>(&storage);
    const int accepted = ::accept4(descriptor(), address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0) {
        switch (errno) {
        case EMFILE:
        case ENFILE: return outOfDescriptors();
        case ENOMEM:
        case ENOBUFS: rest(); return false;
        case EAGAIN: return false;
        default: return true; // the peer's fault (ECONNABORTED, EPROTO…): it is gone, the next one is not
        }
    }
    if (!_unixPath.empty())
        storage.ss_family = AF_UNIX; // a peer without a name leaves the family out
    auto peer = peerText(*address);
    const bool loopback = isLoopback(*address);
    if (!_state->admit(addressOfPeer(peer), loopback)) {
        ::close(accepted);
        _state->counts.refused.fetch_add(1, std::memory_order_relaxed);
        return true;
    }
    _state->counts.accepted.fetch_add(1, std::memory_order_relaxed);
    adopt(accepted, std::move(peer), loopback);
    return true;
}

/// Takes the peer off the queue and closes it, so that neither it waits nor this loop spins.
bool Acceptor::outOfDescriptors()
{
    _state->counts.refused.fetch_add(1, std::memory_order_relaxed);
    if (_reserve >= 0) {
        ::close(_reserve);
        const int shed = ::accept4(descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
        if (shed >= 0)
            ::close(shed);
        _reserve = openReserve();
        if (shed >= 0 && _reserve >= 0)
            return true;
    }
    rest();
    return false;
}

void Acceptor::rest()
{
    if (std::exchange(_watching, false))
        _reactor.forget(descriptor(), this);
    _reactor.arm(*this, restTime);
}

void Acceptor::onDeadline()
{
    if (_reserve < 0)
        _reserve = openReserve();
    _watching = _reactor.watch(descriptor(), EPOLLIN, this);
    if (!_watching)
        _reactor.arm(*this, restTime);
}

void Acceptor::adopt(int accepted, std::string peer, bool loopback)
{
    auto& shard = *_state->shards[_turn++ % _state->shards.size()];
    auto connection = std::make_shared<StreamConnection>(_state, shard, accepted, std::move(peer), loopback);
    if (shard.reactor.here())
        StreamConnection::open(std::move(connection));
    else
        shard.reactor.post([connection = std::move(connection)]() mutable {
            StreamConnection::open(std::move(connection));
        });
}

} // namespace netbit::net
