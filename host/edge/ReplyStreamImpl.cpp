#include "edge/ReplyStreamImpl.h"

#include "edge/HttpConnection.h"

#include <charconv>

namespace netbit::edge {

namespace {

constexpr std::size_t fullBytes = 256 * 1024;
constexpr std::size_t roomBytes = ReplyStreamImpl::roomBytes;

} // namespace

ReplyStreamImpl::ReplyStreamImpl(std::shared_ptr<HttpConnection> owner, std::shared_ptr<net::Connection> connection,
                                 std::uint64_t exchangeId)
    : _owner(std::move(owner)), _connection(std::move(connection)), _exchangeId(exchangeId),
      _closed(!_connection)
{
}

ReplyStreamImpl::~ReplyStreamImpl()
{
    if (_ended || _closed)
        return;
    _owner->reactor().post([owner = _owner, id = _exchangeId] { owner->abortStream(id); });
}

bool ReplyStreamImpl::direct() const noexcept
{
    return _posts.load(std::memory_order_acquire) == 0 && _owner->reactor().here();
}

WriteState ReplyStreamImpl::write(base::Body body)
{
    if (_closed || _ended)
        return WriteState::closed;
    if (body.empty())
        return WriteState::ok; // an empty chunk would be the end
    const auto bytes = body.size();
    // Said before the bytes are on their way: otherwise they might be gone before it is known that someone waits.
    const bool full = _postedBytes.load(std::memory_order_relaxed) + _connection->queuedBytes() + bytes > fullBytes;
    if (full)
        _toldFull = true;
    if (direct()) {
        put(std::move(body));
        if (_closed)
            return WriteState::closed;
        if (full && _connection->queuedBytes() <= roomBytes) { // the socket took it
            _toldFull = false;
            return WriteState::ok;
        }
    } else {
        expectPost();
        _postedBytes.fetch_add(bytes, std::memory_order_relaxed);
        auto held = std::make_shared<base::Body>(std::move(body));
        _owner->reactor().post([self = shared_from_this(), held = std::move(held), bytes] {
            self->put(std::move(*held));
            self->postDone(bytes);
        });
    }
    return full ? WriteState::full : WriteState::ok;
}

void ReplyStreamImpl::put(base::Body body)
{
    if (_closed)
        return;
    if (_left) {
        if (body.size() > *_left) { // the rest would be read as another answer
            _owner->abortStream(_exchangeId);
            return;
        }
        *_left -= body.size();
    }
    if (!_chunked) {
        _owner->sendStreamed({}, std::move(body));
        return;
    }
    char prefix[20];
    auto* end = std::to_chars(prefix, prefix + 16, body.size(), 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    body.view("\r\n");
    _owner->sendStreamed({prefix, static_cast<std::size_t>(end - prefix)}, std::move(body));
}

void ReplyStreamImpl::postDone(std::size_t bytes)
{
    _postedBytes.fetch_sub(bytes, std::memory_order_relaxed);
    _posts.fetch_sub(1, std::memory_order_release);
    roomAgain();
}

void ReplyStreamImpl::roomAgain()
{
    if (_closed || _postedBytes.load(std::memory_order_relaxed) + _connection->queuedBytes() > roomBytes)
        return;
    if (_whenDrained && _toldFull.exchange(false)) { // where nobody listens yet, onDrained() looks again
        const auto call = _whenDrained; // a copy: the call may set another
        call();
    }
}

void ReplyStreamImpl::end()
{
    if (_closed || _ended.exchange(true))
        return;
    if (direct()) {
        finish();
        return;
    }
    expectPost();
    _owner->reactor().post([self = shared_from_this()] {
        self->finish();
        self->postDone(0);
    });
}

void ReplyStreamImpl::finish()
{
    _whenDrained = nullptr; // they may own this stream
    _whenClosed = nullptr;
    if (_closed.exchange(true))
        return;
    if (_left.value_or(0) > 0)
        _owner->abortStream(_exchangeId);
    else
        _owner->endStream(_exchangeId, _chunked);
}

void ReplyStreamImpl::onDrained(std::function<void()> drained)
{
    const auto set = [](ReplyStreamImpl& self, std::function<void()> call) {
        if (self._closed)
            return; // it would never be called, and never be dropped: it may own this stream
        self._whenDrained = std::move(call);
        self.roomAgain();
    };
    if (_owner->reactor().here()) {
        set(*this, std::move(drained));
        return;
    }
    _owner->reactor().post([self = shared_from_this(), drained = std::move(drained), set]() mutable {
        set(*self, std::move(drained));
    });
}

void ReplyStreamImpl::onClosed(std::function<void()> closed)
{
    const auto set = [](ReplyStreamImpl& self, std::function<void()> call) {
        if (self._ended)
            return;
        if (self._closed)
            call();
        else
            self._whenClosed = std::move(call);
    };
    if (_owner->reactor().here()) {
        set(*this, std::move(closed));
        return;
    }
    _owner->reactor().post([self = shared_from_this(), closed = std::move(closed), set]() mutable {
        set(*self, std::move(closed));
    });
}

void ReplyStreamImpl::post(std::function<void()> task) { _owner->reactor().post(std::move(task)); }

void ReplyStreamImpl::onGone()
{
    if (_closed.exchange(true))
        return;
    if (!_owner->reactor().here())
        return; // made after the peer had gone: nobody has set a callback yet
    const auto call = std::move(_whenClosed);
    _whenDrained = nullptr;
    _whenClosed = nullptr;
    if (call && !_ended)
        call();
}

} // namespace netbit::edge
