#pragma once
// A client of the UDP port that can prove who it is.

#include "support/Http.h"
#include "support/Socket.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netbit::test {

/// What POST /api/realtime/udp-session gives out.
struct UdpKey {
    std::string session;
    std::string key; ///< 64 hex digits

    static UdpKey ask(HttpClient& http);
};

/// HMAC-SHA-256 under the key's 32 bytes, as 64 hex digits.
std::string macOf(const UdpKey& key, std::string_view bytes);

class UdpClient {
public:
    explicit UdpClient(std::uint16_t port, const std::string& source = "127.0.0.1") : _socket(Socket::udp(port, source)) {}

    void use(UdpKey key) { _key = std::move(key); }
    void send(std::string_view datagram) { _socket.send(datagram); }
    /// `members` is what stands between the braces: `"packet_type":"Typing","chat_id":1`.
    std::string sign(std::string_view members) { return sign(members, ++_sequence); }
    std::string sign(std::string_view members, std::uint64_t sequence) const;
    void sendSigned(std::string_view members) { send(sign(members)); }
    std::optional<std::string> receive(Deadline deadline = Deadline()) { return _socket.receiveUntil(deadline); }

    /// Subscribes this address: Subscribe, Challenge, Subscribe with the cookie.
    void subscribe();

private:
    Socket _socket;
    UdpKey _key;
    std::uint64_t _sequence = 0;
};

} // namespace netbit::test
