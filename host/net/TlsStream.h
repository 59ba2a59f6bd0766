#pragma once
// TLS between a non-blocking socket and a connection: one record after the other, nothing waits.

#include "net/Outbox.h"
#include "net/TlsContext.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

using SSL = struct ssl_st;

namespace netbit::net {

/// Lives on its connection's reactor.
class TlsStream {
public:
    enum class Step : std::uint8_t {
        done,
        wantRead,
        wantWrite,
        ended,  ///< the peer said close_notify: it sends no more
        plain,  ///< while shaking hands: the peer does not speak TLS, but something that begins with a capital letter
        failed, ///< broken; if the peer was to be told, that was written
    };

    /// The door outlives it.
    TlsStream(std::shared_ptr<const TlsContext> context, const TlsDoor& door, int descriptor);
    ~TlsStream();
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;

    std::chrono::milliseconds handshakeTimeout() const noexcept { return _context->handshakeTimeout(); }
    Step shake();
    /// As many bytes as are there and fit. `got` is counted with every step; after `done` there is no more room.
    Step read(char* to, std::size_t most, std::size_t& got);
    /// Whether there are bytes, or an end, that the socket would not tell of again.
    bool holdsMore() const noexcept;
    Outbox::Progress write(Outbox& outbox);
    /// close_notify. wantWrite: to be called again; else it was written, or cannot be.
    Step sayGoodbye();

    static const std::string& protocolOf(const SSL& connection);

private:
    Step stepOf(int result);

    const std::shared_ptr<const TlsContext> _context;
    const TlsDoor& _door;
    SSL* _ssl = nullptr;
    const int _descriptor;
    bool _shaken = false;
    bool _failed = false;
    bool _begun = false; // a first byte was seen
};

} // namespace netbit::net
