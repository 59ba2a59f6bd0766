#include "outgoing/Inside.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>

namespace netbit::outgoing {

namespace {

struct Net4 {
    std::uint32_t address;
    int bits;
};

constexpr std::uint32_t ip(std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0, std::uint32_t d = 0)
{
    return a << 24 | b << 16 | c << 8 | d;
}

// https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast.
constexpr std::array insideNets{
    Net4{ip(0), 8},           Net4{ip(10), 8},          Net4{ip(100, 64), 10},     Net4{ip(127), 8},
    Net4{ip(169, 254), 16},   Net4{ip(172, 16), 12},    Net4{ip(192, 0, 0), 24},   Net4{ip(192, 0, 2), 24},
    Net4{ip(192, 88, 99), 24}, Net4{ip(192, 168), 16},  Net4{ip(198, 18), 15},     Net4{ip(198, 51, 100), 24},
    Net4{ip(203, 0, 113), 24}, Net4{ip(224), 3},
};

bool inside4(std::uint32_t address) noexcept
{
    return std::any_of(insideNets.begin(), insideNets.end(),
                       [address](const Net4& net) { return (address ^ net.address) >> (32 - net.bits) == 0; });
}

bool inside6(const std::uint8_t* bytes) noexcept
{
    // Only 2000::/3 is global unicast; of it, what carries an IPv4 address or is for documents, is not.
    if (bytes[0] >> 5 != 1)
        return true;
    const auto first = static_cast<unsigned>(bytes[0] << 8 | bytes[1]);
    const auto second = static_cast<unsigned>(bytes[2] << 8 | bytes[3]);
    if (first == 0x2001 && (second < 0x0200 || second == 0x0db8)) // 2001::/23: Teredo, ORCHID and others
        return true;
    return first == 0x2002 || (first == 0x3fff && second < 0x1000); // 6to4; documentation
}

} // namespace

bool isInside(const sockaddr& address) noexcept
{
    if (address.sa_family == AF_INET) {
        sockaddr_in four;
        std::memcpy(&four, &address, sizeof four);
        return inside4(ntohl(four.sin_addr.s_addr));
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 six;
        std::memcpy(&six, &address, sizeof six);
        return inside6(six.sin6_addr.s6_addr);
    }
    return true;
}

} // namespace netbit::outgoing
