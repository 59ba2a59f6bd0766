#pragma once
// The opaque handles, as they are in this process.

#include "border/Sizes.h"
#include "isolation/wire/Coding.h"
#include "isolation/wire/Messages.h"

#include <netbit/auth.h>
#include <netbit/events.h>
#include <netbit/exec.h>
#include <netbit/http.h>
#include <netbit/transport.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace netbit::isolation::child {

using border::knownPart;
using border::leastSize;

using wire::Id;

template <class Handle>
class Counted {
public:
    void retain() noexcept { _references.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept
    {
        if (_references.fetch_sub(1, std::memory_order_acq_rel) == 1)
            std::default_delete<Handle>()(static_cast<Handle*>(this));
    }

protected:
    Counted() = default;
    ~Counted() = default;

private:
    std::atomic<std::uint32_t> _references{1}; // the maker's
};

/// Handles by number, so that what comes in finds them. [any]
template <class Handle>
class Registry {
public:
    void put(Id id, std::shared_ptr<Handle> handle)
    {
        const std::lock_guard lock(_mutex);
        _handles.emplace(id, std::move(handle));
    }
    std::shared_ptr<Handle> find(Id id) const
    {
        const std::lock_guard lock(_mutex);
        const auto found = _handles.find(id);
        return found == _handles.end() ? nullptr : found->second;
    }
    std::shared_ptr<Handle> take(Id id)
    {
        const std::lock_guard lock(_mutex);
        const auto found = _handles.find(id);
        if (found == _handles.end())
            return nullptr;
        auto out = std::move(found->second);
        _handles.erase(found);
        return out;
    }

private:
    mutable std::mutex _mutex; // guards _handles
    std::unordered_map<Id, std::shared_ptr<Handle>> _handles;
};

/// Room of a stream or a connection towards the parent: what was sent and has not been taken further yet.
class Room {
public:
    explicit Room(std::size_t bytes) noexcept : _bytes(bytes) {}
    /// [any] Before the bytes are sent. False: whoever sends shall wait until given() says true.
    bool takes(std::size_t bytes) noexcept
    {
        if (_used.fetch_add(bytes) + bytes <= _bytes)
            return true;
        _waiting.store(true);
        // It may all have been taken meanwhile, by one who saw nobody wait.
        return _used.load() <= _bytes / 2 && _waiting.exchange(false);
    }
    /// [reactor] True: somebody waits for room, and there is some now.
    bool given(std::size_t bytes) noexcept
    {
        const auto before = _used.fetch_sub(bytes);
        return before - bytes <= _bytes / 2 && _waiting.exchange(false);
    }

private:
    const std::size_t _bytes;
    std::atomic<std::size_t> _used{0};
    std::atomic<bool> _waiting{false};
};

/// Requests that were answered, for a while: a plugin that answers a second time finds one that says so. [any]
class Yard {
public:
    void bury(std::unique_ptr<nb_request> request);

private:
    static constexpr std::size_t remembered = 256;
    std::mutex _mutex; // guards _buried
    std::deque<std::unique_ptr<nb_request>> _buried;
};

} // namespace netbit::isolation::child

struct nb_body final : netbit::isolation::child::Counted<nb_body> {
    /// One of the parent's.
    nb_body(netbit::isolation::wire::Id number, std::uint64_t bytes) : length(bytes), _id(number) {}
    /// One of the plugin's own: the parent has it from its second use on.
    explicit nb_body(std::string content) : length(content.size()), _own(std::move(content)) {}
    ~nb_body();

    const std::uint64_t length;
    /// [any] Its bytes; fetched when they are first asked for. Nothing: they cannot be had.
    nb_str bytes() const;
    /// [any] For a message that carries this body: its number, or its bytes.
    void passTo(netbit::isolation::wire::Payload& bytes, netbit::isolation::wire::Id& id);

private:
    mutable std::mutex _mutex; // guards what follows
    netbit::isolation::wire::Id _id = 0;
    bool _used = false;
    std::optional<std::string> _own;
    mutable std::optional<netbit::isolation::wire::Frame> _frame; // of what was fetched
    mutable nb_str _fetched{nullptr, 0};
    nb_str fetch() const;
};

struct nb_principal final : netbit::isolation::child::Counted<nb_principal> {
    explicit nb_principal(const netbit::isolation::wire::Who& who)
        : id(who.principal), userId(who.userId), username(netbit::isolation::wire::view(who.username)),
          admin(who.admin), expiresAt(who.expiresAt)
    {
    }
    ~nb_principal();

    const netbit::isolation::wire::Id id;
    const std::int64_t userId;
    const std::string username;
    const std::uint32_t admin;
    const std::int64_t expiresAt;
};

struct nb_request final {
    static constexpr unsigned answered = 1; ///< by whoever claimed it
    static constexpr unsigned deferred = 2;
    static constexpr unsigned returned = 4; ///< the handler
    static constexpr unsigned given = 8;    ///< the answer is on its way

    explicit nb_request(netbit::isolation::wire::Frame whole) : frame(std::move(whole)) {}
    ~nb_request() { forget(); }
    nb_request(const nb_request&) = delete;
    nb_request& operator=(const nb_request&) = delete;

    netbit::isolation::wire::Frame frame;
    netbit::isolation::wire::Request message; ///< points into the frame
    std::atomic<unsigned> state{0};
    bool mayBlock = false;
    mutable nb_principal* principal = nullptr; ///< one reference is ours
    mutable bool queryRead = false;
    mutable std::string decoded; ///< _query may point into it
    mutable std::vector<std::pair<std::string_view, std::string_view>> query;

    bool isAnswered() const noexcept { return (state.load(std::memory_order_acquire) & answered) != 0; }
    /// What it held of the parent's and of the shared memory.
    void forget() noexcept;
};

struct nb_stream final : std::enable_shared_from_this<nb_stream> {
    nb_stream(netbit::isolation::wire::Id number, const nb_stream_calls& wanted, void* argument);

    const netbit::isolation::wire::Id id;
    const nb_stream_calls calls;
    void* const user;
    netbit::isolation::child::Room room;
    std::atomic<bool> gone{false}; ///< the peer

    void tell(void (*function)(void*), const char* call) noexcept; ///< [reactor]
    /// The plugin's end(): no call after it but `ended`, which comes from here or from the call that is under way.
    void end() noexcept;

private:
    void tellEnded() noexcept;
    static constexpr std::uint32_t over = 0x8000'0000u;
    std::atomic<std::uint32_t> _state{0}; // calls under way, and the bit `over`
};

struct nb_listener final {
    std::uint32_t index = 0;
    std::uint32_t port = 0;
    std::size_t window = 0;
    void* user = nullptr;
    nb_tcp_calls tcp{};
    nb_udp_calls udp{};
};

/// Counted: the registry's side holds one reference until `closed` was told, the plugin what it retains.
struct nb_conn final : netbit::isolation::child::Counted<nb_conn> {
    nb_conn(std::shared_ptr<nb_listener> owner, const netbit::isolation::wire::Accepted& accepted);
    ~nb_conn();

    const std::shared_ptr<nb_listener> listener;
    const netbit::isolation::wire::Id id;
    const std::string peer;
    const bool loopback;
    netbit::isolation::child::Room room;
    std::atomic<bool> gone{false};    ///< `closed` was told, or is about to be
    std::atomic<bool> closing{false}; ///< the plugin has closed it: nothing is told any more but `closed`

    // [reactor]
    void* session = nullptr;
    bool open = false; // accepted() said NB_OK
    std::optional<std::chrono::steady_clock::time_point> deadline;

    void data(nb_str bytes);
    void end();
    void close(bool now);
    void pause() noexcept { _paused = true; }
    void resume();

private:
    void offer(nb_str bytes);
    std::string _rest; // not consumed yet
    std::uint64_t _offered = 0; // bytes that the parent has not been thanked for
    std::uint64_t _waiting = 0; // bytes in _rest that the plugin has not seen
    bool _paused = false;
    bool _inData = false;
    bool _again = false;   // resume() was called inside of data()
    bool _endComes = false; // the peer's end waits behind what is not read yet
};

struct nb_subscription final : std::enable_shared_from_this<nb_subscription> {
    nb_subscription(netbit::isolation::wire::Id number, const nb_event_calls& wanted, void* argument, bool isNamed)
        : id(number), calls(wanted), user(argument), named(isNamed)
    {
    }

    const netbit::isolation::wire::Id id;
    const nb_event_calls calls;
    void* const user;
    const bool named;

    void take(netbit::isolation::wire::Frame frame); ///< [event] anything about it
    void resume();                                   ///< [any]
    void cancel(bool byPlugin);                      ///< [any]

private:
    void drain();
    bool deliver(netbit::isolation::wire::Frame& frame);
    void thank(bool now);

    std::deque<netbit::isolation::wire::Frame> _queue; // [event] behind one that was held
    std::uint32_t _taken = 0;                          // [event] not told yet
    std::int64_t _lastId = 0;                          // [event]
    std::mutex _mutex; // guards what follows
    bool _held = false;
    bool _inCall = false;
    bool _resumed = false; // within the call
    bool _cancelled = false;
    bool _byPlugin = false; // and by the plugin, not only by what it returned
    bool _over = false;     // `ended` was called
};

struct nb_timer final : std::enable_shared_from_this<nb_timer> {
    nb_timer(netbit::isolation::wire::Id number, nb_task_fn wanted, void* argument)
        : id(number), function(wanted), user(argument)
    {
    }
    const netbit::isolation::wire::Id id;
    const nb_task_fn function;
    void* const user;

    void run();    ///< on a worker
    void cancel(); ///< waits for a run under way, unless called from it

private:
    std::mutex _mutex; // guards what follows
    std::condition_variable _over;
    bool _cancelled = false;
    std::optional<std::thread::id> _running;
};
