#pragma once
// Listening sockets: TCP, Unix and UDP. They belong to the host, so that they outlive the plugin that asked for them.

#include "base/Result.h"
#include "net/Connection.h"
#include "net/TlsContext.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace netbit::net {

class ReactorPool;

struct StreamOptions {
    std::string address = "127.0.0.1"; ///< numeric IPv4 or IPv6 address
    std::uint16_t port = 0;            ///< 0: a free one
    std::string unixPath;              ///< not empty: a Unix socket with mode 0600 instead; a stale file is replaced
    int backlog = 1024;
    std::size_t maxConnections = 20'000; ///< over it, a new connection is accepted and closed at once, and counted
    std::size_t maxPerAddress = 0;       ///< 0: no limit; loopback is never limited
    std::size_t highMark = 256 * 1024;   ///< queued bytes at which send() says full
    std::size_t hardMark = 16 * 1024 * 1024; ///< queued bytes at which the peer is dropped
    std::chrono::milliseconds writeTimeout{30'000};
    TlsDoor tls; ///< with a context, every connection is TLS, and its handler is made after the handshake
};

struct ListenerCounts {
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> refused{0};
    std::atomic<std::int64_t> open{0};
};

/// Destroying it closes what is left; that must be done before its reactors are destroyed.
class StreamListener {
public:
    /// Makes the handler of a new connection (of TLS: whose handshake is done). Called on that connection's reactor thread.
    /// nullptr closes it.
    using Factory = std::function<std::shared_ptr<ConnectionHandler>(Connection&)>;

    /// Binds and listens, but accepts only from start() on. Error: unavailable / address_in_use, invalid / bad_address.
    static base::Result<std::unique_ptr<StreamListener>> bind(ReactorPool& reactors, StreamOptions options);

    virtual ~StreamListener() = default;
    virtual std::uint16_t port() const noexcept = 0;
    virtual void start(Factory factory) = 0;
    /// [control] Accepts no more; connections stay. Returns when no accept is under way.
    virtual void stopAccepting() = 0;
    /// [control] Closes the connections that are left, with `shutdown`, and waits until their onClose has returned.
    virtual void closeAll() = 0;
    /// [control] Calls it for each open connection and its handler, on that connection's reactor thread, and waits. It may
    /// close the connection.
    using Visit = std::function<void(Connection&, ConnectionHandler&)>;
    virtual void forEach(const Visit& visit) = 0;
    virtual const ListenerCounts& counts() const noexcept = 0;
    /// [any] New values for connections accepted from now on (the write time-out: for all, from their next wait on).
    virtual void setCaps(std::size_t maxConnections, std::size_t maxPerAddress,
                         std::chrono::milliseconds writeTimeout) noexcept = 0;
    /// [any] The same for all connections, from their next send on.
    virtual void setMarks(std::size_t highMark, std::size_t hardMark) noexcept = 0;
};

/// Where a datagram came from and goes to. Plain bytes, so that it can be kept and compared.
struct DatagramAddress {
    alignas(8) unsigned char bytes[28]; ///< a sockaddr_in or sockaddr_in6
    std::uint32_t length = 0;
    bool operator==(const DatagramAddress& other) const noexcept;
    std::string text() const; ///< "127.0.0.1:4711"
};

struct DatagramOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;
    int receiveBufferBytes = 1 << 20; ///< SO_RCVBUF
};

class DatagramSocket {
public:
    /// [reactor] One datagram; bytes are borrowed for the call.
    using Handler = std::function<void(DatagramSocket&, const DatagramAddress& from, std::string_view bytes)>;

    static base::Result<std::unique_ptr<DatagramSocket>> bind(ReactorPool& reactors, DatagramOptions options);

    virtual ~DatagramSocket() = default;
    virtual std::uint16_t port() const noexcept = 0;
    virtual void start(Handler handler) = 0;
    virtual void stop() = 0; ///< [control] no handler runs after it returned
    /// [control] Runs it on the socket's reactor thread, between two datagrams, and waits for its end.
    virtual void call(const std::function<void()>& task) = 0;
    /// [any] Best effort: false when the socket would block or the packet is refused by the system.
    /// On the reactor thread, inside the handler, answers are gathered and sent with one sendmmsg.
    virtual bool send(const DatagramAddress& to, std::string_view bytes) = 0;
};

} // namespace netbit::net
