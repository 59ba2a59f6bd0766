#pragma once
// A bound stream socket and the loop that accepts from it.

#include "net/Listener.h"
#include "net/Reactor.h"
#include "net/StreamShard.h"

#include <Poco/Net/ServerSocket.h>

#include <memory>
#include <string>

namespace netbit::net {

/// Accepts on one reactor and deals the connections to all of them in turn.
class Acceptor final : public StreamListener, private Pollable, private Deadline {
public:
    Acceptor(ReactorPool& reactors, StreamOptions options, Poco::Net::ServerSocket socket);
    ~Acceptor() override;

    std::uint16_t port() const noexcept override { return _port; }
    void start(Factory factory) override;
    void stopAccepting() override;
    void closeAll() override;
    void forEach(const Visit& visit) override;
    const ListenerCounts& counts() const noexcept override { return _state->counts; }
    void setCaps(std::size_t maxConnections, std::size_t maxPerAddress,
                 std::chrono::milliseconds writeTimeout) noexcept override;
    void setMarks(std::size_t highMark, std::size_t hardMark) noexcept override;

private:
    void onReady(std::uint32_t events) override;
    void onDeadline() override;

    bool acceptOne();
    bool outOfDescriptors();
    void rest();
    void adopt(int accepted, std::string peer, bool loopback);
    int descriptor() const { return _socket.impl()->sockfd(); }

    Reactor& _reactor;
    Poco::Net::ServerSocket _socket;
    std::string _unixPath;
    std::uint16_t _port = 0;
    std::shared_ptr<ListenerState> _state;
    std::size_t _turn = 0;  // the shard that gets the next connection
    int _reserve = -1;      // given up for a moment when the process has no descriptor left
    bool _watching = false; // reactor's thread
};

} // namespace netbit::net
