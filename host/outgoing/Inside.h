#pragma once
// Which addresses are no business of anybody who may only name a server of the Internet.

struct sockaddr;

namespace netbit::outgoing {

/// [any] Whether an address is anything but a global unicast one: loopback, private, shared, link-local, unique local, multicast,
/// reserved, for documentation or benchmarks (RFC 6890 and its registries), also within IPv6 (mapped, translated, 6to4, Teredo).
/// Of other families than IP: always.
bool isInside(const sockaddr& address) noexcept;

} // namespace netbit::outgoing
