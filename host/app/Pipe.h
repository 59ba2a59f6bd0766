#pragma once
// A long answer of the admin's routes, written by a worker.

#include "edge/Router.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace netbit::app {

/// Writes into a stream that is opened with the first piece, and waits where the reader is slow.
class Pipe : public std::enable_shared_from_this<Pipe> {
public:
    Pipe(edge::Exchange& exchange, std::string_view contentType) : _exchange(exchange), _contentType(contentType) {}

    bool put(std::string_view line)
    {
        _piece += line;
        return _piece.size() < pieceBytes || flush();
    }
    /// The answer, or the rest of it.
    void finish(const base::Result<void>& done)
    {
        if (!done && !_stream)
            return _exchange.problem(done.error());
        if (done && flush())
            _stream->end(); // else the connection closes, so that the client sees that something is missing
    }

private:
    static constexpr std::size_t pieceBytes = 64 * 1024;
    static constexpr std::chrono::seconds patience{60}; // with a reader that does not read

    bool flush()
    {
        if (!_stream) {
            edge::Reply head;
            head.contentType = _contentType;
            _stream = _exchange.stream(std::move(head));
            _stream->onDrained([self = weak_from_this()] {
                if (const auto pipe = self.lock())
                    pipe->wake(false);
            });
            _stream->onClosed([self = weak_from_this()] {
                if (const auto pipe = self.lock())
                    pipe->wake(true);
            });
        }
        {
            const std::lock_guard lock(_mutex); // _drained
            _drained = false;
        }
        const auto state = _stream->write(_piece);
        _piece.clear();
        if (state == edge::WriteState::ok)
            return true;
        std::unique_lock lock(_mutex); // _drained, _closed
        return state == edge::WriteState::full &&
               _changed.wait_for(lock, patience, [this] { return _drained || _closed; }) && !_closed;
    }

    void wake(bool closed)
    {
        const std::lock_guard lock(_mutex); // _drained, _closed
        _drained = true;
        _closed = _closed || closed;
        _changed.notify_all();
    }

    edge::Exchange& _exchange;
    const std::string_view _contentType;
    std::shared_ptr<edge::ReplyStream> _stream;
    std::string _piece;
    std::mutex _mutex; // guards what follows
    std::condition_variable _changed;
    bool _drained = false;
    bool _closed = false;
};

} // namespace netbit::app
