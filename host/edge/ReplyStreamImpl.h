#pragma once
// The one kind of ReplyStream.

#include "edge/Exchange.h"
#include "net/Connection.h"

#include <atomic>
#include <functional>
#include <memory>

namespace netbit::edge {

class HttpConnection;

/// Writes from other threads are posted to the reactor. Back-pressure counts what is posted and what is queued.
/// Dropped without end(), it closes the connection, so that the client sees that something is missing.
class ReplyStreamImpl final : public ReplyStream, public std::enable_shared_from_this<ReplyStreamImpl> {
public:
    /// The connection's high mark: when more than this is queued, the connection will say when it has drained; when it
    /// is not, there is room. So nobody who was told `full` waits for nothing.
    static constexpr std::size_t roomBytes = 128 * 1024;

    ReplyStreamImpl(std::shared_ptr<HttpConnection> owner, std::shared_ptr<net::Connection> connection,
                    std::uint64_t exchangeId);
    ~ReplyStreamImpl() override;

    WriteState write(std::string_view bytes) override { return write(base::Body(std::string(bytes))); }
    WriteState write(base::Body body) override;
    void end() override;
    void onDrained(std::function<void()> drained) override;
    void onClosed(std::function<void()> closed) override;
    void post(std::function<void()> task) override;

    /// [any] Something of this stream is posted: what comes later must be posted too, or it would overtake.
    void expectPost() noexcept { _posts.fetch_add(1, std::memory_order_relaxed); }
    /// [reactor] It has run.
    void postDone(std::size_t bytes);

    /// [reactor] The head is out. `length`: what it has promised.
    void begun(bool chunked, std::optional<std::uint64_t> length) noexcept
    {
        _chunked = chunked;
        _left = length;
    }
    /// [reactor] Hands bytes to the connection.
    void put(base::Body body);
    /// [reactor] The connection has room again.
    void roomAgain();
    /// [any, once] The peer is gone, or there is nobody to write to.
    void onGone();

private:
    bool direct() const noexcept;
    void finish();

    std::shared_ptr<HttpConnection> _owner;
    std::shared_ptr<net::Connection> _connection; // for queuedBytes() from any thread
    const std::uint64_t _exchangeId;
    std::atomic<bool> _closed; // from the start when the connection is gone already
    std::atomic<std::size_t> _posts{0};
    std::atomic<std::size_t> _postedBytes{0};
    std::atomic<bool> _ended{false};
    std::atomic<bool> _toldFull{false};
    bool _chunked = false;               // reactor's thread, as are the next three
    std::optional<std::uint64_t> _left;  // of a promised length
    std::function<void()> _whenDrained;
    std::function<void()> _whenClosed;
};

} // namespace netbit::edge
