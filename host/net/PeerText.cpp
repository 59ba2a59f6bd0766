#include "net/PeerText.h"

#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace netbit::net {

namespace {

void appendPort(std::string& out, in_port_t port)
{
    char buffer[8];
    buffer[0] = ':';
    const auto end = std::to_chars(buffer + 1, buffer + sizeof buffer, ntohs(port)).ptr;
    out.append(buffer, end);
}

std::string fourText(const void* bytes)
{
    char buffer[INET_ADDRSTRLEN];
    return ::inet_ntop(AF_INET, bytes, buffer, sizeof buffer) ? buffer : "";
}

} // namespace

std::string peerText(const sockaddr& address)
{
    std::string out;
    if (address.sa_family == AF_INET) {
        sockaddr_in four;
        std::memcpy(&four, &address, sizeof four);
        out = fourText(&four.sin_addr);
        appendPort(out, four.sin_port);
    } else if (address.sa_family == AF_INET6) {
        sockaddr_in6 six;
        std::memcpy(&six, &address, sizeof six);
        if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
            out = fourText(six.sin6_addr.s6_addr + 12);
        } else {
            char buffer[INET6_ADDRSTRLEN];
            out = '[';
            out += ::inet_ntop(AF_INET6, &six.sin6_addr, buffer, sizeof buffer) ? buffer : "";
            out += ']';
        }
        appendPort(out, six.sin6_port);
    } else {
        out = "unix";
    }
    return out;
}

std::string addressOfPeer(std::string_view peer)
{
    if (peer.starts_with('['))
        return std::string(peer.substr(1, peer.find(']') - 1));
    return std::string(peer.substr(0, peer.rfind(':')));
}

bool isLoopback(const sockaddr& address) noexcept
{
    if (address.sa_family == AF_INET) {
        sockaddr_in four;
        std::memcpy(&four, &address, sizeof four);
        return (ntohl(four.sin_addr.s_addr) >> 24) == 127;
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 six;
        std::memcpy(&six, &address, sizeof six);
        return IN6_IS_ADDR_LOOPBACK(&six.sin6_addr) ||
               (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr) && six.sin6_addr.s6_addr[12] == 127);
    }
    return true;
}

} // namespace netbit::net
