#pragma once
// One child's life: what came of it in the host, and the conversation with it.

#include "isolation/parent/Handles.h"
#include "isolation/parent/Process.h"
#include "isolation/parent/Proxy.h"
#include "isolation/wire/Channel.h"
#include "isolation/wire/Messages.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace netbit::isolation::parent {

struct StreamProxy;
struct ConnProxy;
struct SubscriptionProxy;
struct TimerProxy;

/// Made, served and ended by the keeper's thread. What host threads call is marked [any].
class Session : public std::enable_shared_from_this<Session> {
public:
    /// `wake`: an eventfd that ends a wait in serve().
    Session(Proxy& proxy, std::uint64_t number, Process process, wire::SharedMemory memory, int wake);
    ~Session();

    Proxy& proxy() const noexcept { return _proxy; }
    std::uint64_t number() const noexcept { return _number; }
    pid_t pid() const noexcept { return _pid; }
    wire::Channel& channel() noexcept { return _channel; } ///< [any] to send
    const Tables& tables() const noexcept { return *_proxy.tables(); }

    // The keeper's thread.

    /// Has it load the library. Error: what the child says, or how it ended.
    base::Result<void> load(const std::filesystem::path& library, const std::filesystem::path& copy);
    const std::string& sdk() const noexcept { return _sdk; }
    const std::string& toolchain() const noexcept { return _toolchain; }
    /// The host's tables, before the child can name anything of theirs.
    void open(const Tables& tables);
    /// Waits for messages, for so long at most, and does what they say. False: this child is at its end.
    bool serve(std::chrono::milliseconds most);
    /// One call of the plugin's life, in a generation that lives already. Nothing: it has not come back.
    std::optional<std::int32_t> controlHere(wire::Call call, nb_error& error);
    /// Answers, closes and ends all that the child has left, and waits for its process. How it ended, in one sentence.
    std::string end();

    // [any]

    /// One call of the plugin's life; the calling thread does what the child may only ask for within it.
    std::int32_t control(wire::Call call, nb_error& error);
    /// The first reason counts. The keeper's thread ends the child.
    void giveUp(std::string_view why);
    /// Sends the request to the child, which answers it.
    void ask(const Route& route, nb_request* request);
    static const nb_tcp_calls& tcpCalls() noexcept;
    static const nb_udp_calls& udpCalls() noexcept;

    /// Bytes of one stream, or of what a peer has sent, that may be on their way.
    static constexpr std::size_t window = 256 * 1024;
    static constexpr std::size_t step(std::size_t ofWindow) noexcept { return std::max<std::size_t>(1, ofWindow / 8); }

private:
    friend struct StreamProxy;
    friend struct ConnProxy;
    friend struct SubscriptionProxy;
    friend struct TimerProxy;

    using Clock = std::chrono::steady_clock;

    // Conversation.
    bool take(wire::Frame& frame);
    bool takeOrder(wire::Frame& frame);
    bool takeCall(wire::Frame& frame);
    bool allowed(wire::Kind kind) const;
    bool broken(std::string_view what);
    void heartbeat();
    void readOutput(bool last);
    void controlCall(wire::Frame frame);
    void runControlCall(wire::Frame& frame);
    bool controlResult(wire::Frame& frame);

    /// Reads the message and does something with it; a frame that cannot be read ends the child.
    template <class M, class F>
    bool with(wire::Frame& frame, F&& use)
    {
        M message;
        if (!wire::read(frame, message, _channel.trust()))
            return broken("a message that cannot be read");
        use(message);
        return true;
    }
    /// The same for a call whose result is a status and, if that is NB_OK, a reply.
    template <class M, class R, class F>
    bool answering(wire::Frame& frame, F&& use)
    {
        return with<M>(frame, [&](M& message) { answer<R>(frame.head.call, [&](R& reply, nb_error& error) { return use(message, reply, error); }); });
    }
    template <class R, class F>
    void answer(std::uint64_t call, F&& use)
    {
        R reply;
        nb_error error{};
        error.size = sizeof error;
        const std::int32_t status = use(reply, error);
        if (status != NB_OK)
            _channel.sendRefusal(call, status, error);
        else if (!_channel.sendResult(call, reply))
            _channel.sendRefusal(call, refuse(error, NB_TOO_LARGE, "too_large", "This is too much for an isolated plugin."), error);
    }
    /// Does it on a worker, since it may wait for the disk.
    bool later(wire::Frame& frame, void (*work)(Session&, wire::Frame&));

    // Http.cpp
    bool takeReply(wire::Frame& frame);
    bool takeProblem(wire::Frame& frame);
    bool takeUnanswered(wire::Frame& frame);
    bool takeStream(wire::Frame& frame);
    bool takeStreamWrite(wire::Frame& frame);
    bool takeStreamEnd(wire::Frame& frame);
    /// Calls use(reply) with what the child has said, where that can be. False: it names a body that is not there.
    template <class F>
    bool withReply(const wire::Reply& given, F&& use);
    void answered(nb_request* request, std::int32_t status);

    // Transport.cpp
    static std::int32_t accepted(void* user, nb_conn* conn, void** session);
    static void datagram(void* user, nb_listener* listener, const nb_address* from, nb_str bytes);
    bool takeConnSend(wire::Frame& frame);
    bool takeConnClose(wire::Frame& frame);
    bool takeConnGone(wire::Frame& frame);
    bool takeConnTook(wire::Frame& frame);
    bool takeSendTo(wire::Frame& frame);

    // Events.cpp
    bool takeSubscribe(wire::Frame& frame);
    bool takeEventTaken(wire::Frame& frame);
    bool takeUnsubscribe(wire::Frame& frame);
    bool takePublish(wire::Frame& frame);
    bool takeTimer(wire::Frame& frame);
    bool takeTimerDone(wire::Frame& frame);
    bool takeTimerCancel(wire::Frame& frame);

    // Calls.cpp
    void account(wire::Frame& frame);
    void operate(wire::Frame& frame);
    void verify(wire::Frame& frame);
    void page(wire::Frame& frame);
    void list(wire::Frame& frame);
    void get(wire::Frame& frame);
    void query(wire::Frame& frame);
    bool takeChatCreate(wire::Frame& frame);
    bool takeChatSend(wire::Frame& frame);
    bool takePublishDurable(wire::Frame& frame);
    bool takeExecute(wire::Frame& frame);
    bool takeMetric(wire::Frame& frame);
    bool takeMetricChange(wire::Frame& frame);
    bool takeBodyFetch(wire::Frame& frame);
    std::int32_t setting(const wire::Config& wanted, wire::Setting& out) const;
    std::int32_t handBody(std::int32_t status, nb_body* body, wire::Body& out);
    std::int32_t handPrincipal(std::int32_t status, nb_principal* principal, wire::Who& out);
    wire::Who factsOf(nb_principal* principal);
    /// Starts a write whose end is told to the child under that token, also when it is refused at once.
    template <class F>
    void starting(Id token, F&& start)
    {
        auto pending = std::make_unique<Pending>(shared_from_this(), token);
        nb_error error{};
        error.size = sizeof error;
        const std::int32_t status = start(error, pending.get());
        if (status == NB_OK) {
            static_cast<void>(pending.release()); // done() has it
            return;
        }
        wire::Done refused;
        refused.token = token;
        refused.status = status;
        refused.error = error;
        _channel.send(wire::Kind::done, refused);
    }
    using Pending = std::pair<std::shared_ptr<Session>, Id>;
    static void done(void* user, std::int32_t status, const nb_error* error, std::int64_t id, nb_str json,
                     std::uint32_t flags);

    Proxy& _proxy;
    const std::uint64_t _number;
    Process _process;
    const pid_t _pid;
    const int _wake;
    wire::Channel _channel;
    std::string _sdk;
    std::string _toolchain;
    std::optional<base::Result<void>> _loaded;

    Requests _requests;
    Counted<nb_principal, nb_auth_api> _principals;
    Counted<nb_body, nb_body_api> _bodies;
    Objects<StreamProxy> _streams;
    Objects<ConnProxy> _conns;
    Objects<SubscriptionProxy> _subscriptions;
    Objects<TimerProxy> _timers;
    std::vector<nb_metric*> _metrics; // the keeper's thread
    std::atomic<unsigned> _working{0}; // calls that are with the workers

    Clock::time_point _nextPing{};
    std::optional<Clock::time_point> _pinged; // not answered yet
    std::string _line; // of its output, not complete yet

    mutable std::mutex _mutex; // guards what follows
    std::string _why;  // given up
    std::condition_variable _changed;
    bool _dead = false;
    bool _inCall = false;     // a call of its life is under way
    bool _onKeeper = false;   // on the keeper's own thread
    std::uint64_t _call = 0;  // its number
    std::optional<std::pair<std::int32_t, nb_error>> _result;
    std::deque<wire::Frame> _controlCalls;
};

/// A stream of the child's. The host's pointer to it is good until `ended`.
struct StreamProxy {
    StreamProxy(std::shared_ptr<Session> owner, Id number) : session(std::move(owner)), id(number) {}
    const std::shared_ptr<Session> session;
    const Id id;
    nb_stream* handle = nullptr;       // the keeper's thread
    std::shared_ptr<StreamProxy> self; // until the host calls no more
    std::atomic<bool> full{false};
    std::atomic<std::uint64_t> owed{0}; // bytes whose credit was not given yet

    void credit();
    static const nb_stream_calls& calls() noexcept;
};

struct ConnProxy {
    ConnProxy(std::shared_ptr<Session> owner, Id number, nb_conn* connection, std::size_t windowBytes)
        : session(std::move(owner)), id(number), conn(connection), window(windowBytes)
    {
    }
    const std::shared_ptr<Session> session;
    const Id id;
    nb_conn* const conn; // a reference is ours while the child has the number
    const std::size_t window;
    std::shared_ptr<ConnProxy> self; // until `closed`
    std::atomic<bool> full{false};
    std::atomic<std::uint64_t> owed{0};
    std::atomic<std::uint64_t> received{0}; // bytes that the child has not had yet
    std::atomic<bool> paused{false};

    void credit();
};

struct SubscriptionProxy {
    SubscriptionProxy(std::shared_ptr<Session> owner, Id number, std::string called)
        : session(std::move(owner)), id(number), name(std::move(called))
    {
    }
    static constexpr std::uint32_t mostInFlight = 64;
    const std::shared_ptr<Session> session;
    const Id id;
    const std::string name;
    nb_subscription* handle = nullptr; // the keeper's thread
    std::shared_ptr<SubscriptionProxy> self; // until `ended`
    std::atomic<std::uint32_t> inFlight{0};
    std::atomic<bool> held{false};

    static const nb_event_calls& calls() noexcept;
};

struct TimerProxy {
    TimerProxy(std::shared_ptr<Session> owner, Id number) : session(std::move(owner)), id(number) {}
    const std::shared_ptr<Session> session;
    const Id id;
    nb_timer* handle = nullptr; // the keeper's thread
    std::atomic<bool> running{false}; // in the child: runs of one timer never overlap
};

} // namespace netbit::isolation::parent
