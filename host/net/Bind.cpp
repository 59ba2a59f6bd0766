// Binding stream sockets: TCP addresses, and Unix sockets that only their owner may open.
#include "net/Acceptor.h"
#include "net/InheritedSockets.h"

#include <Poco/Net/IPAddress.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/StreamSocketImpl.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace netbit::net {

namespace {

using base::fault;
using base::Status;
using Poco::Net::SocketAddress;

base::Error bindError(const std::string& where, const Poco::Exception& error)
{
    const bool inUse = error.code() == EADDRINUSE;
    if (inUse || error.code() == EACCES || error.code() == EPERM)
        return fault(Status::unavailable, inUse ? "address_in_use" : "address_not_permitted",
                     where + (inUse ? " is in use." : " may not be bound by this user."));
    return fault(Status::invalid, "bad_address", where + " cannot be bound: " + error.displayText() + ".");
}

/// A socket file that nobody listens on any more is left over from a crash, and is removed.
base::Result<void> removeStale(const std::string& path)
{
    struct stat info{};
    if (::lstat(path.c_str(), &info) != 0) {
        if (errno == ENOENT)
            return {};
        return fault(Status::invalid, "bad_address", path + ": " + std::generic_category().message(errno) + ".");
    }
    if (!S_ISSOCK(info.st_mode))
        return fault(Status::invalid, "bad_address", path + " exists and is not a socket.");
    try {
        Poco::Net::StreamSocket probe(SocketAddress(SocketAddress::UNIX_LOCAL, path));
        return fault(Status::unavailable, "address_in_use", path + " is in use by a running host.");
    } catch (const Poco::Exception&) {
        ::unlink(path.c_str());
        return {};
    }
}

/// A socket that listens already.
class Adopted : public Poco::Net::ServerSocket {
public:
    explicit Adopted(base::Descriptor descriptor) : ServerSocket(new Poco::Net::StreamSocketImpl(descriptor.release()), true) {}
};

} // namespace

base::Result<std::unique_ptr<StreamListener>> StreamListener::bind(ReactorPool& reactors, StreamOptions options)
{
    Poco::Net::ServerSocket socket;
    if (!options.unixPath.empty()) {
        const auto& path = options.unixPath;
        if (path.size() >= sizeof(sockaddr_un::sun_path))
            return fault(Status::invalid, "bad_address", path + " is too long for a Unix socket.");
        if (auto free = removeStale(path); !free)
            return free.error();
        try {
            socket.bind(SocketAddress(SocketAddress::UNIX_LOCAL, path), false, false);
            // Between bind and listen nobody can connect yet, so there is no moment at which others could.
            if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) {
                const auto why = std::generic_category().message(errno);
                ::unlink(path.c_str());
                return fault(Status::unavailable, "address_not_permitted", path + ": " + why + ".");
            }
            socket.listen(options.backlog);
            socket.setBlocking(false);
        } catch (const Poco::Exception& error) {
            return bindError(path, error);
        }
        return std::unique_ptr<StreamListener>(
            std::make_unique<Acceptor>(reactors, std::move(options), std::move(socket)));
    }

    Poco::Net::IPAddress address;
    if (!Poco::Net::IPAddress::tryParse(options.address, address))
        return fault(Status::invalid, "bad_address", options.address + " is not a numeric IP address.");
    const SocketAddress where(address, options.port);
    try {
        if (auto given = reactors.inherited() ? reactors.inherited()->find(where, SOCK_STREAM) : base::Descriptor()) {
            Adopted adopted(std::move(given));
            adopted.setNoDelay(true);
            adopted.setKeepAlive(true);
            adopted.setBlocking(false);
            return std::unique_ptr<StreamListener>(std::make_unique<Acceptor>(reactors, std::move(options), std::move(adopted)));
        }
        // SO_REUSEADDR without SO_REUSEPORT: a second host on the same port must be told, not share the connections.
        if (address.family() == Poco::Net::IPAddress::IPv6)
            socket.bind6(where, true, false, false);
        else
            socket.bind(where, true, false);
        socket.setNoDelay(true); // inherited by what is accepted, as is the next
        socket.setKeepAlive(true);
        socket.listen(options.backlog);
        socket.setBlocking(false);
    } catch (const Poco::Exception& error) {
        return bindError(where.toString(), error);
    }
    return std::unique_ptr<StreamListener>(
        std::make_unique<Acceptor>(reactors, std::move(options), std::move(socket)));
}

} // namespace netbit::net
