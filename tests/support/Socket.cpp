#include "support/Socket.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <random>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace netbit::test {

namespace {

[[noreturn]] void fail(const std::string& what) { throw ConnectionLost(what + ": " + std::strerror(errno)); }

sockaddr_in loopback(std::uint16_t port, const std::string& address)
{
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    if (inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1)
        throw std::runtime_error(address + " is no IPv4 address");
    return to;
}

template <class Address>
int connected(int fd, const Address& to, const std::string& where)
{
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        const int error = errno;
        ::close(fd);
        errno = error;
        fail("no connection to " + where);
    }
    return fd;
}

int inet(int type, std::uint16_t port, const std::string& source, int receiveBufferBytes)
{
    const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (fd < 0)
        fail("no socket");
    const int yes = 1;
    if (type == SOCK_STREAM)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (receiveBufferBytes > 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receiveBufferBytes, sizeof receiveBufferBytes);
    if (!source.empty()) {
        const auto from = loopback(0, source);
        if (bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) {
            ::close(fd);
            fail("cannot send from " + source);
        }
    }
    return connected(fd, loopback(port, "127.0.0.1"), "127.0.0.1:" + std::to_string(port));
}

bool wait(int fd, short what, const Deadline& deadline)
{
    pollfd entry{fd, what, 0};
    for (;;) {
        const int count = poll(&entry, 1, deadline.leftMs());
        if (count > 0)
            return true;
        if (count == 0 || errno != EINTR)
            return false;
    }
}

} // namespace

Socket::Socket(Socket&& other) noexcept : _fd(std::exchange(other._fd, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept
{
    if (this != &other) {
        close();
        _fd = std::exchange(other._fd, -1);
    }
    return *this;
}

Socket::~Socket() { close(); }

Socket Socket::tcp(std::uint16_t port, const std::string& source, int receiveBufferBytes)
{
    return Socket(inet(SOCK_STREAM, port, source, receiveBufferBytes));
}

Socket Socket::udp(std::uint16_t port, const std::string& source) { return Socket(inet(SOCK_DGRAM, port, source, 0)); }

Socket Socket::local(const std::string& path)
{
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (path.size() >= sizeof to.sun_path)
        throw std::runtime_error(path + " is too long for a socket's path");
    std::memcpy(to.sun_path, path.data(), path.size());
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        fail("no socket");
    return Socket(connected(fd, to, path));
}

void Socket::send(std::string_view bytes, Deadline deadline)
{
    while (!bytes.empty()) {
        const auto sent = ::send(_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (!wait(_fd, POLLOUT, deadline))
                throw TimedOut("the server did not take " + std::to_string(bytes.size()) + " bytes");
        } else if (errno != EINTR)
            fail("sending");
    }
}

std::optional<std::string> Socket::receiveUntil(Deadline deadline)
{
    char buffer[64 * 1024];
    for (;;) {
        const auto got = recv(_fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (got >= 0)
            return std::string(buffer, static_cast<std::size_t>(got));
        if (errno == ECONNRESET || errno == ECONNREFUSED)
            return std::string();
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            fail("receiving");
        if (!wait(_fd, POLLIN, deadline))
            return std::nullopt;
    }
}

std::string Socket::receive(Deadline deadline)
{
    auto got = receiveUntil(deadline);
    if (!got)
        throw TimedOut("the server sent nothing");
    return std::move(*got);
}

void Socket::endSending() noexcept { shutdown(_fd, SHUT_WR); }

void Socket::close() noexcept
{
    if (_fd >= 0)
        ::close(_fd);
    _fd = -1;
}

std::uint16_t freePort()
{
    static std::mt19937 random(std::random_device{}());
    std::uniform_int_distribution<int> below(15'000, 32'000); // Linux gives away 32768 and up
    for (int tries = 0; tries < 1000; ++tries) {
        const auto port = static_cast<std::uint16_t>(below(random));
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto here = loopback(port, "127.0.0.1");
        const bool free = fd >= 0 && bind(fd, reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0;
        ::close(fd);
        if (free)
            return port;
    }
    throw std::runtime_error("no port is free");
}

} // namespace netbit::test
