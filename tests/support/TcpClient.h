#pragma once
// A client of the TCP port: JSON objects in and out, one after the other.

#include "support/Json.h"
#include "support/Socket.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::test {

class TcpClient {
public:
    /// With a token: authenticates, and throws when that is refused.
    explicit TcpClient(std::uint16_t port, const std::string& token = {}, const std::string& source = {});

    Socket& socket() noexcept { return _socket; }
    void send(std::string_view bytes) { _socket.send(bytes); }
    /// The text of the next object. Throws ConnectionLost at the end of the connection.
    std::string readText(Deadline deadline = Deadline());
    json::value read(Deadline deadline = Deadline()) { return parseJson(readText(deadline)); }
    /// Nothing when no object comes before the deadline.
    std::optional<json::value> readUntil(Deadline deadline);
    json::value ask(std::string_view packet)
    {
        send(packet);
        return read();
    }
    /// Whether the server ends the connection without another object.
    bool endsHere(Deadline deadline = Deadline());

private:
    std::optional<std::string> takeObject();

    Socket _socket;
    std::string _held;
    std::size_t _scanned = 0;
    int _depth = 0;
    bool _inString = false;
    bool _escaped = false;
};

/// {"packet_type":"SendMessage",…}
std::string sendPacket(std::int64_t chatId, std::string_view content, std::string_view clientId = {});

} // namespace netbit::test
