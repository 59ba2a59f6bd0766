#pragma once
// Who a request comes from when proxies stand between: what they say is taken only as far as they are trusted.

#include "base/Result.h"
#include "edge/Parser.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::edge {

/// Of an IPv4 address, the mapped one of IPv6.
using AddressBytes = std::array<unsigned char, 16>;

/// A numeric address, or nothing.
std::optional<AddressBytes> addressBytes(std::string_view text);

class TrustedProxies {
public:
    /// Addresses and networks (10.0.0.0/8, fd00::/8), with commas. Error: invalid / bad_network naming the one that is wrong.
    static base::Result<TrustedProxies> parse(std::string_view list, bool byForwarded = false);

    bool empty() const noexcept { return _networks.empty(); }
    bool trusts(const AddressBytes& address) const noexcept;
    bool trusts(std::string_view address) const;
    /// They say it in Forwarded (RFC 7239); else in X-Forwarded-For and X-Forwarded-Proto. Only the one is looked at: a
    /// proxy that writes the one hands on what a client has written into the other.
    bool byForwarded() const noexcept { return _byForwarded; }

private:
    struct Network {
        AddressBytes bytes;
        unsigned bits;
    };
    std::vector<Network> _networks;
    bool _byForwarded = false;
};

struct Client {
    std::string address; ///< in its usual form, without port
    bool secure;         ///< came through TLS to the proxy that it spoke to
};

/// From the peer on, right to left, up to the first that is not trusted, or that is written as no address. Nothing: the peer
/// is not trusted, or says nothing.
std::optional<Client> clientBehind(const TrustedProxies& proxies, std::string_view peer, bool secure, const Fields& fields);

} // namespace netbit::edge
