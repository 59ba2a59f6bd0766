#include "net/InheritedSockets.h"

#include <algorithm>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace netbit::net {

namespace {

int option(int descriptor, int name) noexcept
{
    int value = 0;
    socklen_t length = sizeof value;
    return ::getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

} // namespace

InheritedSockets::InheritedSockets(std::vector<int> descriptors)
{
    for (const int each : descriptors) {
        base::Descriptor descriptor(each);
        const int type = option(each, SO_TYPE);
        sockaddr_storage storage{};
        socklen_t length = sizeof storage;
        auto* const address = reinterpret_cast<sockaddr*>(&storage);
        if (::getsockname(each, address, &length) != 0 || (storage.ss_family != AF_INET && storage.ss_family != AF_INET6))
            continue;
        if (type == SOCK_DGRAM || (type == SOCK_STREAM && option(each, SO_ACCEPTCONN) == 1))
            _sockets.push_back({std::move(descriptor), Poco::Net::SocketAddress(address, length), type});
    }
}

base::Descriptor InheritedSockets::find(const Poco::Net::SocketAddress& address, int type) const
{
    const auto found = std::find_if(_sockets.begin(), _sockets.end(), [&](const Socket& socket) {
        return socket.type == type && socket.address == address;
    });
    if (found == _sockets.end())
        return {};
    const std::lock_guard lock(_mutex);
    found->used = true;
    return base::Descriptor(::fcntl(found->descriptor.get(), F_DUPFD_CLOEXEC, 3));
}

std::vector<std::string> InheritedSockets::unused() const
{
    const std::lock_guard lock(_mutex);
    std::vector<std::string> out;
    for (const auto& socket : _sockets)
        if (!socket.used)
            out.push_back((socket.type == SOCK_STREAM ? "tcp " : "udp ") + socket.address.toString());
    return out;
}

} // namespace netbit::net
