#include "cli/Packets.h"

#include "cli/Connect.h"

#include <Poco/Exception.h>
#include <algorithm>
#include <poll.h>

namespace netbit::cli
{

namespace
{

constexpr std::size_t longestPacket = std::size_t{16} * 1024 * 1024; ///< a server that never ends one is no server of ours

} // namespace

base::Result<std::optional<boost::json::value>> PacketReader::next()
{
    const auto start = _waiting.find_first_not_of(" \t\r\n");
    if (start != 0)
        _waiting.erase(0, start);
    if (_waiting.empty())
        return std::optional<boost::json::value>();
    boost::json::error_code error;
    const auto taken = _parser.write_some(_waiting.data(), _waiting.size(), error);
    if (error)
        return base::fault(base::Status::malformed, "bad_packet",
                           "The server sent what is not JSON: " + error.message() + ".");
    _waiting.erase(0, taken);
    _taken += taken;
    if (!_parser.done()) {
        if (_taken > longestPacket)
            return base::fault(base::Status::malformed, "packet_too_long", "The server sent a packet that does not end.");
        return std::optional<boost::json::value>();
    }
    _taken = 0;
    auto packet = _parser.release();
    _parser.reset();
    return std::optional(std::move(packet));
}

base::Result<PacketConnection> PacketConnection::open(const Endpoint& endpoint, std::uint16_t port)
{
    try {
        auto socket = connectTo(endpoint, port);
        socket.setNoDelay(true);
        return PacketConnection(socket);
    } catch (const Poco::Exception& error) {
        return base::fault(base::Status::closed, "unreachable",
                           "Nobody answers at " + endpoint.host() + ", TCP port " + std::to_string(port) + ": " +
                               error.displayText() + ".");
    }
}

base::Result<void> PacketConnection::send(const std::string& packet)
{
    try {
        for (std::size_t sent = 0; sent < packet.size();) {
            const int step = _socket.sendBytes(packet.data() + sent, static_cast<int>(packet.size() - sent));
            sent += static_cast<std::size_t>(step);
        }
        return {};
    } catch (const Poco::Exception& error) {
        return base::fault(base::Status::closed, "connection_lost",
                           "The connection was lost: " + error.displayText() + ".");
    }
}

PacketConnection::Ready PacketConnection::await(std::chrono::microseconds timeout, int wake)
{
    using Poco::Net::Socket;
    if (wake < 0)
        return _socket.poll(Poco::Timespan(timeout.count()), Socket::SELECT_READ) ? Ready::bytes : Ready::nothing;
    if (_socket.poll(Poco::Timespan(0), Socket::SELECT_READ)) // of TLS, what is decrypted already is not at the descriptor
        return Ready::bytes;
    pollfd both[] = {{_socket.impl()->sockfd(), POLLIN, 0}, {wake, POLLIN, 0}};
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
    if (::poll(both, 2, static_cast<int>(std::min<std::int64_t>(wait, 60'000))) <= 0)
        return Ready::nothing;
    return both[0].revents != 0 ? Ready::bytes : Ready::woken;
}

base::Result<boost::json::value> PacketConnection::receive(std::chrono::milliseconds timeout, int wake)
{
    const auto until = std::chrono::steady_clock::now() + timeout;
    try {
        for (;;) {
            auto packet = _reader->next();
            if (!packet)
                return packet.error();
            if (*packet)
                return std::move(**packet);
            const auto left =
                std::chrono::duration_cast<std::chrono::microseconds>(until - std::chrono::steady_clock::now());
            const auto ready = left.count() <= 0 ? Ready::nothing : await(left, wake);
            if (ready == Ready::woken)
                return base::fault(base::Status::wouldBlock, "woken", "There is something else to do.");
            if (ready == Ready::nothing)
                return base::fault(base::Status::wouldBlock, "timeout", "The server did not answer in time.");
            char buffer[16'384];
            const int read = _socket.receiveBytes(buffer, sizeof buffer);
            if (read <= 0)
                return base::fault(base::Status::closed, "connection_lost", "The server closed the connection.");
            _reader->feed({buffer, static_cast<std::size_t>(read)});
        }
    } catch (const Poco::Exception& error) {
        return base::fault(base::Status::closed, "connection_lost",
                           "The connection was lost: " + error.displayText() + ".");
    }
}

} // namespace netbit::cli
