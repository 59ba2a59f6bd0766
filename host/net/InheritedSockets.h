#pragma once
// Sockets that the service manager has bound and keeps open, so that a restart refuses no connection: whoever comes while
// no host runs waits in the system's queue.

#include "base/Descriptor.h"

#include <Poco/Net/SocketAddress.h>

#include <mutex>
#include <string>
#include <vector>

namespace netbit::net {

class InheritedSockets {
public:
    /// Owns them until it ends. Sockets of other families than IPv4 and IPv6 stay unused.
    explicit InheritedSockets(std::vector<int> descriptors);

    /// [any] A duplicate of the socket (SOCK_STREAM and listening, or SOCK_DGRAM) bound to exactly this address; invalid when
    /// there is none. A duplicate, so that a plugin that comes back after a stop finds it again: its address stays in use.
    base::Descriptor find(const Poco::Net::SocketAddress& address, int type) const;

    /// [any] Those that find() has never given away, as "tcp 127.0.0.1:8080": whoever connects there waits for nobody.
    std::vector<std::string> unused() const;

private:
    struct Socket {
        base::Descriptor descriptor;
        Poco::Net::SocketAddress address;
        int type;
        mutable bool used = false; // guarded by _mutex
    };
    std::vector<Socket> _sockets;
    mutable std::mutex _mutex;
};

} // namespace netbit::net
