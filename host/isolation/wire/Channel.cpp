#include "isolation/wire/Channel.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace netbit::isolation::wire {

namespace {

constexpr std::size_t roomToReceive = 64 * 1024;
constexpr std::size_t keptRoom = 512 * 1024; // what the buffer may keep when a large message has passed

} // namespace

Channel::Channel(int socket, SharedMemory memory, Side side, std::function<void()> full)
    : _socket(socket), _memory(std::move(memory)), _side(side), _whenFull(std::move(full)),
      _arenaIn(side == Side::parent ? _memory.toParent() : _memory.toChild()),
      _arenaOut(side == Side::parent ? _memory.toChild() : _memory.toParent())
{
}

Channel::~Channel() { ::close(_socket); }

void Channel::shut()
{
    const std::lock_guard lock(_mutex);
    _shut = true;
    ::shutdown(_socket, SHUT_RDWR);
}

bool Channel::flush()
{
    std::unique_lock lock(_mutex);
    if (_flushing)
        return true; // whoever is at it takes ours along
    _flushing = true;
    bool alive = !_shut;
    while (alive) {
        if (_sent == _sending.size()) {
            _sending.clear();
            _sent = 0;
            if (_sending.capacity() > keptRoom)
                _sending.shrink_to_fit();
            _sending.swap(_out);
            if (_sending.empty())
                break;
        }
        lock.unlock();
        const auto taken = ::send(_socket, _sending.data() + _sent, _sending.size() - _sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        const int why = errno;
        lock.lock();
        if (taken > 0) {
            _sent += static_cast<std::size_t>(taken);
            _queued.fetch_sub(static_cast<std::size_t>(taken), std::memory_order_relaxed);
        } else if (taken < 0 && why == EINTR) {
            continue;
        } else if (taken < 0 && (why == EAGAIN || why == EWOULDBLOCK || why == ENOBUFS)) {
            _full.store(true, std::memory_order_release);
            _flushing = false;
            lock.unlock();
            _whenFull();
            return true;
        } else {
            alive = false;
            _shut = true;
        }
    }
    _full.store(false, std::memory_order_release);
    _flushing = false;
    return alive;
}

Channel::Got Channel::next(Frame& frame)
{
    Head head;
    if (_inEnd - _inBegin < sizeof head)
        return Got::nothing;
    std::memcpy(&head, _in.data() + _inBegin, sizeof head);
    if (head.length > longestMessage(_side == Side::parent ? Side::child : Side::parent) || head.kind == Kind::none || head.kind >= Kind::count_)
        return Got::broken;
    if (_inEnd - _inBegin - sizeof head < head.length)
        return Got::nothing;
    const char* const begin = _in.data() + _inBegin + sizeof head;
    frame = Frame(head, std::vector<char>(begin, begin + head.length));
    frame.arena = &_arenaIn;
    _inBegin += sizeof head + head.length;
    return Got::frame;
}

bool Channel::receive(bool wait)
{
    // What was not complete moves to the front; the buffer grows with what really comes, whatever a head announces.
    const auto rest = _inEnd - _inBegin;
    if (_inBegin > 0) {
        std::memmove(_in.data(), _in.data() + _inBegin, rest);
        _inBegin = 0;
        _inEnd = rest;
    }
    if (rest == 0 && _in.size() > keptRoom)
        _in = std::vector<char>();
    if (_in.size() - _inEnd < roomToReceive)
        _in.resize(std::max(_inEnd + roomToReceive, _in.size() + _in.size() / 2));
    for (;;) {
        const auto got = ::recv(_socket, _in.data() + _inEnd, _in.size() - _inEnd, wait ? 0 : MSG_DONTWAIT);
        if (got > 0) {
            _inEnd += static_cast<std::size_t>(got);
            return true;
        }
        if (got < 0 && errno == EINTR)
            continue;
        return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }
}

} // namespace netbit::isolation::wire
