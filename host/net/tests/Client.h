#pragma once
// A blocking client for tests, and waiting for conditions. Nothing waits longer than `patience`.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace netbit::tests {

inline constexpr std::chrono::seconds patience{20};

template <class Condition>
bool eventually(Condition condition)
{
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

class Client {
public:
    explicit Client(std::uint16_t port, int receiveBuffer = 0)
    {
        _descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (receiveBuffer > 0)
            ::setsockopt(_descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, sizeof receiveBuffer);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    explicit Client(const std::string& unixPath)
    {
        _descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        unixPath.copy(address.sun_path, sizeof address.sun_path - 1);
        connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
    }
    ~Client() { close(); }
    Client(Client&& other) noexcept : connected(other.connected), _descriptor(std::exchange(other._descriptor, -1)) {}
    Client& operator=(Client&&) = delete;

    void close()
    {
        if (_descriptor >= 0)
            ::close(std::exchange(_descriptor, -1));
    }
    void endSending() { ::shutdown(_descriptor, SHUT_WR); }

    /// False: the server has closed.
    bool send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const auto sent = ::send(_descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0)
                return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// Reads until `size` bytes are there or the end.
    std::string read(std::size_t size)
    {
        while (_received.size() < size && receive()) { }
        const auto taken = std::min(size, _received.size());
        auto out = _received.substr(0, taken);
        _received.erase(0, taken);
        return out;
    }
    /// Up to and including `end`; what there was when the connection ended, if it did not come.
    std::string readUntil(std::string_view end)
    {
        std::size_t found;
        while ((found = _received.find(end)) == std::string::npos && receive()) { }
        const auto taken = found == std::string::npos ? _received.size() : found + end.size();
        auto out = _received.substr(0, taken);
        _received.erase(0, taken);
        return out;
    }
    /// Everything until the server closes.
    std::string readAll()
    {
        while (receive()) { }
        return std::exchange(_received, {});
    }
    /// Whether the server closes without sending anything more.
    bool closedByServer() { return readAll().empty() && !timedOut; }

    bool connected = false;
    bool timedOut = false;

private:
    void connect(const sockaddr* address, socklen_t length)
    {
        const timeval limit{patience.count(), 0};
        ::setsockopt(_descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(_descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        connected = ::connect(_descriptor, address, length) == 0;
    }
    bool receive()
    {
        char buffer[16 * 1024];
        const auto got = ::recv(_descriptor, buffer, sizeof buffer, 0);
        timedOut = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
        if (got > 0)
            _received.append(buffer, static_cast<std::size_t>(got));
        return got > 0;
    }

    int _descriptor = -1;
    std::string _received;
};

} // namespace netbit::tests
