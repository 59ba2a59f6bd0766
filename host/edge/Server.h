#pragma once
// The HTTP/1.1 edge: listeners, strict parsing (RFC 9110, RFC 9112), limits, time-outs, replies.

#include "base/Result.h"
#include "base/SharedCell.h"
#include "edge/Router.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace netbit::net {
class ReactorPool;
class TlsContext;
}

namespace netbit::trace {
class Recorder;
}

namespace netbit::edge {

class TrustedProxies;

struct Limits {
    std::size_t maxHeadBytes = 16 * 1024; ///< request line and fields; over it: 431
    std::size_t maxHeaders = 100;         ///< over it: 431
    std::size_t maxTargetBytes = 8 * 1024; ///< over it: 414
    std::size_t maxBodyBytes = 1024 * 1024; ///< for routes that state none; over it: 413
    std::size_t maxConnections = 20'000;
    std::size_t maxPerAddress = 0; ///< 0: none; loopback is never limited
    std::chrono::milliseconds headTimeout{10'000}; ///< first byte to end of head; 408
    std::chrono::milliseconds bodyTimeout{30'000}; ///< whole body; 408
    std::chrono::milliseconds idleTimeout{75'000}; ///< between requests; closed silently
    std::chrono::milliseconds writeTimeout{30'000};
    std::chrono::milliseconds slowRequest{0}; ///< see setSlowRequest; 0: none is
    std::int64_t strictSeconds = 0; ///< Strict-Transport-Security of what goes out through TLS; 0: none
    std::shared_ptr<const TrustedProxies> proxies; ///< whose word about their clients is taken; nullptr: nobody's
};

/// Runs a task on a worker thread; false when the queue is full (the edge answers 503 with Retry-After).
using Offload = std::function<bool(std::function<void()>)>;

/// Told of what is a bug of whoever answers: an exception in a handler, a second reply, a header that may not be sent.
/// [any]. Without one, the line goes to stderr.
using Complaint = std::function<void(std::string_view line)>;

class Exchange;

/// Told on the reactor of each request whose answer came Limits::slowRequest or more after its handler was called. Not of those
/// whose body was handed on while it came: their time is the client's too. Must not throw.
using SlowRequest = std::function<void(const Exchange& exchange, int status, std::chrono::milliseconds time)>;

struct ServerCounts {
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> byClass[6] = {}; ///< [2] = 2xx …; [0] = refused before a route was known
};

/// Reactors, router and gate must outlive it, and the workers behind `offload` must have stopped before reactors, router
/// and gate end: an exchange that a worker holds uses them.
class Server {
public:
    Server(net::ReactorPool& reactors, Router& router, Gate& gate, Offload offload, Limits limits);
    ~Server();

    /// Before start().
    void setComplaint(Complaint complaint);
    void setSlowRequest(SlowRequest told);
    void setRecorder(trace::Recorder& recorder); ///< of requests that a handler gets; it outlives this

    /// Binds; the port is known afterwards. Serving starts with start().
    base::Result<std::uint16_t> listenTcp(const std::string& address, std::uint16_t port);
    /// The same through TLS; the cell holds a context as long as there is a server.
    base::Result<std::uint16_t> listenTls(const std::string& address, std::uint16_t port,
                                          std::shared_ptr<const base::SharedCell<const net::TlsContext>> context);
    base::Result<void> listenUnix(const std::string& path); ///< requests from it are local()
    void start();

    /// [control] New limits apply to connections accepted from now on.
    void setLimits(Limits limits);
    /// [control] Accepts no more, lets requests under way finish (each with Connection: close), closes idle ones;
    /// whatever is left after `patience` is closed.
    void drain(std::chrono::milliseconds patience);

    const ServerCounts& counts() const noexcept; ///< summed up over the reactors at each call
    std::int64_t openConnections() const noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace netbit::edge
