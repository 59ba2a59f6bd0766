#pragma once
// A plain socket that waits with a deadline. What goes wrong is an exception, which GoogleTest reports as a failure.

#include "support/Deadline.h"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace netbit::test {

/// The peer has closed, or reset, the connection.
struct ConnectionLost : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Something that had to happen did not, within the deadline.
struct TimedOut : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Socket {
public:
    Socket() = default;
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&& other) noexcept;
    ~Socket();

    /// To 127.0.0.1. A source address may be any of 127.0.0.0/8.
    static Socket tcp(std::uint16_t port, const std::string& source = {}, int receiveBufferBytes = 0);
    static Socket udp(std::uint16_t port, const std::string& source = "127.0.0.1");
    static Socket local(const std::string& path);

    bool open() const noexcept { return _fd >= 0; }
    int fd() const noexcept { return _fd; }

    /// All of it. Throws ConnectionLost or TimedOut.
    void send(std::string_view bytes, Deadline deadline = Deadline());
    /// What there is, at least one byte; empty: the peer ended the connection. Throws TimedOut.
    std::string receive(Deadline deadline = Deadline());
    /// The same, and nothing when the deadline passes.
    std::optional<std::string> receiveUntil(Deadline deadline);
    void endSending() noexcept;
    void close() noexcept;

private:
    explicit Socket(int fd) : _fd(fd) {}
    int _fd = -1;
};

/// A TCP port of 127.0.0.1 for a program that cannot choose one itself. Nobody is given it by chance: it lies below those
/// that the kernel gives away.
std::uint16_t freePort();

} // namespace netbit::test
