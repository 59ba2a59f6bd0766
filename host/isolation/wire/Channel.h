#pragma once
// One end of the way between host and child: a socket for messages, shared memory for what is large.

#include "isolation/wire/Arena.h"
#include "isolation/wire/Coding.h"
#include "isolation/wire/Frame.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace netbit::isolation::wire {

class Channel {
public:
    /// Takes both descriptors. `full`: called by the thread that finds the socket full, see flush().
    Channel(int socket, SharedMemory memory, Side side, std::function<void()> full);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    int socket() const noexcept { return _socket; }
    Reader::Trust trust() const noexcept { return _side == Side::parent ? Reader::Trust::copy : Reader::Trust::inPlace; }

    /// [any] Appends one message, and sends it unless this thread is gathering (see Gathering).
    /// False: it is too long, or the channel is closed.
    template <class M>
    bool send(Kind kind, const M& message, std::uint64_t call = 0)
    {
        return write(kind, call, [&](Writer& writer) { writer(message); });
    }
    /// [any] The same, but leaves it to the next message, or to whoever flushes: for what nobody waits for.
    template <class M>
    bool sendLater(Kind kind, const M& message)
    {
        return write(kind, 0, [&](Writer& writer) { writer(message); }, true);
    }
    template <class M>
    bool sendResult(std::uint64_t call, const M& reply)
    {
        return write(Kind::result, call, [&](Writer& writer) { writer(std::int32_t{0}, reply); });
    }
    bool sendRefusal(std::uint64_t call, std::int32_t status, const nb_error& error)
    {
        return write(Kind::result, call, [&](Writer& writer) { writer(status, error); });
    }

    /// [any] As send(), for a message whose fields are written by a function, which runs under the channel's lock: what it
    /// does besides is done before the other end can know of the message.
    template <class F>
    bool write(Kind kind, std::uint64_t call, F&& fields, bool lazily = false)
    {
        {
            const std::lock_guard lock(_mutex);
            if (_shut)
                return false;
            const auto begin = _out.size();
            Head head{0, kind, 0, call};
            _out.append(reinterpret_cast<const char*>(&head), sizeof head);
            Writer writer(_out, &_arenaOut);
            fields(writer);
            const auto length = _out.size() - begin - sizeof head;
            if (writer.tooLong() || length > longestMessage(_side)) {
                _out.resize(begin);
                return false;
            }
            head.length = static_cast<std::uint32_t>(length);
            std::memcpy(_out.data() + begin, &head, sizeof head);
            _queued.fetch_add(length + sizeof head, std::memory_order_relaxed);
            if ((lazily || gathering() == this) && _out.size() < gatheredBytes)
                return true;
        }
        return flush();
    }

    /// [any] Sends what is there, never waiting. What the socket does not take stays; `full` is called, and whoever waits
    /// for the socket must call this again when it can be written. False: the other end is gone.
    bool flush();
    bool wantsToWrite() const noexcept { return _full.load(std::memory_order_acquire); }
    /// [any] Bytes that wait to be sent.
    std::size_t queuedBytes() const noexcept { return _queued.load(std::memory_order_relaxed); }
    /// [any] Nothing is taken or sent any more.
    void shut();

    /// While it lives, messages of this thread are gathered; flush() sends them. To be flushed before waiting for anything.
    class Gathering {
    public:
        explicit Gathering(Channel& channel) noexcept : _channel(channel), _before(gathering()) { gathering() = &channel; }
        ~Gathering()
        {
            gathering() = _before;
            if (!_before)
                _channel.flush();
        }
        Gathering(const Gathering&) = delete;
        Gathering& operator=(const Gathering&) = delete;

    private:
        Channel& _channel;
        Channel* const _before;
    };

    // For the one thread that reads.

    enum class Got : std::uint8_t {
        frame,
        nothing, ///< all that came was given out; receive() again
        broken,  ///< a head that cannot be
    };
    /// The next frame of what was received.
    Got next(Frame& frame);
    /// Takes in what the socket has; `wait`: for as long as there is nothing. False: the other end is gone.
    bool receive(bool wait = false);

private:
    static Channel*& gathering() noexcept
    {
        static thread_local constinit Channel* mine = nullptr;
        return mine;
    }

    static constexpr std::size_t gatheredBytes = 128 * 1024;

    const int _socket;
    const SharedMemory _memory;
    const Side _side;
    const std::function<void()> _whenFull;
    const ArenaReader _arenaIn;

    std::mutex _mutex; // guards what follows
    ArenaWriter _arenaOut;
    std::string _out;
    bool _flushing = false; // one thread is sending _sending, outside of the lock
    bool _shut = false;
    std::string _sending;
    std::size_t _sent = 0;
    std::atomic<bool> _full{false};
    std::atomic<std::size_t> _queued{0};

    std::vector<char> _in; // the reading thread's
    std::size_t _inBegin = 0;
    std::size_t _inEnd = 0;
};

} // namespace netbit::isolation::wire
