#include "border/Conn.h"

#include "net/Reactor.h"

using netbit::border::Guard;
using netbit::net::CloseReason;
using netbit::net::SendState;
namespace base = netbit::base;

nb_conn::nb_conn(std::shared_ptr<netbit::border::Generation> owner, netbit::net::Connection& accepted,
                 const nb_tcp_calls& wanted, std::size_t highMarkBytes, std::size_t hardMarkBytes, Count open)
    : generation(std::move(owner)), connection(accepted.shared_from_this()), calls(wanted), _highMark(highMarkBytes),
      _hardMark(hardMarkBytes), _open(std::move(open))
{
    _open->fetch_add(1, std::memory_order_relaxed);
}

nb_conn::~nb_conn() = default;

void nb_conn::setGone() noexcept
{
    if (!_gone.exchange(true, std::memory_order_acq_rel))
        _open->fetch_sub(1, std::memory_order_release);
}

void nb_conn::hold(bool held)
{
    if (std::exchange(_held, held) == held)
        return;
    if (held)
        connection->pauseReading();
    else if (!_paused)
        connection->resumeReading();
}

void nb_conn::moveAway()
{
    _moved = true;
    setGone();
    fulfil();
}

bool nb_conn::here() const noexcept { return connection->reactor().here(); }

std::int32_t nb_conn::send(base::Body body)
{
    if (gone() || _closing.load(std::memory_order_relaxed))
        return NB_CLOSED;
    // Not past what another thread has sent before: that waits for this reactor.
    if (here() && _wishedBytes.load(std::memory_order_relaxed) == 0)
        return sendHere(std::move(body));
    const auto bytes = body.size();
    const auto before = _wishedBytes.load(std::memory_order_relaxed) + connection->queuedBytes();
    if (before > _hardMark) {
        post(Close{CloseReason::overflow, true}, 0);
        return NB_CLOSED;
    }
    // Told before the bytes are on their way: they could be gone before it is known that someone waits.
    const bool full = before + bytes > _highMark;
    if (full)
        _toldFull.store(true);
    post(std::move(body), bytes);
    return full ? NB_WOULD_BLOCK : NB_OK;
}

std::int32_t nb_conn::sendHere(base::Body body)
{
    switch (connection->send(std::move(body))) {
    case SendState::ok: return NB_OK;
    case SendState::full:
        _netFull = true;
        _toldFull.store(true);
        return NB_WOULD_BLOCK;
    case SendState::closed: break;
    }
    return NB_CLOSED;
}

void nb_conn::close(bool now)
{
    if (gone())
        return;
    _closing.store(true, std::memory_order_relaxed);
    post(Close{CloseReason::local, now}, 0);
}

std::size_t nb_conn::data(std::string_view bytes)
{
    if (_closing.load(std::memory_order_relaxed))
        return bytes.size();
    // A generation that drains starts no new work; the bytes stay for whoever takes the connection over.
    if (_held || generation->draining()) {
        connection->pauseReading();
        return 0;
    }
    std::size_t used = bytes.size();
    Guard guard(*generation, "data");
    _inData = true;
    const bool well = guard && guard.run([&] { used = calls.data(session, this, {bytes.data(), bytes.size()}); });
    _inData = false;
    if (!well)
        close(true);
    if (used > bytes.size()) {
        generation->complain("data() consumed more bytes than there were.");
        used = bytes.size();
    }
    return used;
}

void nb_conn::pause()
{
    if (gone())
        return;
    _resume = false;
    _paused = true;
    connection->pauseReading();
}

void nb_conn::resume()
{
    if (gone())
        return;
    _paused = false;
    if (_held)
        return;
    if (_inData) {
        connection->resumeReading(); // offers again after data() has returned
        return;
    }
    // At once it would call data() inside of whatever call this is.
    _resume = true;
    post(Resume{}, 0);
}

void nb_conn::closeHere(CloseReason reason, bool now)
{
    if (now)
        connection->closeNow(reason);
    else
        connection->closeAfterWrite();
}

void nb_conn::run(void (*function)(void*, nb_conn*), void* user)
{
    netbit::border::Owed owed(*generation);
    // Stopped: then this is the plugin's own call from stop or destroy, and what `user` points to must still be freed.
    if (!owed) {
        Guard guard(*generation, "run", Guard::Kind::inside);
        guard.run([&] { function(user, this); });
        return;
    }
    post(Run{function, user, std::move(owed)}, 0);
}

void nb_conn::post(Wish wish, std::size_t bytes)
{
    _wishedBytes.fetch_add(bytes, std::memory_order_relaxed);
    bool wake = false;
    {
        const std::lock_guard lock(_mutex);
        _wishes.push_back(std::move(wish));
        wake = !std::exchange(_woken, true);
    }
    if (!wake)
        return;
    retain();
    const std::shared_ptr<nb_conn> self(this, [](nb_conn* conn) { conn->release(); });
    connection->reactor().post([self] { self->fulfil(); });
}

/// Everything that was wished for since the reactor was woken; what is to be sent in a row is sent as one.
void nb_conn::fulfil()
{
    std::vector<Wish> wishes;
    {
        const std::lock_guard lock(_mutex);
        wishes.swap(_wishes);
        _woken = false;
    }
    base::Body gathered;
    const auto flush = [&] {
        if (gathered.empty())
            return;
        const auto bytes = gathered.size();
        if (!gone() || _moved)
            sendHere(std::move(gathered));
        gathered = base::Body();
        _wishedBytes.fetch_sub(bytes, std::memory_order_relaxed);
    };
    for (auto& wish : wishes) {
        if (auto* const body = std::get_if<base::Body>(&wish)) {
            for (const auto segment : body->segments())
                gathered.view(segment);
            gathered.keep(std::make_shared<base::Body>(std::move(*body)));
            continue;
        }
        flush();
        if (const auto* const close = std::get_if<Close>(&wish)) {
            if (!_moved)
                closeHere(close->reason, close->now);
        } else if (std::holds_alternative<Resume>(wish)) {
            if (std::exchange(_resume, false) && !gone() && !_held)
                connection->resumeReading();
        } else {
            auto& call = std::get<Run>(wish);
            Guard guard(*generation, "run", Guard::Kind::inside);
            guard.run([&] { call.function(call.user, this); });
        }
    }
    flush();
    tellIfRoom();
}

void nb_conn::drained()
{
    _netFull = false;
    tellIfRoom();
}

/// Tells the plugin that there is room, when it was told that there is none and nobody else will.
void nb_conn::tellIfRoom()
{
    if (_netFull || gone() || _closing.load(std::memory_order_relaxed) ||
        _wishedBytes.load(std::memory_order_relaxed) > _highMark / 2)
        return;
    if (!_toldFull.exchange(false) || !calls.drained)
        return;
    if (Guard guard(*generation, "drained"); guard)
        guard.run([this] { calls.drained(session, this); });
}
