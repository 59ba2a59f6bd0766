#pragma once
// A datagram socket on one reactor: received and answered in batches.

#include "net/Listener.h"
#include "net/Reactor.h"

#include <Poco/Net/DatagramSocket.h>

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <sys/socket.h>

namespace netbit::net {

class UdpSocket final : public DatagramSocket, private Pollable {
public:
    UdpSocket(Reactor& reactor, Poco::Net::DatagramSocket socket);
    ~UdpSocket() override;

    std::uint16_t port() const noexcept override { return _port; }
    void start(Handler handler) override;
    void stop() override;
    void call(const std::function<void()>& task) override { _reactor.call(task); }
    bool send(const DatagramAddress& to, std::string_view bytes) override;

private:
    static constexpr std::size_t batch = 64;
    static constexpr std::size_t slotBytes = 64 * 1024; // the longest datagram there is; untouched pages cost nothing
    static constexpr std::size_t wavesPerWake = 4;      // then others on this reactor get their turn

    struct Answer {
        DatagramAddress to;
        std::size_t offset; ///< in _answerBytes
        std::size_t size;
    };

    void onReady(std::uint32_t events) override;
    void flushAnswers();
    int descriptor() const { return _socket.impl()->sockfd(); }

    Reactor& _reactor;
    Poco::Net::DatagramSocket _socket;
    std::uint16_t _port;
    Handler _handler;
    std::unique_ptr<char[]> _slots;
    std::array<mmsghdr, batch> _messages{};
    std::array<iovec, batch> _vectors{};
    std::array<DatagramAddress, batch> _from{};
    std::vector<Answer> _answers;
    std::string _answerBytes;
    bool _handling = false; // inside the handler, on the reactor's thread
    bool _open = true;      // reactor's thread
    std::mutex _closing;    // guards the descriptor against a send from elsewhere while it is closed
    bool _closed = false;   // guarded by _closing
};

} // namespace netbit::net
