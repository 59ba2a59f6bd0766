#pragma once
// Socket addresses as text, without a resolver and without Poco's shared address objects.

#include <string>
#include <string_view>

struct sockaddr;

namespace netbit::net {

/// "127.0.0.1:4711", "[::1]:4711"; an IPv4 address mapped into IPv6 is shown as IPv4; "unix" for anything else.
std::string peerText(const sockaddr& address);
/// The part before the port, without brackets.
std::string addressOfPeer(std::string_view peer);
/// 127.0.0.0/8, ::1, their mapped form, or a Unix socket.
bool isLoopback(const sockaddr& address) noexcept;

} // namespace netbit::net
